"""The suggested map as text: YAML that runs as it is, with a comment wherever somebody should look twice."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator

from kapok.batch.audit.suggest.meanings import Meaning, Rule, single_rows
from kapok.batch.audit.suggest.roles import Roles
from kapok.batch.audit.suggest.sample import Column, Sample
from kapok.kernel.promises.facts import FACTS
from kapok.kernel.promises.vocabulary import EVENTS
from kapok.kernel.text import Language, Text

SHOWN = 5  # values of a column
_PLAIN = re.compile(r"^[A-Za-z_\u4e00-\u9fff][\w\u4e00-\u9fff]*$")
_RESERVED = frozenset({"true", "false", "null", "yes", "no", "on", "off"})
_CHINESE = re.compile(r"[\u4e00-\u9fff]")

TITLE = Text(
    zh="{file} 的映射草稿，由 kapok audit --suggest 依据{looked} {rows} 行写成，可直接运行。\n"
    "标有“请核对”的行是推测。事件与事实的全部名称：kapok packs schema。",
    en="A starting map for {file}, written by `kapok audit --suggest` from {looked} {rows} rows. It runs as it is.\n"
    "Lines marked CHECK are assumptions. All names of events and facts: `kapok packs schema`.",
)
FIRST = Text(zh="前", en="the first")
ALL = Text(zh="全部", en="all")
ROLES = {
    "case": Text(zh="工单：{distinct} 个，每个约 {each} 行", en="the case: {distinct} of them, about {each} rows each"),
    "activity": Text(zh="环节（发生了什么）：{distinct} 种", en="what happened: {distinct} kinds"),
    "lifecycle": Text(zh="环节内的变迁：{distinct} 种", en="the transition within it: {distinct} kinds"),
    "unit": Text(zh="持棒单位：{distinct} 个", en="the unit that holds the baton: {distinct}"),
    "person": Text(zh="持棒人：{distinct} 个", en="the person who holds the baton: {distinct}"),
}
TIME = Text(zh="事件时间", en="the time of the event")
NO_ZONE = Text(
    zh="请核对：时间不带时区。请写记录这些时间的时钟所在的时区，例如 Asia/Shanghai、Europe/London。",
    en="CHECK: the times carry no zone. Write that of the clock which wrote them, e.g. Asia/Shanghai, Europe/London.",
)
RIVAL = Text(
    zh="请核对：写成 {rival} 也读得通（日与月谁先无法从数据判定）；取时间跨度较短的一种。",
    en="CHECK: {rival} reads as well (the data do not tell day from month); the one with the shorter span is taken.",
)
MISSING = Text(
    zh="这些值表示“没有”。空值总是。", en="These values mean that there is none. An empty field always does."
)
FACTS_HEAD = Text(
    zh="对全部工单都成立的事实；承诺按事实选用。请核对。",
    en="Facts that hold for every case; promises are chosen by them. CHECK.",
)
FACT = Text(zh="{title}:{values}", en="{title}: {values}")
FACT_COLUMNS = Text(zh="写在列里的事实。", en="Facts that stand in a column.")
EVENTS_HEAD = Text(
    zh="哪些行是哪些事件。first/last：工单中满足条件的首行/末行。",
    en="Which rows are which events. first/last: only the first/last such row of a case.",
)
SINGLE = Text(
    zh="请核对：几乎每个工单只有一行，因此日志里没有结束；时钟都算仍在走。",
    en="CHECK: nearly every case has one row only, so nothing here closes it; every clock counts as still running.",
)
LAST_ROW = Text(
    zh="请核对：没有看似办结的环节，因此以工单的末行为结束。",
    en="CHECK: no activity looks like an end, so the last row of a case closes it.",
)
DOUBTFUL = Text(
    zh="请核对：若这是等待客户，删去 # 使时钟暂停。",
    en="CHECK: if this is waiting for the customer, remove the # so that the clock pauses.",
)
UNUSED = Text(zh="没有用到的列：", en="Columns that are not used:")


class _Pen:
    """Writes in one language."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def comment(self, text: Text, *, indent: str = "", **values: object) -> list[str]:
        """The text as comment lines; no value can break out of them."""
        shown = {name: value if isinstance(value, Text) else str(value) for name, value in values.items()}
        words = text.format(**shown).in_(self.language)
        return [f"{indent}# {_visible(line)}" for line in words.split("\n")]

    def values(self, column: Column) -> str:
        """The most frequent values with their counts."""
        top = column.top
        more = ", ..." if len(top) > SHOWN else ""
        return ", ".join(f"{_visible(word)[:60]} ({count:,})" for word, count in top[:SHOWN]) + more


def write(log: Sample, found: Roles, meant: Meaning, language: Language) -> str:
    """The map of a log, with comments in `language`."""
    pen = _Pen(language)
    looked = ALL if log.whole else FIRST
    parts = [
        pen.comment(TITLE, file=_visible(log.path.name), looked=looked, rows=f"{log.rows:,}"),
        _file(log),
        ["columns:", *_columns(pen, log, found)],
        [*pen.comment(MISSING), f"missing: [{_list(log.missing)}]"] if log.missing else [],
        _facts(pen, meant),
        ["events:", *_events(pen, log, found, meant)],
        _unused(pen, log, found, meant),
    ]
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def _file(log: Sample) -> list[str]:
    form = log.form.model_dump(exclude_none=True)
    return ["file: {" + ", ".join(f"{key}: {quoted(value)}" for key, value in form.items()) + "}"]


def _columns(pen: _Pen, log: Sample, found: Roles) -> Iterator[str]:
    for name, text in ROLES.items():
        column: Column | None = getattr(found, name)
        if column is None:
            continue
        each = f"{column.known / max(1, column.distinct):.1f}"
        yield from pen.comment(text, indent="  ", distinct=f"{column.distinct:,}", each=each)
        yield f"  # {pen.values(column)}"
        yield f"  {name}: {quoted(column.name)}"
        if name == "case":
            yield from _time(pen, log, found)


def _time(pen: _Pen, log: Sample, found: Roles) -> Iterator[str]:
    columns = [found.time.name, *([found.clock.name] if found.clock else [])]
    form = _format(found)
    yield from pen.comment(TIME, indent="  ")
    yield f"  # {pen.values(found.time)}"
    yield "  time:"
    yield f"    column: {quoted(columns[0]) if len(columns) == 1 else f'[{_list(columns)}]'}"
    if found.guess.rival is not None:
        yield from pen.comment(RIVAL, indent="    ", rival=found.guess.rival)
    if form is not None:
        yield f"    format: {quoted(form)}"
    if found.zone is not None:
        yield f"    zone_column: {quoted(found.zone.name)}"
    elif not found.guess.zoned:
        yield from pen.comment(NO_ZONE, indent="    ")
        yield f"    zone: {_zone(log)}"


def _format(found: Roles) -> str | None:
    if found.clock is None:
        return found.guess.format
    return f"{found.guess.format or '%Y-%m-%d'} {found.clock_format}"


def _zone(log: Sample) -> str:
    """China's for a log with Chinese in it, else UTC; the person is asked to look."""
    texts = [log.path.name, *log.columns, *(word for column in log.columns.values() for word, _ in column.top[:SHOWN])]
    return "Asia/Shanghai" if any(_CHINESE.search(text) for text in texts) else "UTC"


def _facts(pen: _Pen, meant: Meaning) -> list[str]:
    lines: list[str] = []
    if meant.facts:
        lines += [*pen.comment(FACTS_HEAD), "facts:"]
        for name, value in meant.facts.items():
            fact = FACTS[name]
            lines += pen.comment(FACT, indent="  ", title=fact.title, values=", ".join(sorted(fact.values)))
            lines.append(f"  {name}: {value}")
    if meant.fact_columns:
        lines += [*pen.comment(FACT_COLUMNS), "fact_columns:"]
        lines += [f"  {name}: {quoted(column)}" for name, column in meant.fact_columns.items()]
    return lines


def _events(pen: _Pen, log: Sample, found: Roles, meant: Meaning) -> Iterator[str]:
    yield from pen.comment(EVENTS_HEAD, indent="  ")
    if single_rows(log, found):
        yield from pen.comment(SINGLE, indent="  ")
    for rule in meant.rules:
        if rule.last and not rule.activity:
            yield from pen.comment(LAST_ROW, indent="  ")
        if rule.doubtful and rule.kind == "customer.deferred":
            yield from pen.comment(DOUBTFUL, indent="  ")
        yield from pen.comment(EVENTS[rule.kind], indent="  ")
        yield f"  {'# ' if rule.doubtful else ''}- {_rule(rule)}"


def _rule(rule: Rule) -> str:
    parts = [f"kind: {rule.kind}"]
    parts += [f"activity: [{_list(rule.activity)}]"] if rule.activity else []
    parts += [f"{name}: true" for name in ("first", "last") if getattr(rule, name)]
    return "{" + ", ".join(parts) + "}"


def _unused(pen: _Pen, log: Sample, found: Roles, meant: Meaning) -> list[str]:
    used = found.taken | set(meant.fact_columns.values())
    rest = [column for name, column in log.columns.items() if name not in used]
    lines = [f"#   {_visible(column.name)}: {column.distinct:,}: {pen.values(column)}" for column in rest]
    return [*pen.comment(UNUSED), *lines] if lines else []


def quoted(word: str) -> str:
    """A word as a YAML scalar: in quotes, with odd letters escaped, unless it is a plain name."""
    if _PLAIN.match(word) and word.casefold() not in _RESERVED:
        return word
    text = json.dumps(word, ensure_ascii=False)
    return "".join(letter if letter.isprintable() else f"\\U{ord(letter):08X}" for letter in text)


def _list(words: Iterable[str]) -> str:
    return ", ".join(quoted(word) for word in words)


def _visible(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)

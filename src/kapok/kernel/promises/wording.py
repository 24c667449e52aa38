"""A promise in words, for people who read the rule and not the file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from kapok.kernel.promises.allowance import Allowance
from kapok.kernel.promises.evidence import LEVELS
from kapok.kernel.promises.facts import FACTS, Fact, FactKind
from kapok.kernel.promises.judgement import ANOMALIES, Judgement, Outcome
from kapok.kernel.promises.moves import Effect
from kapok.kernel.promises.pack import ROUND_THE_CLOCK, Pack, Promise
from kapok.kernel.promises.terms import DIRECTIONS, TIERS, Limit
from kapok.kernel.promises.vocabulary import EVENTS
from kapok.kernel.text import Text

NOT_VERIFIED = Text(zh="未核实", en="not verified")


def kinds(names: tuple[str, ...]) -> Text:
    """Event kinds by their names in both languages."""
    return Text(zh="、".join(EVENTS[name].zh for name in names), en=", ".join(EVENTS[name].en for name in names))


def term(promise: Promise, declared: Mapping[str, Fact] = FACTS) -> Text:
    """What must be done in what time, e.g. `finish within 24 hours`; `declared` are the facts that the pack may ask about."""
    direction = DIRECTIONS[promise.direction]
    if promise.limit is not None:
        words = bound(promise.limit, declared)
        return Text(zh=f"{direction.zh}：{words.zh}", en=f"{direction.en}: {words.en}")
    if promise.allowance is None:
        return (
            direction
            if promise.agreed is None
            else Text(zh=f"{direction.zh}：约定日期", en=f"{direction.en} the agreed date")
        )
    calendar = "" if promise.calendar == ROUND_THE_CLOCK else f" [{promise.calendar}]"
    return Text(
        zh=f"{direction.zh} {promise.allowance.text.zh}{calendar}",
        en=f"{direction.en} {promise.allowance.text.en}{calendar}",
    )


def bound(limit: Limit, declared: Mapping[str, Fact] = FACTS) -> Text:
    """The bound of a measured fact by its title, e.g. `cumulative unavailability ≤ 10 minutes`."""
    fact = declared.get(limit.fact)
    title = fact.title if fact else Text(zh=limit.fact, en=limit.fact)
    sign, most = ("≤", limit.at_most) if limit.at_most is not None else ("≥", limit.at_least or "")
    shown = Text(zh=most, en=most)
    if fact is not None and fact.kind is FactKind.DURATION and ":" not in most:
        shown = Allowance.parse(most).text
    return Text(zh=f"{title.zh} {sign} {shown.zh}", en=f"{title.en} {sign} {shown.en}")


def summary(promise: Promise, pack: Pack) -> Text:
    """A promise in three lines: code and title; tier, instrument, clause and evidence; term and the events that bound it."""
    instrument = pack.instruments[promise.instrument]
    level = LEVELS[promise.evidence.level]
    doubt = (
        Text(zh="", en="")
        if promise.evidence.verified
        else Text(zh=f"（{NOT_VERIFIED.zh}）", en=f" ({NOT_VERIFIED.en})")
    )
    until = (
        Text(zh=f" → {kinds(promise.closes).zh}", en=f" > {kinds(promise.closes).en}")
        if promise.closes
        else Text(zh="", en="")
    )
    clause, words = f" {promise.clause}" if promise.clause else "", term(promise, pack.declared)
    return Text(
        zh=f"{promise.code}  {promise.title.zh}\n  {TIERS[promise.tier].zh} · {instrument.title.zh}{clause} · {level.zh}{doubt.zh}"
        f"\n  {words.zh}：{kinds(promise.opens).zh}{until.zh}",
        en=f"{promise.code}  {promise.title.en}\n  {TIERS[promise.tier].en} · {instrument.title.en}{clause} · {level.en}{doubt.en}"
        f"\n  {words.en}: {kinds(promise.opens).en}{until.en}",
    )


OUTCOMES = {
    Outcome.KEPT: Text(zh="履约", en="kept"),
    Outcome.BROKEN: Text(zh="违约", en="broken"),
    Outcome.OPEN: Text(zh="进行中", en="open"),
    Outcome.OVERDUE: Text(zh="逾期未完成", en="overdue"),
    Outcome.VOID: Text(zh="不再适用", en="void"),
}
EFFECTS = {
    Effect.START: Text(zh="开始计时", en="the clock starts"),
    Effect.START_PAUSED: Text(zh="开始计时，即暂停", en="the clock starts, paused"),
    Effect.STOP: Text(zh="完成", en="fulfilled"),
    Effect.STOP_PAUSED: Text(zh="暂停结束，完成", en="the pause ends, fulfilled"),
    Effect.HOLD: Text(zh="暂停", en="paused"),
    Effect.GO: Text(zh="恢复计时", en="runs again"),
    Effect.CANCEL: Text(zh="不再适用", en="falls away"),
    Effect.CONTINUE: Text(zh="重开，接续计时", en="reopened, the clock goes on"),
    Effect.THROUGH: Text(zh="重开，视同从未完成", en="reopened, as if never fulfilled"),
    Effect.URGE: Text(zh="催办，不影响计时", en="asked again, without effect on the clock"),
    Effect.EARLY_CLOSE: Text(zh="事先未见通知", en="without the notice it needed"),
}


def explain(judgement: Judgement, declared: Mapping[str, Fact] = FACTS) -> Text:
    """Why a commitment was judged as it was: term, calendar version, entries used, due moment and outcome, a line each."""
    promise, zone = judgement.promise, ZoneInfo(judgement.zone)
    clause = f"{promise.instrument} {promise.clause}".strip()
    version, words = f"{promise.calendar} {judgement.calendar_version}, {judgement.zone}", term(promise, declared)
    lines = [
        Text(zh=f"{promise.title.zh}（{promise.code}，{clause}）", en=f"{promise.title.en} ({promise.code}, {clause})"),
        Text(zh=f"{words.zh}；日历 {version}", en=f"{words.en}; calendar {version}"),
        *(_used(entry.at, zone, entry.kind, effect) for entry, effect in judgement.used),
        *(ANOMALIES[anomaly] for anomaly in judgement.anomalies),
    ]
    if judgement.due_at is not None:
        due = moment(judgement.due_at, zone)
        lines.append(Text(zh=f"到期 {due}", en=f"due {due}"))
    lines.append(_outcome(judgement))
    return Text(zh="\n".join(line.zh for line in lines), en="\n".join(line.en for line in lines))


def moment(at: datetime, zone: ZoneInfo) -> str:
    """A moment on the wall of `zone`, to the second."""
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S}"


def length(span: timedelta) -> str:
    """A length of time as H:MM:SS."""
    seconds = span // timedelta(seconds=1)
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _used(at: datetime, zone: ZoneInfo, kind: str, effect: Effect) -> Text:
    when, name, what = moment(at, zone), EVENTS[kind], EFFECTS[effect]
    return Text(zh=f"{when} {name.zh}：{what.zh}", en=f"{when} {name.en}: {what.en}")


def _outcome(judgement: Judgement) -> Text:
    state, ran, late = OUTCOMES[judgement.state], length(judgement.elapsed), length(judgement.late_by)
    missed = Text(zh=f"，相差 {late}", en=f", missed by {late}") if judgement.late_by else Text(zh="", en="")
    return Text(zh=f"{state.zh}，用时 {ran}{missed.zh}", en=f"{state.en}, took {ran}{missed.en}")

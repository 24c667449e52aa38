"""What the rows of a log may mean: which kind of matter it is about, and which activities open, pause and close it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from kapok.batch.audit.suggest.roles import Roles
from kapok.batch.audit.suggest.sample import Column, Sample
from kapok.kernel.promises.facts import FACTS, FactKind

RESOLVED = re.compile(r"\b(resolv|restor|solv|repair|fix)|恢复|修复|解决|修障", re.IGNORECASE)
FINISHED = re.compile(r"\b(complet|finish|done|deliver|activated|answered)|完成|竣工|办结|开通|答复", re.IGNORECASE)
CLOSED = re.compile(r"\b(clos|archiv)|关闭|归档|结单|销障|结束", re.IGNORECASE)
CANCELLED = re.compile(r"\b(cancel|withdraw|invalid|duplicate|reject)|撤销|撤单|取消|作废|撤回", re.IGNORECASE)
WAITING = re.compile(
    r"\b(wait|await|pend|hold|on.?hold|suspend|defer|postpon)|等待|待|挂起|暂缓|缓装|缓办", re.IGNORECASE
)
OURS = re.compile(r"assign|dispatch|派|分配", re.IGNORECASE)  # waiting for somebody of one's own
CUSTOMER = re.compile(r"\b(user|customer|client|caller|subscriber)s?\b|客户|用户", re.IGNORECASE)

COVERED = 0.8  # of the cases that end at all must end this way


@dataclass(frozen=True)
class Family:
    """A kind of matter: its opening, closing and cancelling events, and the words that speak for it."""

    opens: str
    closes: str
    cancels: str
    words: re.Pattern[str]


FAULT = Family(
    "fault.reported", "fault.restored", "fault.cancelled",
    re.compile(r"incident|fault|trouble|outage|repair|problem|障|抢修|维修|修复", re.IGNORECASE),
)  # fmt: skip
FAMILIES = (
    FAULT,
    Family(
        "order.requested", "order.completed", "order.cancelled",
        re.compile(r"\border|install|provision|activation|装机|开通|订单|移机|竣工|业务受理", re.IGNORECASE),
    ),
    Family(
        "complaint.received", "complaint.resolved", "complaint.withdrawn", re.compile(r"complaint|投诉|申诉", re.IGNORECASE)
    ),
    Family(
        "request.received", "request.answered", "request.withdrawn",
        re.compile(r"\brequest|enquir|inquir|question|咨询|查询|需求", re.IGNORECASE),
    ),
)  # fmt: skip

SERVICES = {
    "fixed_broadband": re.compile(r"broadband|internet|fttx|ftth|\bdsl|宽带|光猫", re.IGNORECASE),
    "leased_line": re.compile(r"leased|private line|circuit|专线|电路", re.IGNORECASE),
    "mobile": re.compile(r"mobile|cellular|wireless|移动|手机|无线", re.IGNORECASE),
    "iptv": re.compile(r"\biptv|television|电视", re.IGNORECASE),
    "fixed_voice": re.compile(r"landline|fixed.?line|telephone|固话|市话|固定电话", re.IGNORECASE),
}


@dataclass(frozen=True)
class Rule:
    """An event rule to be written; `doubtful` ones are written as a comment."""

    kind: str
    activity: tuple[str, ...] = ()
    first: bool = False
    last: bool = False
    doubtful: bool = False


@dataclass(frozen=True)
class Meaning:
    """What the log is about."""

    family: Family
    rules: tuple[Rule, ...]
    facts: dict[str, str] = field(default_factory=dict)
    assumed: frozenset[str] = frozenset()  # facts that nothing in the log speaks for
    fact_columns: dict[str, str] = field(default_factory=dict)


def meaning(log: Sample, found: Roles) -> Meaning:
    """The events and facts that a log seems to hold."""
    family = _family(log, found)
    columns = _fact_columns(log, found)
    service = _service(log)
    facts = {"service": service or "fixed_broadband", "area": "urban"}
    facts |= {"action": "install"} if family.opens.startswith("order.") else {}
    known = {"service"} if service else set()
    facts = {name: value for name, value in facts.items() if name not in columns}
    return Meaning(family, _rules(log, found, family), facts, frozenset(facts) - known, columns)


def single_rows(log: Sample, found: Roles) -> bool:
    """Whether nearly every case has one row only, so that nothing in the log can close what it opens."""
    return found.case.distinct > 0.95 * log.rows


def _family(log: Sample, found: Roles) -> Family:
    """The kind of matter that the names speak for most; the case's own column counts most, then the file's name."""
    texts = [(found.case.name, 3), (log.path.name, 2), *((name, 1) for name in log.columns)]
    texts += [(word, 1) for word, _ in found.activity.top[:50]] if found.activity else []
    scores = [sum(weight for text, weight in texts if family.words.search(text)) for family in FAMILIES]
    return FAMILIES[scores.index(max(scores))]


def _rules(log: Sample, found: Roles, family: Family) -> tuple[Rule, ...]:
    opening = Rule(family.opens, first=True)
    if single_rows(log, found):
        return (opening,)
    activities = [word for word, _ in found.activity.top] if found.activity else []
    waiting = [word for word in activities if WAITING.search(word) and not OURS.search(word)]
    deferred = tuple(word for word in waiting if CUSTOMER.search(word))
    cancelled = tuple(word for word in activities if CANCELLED.search(word))
    closing = Rule(family.closes, _closing(found, [word for word in activities if word not in cancelled]), last=True)
    rules = [opening]
    if deferred:
        rules += _pause(deferred, activities, doubtful=False)
    elif waiting:
        rules += _pause(tuple(waiting), activities, doubtful=True)
    rules += [Rule(family.cancels, cancelled, last=True)] if cancelled and closing.activity else []
    return (*rules, closing)


def _pause(waiting: tuple[str, ...], activities: list[str], *, doubtful: bool) -> list[Rule]:
    others = tuple(word for word in activities if word not in waiting)
    return [
        Rule("customer.deferred", waiting, doubtful=doubtful),
        Rule("customer.returned", others, doubtful=doubtful),
    ]


def _closing(found: Roles, activities: list[str]) -> tuple[str, ...]:
    """The activities that end a case: those that speak of a result, where nearly all cases that end have one; else all."""
    if found.activity is None:
        return ()
    result = tuple(word for word in activities if RESOLVED.search(word) or FINISHED.search(word))
    end = tuple(word for word in activities if word in result or CLOSED.search(word))
    return result if _cases(found, result) >= COVERED * _cases(found, end) else end


def _cases(found: Roles, activities: tuple[str, ...]) -> int:
    """How many cases have one of these activities."""
    if found.activity is None:
        return 0
    wanted = {code for code, word in enumerate(found.activity.words.dictionary.to_pylist()) if word in activities}
    pairs = zip(found.case.codes.tolist(), found.activity.codes.tolist(), strict=True)
    return len({case for case, activity in pairs if activity in wanted})


def _service(log: Sample) -> str | None:
    texts = [log.path.name, *log.columns]
    texts += [word for column in log.columns.values() if column.distinct <= 50 for word, _ in column.top]
    scores = {service: sum(bool(words.search(text)) for text in texts) for service, words in SERVICES.items()}
    best = max(scores, key=lambda service: scores[service])
    return best if scores[best] else None


def _fact_columns(log: Sample, found: Roles) -> dict[str, str]:
    """Facts that stand in a column: one whose values are all values of the fact."""
    columns = {}
    for name, fact in FACTS.items():
        if fact.kind is FactKind.CHOICE:
            column = next((column for column in log.columns.values() if _holds(column, name, fact.values)), None)
            if column is not None and column.name not in found.taken:
                columns[name] = column.name
    return columns


def _holds(column: Column, fact: str, values: frozenset[str]) -> bool:
    words = {word for word, _ in column.top}
    return bool(words) and words <= values and (len(words) > 1 or fact in column.name.casefold())

"""Who is told of what becomes of a promise, and in which words. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from kapok.ground.journal.rules import spoken
from kapok.kernel.money import Money
from kapok.kernel.text import Text, joined


class Told(StrEnum):
    """Who may be told; the words of the settings."""

    OWNER = "owner"
    """Whoever answers for the commitment, absent or not."""
    DEPUTY = "deputy"
    """Whoever shares a post with the owner: B where the owner is A, A where the owner is B."""
    HEAD = "head"
    """The nearest head: of the unit that answers, else of the one above, at the end the supervision centre."""
    ABOVE = "above"
    """The heads after the nearest one, as many as is set."""
    BEFORE = "before"
    """Whoever has been told of this commitment before."""


ANSWERED = "commitments.pause_answered"
"""What was asked of clocks has been answered: who asked is told, whatever the settings say."""
URGED, SUPERVISED = "work.urged", "work.supervised"
"""Whoever has the work and answers for it is told, of supervision their head too, whatever the settings say."""
JEOPARDY, GOES_ON, UNPAID = "ordering.in_jeopardy", "ordering.deferral_over", "ordering.payment_due"
"""An order will be late, goes on by itself, or is not paid: whoever answers to its customer is told, and whom the settings say."""
REASSIGNED = "workforce.reassigned"
"""Whoever had a piece of field work, and whoever is to have it, are told, whatever the settings say."""
OF_ORDERS = frozenset({JEOPARDY, GOES_ON, UNPAID})
KINDS: Mapping[str, Text] = {
    "commitments.warned": Text(zh="预警", en="Warning"),
    "commitments.breached": Text(zh="违约", en="Broken"),
    "commitments.owed": Text(zh="应赔", en="Owed"),
    "commitments.corrected": Text(zh="更正", en="Corrected"),
    ANSWERED: Text(zh="申请答复", en="Answer"),
    URGED: Text(zh="催办", en="Urged"),
    SUPERVISED: Text(zh="督办", en="Supervision"),
    REASSIGNED: Text(zh="改派", en="Reassigned"),
    JEOPARDY: Text(zh="预计超时", en="Will be late"),
    GOES_ON: Text(zh="缓装期满", en="Goes on"),
    UNPAID: Text(zh="待缴费", en="Not paid"),
}
"""The kinds of entries that somebody is told of, and what each is called on a notice."""


@dataclass(frozen=True)
class Around:
    """The people around a commitment, by their staff numbers; empty where no person answers for it."""

    owner: str
    deputies: Sequence[str] = ()
    heads: Sequence[str] = ()
    """From the nearest up to the supervision centre."""
    before: Sequence[str] = ()


def recipients(around: Around, told: Collection[Told], *, above: int) -> list[str]:
    """Who is told, everybody once; `above` is how many heads follow the nearest one.

    Of a commitment for which no person answers only the nearest head is told, and whoever was told before.
    """
    wanted = told if around.owner else {Told.HEAD, Told.BEFORE} & set(told)
    people = {
        Told.OWNER: [around.owner],
        Told.DEPUTY: around.deputies,
        Told.HEAD: around.heads[:1],
        Told.ABOVE: around.heads[1 : 1 + above],
        Told.BEFORE: around.before,
    }
    return list(dict.fromkeys(person for each in Told if each in wanted for person in people[each]))


def asked(data: Mapping[str, Any], *, by: str) -> list[str]:
    """Who asked for what has been answered: who put it down, and whose wish it is where that is a member of staff.

    Whoever took it back themselves (`by`) is told nothing.
    """
    people = (person_of(each) for each in (data["asked_by"], data["requested_by"]) if each != by)
    return list(dict.fromkeys(person for person in people if person))


def person_of(owner: str) -> str:
    """The staff number in `staff/<number>`; empty where the owner is no person."""
    kind, _, number = owner.partition("/")
    return number if kind == "staff" else ""


def words(kind: str, data: Mapping[str, Any]) -> Text:
    """What a notice says beside its kind: the promise, and what is owed or what became of it."""
    if kind == ANSWERED:
        return _answer(data)
    if kind in SAID:
        return SAID[kind].format(**spoken(data))
    title = Text(**data["title"])
    if kind == "commitments.owed":
        return joined([title, _owed(data)], zh="：", en=": ")
    if kind == "commitments.corrected":
        before, after = Text(**data["before_name"]), Text(**data["after_name"])
        return joined([title, joined([before, after], zh="→", en=" → ")], zh="：", en=": ")
    return title


SAID: Mapping[str, Text] = {
    URGED: Text(zh="第 {number} 次催办，缘由见时间线", en="Urged, number {number}; the time line says why"),
    SUPERVISED: Text(zh="已列入督办，缘由见时间线", en="Put under supervision; the time line says why"),
    REASSIGNED: Text(zh="“{title}”由 {before} 改派给 {technician}", en="“{title}”: from {before} to {technician}"),
    JEOPARDY: Text(zh="预计晚于承诺；剩余：{left}", en="expected later than promised; left: {left}"),
}
"""What a person typed stays in the time line: only there it is forgotten with the customer."""


def _answer(data: Mapping[str, Any]) -> Text:
    """What was asked for, and what became of it; the word of whoever answered stands at the request."""
    return joined([Text(**data["what_name"]), Text(**data["state_name"])], zh="：", en=": ")


def _owed(data: Mapping[str, Any]) -> Text:
    """The amount and the days by which a term is extended, as far as there are any."""
    parts = []
    if data["amount_minor"]:
        parts.append(Money(data["amount_minor"], data["currency"]).text)
    if days := data["extension_days"]:
        parts.append(Text(zh=f"顺延 {days} 天", en=f"{days} more {'day' if days == 1 else 'days'}"))
    if data["missing"]:
        parts.append(Text(zh="金额待定", en="amount not known yet"))
    return joined(parts or [Text(zh="无应付金额", en="no amount due")], zh="，", en=", ")

"""Work, decided without a database: states, allowed moves, who is charged for waiting, when a matter may be closed. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import StrEnum
from typing import Any
from uuid import UUID

from kapok.ground.catalog.template import Line
from kapok.ground.work.refusals import (
    EvidenceMissing,
    InvalidFact,
    InvalidRating,
    NotAMatter,
    NoteMissing,
    TitleMissing,
    UnknownKind,
)
from kapok.kernel.promises import EVENTS, FACTS, Facts
from kapok.kernel.text import Text, joined


@dataclass(frozen=True)
class MatterKind:
    """A kind of matter: the letter its numbers begin with, its line, and its name."""

    letter: str
    line: Line
    title: Text


MATTERS: Mapping[str, MatterKind] = {
    "order": MatterKind("O", Line.FULFILMENT, Text(zh="订单", en="order")),
    "request": MatterKind("R", Line.FULFILMENT, Text(zh="客户需求", en="request")),
    "fault": MatterKind("F", Line.ASSURANCE, Text(zh="故障", en="fault")),
    "outage": MatterKind("T", Line.ASSURANCE, Text(zh="计划中断", en="planned outage")),
    "incident": MatterKind("I", Line.ASSURANCE, Text(zh="通信事故", en="incident")),
    "complaint": MatterKind("C", Line.SUPERVISION, Text(zh="投诉", en="complaint")),
    "appeal": MatterKind("A", Line.SUPERVISION, Text(zh="申诉", en="appeal")),
}

NETWORK_COMPLAINT = "network"


def kind_of(event: str) -> str:
    """The kind of matter that an event speaks of, e.g. `fault` of `fault.reported`. Raises `NotAMatter`."""
    kind = event.partition(".")[0]
    if kind not in MATTERS:
        raise NotAMatter(kind=event, kinds=", ".join(MATTERS))
    return kind


def line_of(kind: str, facts: Facts) -> Line:
    """The line of a matter (rule R7): a complaint about the network goes to assurance, every other one to supervision."""
    if kind == "complaint" and facts.get("complaint_kind") == NETWORK_COMPLAINT:
        return Line.ASSURANCE
    return MATTERS[kind].line


def subject_of(kind: str, year: int, number: int) -> str:
    """How the journal calls a new matter, e.g. `fault/F2026-000041`."""
    return f"{kind}/{MATTERS[kind].letter}{year}-{number:06}"


class MatterState(StrEnum):
    """Whether a matter still needs somebody."""

    OPEN = "open"
    CLOSED = "closed"


MATTER_STATES: Mapping[MatterState, Text] = {
    MatterState.OPEN: Text(zh="在办", en="open"),
    MatterState.CLOSED: Text(zh="已办结", en="closed"),
}


class ItemState(StrEnum):
    """Where a work item stands."""

    OFFERED = "offered"
    REFUSED = "refused"
    DISPUTED = "disputed"
    HELD = "held"
    DELIVERED = "delivered"
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"


ITEM_STATES: Mapping[ItemState, Text] = {
    ItemState.OFFERED: Text(zh="待接", en="offered"),
    ItemState.REFUSED: Text(zh="被拒", en="refused"),
    ItemState.DISPUTED: Text(zh="争议中", en="disputed"),
    ItemState.HELD: Text(zh="在办", en="held"),
    ItemState.DELIVERED: Text(zh="已交付", en="delivered"),
    ItemState.CONFIRMED: Text(zh="已确认", en="confirmed"),
    ItemState.WITHDRAWN: Text(zh="已撤回", en="withdrawn"),
}

ITEM_MOVES: Mapping[ItemState, frozenset[ItemState]] = {
    ItemState.OFFERED: frozenset({ItemState.HELD, ItemState.REFUSED, ItemState.WITHDRAWN}),
    ItemState.REFUSED: frozenset({ItemState.HELD, ItemState.OFFERED, ItemState.DISPUTED, ItemState.WITHDRAWN}),
    ItemState.DISPUTED: frozenset({ItemState.HELD, ItemState.OFFERED, ItemState.WITHDRAWN}),
    ItemState.HELD: frozenset({ItemState.HELD, ItemState.OFFERED, ItemState.DELIVERED, ItemState.WITHDRAWN}),
    ItemState.DELIVERED: frozenset({ItemState.CONFIRMED, ItemState.OFFERED, ItemState.WITHDRAWN}),
    ItemState.CONFIRMED: frozenset(),
    ItemState.WITHDRAWN: frozenset(),
}

LIVE = frozenset({ItemState.OFFERED, ItemState.REFUSED, ItemState.DISPUTED, ItemState.HELD})
"""The states in which an item is still to be done."""


def item_sources(to: ItemState) -> frozenset[ItemState]:
    """The states from which an item may move to `to`."""
    return frozenset(state for state, targets in ITEM_MOVES.items() if to in targets)


class HandoffState(StrEnum):
    """What became of an offer."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    DISPUTED = "disputed"
    UPHELD = "upheld"
    OVERRULED = "overruled"
    WITHDRAWN = "withdrawn"


HANDOFF_STATES: Mapping[HandoffState, Text] = {
    HandoffState.OFFERED: Text(zh="待接", en="offered"),
    HandoffState.ACCEPTED: Text(zh="已接", en="accepted"),
    HandoffState.REFUSED: Text(zh="已拒", en="refused"),
    HandoffState.DISPUTED: Text(zh="争议中", en="disputed"),
    HandoffState.UPHELD: Text(zh="拒收成立", en="refusal upheld"),
    HandoffState.OVERRULED: Text(zh="拒收不成立", en="refusal overruled"),
    HandoffState.WITHDRAWN: Text(zh="已撤回", en="withdrawn"),
}

HANDOFF_MOVES: Mapping[HandoffState, frozenset[HandoffState]] = {
    HandoffState.OFFERED: frozenset({HandoffState.ACCEPTED, HandoffState.REFUSED, HandoffState.WITHDRAWN}),
    HandoffState.ACCEPTED: frozenset(),
    HandoffState.REFUSED: frozenset(
        {HandoffState.DISPUTED, HandoffState.UPHELD, HandoffState.OVERRULED, HandoffState.WITHDRAWN}
    ),
    HandoffState.DISPUTED: frozenset({HandoffState.UPHELD, HandoffState.OVERRULED, HandoffState.WITHDRAWN}),
    HandoffState.UPHELD: frozenset(),
    HandoffState.OVERRULED: frozenset(),
    HandoffState.WITHDRAWN: frozenset(),
}

UNSETTLED = frozenset({HandoffState.REFUSED, HandoffState.DISPUTED})
"""Refusals that nobody has judged yet."""
RUNNING = UNSETTLED | {HandoffState.OFFERED}
"""An item has at most one hand-off in these states."""


def alike(state: HandoffState) -> frozenset[HandoffState]:
    """The states that a verb treats as the one it found: a refusal is settled the same way, disputed or not."""
    return UNSETTLED if state in UNSETTLED else frozenset({state})


def handoff_sources(to: HandoffState) -> frozenset[HandoffState]:
    """The states from which a hand-off may move to `to`."""
    return frozenset(state for state, targets in HANDOFF_MOVES.items() if to in targets)


class Way(StrEnum):
    """Why a hand-off was offered."""

    FIRST = "first"
    NEXT = "next"
    AGAIN = "again"
    TRANSFER = "transfer"
    RETURN = "return"
    IMPOSED = "imposed"


WAYS: Mapping[Way, Text] = {
    Way.FIRST: Text(zh="首次移交", en="first hand-off"),
    Way.NEXT: Text(zh="下一工序", en="next stage"),
    Way.AGAIN: Text(zh="再次移交", en="offered again"),
    Way.TRANSFER: Text(zh="转派", en="transfer"),
    Way.RETURN: Text(zh="退单", en="return"),
    Way.IMPOSED: Text(zh="裁定承接", en="imposed by judgement"),
}


class Reason(StrEnum):
    """Why work may be refused or returned: the closed list of defects."""

    DATA_MISSING = "data_missing"
    WRONG_AREA = "wrong_area"
    WRONG_RESOURCE = "wrong_resource"
    DUPLICATE = "duplicate"


REASONS: Mapping[Reason, Text] = {
    Reason.DATA_MISSING: Text(zh="资料不全", en="data missing"),
    Reason.WRONG_AREA: Text(zh="区域不符", en="wrong area"),
    Reason.WRONG_RESOURCE: Text(zh="资源有误", en="wrong resource"),
    Reason.DUPLICATE: Text(zh="重复派单", en="duplicate"),
}


class Side(StrEnum):
    """The two sides of a hand-off."""

    OFFERER = "offerer"
    RECEIVER = "receiver"


SIDES: Mapping[Side, Text] = {
    Side.OFFERER: Text(zh="移交方", en="the offering side"),
    Side.RECEIVER: Text(zh="接收方", en="the receiving side"),
}


def verdict(found_for: Side) -> HandoffState:
    """What a refusal becomes when it is judged."""
    return HandoffState.UPHELD if found_for is Side.RECEIVER else HandoffState.OVERRULED


class Part(StrEnum):
    """What time was spent on."""

    WAITING = "waiting"
    DISPUTE = "dispute"
    HELD = "held"
    CONFIRMING = "confirming"
    BETWEEN = "between"


PARTS: Mapping[Part, Text] = {
    Part.WAITING: Text(zh="待接", en="waiting to be accepted"),
    Part.DISPUTE: Text(zh="争议中（双方均不计）", en="in dispute, charged to neither"),
    Part.HELD: Text(zh="办理", en="being worked on"),
    Part.CONFIRMING: Text(zh="待确认", en="waiting to be confirmed"),
    Part.BETWEEN: Text(zh="首问负责", en="with the first contact"),
}


def loser(state: HandoffState) -> Side | None:
    """Who is charged for the time an offer waited: the loser of the judgement, nobody until then, else the receiver."""
    if state in UNSETTLED:
        return None
    return Side.OFFERER if state is HandoffState.UPHELD else Side.RECEIVER


# ---- what events mean for a matter ----

CANCELS = frozenset(
    [
        "order.cancelled",
        "fault.cancelled",
        "request.withdrawn",
        "complaint.withdrawn",
        "outage.cancelled",
        "appeal.withdrawn",
    ]
)
"""Nothing is left to do on the matter."""
WITHDRAWN = frozenset({"request.withdrawn", "complaint.withdrawn", "appeal.withdrawn"})
"""The customer gave it up: whoever notes that says how they said so."""
CONFIRMS = frozenset(
    ["fault.confirmed", "order.confirmed", "request.answered", "complaint.resolved", "appeal.answered"]
)
"""The customer has said that it is done, or has received the answer."""
REOPENS = frozenset({"fault.reopened", "complaint.reopened"})
"""It was not done after all."""
PASSED_DOWN = frozenset(
    ["customer.deferred", "customer.refused_access", "customer.returned", "visit.missed_by_customer", "visit.started"]
)
"""What the customer causes holds or starts the clocks of the work in hand too."""
APPOINTED, MISSED, RETURNED = "visit.appointed", "visit.missed_by_customer", "customer.returned"
"""A new appointment ends what a missed visit stopped; on work it is told as the customer's return: it opens no promise there."""


ATTEMPTS, DAYS = 3, 2
"""Rule FC5: "cannot reach" needs three attempts on two days at different hours."""

CUSTOMER_CANCELLED = Text(zh="客户撤销", en="the customer withdrew")
CUSTOMER_CONFIRMED = Text(zh="客户已确认", en="the customer confirmed")
CUSTOMER_OUT_OF_REACH = Text(zh="多次联系客户未果", en="the customer could not be reached")


def word(told: Sequence[tuple[str, datetime]], zone: tzinfo) -> Text | None:
    """On what a matter may be closed, given what was said of the customer in order; None where nothing was said.

    What was said before a reopening does not count any more.
    """
    last: Text | None = None
    attempts: list[datetime] = []
    for kind, at in told:
        if kind in REOPENS:
            last, attempts = None, []
        elif kind in CANCELS or kind in CONFIRMS:
            last = CUSTOMER_CANCELLED if kind in CANCELS else CUSTOMER_CONFIRMED
        else:
            attempts.append(at)
    return last or (CUSTOMER_OUT_OF_REACH if tried_enough(attempts, zone) else None)


def tried_enough(attempts: Sequence[datetime], zone: tzinfo) -> bool:
    """Whether the customer counts as out of reach: enough attempts, on enough days, no two of them at the same hour."""
    local = [moment.astimezone(zone) for moment in attempts]
    return len({moment.hour for moment in local}) >= ATTEMPTS and len({moment.date() for moment in local}) >= DAYS


# ---- what is typed in ----

TITLE, NOTE = 200, 1000


def tidy_note(note: str, *, needed: bool = True) -> str:
    """A note as it is kept, blanks around it gone. Raises `NoteMissing` where one is needed and is too short or too long."""
    note = note.strip()
    if len(note) > NOTE or (needed and len(note) < 2):
        raise NoteMissing(longest=NOTE)
    return note


def enough(given: Sequence[str], wanted: Sequence[Text]) -> list[str]:
    """The evidence as it is kept, one for each that the stage wants. Raises `EvidenceMissing` naming what it wants."""
    kept = [tidy_note(each) for each in given if each.strip()]
    if len(kept) < len(wanted):
        raise EvidenceMissing(evidence=joined(wanted))
    return kept


def rated(rating: int | None) -> int | None:
    """A rating of 1 to 5, or none. Raises `InvalidRating`."""
    if rating is not None and rating not in range(1, 6):
        raise InvalidRating(rating=rating)
    return rating


def tidy_title(title: str) -> str:
    """A title as it is kept, blanks around it gone and none doubled. Raises `TitleMissing`."""
    title = " ".join(title.split())
    if not 2 <= len(title) <= TITLE:
        raise TitleMissing(longest=TITLE)
    return title


RECORDED_BY_WORK = ("handoff.", "clock.", "matter.closed")


URGENT = "urgent"
"""The fact by which a `matter.changed` makes a matter urgent, or no longer so."""
YES, NO = "yes", "no"


def matter_event(kind: str) -> None:
    """Refuse what is no event of a matter: outside the vocabulary, or recorded by other verbs. Raises `UnknownKind`."""
    if kind not in EVENTS or kind.startswith(RECORDED_BY_WORK):
        raise UnknownKind(kind=kind)


def checked(facts: Facts) -> dict[str, Any]:
    """Facts as they are kept. Raises `InvalidFact` for a name that is none and a choice outside its list."""
    for name, value in facts.items():
        fact = FACTS.get(name)
        if not name.isidentifier():
            raise InvalidFact(fact=name, value=value, values="a-z, 0-9, _")
        values = {YES, NO} if name == URGENT else fact.values if fact else ()
        if values and value not in values:
            raise InvalidFact(fact=name, value=value, values=", ".join(sorted(values)))
    return dict(facts)


def merged(known: Facts, told: Facts, *, corrects: bool) -> dict[str, Any]:
    """The facts of a matter after an entry: what was known first stays, but a correction (`matter.changed`) goes before."""
    return {**known, **told} if corrects else {**told, **known}


@dataclass(frozen=True)
class Far:
    """That a matter has a far end to which somebody comes, too, and the unit on whose ground that is, if that is known."""

    near: UUID | None

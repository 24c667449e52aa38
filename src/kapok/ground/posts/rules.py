"""Posts, decided without a database: places, moves of an absence, shifts over midnight, who acts, who is asked next. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from kapok.ground.posts.refusals import WrongAcceptTime
from kapok.kernel.text import Text

LEAD = "lead"
"""The function of the post that leads a unit; the ladder climbs over these."""
SUPERVISION = "supervision"
"""The function of the post that everything is brought to in the end."""


MINUTE = timedelta(minutes=1)
LONGEST_ACCEPT_TTL = timedelta(days=7)
"""So long an offer may wait at most before it is accepted."""


def accept_ttl(ttl: timedelta | None) -> timedelta | None:
    """How long an offer may wait, None for the general rule, if that can be. Raises `WrongAcceptTime`."""
    if ttl is not None and not MINUTE <= ttl <= LONGEST_ACCEPT_TTL:
        raise WrongAcceptTime(longest=LONGEST_ACCEPT_TTL // MINUTE)
    return ttl


def spoken_ttl(ttl: timedelta | None) -> Text:
    """How long an offer may wait, for people: in minutes."""
    if ttl is None:
        return Text(zh="通用时限", en="the general rule")
    return Text(zh="{number}分钟", en="{number} {number:minute|minutes}").format(number=round(ttl / MINUTE))


class Place(StrEnum):
    """The two places of a post: A answers for it, B is the fully informed deputy."""

    A = "A"
    B = "B"

    @property
    def other(self) -> Place:
        """The other of the two."""
        return Place.B if self is Place.A else Place.A


PLACES: Mapping[Place, Text] = {
    Place.A: Text(zh="A角", en="A"),
    Place.B: Text(zh="B角", en="B"),
}


class AbsenceKind(StrEnum):
    """Why a person is not there."""

    LEAVE = "leave"
    TRAINING = "training"
    TRAVEL = "travel"
    UNPLANNED = "unplanned"


ABSENCE_KINDS: Mapping[AbsenceKind, Text] = {
    AbsenceKind.LEAVE: Text(zh="休假", en="Leave"),
    AbsenceKind.TRAINING: Text(zh="培训", en="Training"),
    AbsenceKind.TRAVEL: Text(zh="出差", en="Business trip"),
    AbsenceKind.UNPLANNED: Text(zh="临时缺勤", en="Unplanned"),
}


class AbsenceState(StrEnum):
    """Whether an absence counts: only a granted one does."""

    REQUESTED = "requested"
    GRANTED = "granted"
    WITHDRAWN = "withdrawn"


ABSENCE_STATES: Mapping[AbsenceState, Text] = {
    AbsenceState.REQUESTED: Text(zh="待批", en="asked for"),
    AbsenceState.GRANTED: Text(zh="已准", en="granted"),
    AbsenceState.WITHDRAWN: Text(zh="已撤回", en="withdrawn"),
}

ABSENCE_MOVES: Mapping[AbsenceState, frozenset[AbsenceState]] = {
    AbsenceState.REQUESTED: frozenset({AbsenceState.GRANTED, AbsenceState.WITHDRAWN}),
    AbsenceState.GRANTED: frozenset({AbsenceState.WITHDRAWN}),
    AbsenceState.WITHDRAWN: frozenset(),
}


def sources(to: AbsenceState) -> frozenset[AbsenceState]:
    """The states from which an absence may move to `to`."""
    return frozenset(state for state, targets in ABSENCE_MOVES.items() if to in targets)


class Cause(StrEnum):
    """Why B took over from A (domain rule of the A and B roles)."""

    LEAVE = "leave"
    SILENCE = "silence"
    DECLARED = "declared"


CAUSES: Mapping[Cause, Text] = {
    Cause.LEAVE: Text(zh="A角休假", en="A is on leave"),
    Cause.SILENCE: Text(zh="A角超时未接", en="A did not accept in time"),
    Cause.DECLARED: Text(zh="A角声明交出", en="A declared it"),
}

LEVELS = range(1, 4)
"""1 under guidance, 2 alone, 3 teaches others."""

LEVEL_NAMES: Mapping[int, Text] = {
    1: Text(zh="在带教下", en="under guidance"),
    2: Text(zh="独立", en="alone"),
    3: Text(zh="可带教", en="teaches"),
}


def shift_period(day: date, starts: time, ends: time, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The moments between which a shift of `day` runs by the clock of `zone`; one that does not end later ends next day."""
    last = day if ends > starts else day + timedelta(days=1)
    return datetime.combine(day, starts, zone), datetime.combine(last, ends, zone)


def tidy_note(note: str) -> str:
    """A note as it is kept: blanks around it and doubled ones gone."""
    return " ".join(note.split())


@dataclass(frozen=True)
class Present:
    """Who of a post is there at a moment; None where a place is empty."""

    a: bool | None
    b: bool | None
    taken_over: bool = False
    """B holds it by a take-over that has not been handed back."""


def who_acts(present: Present) -> Place | None:
    """The place that acts: A, but B where A is away, the place is empty, or B has taken over and is there.

    None where nobody is there: the post has a gap, and the ladder is climbed.
    """
    order = (Place.B, Place.A) if present.taken_over else (Place.A, Place.B)
    there = {Place.A: present.a, Place.B: present.b}
    return next((place for place in order if there[place]), None)


class Rung(StrEnum):
    """The steps of the ladder, from the one who answers up to the supervision centre."""

    A = "a"
    B = "b"
    LEADER = "leader"
    HEAD = "head"
    SUPERVISION = "supervision"


RUNGS: Mapping[Rung, Text] = {
    Rung.A: Text(zh="A角", en="A"),
    Rung.B: Text(zh="B角", en="B"),
    Rung.LEADER: Text(zh="班组长", en="team leader"),
    Rung.HEAD: Text(zh="单位负责人", en="unit head"),
    Rung.SUPERVISION: Text(zh="督导中心", en="supervision centre"),
}


def rung_of(steps_up: int, *, team: bool) -> Rung:
    """How the head of a unit stands on the ladder: of the post's own unit, where it is a team, the leader; else a head."""
    return Rung.LEADER if steps_up == 0 and team else Rung.HEAD


def each_once(people: Iterable[UUID]) -> Sequence[UUID]:
    """The same people in the same order, nobody twice."""
    return list(dict.fromkeys(people))

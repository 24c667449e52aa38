"""Commitments as the pages show them: how much time is left, and how much that matters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from uuid import UUID

from kapok.ground.commitments.queries import Row
from kapok.ground.commitments.rules import AT_REST, STATES, State
from kapok.ground.people import queries as people
from kapok.ground.work import queries as work
from kapok.kernel.promises.terms import TIERS
from kapok.kernel.text import Text

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
NOTHING = Text(zh="", en="")
ITEM = Text(zh="{title} · {matter}", en="{title} · {matter}")
NO_NAMES: Mapping[str, Text] = MappingProxyType({})


@dataclass(frozen=True)
class Shown:
    """One commitment in a list, seen at a moment."""

    row: Row
    at: datetime
    tone: str
    """`late`, `soon`, `calm`, `paused` or `over`: the colour of its clock."""
    left: Text
    """The time left, or by how much it is late."""
    unit: Text
    """The unit that answers for it."""
    linked: bool = True
    """Whether the reader may open it."""
    title: Text | None = None
    """What its work item is called, where it is one's."""

    @property
    def look(self) -> State:
        """Its state as one sees it: what is late is overdue, also before the scheduler has said so."""
        return State.OVERDUE if self.row.state is State.OPEN and self.tone == "late" else self.row.state

    @property
    def state(self) -> Text:
        """What its state is called."""
        return STATES[self.look]

    @property
    def matter(self) -> Text:
        """What its matter is called."""
        return self.title or called(self.row.subject)

    @property
    def tier(self) -> Text:
        """Who made the promise."""
        return TIERS[self.row.tier]

    @property
    def ticks(self) -> bool:
        """Whether its clock moves while one looks at it."""
        return self.row.state in {State.OPEN, State.OVERDUE} and self.row.due_at is not None

    @property
    def at_rest(self) -> Text | None:
        """What is said in place of the due moment of a clock that stands still; None of one that does not."""
        return AT_REST if self.row.state is State.PAUSED else None

    @property
    def soon_at(self) -> datetime | None:
        """The next warning point, from which on its clock is shown as urgent."""
        return self.row.warn_at[0] if self.row.warn_at else None


def shown(row: Row, at: datetime, units: Mapping[str, Text] = NO_NAMES) -> Shown:
    """A commitment as it is seen at a moment; `units` names the units by their codes."""
    tone, left = _left(row, at)
    return Shown(row, at, tone, left, units.get(row.unit, Text(zh=row.unit, en=row.unit)))


def all_shown(rows: Sequence[Row], at: datetime, units: Mapping[str, Text] = NO_NAMES) -> list[Shown]:
    """The rows of a list, work items by their titles."""
    titles = titles_of(row.subject for row in rows)
    return [replace(shown(row, at, units), title=titles.get(row.subject)) for row in rows]


def titles_of(subjects: Iterable[str]) -> Mapping[str, Text]:
    """What the work items among these subjects are called, each with its matter; one query, or none where there is no item."""
    wanted = {UUID(name): subject for subject in subjects if (name := _item(subject))}
    found = work.titles(wanted) if wanted else {}
    return {wanted[id_]: ITEM.format(title=title, matter=called(matter)) for id_, (title, matter) in found.items()}


def name_of(subject: str) -> Text:
    """What one subject is called, a work item by its title; one query for an item."""
    return titles_of([subject]).get(subject) or called(subject)


def all_called(subjects: Iterable[str]) -> Mapping[str, Text]:
    """What these subjects are called, work items by their titles; one query at most."""
    asked = set(subjects)
    return {subject: called(subject) for subject in asked} | dict(titles_of(asked))


def names_of(actors: Iterable[str]) -> Mapping[str, str]:
    """The names of the people among these actors, by their staff numbers; one query."""
    return people.names(actor.removeprefix("staff/") for actor in actors if actor.startswith("staff/"))


def _item(subject: str) -> str:
    """The identifier of a work item in its subject; empty where it is none."""
    kind, _, name = subject.partition("/")
    return name if kind == "work" and len(name) == SHORTENED else ""


def _left(row: Row, at: datetime) -> tuple[str, Text]:
    if row.state is State.PAUSED:
        return "paused", STATES[State.PAUSED]
    if not row.running:
        return "over", late(row.late_by) if row.late_by else NOTHING
    if row.due_at is None:
        return "calm", NOTHING
    if row.due_at < at:
        return "late", late(at - row.due_at)
    soon = bool(row.warn_at) and row.warn_at[0] <= at
    return "soon" if soon else "calm", clock(row.due_at - at)


def clock(span: timedelta) -> Text:
    """A length of time as a clock shows it, e.g. `2 d 03:10:22`; the browser goes on from there."""
    days, rest = divmod(span, DAY)
    hours, seconds = divmod(rest // SECOND, 3600)
    hand = f"{hours:02}:{seconds // 60:02}:{seconds % 60:02}"
    return Text(zh=f"{days} 天 {hand}", en=f"{days} d {hand}") if days else Text(zh=hand, en=hand)


def late(span: timedelta) -> Text:
    """By how much something is late."""
    said = clock(span)
    return Text(zh=f"超 {said.zh}", en=f"late {said.en}")


KINDS = {
    "fault": Text(zh="故障", en="fault"),
    "order": Text(zh="订单", en="order"),
    "request": Text(zh="需求", en="request"),
    "complaint": Text(zh="投诉", en="complaint"),
    "appeal": Text(zh="申诉", en="appeal"),
    "incident": Text(zh="通信事故", en="incident"),
    "outage": Text(zh="计划中断", en="planned outage"),
    "work": Text(zh="工单", en="work item"),
    "staff": Text(zh="人员", en="person"),
    "unit": Text(zh="单位", en="unit"),
    "pack": Text(zh="规则包", en="pack"),
    "post": Text(zh="岗位", en="post"),
}
MATTERS = ("fault", "order", "request", "complaint", "appeal", "incident", "outage")
"""The kinds of subject that promises are made about."""
SHORTENED = 36
"""As long as a UUID is written; of one only its end is shown."""


def called(subject: str) -> Text:
    """What a subject of the journal is called, e.g. `fault F2026-0001`."""
    kind, sign, name = subject.partition("/")
    if not sign:
        return Text(zh=subject, en=subject)
    shown = f"…{name[-6:]}" if len(name) == SHORTENED else name
    known = KINDS.get(kind, Text(zh=kind, en=kind))
    return Text(zh=f"{known.zh} {shown}", en=f"{known.en} {shown}")

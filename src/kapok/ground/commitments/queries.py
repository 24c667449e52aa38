"""Reading the ledger: pages and counts of it, one commitment, one matter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Case, Q, QuerySet, When

from kapok.ground.commitments import lanes
from kapok.ground.commitments.lanes import Filter, Place
from kapok.ground.commitments.models import Commitment, PackVersion, Revision, SavedView
from kapok.ground.commitments.registry import pack_of
from kapok.ground.commitments.rules import RUNNING, State
from kapok.ground.commitments.standing import promise_of
from kapok.ground.people.models import OrgUnit
from kapok.kernel.promises import Clock, Direction, Pack, Promise, Tier
from kapok.kernel.text import Text

COUNTED = 10_000
"""Beyond so many the ledger says “more than”: an exact number would cost more than it tells."""
PAUSED_LAST = Case(When(state=State.PAUSED, then=1), default=0)
"""What stands still falls due later than its row says, and nobody knows when."""
BINDING_ORDER = (Tier.LAW, Tier.CONTRACT, Tier.PLEDGE, Tier.STAGE)


@dataclass(frozen=True)
class Scope:
    """Whose commitments a reader may see: those that the units of these codes answer for, or all where it is None."""

    codes: tuple[str, ...] | None

    def narrowed(self, chosen: Iterable[str]) -> tuple[str, ...]:
        """What of the chosen units lies within."""
        return tuple(code for code in chosen if self.codes is None or code in self.codes)

    def holds(self, unit: str) -> bool:
        """Whether a commitment of that unit may be seen."""
        return self.codes is None or unit in self.codes


def scope(units: Iterable[UUID]) -> Scope:
    """The scope of somebody with a permission for `units`. What no unit answers for is seen from the top unit."""
    held = frozenset(units)
    rows = list(OrgUnit.objects.values_list("id", "code", "parent_id"))
    tops = {unit for unit, _, parent in rows if parent is None}
    if tops and tops <= held:
        return Scope(None)
    codes = sorted(code for unit, code, _ in rows if unit in held)
    return Scope(("", *codes) if tops & held else tuple(codes))


@dataclass(frozen=True)
class Row:
    """One commitment as lists show it. Moments are UTC."""

    id: UUID
    subject: str
    number: int
    pack: str
    pack_version: str
    promise: str
    title: Text
    tier: Tier
    direction: Direction
    state: State
    unit: str
    owner: str
    opened_at: datetime | None
    due_at: datetime | None
    first_due_at: datetime | None
    target_at: datetime | None
    closed_at: datetime | None
    elapsed: timedelta
    late_by: timedelta
    warn_at: tuple[datetime, ...]
    pauses: tuple[tuple[datetime, datetime | None], ...]
    urges: int

    @property
    def running(self) -> bool:
        """Whether its clock is not over."""
        return self.state in RUNNING

    @property
    def paused_since(self) -> datetime | None:
        """Since when its clock stands still; None where it does not."""
        return self.pauses[-1][0] if self.state is State.PAUSED and self.pauses else None

    @property
    def place(self) -> Place:
        """Where it stands in the ledger, for the page after it."""
        return Place(self.due_at, self.id)


@dataclass(frozen=True)
class Page:
    """One page of the ledger; `after` leads to the next, None where this is the last."""

    rows: Sequence[Row]
    after: Place | None


def ledger(wanted: Filter, *, after: Place | None = None, limit: int = 50) -> Page:
    """The commitments of a filter in order of due moment, one page after a place; those without one come last."""
    found = lanes.identifiers(wanted, after=after, limit=limit + 1)
    rows = _in_order(found[:limit])
    return Page(rows, rows[-1].place if len(found) > limit and rows else None)


def counts(wanted: Filter) -> dict[State, int]:
    """How many there are in each state, `COUNTED + 1` where there are more than `COUNTED`."""
    return lanes.count(wanted, at_most=COUNTED)


def standing(subject: str) -> dict[Tier, list[Row]]:
    """The commitments of one matter in the tiers that bind from without to within; each tier by due moment."""
    rows = _rows(Commitment.objects.filter(subject=subject).order_by("due_at", "id"))
    return {tier: [row for row in rows if row.tier is tier] for tier in BINDING_ORDER}


@dataclass(frozen=True)
class Binding:
    """What binds in a matter now: the earliest due of what is open, overall and in each tier."""

    overall: Row | None
    by_tier: Mapping[Tier, Row]


def binding(subject: str) -> Binding:
    """The commitments that bind: of several a promise made earlier or shorter wins, whichever falls due first.

    One that stands still binds only where nothing runs.
    """
    running = Commitment.objects.filter(subject=subject, state__in=RUNNING, due_at__isnull=False)
    by_tier: dict[Tier, Row] = {}
    rows = _rows(running.order_by(PAUSED_LAST, "due_at", "opened_at", "id"))
    for row in rows:
        by_tier.setdefault(row.tier, row)
    return Binding(rows[0] if rows else None, by_tier)


def first_due(subjects: Iterable[str]) -> dict[str, Row]:
    """Of each subject the commitment that falls due first, one that stands still only where nothing runs; in two queries."""
    running = Commitment.objects.filter(subject__in=list(subjects), state__in=RUNNING, due_at__isnull=False)
    rows = _rows(running.order_by("subject", PAUSED_LAST, "due_at", "opened_at", "id").distinct("subject"))
    return {row.subject: row for row in rows}


def of_subjects(subjects: Iterable[str], *, running: bool = False) -> list[Row]:
    """The commitments of several matters and work items, or those whose clock is not over, in two queries whatever their number."""
    found = Commitment.objects.filter(subject__in=list(subjects))
    return _rows((found.filter(state__in=RUNNING) if running else found).order_by("subject", "due_at", "id"))


def rows_of(ids: Sequence[UUID]) -> list[Row]:
    """The commitments of these identifiers, in their order."""
    return _in_order(ids)


def due_soon(owner: str, *, limit: int = 20) -> list[Row]:
    """The running clocks for which a person answers, the first due first."""
    found = lanes.identifiers(Filter(owners=(owner,)), after=None, limit=limit)
    return _in_order(found)


def matters(reader: Scope, kinds: Iterable[str], begins: str, *, limit: int) -> list[str]:
    """The matters of these kinds whose own name begins so and for which the reader's units answer, in order of name."""
    wanted = Q()
    for kind in kinds:
        wanted |= Q(subject__startswith=f"{kind}/{begins}")
    rows = Commitment.objects.filter(wanted)
    if reader.codes is not None:
        rows = rows.filter(unit__in=reader.codes)
    return list(rows.order_by("subject").values_list("subject", flat=True).distinct()[:limit])


@dataclass(frozen=True)
class Changed:
    """One field that an entry changed: what it was, what it became."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Revised:
    """What an entry of the journal changed of a commitment."""

    at: datetime
    entry: UUID
    changes: Sequence[Changed]


@dataclass(frozen=True)
class Detail:
    """One commitment in full."""

    row: Row
    made_by: Pack
    words: Promise
    facts: Mapping[str, Any]
    anomalies: Sequence[str]
    calendar_version: str
    zone: str
    breached_at: datetime | None
    breach_number: int
    reopened: int
    owed: Mapping[str, Any] | None
    revisions: Sequence[Revised]

    def seen_at(self, at: datetime) -> Detail:
        """The same with the due moment as it stands at a moment: that of a clock at rest moves on while it rests."""
        row, since = self.row, self.row.paused_since
        if since is None or row.due_at is None or at <= since:
            return self
        return replace(self, row=replace(row, due_at=Clock(self.words, self.made_by).moved(row.due_at, since, at)))


def commitment(id: UUID) -> Detail | None:  # noqa: A002  # the name of what identifies it
    """One commitment, or None where there is none."""
    found = Commitment.objects.select_related("pack").filter(id=id).first()
    if found is None:
        return None
    return Detail(
        row=_row(found),
        made_by=pack_of(found.pack),
        words=promise_of(found),
        facts=found.facts,
        anomalies=found.anomalies,
        calendar_version=found.calendar_version,
        zone=found.zone,
        breached_at=found.breached_at,
        breach_number=found.breach_number,
        reopened=found.reopened,
        owed=found.owed,
        revisions=[_revised(each) for each in Revision.objects.filter(commitment=found).order_by("recorded_at", "id")],
    )


@dataclass(frozen=True)
class Adopted:
    """A pack as it was taken into force."""

    id: UUID
    code: str
    version: str
    title: Text
    scope: Mapping[str, str]
    promises: int
    adopted_at: datetime
    superseded_at: datetime | None


def adopted(*, in_force: bool = True) -> list[Adopted]:
    """The packs that are in force, or with `in_force=False` every version that ever was; by code, the newest first."""
    versions = PackVersion.objects.order_by("code", "-adopted_at")
    if in_force:
        versions = versions.filter(superseded_at=None)
    return [_adopted(each) for each in versions]


def promises_in_force() -> dict[str, Text]:
    """The promises of the packs in force, by code, with what they are called."""
    versions = PackVersion.objects.filter(superseded_at=None).order_by("code")
    packs = [pack_of(each) for each in versions]
    return {row.code: _said(row) for pack in packs for row in pack.promises}


def saved_views(owner: str) -> list[tuple[UUID, str, str]]:
    """The views that a person keeps: identifier, name, and the query of the ledger's address."""
    return list(SavedView.objects.filter(owner=owner).order_by("name").values_list("id", "name", "query"))


def _in_order(ids: Sequence[UUID]) -> list[Row]:
    found = {row.id: row for row in _rows(Commitment.objects.filter(id__in=ids))}
    return [found[each] for each in ids if each in found]


def _rows(commitments: QuerySet[Commitment]) -> list[Row]:
    found = list(commitments)
    packs = PackVersion.objects.in_bulk({each.pack_id for each in found})
    for each in found:
        each.pack = packs[each.pack_id]
    return [_row(each) for each in found]


def _row(found: Commitment) -> Row:
    return Row(
        id=found.id,
        subject=found.subject,
        number=found.number,
        pack=found.pack.code,
        pack_version=found.pack.version,
        promise=found.promise,
        title=_said(promise_of(found)),
        tier=Tier(found.tier),
        direction=Direction(found.direction),
        state=State(found.state),
        unit=found.unit,
        owner=found.owner,
        opened_at=found.opened_at,
        due_at=found.due_at,
        first_due_at=found.first_due_at,
        target_at=found.target_at,
        closed_at=found.closed_at,
        elapsed=found.elapsed,
        late_by=found.late_by,
        warn_at=tuple(found.warn_at),
        pauses=tuple((_moment(begins), _moment(ends) if ends else None) for begins, ends in found.pauses),
        urges=found.urges,
    )


def _said(promise: Promise) -> Text:
    return Text(zh=promise.title.zh, en=promise.title.en)


def _moment(written: str) -> datetime:
    return datetime.fromisoformat(written)


def _revised(found: Revision) -> Revised:
    fields = [name for name in found.after if found.before.get(name) != found.after[name]]
    changes = [Changed(name, found.before.get(name), found.after[name]) for name in fields]
    return Revised(found.at, found.entry, changes)


def _adopted(found: PackVersion) -> Adopted:
    pack = pack_of(found)
    title = Text(zh=pack.title.zh, en=pack.title.en)
    return Adopted(
        found.id,
        found.code,
        found.version,
        title,
        found.scope,
        len(pack.promises),
        found.adopted_at,
        found.superseded_at,
    )

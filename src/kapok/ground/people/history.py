"""What units were: kept when a unit changes, and read as of a day. A unit is as it is from its last change on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Q
from django.utils import timezone

from kapok.ground.people import rules
from kapok.ground.people.models import FormerUnit, Grant, OrgUnit
from kapok.ground.people.refusals import BelowItself, FoundedLater, NotBefore, NotYet, UsedUntil
from kapok.kernel.ids import uuid7
from kapok.kernel.text import Text


def day_of(since: date | None, at: datetime) -> date:
    """The day on which a change takes effect: that of `at` where none is given. Raises `NotYet`."""
    today = timezone.localdate(at)
    if since is not None and since > today:
        raise NotYet(day=since)
    return since or today


def begin_of(unit: OrgUnit) -> date:
    """The day from which the unit is called what it is called now, and stands where it stands."""
    last = FormerUnit.objects.filter(unit=unit).order_by("-period").first()
    return last.period.upper if last else unit.valid_from


def keep(unit: OrgUnit, since: date, at: datetime) -> None:
    """Note what the unit was until `since`; a second change on a day corrects the first. Raises `NotBefore`."""
    begin = refuse_before(unit, since)
    if begin < since:
        FormerUnit.objects.create(
            id=uuid7(at), unit=unit, name_zh=unit.name_zh, name_en=unit.name_en, parent_id=unit.parent_id,
            period=DateRange(begin, since),
        )  # fmt: skip


def refuse_before(unit: OrgUnit, since: date) -> date:
    """Refuse a day before the unit's last change, or before it was founded, and return that day. Raises `NotBefore`."""
    begin = begin_of(unit)
    if since < begin:
        raise NotBefore(unit_name=unit.name, day=begin)
    return begin


def refuse_founded_later(unit: OrgUnit, since: date) -> None:
    """Refuse what would be part of a unit before there was one. Raises `FoundedLater`."""
    if since < unit.valid_from:
        raise FoundedLater(unit_name=unit.name, day=unit.valid_from)


def refuse_ring(unit: OrgUnit, above: OrgUnit, since: date, parents: Mapping[UUID, UUID | None]) -> None:
    """Refuse where, on any day from `since` on, the one stands below the other. Raises `BelowItself`."""
    former = [
        rules.FormerPlace(each.unit_id, each.parent_id, each.period.lower, each.period.upper)
        for each in FormerUnit.objects.filter(period__overlap=DateRange(since, None))
    ]
    if any(rules.is_within(above.id, unit.id, tree) for tree in rules.trees_since(since, parents, former)):
        raise BelowItself(unit_name=unit.name, parent_name=above.name)


def refuse_used(unit: OrgUnit, since: date) -> None:
    """Refuse to end a unit before the last unit below it or role held there had gone. Raises `UsedUntil`."""
    gone = [each.period.upper for each in FormerUnit.objects.filter(parent=unit, period__endswith__gt=since)]
    gone += OrgUnit.objects.filter(parent=unit, valid_to__gt=since).values_list("valid_to", flat=True)
    revoked = Grant.objects.filter(unit=unit, revoked_at__isnull=False).values_list("revoked_at", flat=True)
    gone += [day for moment in revoked if (day := timezone.localdate(moment)) > since]
    if gone:
        raise UsedUntil(unit_name=unit.name, day=max(gone))


def units_on(day: date) -> list[OrgUnit]:
    """The units that there were on a day, called and placed as they were then, by code; two queries."""
    units = list(OrgUnit.objects.filter(Q(valid_to=None) | Q(valid_to__gt=day), valid_from__lte=day).order_by("code"))
    former = {each.unit_id: each for each in FormerUnit.objects.filter(period__contains=day)}
    for unit in units:
        if then := former.get(unit.id):
            unit.name_zh, unit.name_en, unit.parent_id = then.name_zh, then.name_en, then.parent_id
    return units


@dataclass(frozen=True)
class Version:
    """What a unit was called and what it was part of in [since, until); `until` is None while that holds."""

    since: date
    until: date | None
    name: Text
    parent: str | None
    parent_name: Text | None
    """What the unit above was called on the day `since`."""


def versions(unit: UUID) -> list[Version]:
    """What a unit has been since it was founded, the latest first; three queries."""
    now = OrgUnit.objects.select_related("parent").get(id=unit)
    former = list(FormerUnit.objects.select_related("parent").filter(unit=unit).order_by("-period"))
    begin = former[0].period.upper if former else now.valid_from
    spans: list[tuple[OrgUnit | FormerUnit, date, date | None]] = [(now, begin, now.valid_to)]
    spans += [(each, each.period.lower, each.period.upper) for each in former]
    above = FormerUnit.objects.filter(unit__in={each.parent_id for each, _, _ in spans})
    names = [(each.unit_id, each.period, each.name) for each in above]
    return [
        Version(since, until, each.name, each.parent.code if each.parent else None, _called(each.parent, since, names))
        for each, since, until in spans
    ]


def _called(unit: OrgUnit | None, day: date, former: Iterable[tuple[UUID, DateRange, Text]]) -> Text | None:
    if unit is None:
        return None
    return next((name for each, period, name in former if each == unit.id and day in period), unit.name)

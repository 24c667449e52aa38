"""Reading announced group faults: the open and the last ones, what each covers, who reported it, whom one lies under."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, F, Min, Q, QuerySet

from kapok.front.channels.announcing import covering, rules
from kapok.front.channels.announcing.refusals import UnknownAnnouncement
from kapok.front.channels.models import Announcement, Covered, Report
from kapok.ground.customers.rows import customer_called
from kapok.ground.work.models import Matter
from kapok.ground.work.rules import MatterState
from kapok.kernel.text import Text
from kapok.network.inventory.kinds import ELEMENT_KINDS, ElementKind
from kapok.network.inventory.models import Service


@dataclass(frozen=True)
class CoverView:
    """One thing that an announcement covers: an exchange area or an element with what it is."""

    code: str
    name: Text
    element: bool


@dataclass(frozen=True)
class AnnouncementView:
    """A group fault as customers are told of it."""

    id: UUID
    matter: str
    unit_id: UUID
    unit_name: Text
    words: Text
    since: datetime
    expected_at: datetime | None
    announced_at: datetime
    ended_at: datetime | None
    services: int
    """How many it covered when it was announced."""
    reports: int
    told: int
    covers: tuple[CoverView, ...]

    @property
    def number(self) -> str:
        """The number of its matter."""
        return self.matter.partition("/")[2]

    @property
    def untold(self) -> int:
        """How many who reported it have not been told that it is over."""
        return self.reports - self.told if self.ended_at else 0

    @property
    def percent(self) -> int:
        """How many of the services it covers were reported."""
        return min(100, round(self.reports * 100 / self.services)) if self.services else 0

    def late(self, at: datetime) -> bool:
        """Whether it was expected to be over by now."""
        return self.ended_at is None and self.expected_at is not None and self.expected_at <= at

    def gone(self, at: datetime) -> int:
        """How much of the time until it is expected to be over has gone, in percent."""
        if self.expected_at is None or self.expected_at <= self.since:
            return 100
        share = ((self.ended_at or at) - self.since) / (self.expected_at - self.since)
        return max(0, min(100, round(share * 100)))


@dataclass(frozen=True)
class Under:
    """An open announcement that a customer lies under: with which services (none: their address), and when they reported it."""

    announcement: AnnouncementView
    services: tuple[str, ...]
    reported_at: datetime | None


@dataclass(frozen=True)
class ReportView:
    """A report that was attached to a group fault."""

    id: UUID
    customer: str
    unit_id: UUID | None
    """The unit that answers for the customer."""
    service: str
    words: str
    calls: int
    asked_at: datetime
    called_at: datetime
    interaction: UUID | None
    told_at: datetime | None
    told_by: str


def announcement_rows(*, over: bool = False) -> QuerySet[Announcement]:
    """The open announcements, the latest first, or those that are over, the last that ended first; to be paged."""
    found = _rows().filter(ended_at__isnull=not over)
    return found.order_by(*(("-ended_at", "id") if over else ("-since", "id")))


def _rows() -> QuerySet[Announcement]:
    return Announcement.objects.select_related("unit")


def announcements(page: Iterable[Announcement]) -> list[AnnouncementView]:
    """A page of `announcement_rows` as it is shown, in three queries."""
    rows = list(page)
    found = [row.id for row in rows]
    counted, covers = _counts(found), _covers(found)
    return [_view(row, counted.get(row.id, (0, 0)), covers.get(row.id, ())) for row in rows]


def announcement(identifier: UUID) -> AnnouncementView:
    """One announcement. Raises `UnknownAnnouncement`."""
    found = announcements(_rows().filter(id=identifier))
    if not found:
        raise UnknownAnnouncement
    return found[0]


def of_matter(matter: str) -> AnnouncementView | None:
    """The open announcement of a matter, else the last."""
    rows = _rows().filter(matter=matter).order_by(F("ended_at").desc(nulls_first=True))[:1]
    return next(iter(announcements(rows)), None)


def over_customer(number: str) -> list[Under]:
    """The open announcements that a customer's services, or where they have none their address, lie under.

    One query where nothing is announced. Raises `UnknownCustomer`.
    """
    if not _rows().filter(ended_at=None).exists():
        return []
    one = customer_called(number)
    living = covering.living_services(one)
    found: dict[UUID, list[UUID]] = {}
    for service, identifier in covering.over_services(living).items():
        found.setdefault(identifier, []).append(service)
    home = covering.over_address(one.address.code) if one.address and not living else None
    if home is not None:
        found[home] = []
    numbers = dict(Service.objects.filter(id__in=living).values_list("id", "number"))
    reported = Report.objects.filter(announcement__in=found, customer=one).order_by()
    since = dict(reported.values_list("announcement").annotate(Min("asked_at")))
    return [
        Under(view, tuple(sorted(numbers[each] for each in found[view.id])), since.get(view.id))
        for view in announcements(_rows().filter(id__in=found).order_by("since", "id"))
    ]


def of_customer(identifier: UUID, number: str) -> Under | None:
    """An announcement as a customer sees it who lies under it or reported it; None for everybody else."""
    under = next((each for each in over_customer(number) if each.announcement.id == identifier), None)
    if under is not None:
        return under
    report = Report.objects.filter(announcement=identifier, customer=customer_called(number)).first()
    return Under(announcement(identifier), (), report.asked_at) if report else None


def reports(identifier: UUID, *, units: Collection[UUID]) -> list[ReportView]:
    """Who reported it: the customers of these units, and those whom nobody knows and these units spoke with. To be told first."""
    mine = Q(customer__unit__in=units) | Q(customer=None, interaction__unit__in=units)
    rows = Report.objects.filter(mine, announcement=identifier).select_related("customer", "service", "told_by")
    return [
        ReportView(
            row.id, row.customer.number if row.customer else "", row.customer.unit_id if row.customer else None,
            row.service.number if row.service else "", row.words, row.calls, row.asked_at, row.called_at, row.interaction_id,
            row.told_at, row.told_by.name if row.told_by else "",
        )
        for row in rows.order_by(F("told_at").asc(nulls_first=True), "asked_at", "id")
    ]  # fmt: skip


def announceable(units: Collection[UUID], *, limit: int = 100) -> list[tuple[str, str]]:
    """The open faults and incidents of these units that are not announced: subject and title, the latest first."""
    kinds = Q()
    for kind in rules.KINDS:
        kinds |= Q(subject__startswith=f"{kind}/")
    announced = Announcement.objects.filter(ended_at=None).values("matter")
    rows = Matter.objects.filter(kinds, unit__in=units, state=MatterState.OPEN).exclude(subject__in=announced)
    return list(rows.order_by("-opened_at").values_list("subject", "title")[:limit])


def _counts(identifiers: Collection[UUID]) -> dict[UUID, tuple[int, int]]:
    rows = Report.objects.filter(announcement__in=identifiers).values_list("announcement")
    return {key: (count, told) for key, count, told in rows.annotate(Count("id"), Count("told_at")).order_by()}


def _covers(identifiers: Collection[UUID]) -> dict[UUID, Sequence[CoverView]]:
    rows = Covered.objects.filter(announcement__in=identifiers).select_related("element", "exchange_area")
    found: dict[UUID, list[CoverView]] = {}
    for row in rows.order_by("id"):
        found.setdefault(row.announcement_id, []).append(_cover(row))
    return {key: tuple(views) for key, views in found.items()}


def _cover(row: Covered) -> CoverView:
    if row.element is not None:
        return CoverView(row.element.code, ELEMENT_KINDS[ElementKind(row.element.kind)], element=True)
    area = row.exchange_area
    return CoverView(area.code if area else "", area.name if area else Text(zh="", en=""), element=False)


def _view(row: Announcement, counted: tuple[int, int], covers: Sequence[CoverView]) -> AnnouncementView:
    return AnnouncementView(
        id=row.id, matter=row.matter, unit_id=row.unit_id, unit_name=row.unit.name, words=row.words, since=row.since,
        expected_at=row.expected_at, announced_at=row.announced_at, ended_at=row.ended_at, services=row.services,
        reports=counted[0], told=counted[1], covers=tuple(covers),
    )  # fmt: skip

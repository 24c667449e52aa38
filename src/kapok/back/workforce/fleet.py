"""Reading vans: which there are, who drives them, what lies in them, and what was used up at customers'."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet, Sum

from kapok.back.workforce import crews
from kapok.back.workforce.models import Material, Stock, Used, Vehicle
from kapok.kernel.text import Text


@dataclass(frozen=True)
class StockView:
    """How much of a material lies in a van."""

    code: str
    title: Text
    count: int
    counted: Text


@dataclass(frozen=True)
class VanView:
    """A van: its unit, its driver, what lies in it by the code of the material."""

    plate: str
    unit_id: UUID
    unit_name: Text
    driver: str
    driver_name: str
    stock: tuple[StockView, ...]

    @property
    def subject(self) -> str:
        """How the journal calls it."""
        return f"vehicle/{self.plate}"


def vans(units: Collection[UUID] | None = None) -> list[VanView]:
    """The vans of these units, or all, by plate; two queries however many there are."""
    rows = Vehicle.objects.all() if units is None else Vehicle.objects.filter(unit__in=units)
    return _views(rows)


def van(plate: str) -> VanView | None:
    """One van; None where there is no such."""
    return next(iter(_views(Vehicle.objects.filter(plate=plate))), None)


def materials() -> list[tuple[str, Text, Text]]:
    """What can be carried: code, name, what one counts of it."""
    return [(row.code, row.title, row.counted) for row in Material.objects.order_by("code")]


def used_by(driver: str, since: datetime, until: datetime) -> dict[str, int]:
    """How much of each material a technician used up on work replied to in [since, until), by code."""
    mine = Used.objects.filter(
        order__technician__username=driver, order__replied_at__gte=since, order__replied_at__lt=until
    )
    return dict(mine.values_list("material__code").annotate(total=Sum("count")).order_by("material__code"))


def drivers(unit: UUID, at: datetime) -> list[tuple[str, str]]:
    """Who may drive a van of a unit: those who can be sent around it; staff number and name."""
    people = crews.members(crews.around(unit), "", at, at)
    return sorted((each.username, each.name) for each in people)


def plates(drivers: Iterable[UUID]) -> dict[UUID, str]:
    """The plate of the van that each of these drives."""
    rows = Vehicle.objects.filter(driver__in=list(drivers))
    return {driver: plate for driver, plate in rows.values_list("driver", "plate") if driver}


def _views(rows: QuerySet[Vehicle]) -> list[VanView]:
    found = list(rows.select_related("unit", "driver").order_by("plate"))
    lying: dict[UUID, list[StockView]] = {}
    stock = Stock.objects.filter(vehicle__in=found).select_related("material").order_by("material__code")
    for row in stock:
        view = StockView(row.material.code, row.material.title, row.count, row.material.counted)
        lying.setdefault(row.vehicle_id, []).append(view)
    return [
        VanView(
            each.plate, each.unit_id, each.unit.name, each.driver.username if each.driver else "",
            each.driver.name if each.driver else "", tuple(lying.get(each.id, ())),
        )
        for each in found
    ]  # fmt: skip

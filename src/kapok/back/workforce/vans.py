"""Vans: who drives which, and what lies in them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from kapok.back.workforce import events, rules
from kapok.back.workforce.models import Material, Stock, Vehicle
from kapok.back.workforce.refusals import NoteNeeded
from kapok.back.workforce.stores_refusals import (
    BadCount,
    BadMaterial,
    BadPlate,
    DrivesAnother,
    PlateTaken,
    UnknownMaterial,
    UnknownVehicle,
)
from kapok.ground.journal import api as journal
from kapok.ground.people import rows as people
from kapok.ground.posts import rows as posts
from kapok.ground.posts.refusals import CodeInUse
from kapok.kernel.ids import uuid7
from kapok.kernel.text import Text

MOST_LOADED = 9999
NOTE = Text(zh="备注", en="note")


@transaction.atomic
def add_vehicle(*, plate: str, unit: str, driver: str = "", actor: str, at: datetime) -> None:
    """Enter a van of a unit, with who drives it. The plate is kept in upper case without spaces.

    Raises `BadPlate`, `PlateTaken`, `UnknownUnit`, `EndedUnit`, and what `drive` does.
    """
    tidy, home = rules.tidy_plate(plate), people.living_unit(unit)
    if not rules.PLATE.fullmatch(tidy):
        raise BadPlate(plate=plate[: rules.LONGEST_PLATE], most=rules.LONGEST_PLATE)
    try:
        with transaction.atomic():
            Vehicle.objects.create(id=uuid7(at), plate=tidy, unit=home)
    except IntegrityError:
        raise PlateTaken(plate=tidy) from None
    drive(plate=tidy, driver=driver, actor=actor, at=at)


@transaction.atomic
def drive(*, plate: str, driver: str, actor: str, at: datetime) -> None:
    """Give a van to a technician, or to nobody. Raises `UnknownVehicle`, `UnknownStaff`, `Deactivated`, `DrivesAnother`."""
    van = _called(plate)
    staff = posts.working(driver) if driver else None
    try:
        with transaction.atomic():
            Vehicle.objects.filter(id=van.id).update(driver=staff)
    except IntegrityError:
        other = Vehicle.objects.filter(driver=staff).first()
        raise DrivesAnother(username=driver[:50], plate=other.plate if other else "—") from None
    who = staff.username if staff else "—"
    journal.record(events.VehicleChanged(subject=van.subject, actor=actor, at=at, plate=van.plate, driver=who))


@transaction.atomic
def define_material(*, code: str, title: Text, counted: Text, actor: str, at: datetime) -> None:
    """Set up a material and what one counts of it. Raises `BadMaterial`, `CodeInUse`."""
    if not rules.may_be_material(code, title, counted):
        raise BadMaterial(code=code[:40])
    try:
        with transaction.atomic():
            Material.objects.create(
                id=uuid7(at),
                code=code,
                title_zh=title.zh,
                title_en=title.en,
                counted_zh=counted.zh,
                counted_en=counted.en,
            )
    except IntegrityError:
        raise CodeInUse(code=code) from None
    journal.record(events.MaterialDefined(subject=f"material/{code}", actor=actor, at=at, title=title))


@transaction.atomic
def load_van(*, plate: str, material: str, count: int, actor: str, at: datetime) -> None:
    """Put so much of a material into a van, beside what lies there. Raises `UnknownVehicle`, `UnknownMaterial`, `BadCount`."""
    van, row = _called(plate), _material(material)
    if not 1 <= count <= MOST_LOADED:
        raise BadCount(count=count, least=1, most=MOST_LOADED)
    stock = _stock(van, row, at)
    stock.count += count
    stock.save(update_fields=["count"])
    journal.record(
        events.VanLoaded(
            subject=van.subject, actor=actor, at=at, material=material, material_name=row.title, count=count
        )
    )


@transaction.atomic
def count_van(*, plate: str, material: str, count: int, note: str = "", actor: str, at: datetime) -> None:
    """Somebody has counted a material in a van: the record is what they found, and the journal says what it was before.

    Raises `UnknownVehicle`, `UnknownMaterial`, `BadCount`, `NoteNeeded`.
    """
    van, row = _called(plate), _material(material)
    if not 0 <= count <= MOST_LOADED:
        raise BadCount(count=count, least=0, most=MOST_LOADED)
    words = " ".join(note.split())
    if len(words) > rules.NOTE:
        raise NoteNeeded(field=NOTE, most=rules.NOTE)
    stock = _stock(van, row, at)
    said: dict[str, Any] = {
        "material": material,
        "material_name": row.title,
        "before": stock.count,
        "count": count,
        "note": words,
    }
    stock.count = count
    stock.save(update_fields=["count"])
    journal.record(events.VanCounted(subject=van.subject, actor=actor, at=at, **said))


def _material(code: str) -> Material:
    row = Material.objects.filter(code=code).first()
    if row is None:
        raise UnknownMaterial(material=code[:40])
    return row


def _stock(van: Vehicle, material: Material, at: datetime) -> Stock:
    """What lies of it in the van, locked: nobody takes of it meanwhile."""
    stock, _ = Stock.objects.select_for_update(no_key=True).get_or_create(
        vehicle=van, material=material, defaults={"id": uuid7(at), "count": 0}
    )
    return stock


def _called(plate: str) -> Vehicle:
    """The van, locked until the verb's `transaction.atomic` ends. Raises `UnknownVehicle`."""
    found = Vehicle.objects.select_for_update(no_key=True).filter(plate=plate).first()
    if found is None:
        raise UnknownVehicle(plate=plate[:20])
    return found

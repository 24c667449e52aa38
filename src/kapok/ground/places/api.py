"""Places: standard addresses, exchange areas, and the patch that answers for each address in each segment.

Promises that a spot has one address, that of every segment exactly one patch claims an address at a time, and that an address
is never without a unit that answers for it. Refuses to retire what is still used and to load half a file unasked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from kapok.ground.journal import api as journal
from kapok.ground.people.models import OrgUnit
from kapok.ground.people.refusals import EndedUnit, UnknownUnit
from kapok.ground.places import events, loading, nodes, queries, rows, rules
from kapok.ground.places.loading import Loaded, Refused
from kapok.ground.places.models import Address, ExchangeArea, PatchArea, PlaceDefect
from kapok.ground.places.refusals import (
    AddressCodeTaken,
    AddressInUse,
    AddressKnown,
    AssignedLater,
    BadArea,
    BadBoundary,
    BadCode,
    BadLevel,
    BadPlaceName,
    BadPoint,
    NotAnAddressFile,
    NotAPatch,
    NothingToAssign,
    RetiredAddress,
    RowsRefused,
    UnknownAddress,
    UnknownExchangeArea,
    UnknownSegment,
)
from kapok.kernel.ids import uuid7
from kapok.kernel.text import Text

__all__ = [
    "AddressCodeTaken",
    "AddressInUse",
    "AddressKnown",
    "AssignedLater",
    "BadArea",
    "BadBoundary",
    "BadCode",
    "BadLevel",
    "BadPlaceName",
    "BadPoint",
    "EndedUnit",
    "Loaded",
    "NotAPatch",
    "NotAnAddressFile",
    "NothingToAssign",
    "Refused",
    "RetiredAddress",
    "RowsRefused",
    "UnknownAddress",
    "UnknownExchangeArea",
    "UnknownSegment",
    "UnknownUnit",
    "add_address",
    "assign_patch",
    "correct_address",
    "draw_exchange_area",
    "find_responsible",
    "import_addresses",
    "retire_address",
]

ADDRESSES = "addresses"
"""The subject of entries about many addresses at once."""


@transaction.atomic
def add_address(
    *,
    code: str,
    level: rules.Level,
    name: Text,
    parent: str | None,
    exchange_area: str | None = None,
    longitude: float | None = None,
    latitude: float | None = None,
    actor: str,
    at: datetime,
) -> None:
    """Take an address into use below `parent`; without an English name it is spelled in pinyin. Degrees come in pairs.

    Raises `BadCode`, `BadPlaceName`, `BadLevel`, `BadPoint`, `UnknownAddress`, `RetiredAddress`, `UnknownExchangeArea`,
    `AddressCodeTaken`, `AddressKnown`.
    """
    above = rows.living_address(parent) if parent else None
    area = rows.exchange_area_called(exchange_area)
    _check_level(level, above)
    names = (*(nodes.names_of([above.id])[above.id] if above else ()), (level, rules.tidy_text(name)))
    point = rows.checked_point(longitude, latitude)
    node = nodes.Node(
        uuid7(at),
        rows.tidy_code(code),
        above.id if above else None,
        names,
        area.id if area else None,
        longitude=point[0],
        latitude=point[1],
    )
    _refuse_known(node.code, names)
    try:
        with transaction.atomic():
            nodes.write([node])
    except IntegrityError:
        _refuse_known(node.code, names)
        raise
    full = rules.full_text(names)
    journal.record(events.AddressAdded(subject=f"address/{code}", actor=actor, at=at, address=full))


@transaction.atomic
def correct_address(
    *,
    code: str,
    name: Text | None = None,
    exchange_area: str | None = None,
    longitude: float | None = None,
    latitude: float | None = None,
    actor: str,
    at: datetime,
) -> None:
    """Write an address, and all that lies below it, differently; None leaves a detail as it is, an empty exchange area inherits.

    Raises `UnknownAddress`, `RetiredAddress`, `BadPlaceName`, `UnknownExchangeArea`, `BadPoint`, `AddressKnown`.
    """
    address = rows.living_address(code)
    old = address.full
    if name is not None:
        tidy = rules.tidy_text(name)
        address.name_zh, address.name_en = tidy.zh, tidy.en
    if exchange_area is not None:
        address.exchange_area = rows.exchange_area_called(exchange_area)
    if longitude is not None or latitude is not None:
        address.longitude, address.latitude = rows.checked_point(longitude, latitude)
    address.save(update_fields=["name_zh", "name_en", "exchange_area", "longitude", "latitude"])
    if name is not None:
        _rename(address)
    address.refresh_from_db()
    journal.record(
        events.AddressCorrected(
            subject=address.subject, actor=actor, at=at, old_address=old, address=address.full,
            exchange_area=address.exchange_area.code if address.exchange_area else None,
        )
    )  # fmt: skip


def _rename(address: Address) -> None:
    try:
        with transaction.atomic():
            nodes.rewrite_below(address.id)
    except IntegrityError:
        names = nodes.names_of([address.id])[address.id]
        raise AddressKnown(address=rules.full_text(names)) from None


@transaction.atomic
def retire_address(*, code: str, actor: str, at: datetime) -> None:
    """Use an address no longer; what happened there stays. Raises `UnknownAddress`, `RetiredAddress`, `AddressInUse`."""
    address = rows.living_address(code)
    below = Address.objects.filter(parent=address, retired_at=None).count()
    patches = PatchArea.objects.filter(address=address, valid_to=None).count()
    if below or patches:
        raise AddressInUse(address=address.full, below=below, patches=patches)
    Address.objects.filter(id=address.id).update(retired_at=at)
    journal.record(events.AddressRetired(subject=address.subject, actor=actor, at=at, address=address.full))


@transaction.atomic
def draw_exchange_area(
    *,
    code: str,
    name: Text,
    unit: str | None = None,
    geometry: Mapping[str, Any] | None = None,
    area: str = "",
    actor: str,
    at: datetime,
) -> None:
    """Set up an exchange area or change it: its name, the service centre that runs it, its boundary as GeoJSON, its kind.

    `area` is the kind of area by which promises differ (`rules.AREAS`), empty where it is as the installation's default.
    Raises `BadCode`, `BadPlaceName`, `BadBoundary`, `BadArea`, `UnknownUnit`, `EndedUnit`.
    """
    tidy, home = rules.tidy_text(name), rows.living_unit(unit) if unit else None
    if geometry is not None:
        rules.rings(geometry)
    details = {"name_zh": tidy.zh, "name_en": tidy.en, "unit": home, "geometry": geometry}
    details["area"] = rows.tidy_area(code, area)
    drawn, _ = ExchangeArea.objects.update_or_create(
        code=rows.tidy_code(code), defaults=details, create_defaults={**details, "id": uuid7(at)}
    )
    journal.record(events.ExchangeAreaDrawn(subject=drawn.subject, actor=actor, at=at, name=tidy, unit=unit, area=area))


@transaction.atomic
def assign_patch(
    *,
    unit: str,
    segment: str,
    address: str | None = None,
    exchange_area: str | None = None,
    since: datetime,
    geometry: Mapping[str, Any] | None = None,
    actor: str,
    at: datetime,
) -> None:
    """Let a patch answer for a segment of an address and all below it, or of an exchange area, from `since` on.

    Whoever answered until then ends there. A nearer assignment goes before a wider one.
    Raises `NothingToAssign`, `UnknownUnit`, `EndedUnit`, `NotAPatch`, `UnknownSegment`, `UnknownAddress`, `RetiredAddress`,
    `UnknownExchangeArea`, `BadBoundary`, `AssignedLater`.
    """
    if bool(address) == bool(exchange_area):
        raise NothingToAssign
    patch, wanted = rows.patch_called(unit), rows.segment_called(segment)
    spot = rows.living_address(address) if address else None
    area = rows.exchange_area_called(exchange_area)
    if geometry is not None:
        rules.rings(geometry)
    held = PatchArea.objects.filter(address=spot, exchange_area=area, segment=wanted, valid_to=None)
    _refuse_overlap(held, wanted, since)
    held.update(valid_to=since)
    place = {"address": spot, "exchange_area": area}
    PatchArea.objects.create(
        id=uuid7(at), unit=patch, segment=wanted, **place, geometry=geometry, valid_from=since, valid_to=None
    )
    _mend(wanted, at)
    journal.record(
        events.PatchAssigned(
            subject=f"unit/{patch.code}", actor=actor, at=at, segment=wanted.value, segment_name=rules.SEGMENTS[wanted],
            unit=patch.code, unit_name=patch.name, place_name=spot.full if spot else _area_name(area), since=since,
        )
    )  # fmt: skip


@transaction.atomic
def find_responsible(*, address: str, segment: str, actor: str, at: datetime) -> queries.Responsible:
    """The unit that answers for an address in a segment at `at`, for whoever is about to give it work.

    Where no patch does, the service centre, the bureau or the branch does, and that is noted once as a defect of our data.
    Raises `UnknownAddress`, `RetiredAddress`, `UnknownSegment`, and `UnknownUnit` where the operator has no unit at all.
    """
    wanted, spot = rows.segment_called(segment), rows.living_address(address)
    found = queries.patch_of(address, wanted, at=at)
    if found is None:
        raise UnknownUnit(unit="—")
    if found.defect:
        _note_defect(spot, found, actor, at)
    return found


@transaction.atomic
def import_addresses(
    *,
    lines: Iterable[str],
    file: str,
    dry_run: bool = False,
    leave_out_refused: bool = False,
    actor: str,
    at: datetime,
) -> Loaded:
    """Load a CSV file of addresses and say how many were added and which rows were refused, and why.

    A dry run changes nothing. Rows that are refused keep the whole file out unless they are to be left out.
    Raises `NotAnAddressFile`, `RowsRefused`.
    """
    mark = transaction.savepoint()
    loaded = loading.load(lines, at)
    if dry_run or (loaded.refused and not leave_out_refused):
        transaction.savepoint_rollback(mark)
    else:
        transaction.savepoint_commit(mark)
    if dry_run:
        return loaded
    if loaded.refused and not leave_out_refused:
        first = loaded.rows[0]
        raise RowsRefused(refused=loaded.refused, line=first.line, reason=first.reason)
    _say_kinds(loaded.areas, actor, at)
    journal.record(
        events.AddressesImported(
            subject=ADDRESSES, actor=actor, at=at, file=file, added=loaded.added, refused=loaded.refused
        )
    )
    return loaded


def _say_kinds(areas: Mapping[str, str], actor: str, at: datetime) -> None:
    """Write down of what kind exchange areas are, those of which it was not known so."""
    for area in ExchangeArea.objects.select_related("unit").filter(code__in=areas).order_by("code"):
        if area.area != areas[area.code]:
            draw_exchange_area(
                code=area.code, name=area.name, unit=area.unit.code if area.unit else None, geometry=area.geometry,
                area=areas[area.code], actor=actor, at=at,
            )  # fmt: skip


def _check_level(level: rules.Level, above: Address | None) -> None:
    if above is None and level is not rules.Level.PROVINCE:
        raise BadLevel(level=rules.LEVELS[level], parent_level=Text(zh="（无）", en="(nothing)"))
    if above is not None and level <= above.level:
        raise BadLevel(level=rules.LEVELS[level], parent_level=rules.LEVELS[rules.Level(above.level)])


def _refuse_known(code: str, names: rules.Names) -> None:
    if Address.objects.filter(code=code).exists():
        raise AddressCodeTaken(code=code)
    if Address.objects.filter(place=nodes.place_of(names), retired_at=None).exists():
        raise AddressKnown(address=rules.full_text(names))


def _refuse_overlap(held: Any, segment: rules.Segment, since: datetime) -> None:
    later = held.filter(valid_from__gte=since).select_related("unit").first()
    if later is not None:
        raise AssignedLater(
            segment_name=rules.SEGMENTS[segment], since=f"{later.valid_from:%Y-%m-%d %H:%M}", unit_name=later.unit.name
        )


def _area_name(area: ExchangeArea | None) -> Text:
    return Text(zh=f"{area.name_zh}局向", en=f"exchange area {area.name_en}") if area else Text(zh="", en="")


def _note_defect(address: Address, found: queries.Responsible, actor: str, at: datetime) -> None:
    _, new = PlaceDefect.objects.get_or_create(
        address=address, segment=found.segment, mended_at=None,
        defaults={"id": uuid7(at), "unit": OrgUnit.objects.get(id=found.unit_id), "noticed_at": at},
    )  # fmt: skip
    if new:
        journal.record(
            events.PatchMissing(
                subject=address.subject, actor=actor, at=at, address=address.full, segment=found.segment.value,
                segment_name=found.segment_name, unit=found.unit, unit_name=found.unit_name,
            )
        )  # fmt: skip


def _mend(segment: rules.Segment, at: datetime) -> None:
    """Close the defects of a segment whose address has a patch now."""
    for defect in PlaceDefect.objects.filter(segment=segment, mended_at=None).select_related("address"):
        found = queries.patch_of(defect.address.code, segment, at=at)
        if found is not None and not found.defect:
            PlaceDefect.objects.filter(id=defect.id).update(mended_at=at)

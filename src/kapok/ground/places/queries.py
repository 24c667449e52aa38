"""Reading places: finding an address as one types, what it is, who answers for it, where the boundaries run."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from kapok.ground.people.models import OrgUnit
from kapok.ground.places import rules
from kapok.ground.places.models import Address, ExchangeArea, PatchArea, PlaceDefect
from kapok.ground.places.statements import HOMED, KINDS, NEAREST
from kapok.kernel.text import Text


@dataclass(frozen=True)
class Found:
    """One address as a list shows it."""

    code: str
    level: rules.Level
    name: Text
    full: Text

    @property
    def level_name(self) -> Text:
        """What kind of place it is."""
        return rules.LEVELS[self.level]

    @property
    def served(self) -> bool:
        """Whether something can be served there: from a house number down."""
        return self.level >= rules.SERVED


LOOKED_AT = 400
"""So many of the numbers and rooms that answer are looked at for the best; what is broader is answered by roads and districts."""

BROAD = """
SELECT code, level, name_zh, name_en, full_zh, full_en FROM places_address
WHERE retired_at IS NULL AND level <= 5 AND grams @> %(grams)s::int4[] AND search LIKE ALL (%(words)s::text[])
ORDER BY level, strpos(name_zh, %(last)s) <> 1, length(full_zh), full_zh LIMIT %(limit)s
"""
NARROW = """
WITH hits AS MATERIALIZED (
    SELECT code, level, name_zh, name_en, full_zh, full_en FROM places_address
    WHERE retired_at IS NULL AND level > 5 AND grams @> %(grams)s::int4[] AND search LIKE ALL (%(words)s::text[])
    LIMIT %(looked_at)s
)
SELECT * FROM hits ORDER BY level, strpos(name_zh, %(last)s) <> 1, length(full_zh), full_zh LIMIT %(limit)s
"""


def search(text: str, limit: int = 20) -> list[Found]:
    """The addresses in which every word of `text` occurs: Chinese, initials (`tyxl103`) or English; the largest places first.

    Roads and what lies above them come before numbers and rooms; a name that begins with the words comes before one that has
    them inside. A word of one Chinese character, or of one or two letters, only narrows what other words find.
    """
    words = rules.asked_words(text)
    if not words:
        return []
    grams = rules.asked_grams(words)
    found = _matching(BROAD, words, grams, limit)
    if len(found) < limit and grams:
        found += _matching(NARROW, words, grams, limit - len(found))
    return found


def _matching(query: str, words: list[str], grams: list[int], limit: int) -> list[Found]:
    patterns = [f"%{literally(word)}%" for word in words]
    with connection.cursor() as cursor:
        values: dict[str, Any] = {
            "grams": grams,
            "words": patterns,
            "last": words[-1],
            "limit": limit,
            "looked_at": LOOKED_AT,
        }
        cursor.execute(query, values)
        return [_found(row) for row in cursor.fetchall()]


def literally(word: str) -> str:
    """The word as a pattern of LIKE that means nothing but itself."""
    return re.sub(r"([\\%_])", r"\\\1", word)


def _found(row: tuple[str, int, str, str, str, str]) -> Found:
    code, level, name_zh, name_en, full_zh, full_en = row
    return Found(code, rules.Level(level), Text(zh=name_zh, en=name_en), Text(zh=full_zh, en=full_en))


@dataclass(frozen=True)
class Responsible:
    """The unit that answers for an address in a segment. `defect` where it is not the patch's own."""

    segment: rules.Segment
    unit: str
    unit_id: UUID
    unit_name: Text
    rung: rules.Rung

    @property
    def segment_name(self) -> Text:
        """The segment in words."""
        return rules.SEGMENTS[self.segment]

    @property
    def rung_name(self) -> Text:
        """How near the unit is, in words."""
        return rules.RUNGS[self.rung]

    @property
    def defect(self) -> bool:
        """Whether our data should know better."""
        return self.rung is not rules.Rung.PATCH


def exchange_area_of(address: UUID) -> ExchangeArea | None:
    """The exchange area an address homes to, its own or that of the nearest address above."""
    with connection.cursor() as cursor:
        cursor.execute(HOMED, {"address": address})
        row = cursor.fetchone()
    return ExchangeArea.objects.select_related("unit").get(id=row[0]) if row else None


def areas_of(codes: Iterable[str]) -> dict[str, str]:
    """Of what kind of area each of these addresses is (`rules.AREAS`), by code; those of which nobody has said are left out."""
    with connection.cursor() as cursor:
        cursor.execute(KINDS, {"codes": sorted(set(codes))})
        return dict(cursor.fetchall())


def area_of(address: str) -> str:
    """Of what kind of area an address is: that of its exchange area; empty where nobody has said."""
    return areas_of([address]).get(address, "")


def patches_of(code: str, *, at: datetime) -> list[Responsible]:
    """Who answers for an address at `at`, segment by segment: the nearest patch, else service centre, bureau, branch.

    The patch of the address itself goes before that of an address above it, and at the same height before that of the
    exchange area. Nothing is ever without a unit, as long as the operator has one. Empty for an unknown code.
    """
    return patches_of_each([code], at=at).get(code, [])


def patches_of_each(codes: Iterable[str], *, at: datetime) -> dict[str, list[Responsible]]:
    """The same of several addresses, by code, in two queries; unknown ones are left out."""
    claimed: dict[str, dict[str, UUID | None]] = {}
    with connection.cursor() as cursor:
        cursor.execute(NEAREST, {"codes": sorted(set(codes)), "at": at})
        for code, segment, unit in cursor.fetchall():
            claimed.setdefault(code, {})[segment] = unit
    units = {unit.id: unit for unit in OrgUnit.objects.all()} if claimed else {}
    last = next((unit.id for unit in units.values() if unit.parent_id is None), None)
    return {
        code: [
            _responsible(segment, _living(units, start))
            for segment in rules.Segment
            if (start := near.get(segment.value) or near[""] or last)
        ]
        for code, near in claimed.items()
    }


def patch_of(code: str, segment: rules.Segment, *, at: datetime) -> Responsible | None:
    """Who answers for an address in one segment at `at`; see `patches_of`."""
    return next((each for each in patches_of(code, at=at) if each.segment is segment), None)


def _living(units: dict[UUID, OrgUnit], start: UUID) -> OrgUnit:
    unit = units[start]
    while unit.valid_to is not None and unit.parent_id is not None:
        unit = units[unit.parent_id]
    return unit


def _responsible(segment: rules.Segment, unit: OrgUnit) -> Responsible:
    return Responsible(segment, unit.code, unit.id, unit.name, rules.rung_of(unit.kind))


@dataclass(frozen=True)
class AddressView:
    """One address with the levels above it, from the top down, its exchange area and who answers for it."""

    code: str
    level: rules.Level
    name: Text
    full: Text
    levels: tuple[Found, ...]
    exchange_area: str
    exchange_area_name: Text | None
    own_exchange_area: str
    """The exchange area where it begins to hold here; empty where it is inherited."""
    area_name: Text | None
    """The kind of area in words; None where nobody has said."""
    patches: tuple[Responsible, ...]
    longitude: float | None
    latitude: float | None
    retired_at: datetime | None
    below: int

    @property
    def subject(self) -> str:
        """How the journal calls it."""
        return f"address/{self.code}"


LEVELS_UP = """
WITH RECURSIVE up AS (
    SELECT * FROM places_address WHERE id = %s UNION ALL SELECT a.* FROM places_address a JOIN up ON a.id = up.parent_id
)
SELECT code, level, name_zh, name_en, full_zh, full_en FROM up ORDER BY level
"""


def address(code: str, *, at: datetime) -> AddressView | None:
    """The address with this code, also a retired one, or None."""
    row = Address.objects.filter(code=code).first()
    if row is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute(LEVELS_UP, [row.id])
        levels = tuple(_found(found) for found in cursor.fetchall())
    area = exchange_area_of(row.id)
    return AddressView(
        code=row.code, level=rules.Level(row.level), name=row.name, full=row.full, levels=levels,
        exchange_area=area.code if area else "", exchange_area_name=area.name if area else None,
        own_exchange_area=area.code if area and area.id == row.exchange_area_id else "",
        area_name=rules.AREAS.get(area.area) if area else None, patches=tuple(patches_of(code, at=at)),
        longitude=row.longitude, latitude=row.latitude,
        retired_at=row.retired_at, below=children(code).count(),
    )  # fmt: skip


def exchange_areas() -> list[tuple[str, Text]]:
    """The exchange areas by code, with what they are called."""
    return [(area.code, area.name) for area in ExchangeArea.objects.order_by("code")]


@dataclass(frozen=True)
class AreaView:
    """An exchange area: its name, the service centre that runs it, the kind of area, whether its boundary is drawn."""

    code: str
    name: Text
    unit: str
    unit_name: Text | None
    area: str
    geometry: dict[str, Any] | None

    @property
    def subject(self) -> str:
        """How the journal calls it."""
        return f"exchange-area/{self.code}"

    @property
    def area_name(self) -> Text | None:
        """The kind of area in words; None where nobody has said."""
        return rules.AREAS.get(self.area)


def area_views(code: str | None = None) -> list[AreaView]:
    """All exchange areas by code, or the one with this code."""
    areas = ExchangeArea.objects.select_related("unit").order_by("code")
    return [
        AreaView(
            each.code, each.name, each.unit.code if each.unit else "", each.unit.name if each.unit else None, each.area,
            each.geometry,
        )
        for each in (areas.filter(code=code) if code else areas)
    ]  # fmt: skip


def children(code: str | None) -> QuerySet[Address]:
    """The living addresses right below one, or the topmost; to be paged."""
    above = Q(parent__code=code) if code else Q(parent=None)
    return Address.objects.filter(above, retired_at=None).order_by("full_zh")


def as_found(rows: Iterable[Address]) -> list[Found]:
    """A page of `children` as a list shows it."""
    return [Found(row.code, rules.Level(row.level), row.name, row.full) for row in rows]


@dataclass(frozen=True)
class Boundary:
    """One boundary of the map."""

    kind: str
    """`exchange_area` or `patch`."""
    code: str
    name: Text
    geometry: dict[str, Any]

    @property
    def feature(self) -> dict[str, Any]:
        """It as a GeoJSON feature."""
        names = {"kind": self.kind, "code": self.code, "name_zh": self.name.zh, "name_en": self.name.en}
        return {"type": "Feature", "properties": names, "geometry": self.geometry}


def boundaries(*, at: datetime, segment: rules.Segment = rules.Segment.PUBLIC) -> list[Boundary]:
    """The drawn boundaries at `at`: exchange areas, and the patches of a segment upon them."""
    return _drawn(ExchangeArea.objects.all(), _patches(at, segment))


def boundaries_near(address: AddressView, *, at: datetime) -> list[Boundary]:
    """Of them those to draw around an address: its exchange area, the areas and patches of its service centre, its own patches."""
    own = {each.unit for each in address.patches if not each.defect}
    centre = ExchangeArea.objects.filter(code=address.exchange_area).exclude(unit=None).values("unit")
    areas = ExchangeArea.objects.filter(Q(code=address.exchange_area) | Q(unit__in=centre))
    near = Q(unit__code__in=own) | Q(unit__parent__in=centre)
    return _drawn(areas, _patches(at, rules.Segment.PUBLIC).filter(near))


def _patches(at: datetime, segment: rules.Segment) -> QuerySet[PatchArea]:
    return PatchArea.objects.filter(Q(valid_to=None) | Q(valid_to__gt=at), segment=segment, valid_from__lte=at)


def _drawn(areas: QuerySet[ExchangeArea], patches: QuerySet[PatchArea]) -> list[Boundary]:
    areas = areas.filter(geometry__isnull=False).order_by("code")
    drawn = [Boundary("exchange_area", area.code, area.name, area.geometry or {}) for area in areas]
    for patch in patches.filter(geometry__isnull=False).select_related("unit").order_by("unit__code"):
        drawn.append(Boundary("patch", patch.unit.code, patch.unit.name, patch.geometry or {}))
    return drawn


@dataclass(frozen=True)
class Defect:
    """An address that has no patch in a segment, and who answers for it meanwhile."""

    code: str
    full: Text
    segment: rules.Segment
    unit_name: Text
    noticed_at: datetime

    @property
    def segment_name(self) -> Text:
        """The segment in words."""
        return rules.SEGMENTS[self.segment]


def defects() -> QuerySet[PlaceDefect]:
    """What is still to be mended, oldest first; to be paged."""
    return PlaceDefect.objects.filter(mended_at=None).select_related("address", "unit").order_by("noticed_at", "id")


def as_defects(rows: Iterable[PlaceDefect]) -> list[Defect]:
    """A page of `defects` as a list shows it."""
    return [
        Defect(row.address.code, row.address.full, rules.Segment(row.segment), row.unit.name, row.noticed_at)
        for row in rows
    ]

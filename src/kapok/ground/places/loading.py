"""Loading a table of addresses: read row by row, written by way of COPY, with every refused row and why.

Each row is one address with the names of its levels from the top down; levels above it that are not there yet are made
with it. Batches keep memory small whatever the size of the file.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from uuid import UUID

from kapok.ground.places import nodes, rows, rules
from kapok.ground.places.models import Address, ExchangeArea
from kapok.ground.places.refusals import (
    AddressCodeTaken,
    AddressKnown,
    BadArea,
    BadPoint,
    NotAnAddressFile,
    RowOutOfShape,
    RowTooShort,
    UnknownExchangeArea,
)
from kapok.kernel.errors import KapokError
from kapok.kernel.ids import uuid7
from kapok.kernel.tables import UNREADABLE, unreadable
from kapok.kernel.text import Text

BATCH = 5_000
LEVEL_COLUMNS = tuple((level, f"level{level.value}_zh", f"level{level.value}_en") for level in rules.Level)
COLUMNS = (
    "code", *(zh for _, zh, _ in LEVEL_COLUMNS), *(en for _, _, en in LEVEL_COLUMNS), "exchange_area", "area", "longitude",
    "latitude",
)  # fmt: skip
REQUIRED = frozenset({"level1_zh"})
ENOUGH = 1_000
"""So many refused rows are shown one by one; beyond them only the number is kept."""

Names = tuple[tuple[rules.Level, Text], ...]


@dataclass(frozen=True)
class Refused:
    """A row that cannot be loaded."""

    line: int
    reason: Text


@dataclass
class Loaded:
    """What came of a file: addresses added (with the levels above that they needed), rows refused, the first of them in full."""

    added: int = 0
    refused: int = 0
    rows: list[Refused] = field(default_factory=list)
    areas: dict[str, str] = field(default_factory=dict)
    """Of what kind the file says that exchange areas are."""

    def refuse(self, line: int, reason: KapokError) -> None:
        """Note a row that cannot be loaded."""
        self.refused += 1
        if len(self.rows) < ENOUGH:
            self.rows.append(Refused(line, reason.text))


@dataclass(frozen=True)
class Row:
    """One row of the file, checked by itself."""

    line: int
    code: str
    names: Names
    exchange_area: str
    area: str
    """Of what kind its exchange area is, if the file says so."""
    longitude: float | None
    latitude: float | None


def load(lines: Iterable[str], at: datetime) -> Loaded:
    """Load a CSV file given by its lines. Raises `NotAnAddressFile`; what is wrong with a row is in the result."""
    loaded = Loaded()
    areas = dict(ExchangeArea.objects.values_list("code", "id"))
    checked = _checked(lines, areas, loaded)
    while batch := list(islice(checked, BATCH)):
        loaded.added += nodes.write(list(_new(batch, areas, loaded, at)))
    return loaded


def _checked(lines: Iterable[str], areas: dict[str, UUID], loaded: Loaded) -> Iterator[Row]:
    reader = csv.reader(lines, strict=True)
    try:
        columns = [name.strip().lstrip("\ufeff").lower() for name in next(reader, [])]
        _check_columns(columns)
        for cells in reader:
            if any(cell.strip() for cell in cells):
                try:
                    yield _row(reader.line_num, columns, cells, areas)
                except KapokError as refused:
                    loaded.refuse(reader.line_num, refused)
    except UNREADABLE as broken:
        raise NotAnAddressFile(reason=unreadable(reader, broken), columns=", ".join(COLUMNS)) from None


def _check_columns(columns: list[str]) -> None:
    unknown = [name for name in columns if name not in COLUMNS]
    missing = sorted(REQUIRED - set(columns))
    twice = sorted({name for name in columns if columns.count(name) > 1})
    for names, zh, en in (
        (missing, "缺少列", "missing column"),
        (unknown, "不认识的列", "unknown column"),
        (twice, "重复的列", "repeated column"),
    ):
        if names:
            named = ", ".join(names)[:200]
            raise NotAnAddressFile(reason=Text(zh=f"{zh}“{named}”", en=f"{en} “{named}”"), columns=", ".join(COLUMNS))


def _row(line: int, columns: list[str], cells: list[str], areas: dict[str, UUID]) -> Row:
    if len(cells) != len(columns):
        raise RowOutOfShape(cells=len(cells), columns=len(columns))
    row = dict(zip(columns, (cell.strip() for cell in cells), strict=True))
    names = tuple(
        (level, rules.tidy_text(Text(zh=row[zh], en=row.get(en, "")))) for level, zh, en in LEVEL_COLUMNS if row.get(zh)
    )
    if not names or names[0][0] is not rules.Level.PROVINCE:
        raise RowTooShort
    code, home, area = row.get("code", ""), row.get("exchange_area", ""), row.get("area", "")
    if home and home not in areas:
        raise UnknownExchangeArea(code=home)
    if rows.tidy_area(home or "—", area) and not home:
        raise BadArea(code="—", area=area, areas="—")
    longitude, latitude = rows.checked_point(_degrees(row.get("longitude")), _degrees(row.get("latitude")))
    return Row(line, rows.tidy_code(code) if code else "", names, home, area, longitude, latitude)


def _degrees(cell: str | None) -> float | None:
    try:
        return float(cell) if cell else None
    except ValueError:
        raise BadPoint from None


def _new(batch: list[Row], areas: dict[str, UUID], loaded: Loaded, at: datetime) -> Iterator[nodes.Node]:
    """The addresses of a batch that are to be written, each after the one above it."""
    places = {nodes.place_of(row.names[:depth]) for row in batch for depth in range(1, len(row.names) + 1)}
    known = dict(Address.objects.filter(place__in=places, retired_at=None).values_list("place", "id"))
    given = {row.code for row in batch if row.code}
    taken = set(Address.objects.filter(code__in=given).values_list("code", flat=True))
    for row in batch:
        own = nodes.place_of(row.names)
        if own in known:
            loaded.refuse(row.line, AddressKnown(address=rules.full_text(row.names)))
        elif row.code and row.code in taken:
            loaded.refuse(row.line, AddressCodeTaken(code=row.code))
        elif row.area and loaded.areas.setdefault(row.exchange_area, row.area) != row.area:
            said = loaded.areas[row.exchange_area]
            loaded.refuse(row.line, BadArea(code=row.exchange_area, area=row.area, areas=said))
        else:
            taken.add(row.code)
            yield from _path(row, known, areas, at)


def _path(row: Row, known: dict[UUID, UUID], areas: dict[str, UUID], at: datetime) -> Iterator[nodes.Node]:
    parent: UUID | None = None
    for depth in range(1, len(row.names) + 1):
        names = row.names[:depth]
        place = nodes.place_of(names)
        if place not in known:
            known[place] = uuid7(at)
            if depth < len(row.names):
                yield nodes.Node(known[place], code_of(place), parent, names)
            else:
                yield nodes.Node(
                    known[place], row.code or code_of(place), parent, names,
                    areas.get(row.exchange_area), row.longitude, row.latitude,
                )  # fmt: skip
        parent = known[place]


def code_of(place: UUID) -> str:
    """The code of an address to which nobody has given one: the same for the same place."""
    return f"A{place.hex[:15].upper()}"

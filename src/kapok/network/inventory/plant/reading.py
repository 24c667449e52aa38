"""Reading a CSV file of plant: each row is a site, an element, a pool, or resources, as its column `record` says."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import TypeVar

from kapok.kernel.errors import KapokError
from kapok.kernel.tables import UNREADABLE, unreadable
from kapok.kernel.text import Text
from kapok.network.inventory.plant.drafts import (
    CoverDraft,
    Drafts,
    ElementDraft,
    Loaded,
    PoolDraft,
    ResourceDraft,
    SiteDraft,
    Spot,
)
from kapok.network.inventory.refusals import BadCell, CellMissing, NotAPlantFile

N = TypeVar("N", int, float)
RECORDS = ("site", "element", "pool", "resources")
COLUMNS = (
    "record", "code", "kind", "name_zh", "name_en", "site", "parent", "exchange_area", "longitude", "latitude", "down_mbps",
    "serial", "covers", "count", "values", "state", "quarantine_days", "tested",
)  # fmt: skip
FASTEST, LONGEST_REST = 1_000_000, 36_500
"""No element carries more (Mbit/s), no value rests longer (days)."""
SAID = {"yes": True, "no": False, "是": True, "否": False}
REMEDY = Text(
    zh=f"应为CSV（UTF-8或GBK），首行为列名：{'、'.join(COLUMNS)}。",
    en=f"It must be CSV in UTF-8 or GBK with these columns named in its first line: {', '.join(COLUMNS)}.",
)


def read(lines: Iterable[str], loaded: Loaded) -> Drafts:
    """The drafts of a file; what is wrong with a row is noted. Raises `NotAPlantFile`."""
    drafts = Drafts()
    for spot, row in table(lines, REMEDY, known=COLUMNS, needed="record"):
        try:
            _draft(spot, row, drafts)
        except KapokError as refused:
            loaded.refuse(spot, refused)
    return drafts


def text_of(content: bytes, remedy: Text) -> str:
    """The text of a file in UTF-8, else in GBK. Raises `NotAPlantFile`."""
    for encoding in ("utf-8-sig", "gb18030"):
        with suppress(UnicodeDecodeError):
            return content.decode(encoding)
    raise NotAPlantFile(reason=Text(zh="不是UTF-8或GBK编码", en="it is neither UTF-8 nor GBK"), remedy=remedy)


def table(
    lines: Iterable[str], remedy: Text, *, known: Iterable[str] = (), needed: str = ""
) -> Iterator[tuple[Spot, dict[str, str]]]:
    """The rows of a CSV file by the names of its columns. Raises `NotAPlantFile`."""
    reader = csv.reader(lines, strict=True)
    try:
        columns = [name.strip().lstrip("\ufeff").lower() for name in next(reader, [])]
        if needed not in columns or len(set(columns)) < len(columns):
            raise NotAPlantFile(
                reason=Text(zh=f"缺少列“{needed}”或列名重复", en=f"no column “{needed}”, or one twice"), remedy=remedy
            )
        if strange := [name for name in columns if known and name not in set(known)]:
            named = ", ".join(strange)[:200]
            raise NotAPlantFile(reason=Text(zh=f"不认识的列“{named}”", en=f"unknown column “{named}”"), remedy=remedy)
        for cells in map(_readable, reader):
            if any(cell.strip() for cell in cells):
                filled = [*cells, *[""] * (len(columns) - len(cells))]
                yield Spot("", reader.line_num), dict(zip(columns, (cell.strip() for cell in filled), strict=False))
    except UNREADABLE as broken:
        raise NotAPlantFile(reason=unreadable(reader, broken), remedy=remedy) from None


def _readable(cells: list[str]) -> list[str]:
    """The cells of a row. Raises `csv.Error` for what no text column can hold."""
    if any("\0" in cell for cell in cells):
        raise csv.Error("\\0")
    return cells


def _draft(spot: Spot, row: Mapping[str, str], drafts: Drafts) -> None:
    record, code = row["record"], needed(row, "code")
    place = {"longitude": number(row, "longitude", float), "latitude": number(row, "latitude", float)}
    area, name = row.get("exchange_area", ""), Text(zh=row.get("name_zh", "") or code, en=row.get("name_en", ""))
    match record:
        case "site":
            drafts.sites.append(SiteDraft(spot, code, name, area, **place))
        case "element":
            drafts.elements.append(
                ElementDraft(
                    spot, code, needed(row, "kind"), row.get("site", ""), row.get("parent", ""), area, **place,
                    down_mbps=whole(row, "down_mbps", FASTEST), serial=row.get("serial", ""),
                )
            )  # fmt: skip
            for address in re.split(r"[;；\s]+", row.get("covers", "")):
                if address:
                    drafts.covers.append(CoverDraft(spot, code, address))
        case "pool":
            days = whole(row, "quarantine_days", LONGEST_REST) or 0
            drafts.pools.append(PoolDraft(spot, code, needed(row, "kind"), name, area, days, yes_or_no(row, "tested")))
            if row.get("values"):
                drafts.resources.append(ResourceDraft(spot, row["kind"], code, values=row["values"]))
        case "resources":
            drafts.resources.append(_resources(spot, row, code))
        case _:
            raise BadCell(
                column="record", value=record[:40], expected=Text(zh="、".join(RECORDS), en=", ".join(RECORDS))
            )


def _resources(spot: Spot, row: Mapping[str, str], code: str) -> ResourceDraft:
    values = row.get("values", "")
    count = number(row, "count", int) or 0
    if not values and not count:
        raise CellMissing(column="count / values")
    names = tuple(name for name in re.split(r"[,;，；\s]+", values) if name)
    return ResourceDraft(spot, needed(row, "kind"), code, row.get("state", "") or "free", count, names, values)


def needed(row: Mapping[str, str], column: str) -> str:
    """A cell that must be filled. Raises `CellMissing`."""
    if not row.get(column):
        raise CellMissing(column=column)
    return row[column]


def whole(row: Mapping[str, str], column: str, most: int) -> int | None:
    """A whole number up to `most`, none for an empty cell. Raises `BadCell`."""
    found = number(row, column, int)
    if found is not None and not 0 <= found <= most:
        expected = Text(zh=f"须为 0 至 {most}", en=f"it must be 0 to {most}")
        raise BadCell(column=column, value=row[column][:40], expected=expected)
    return found


def yes_or_no(row: Mapping[str, str], column: str) -> bool | None:
    """Yes or no, none for an empty cell. Raises `BadCell`."""
    said = row.get(column, "").lower()
    if said and said not in SAID:
        raise BadCell(column=column, value=said[:40], expected=Text(zh="须为 yes 或 no", en="it must be yes or no"))
    return SAID.get(said)


def number(row: Mapping[str, str], column: str, read: Callable[[str], N]) -> N | None:
    """A number, none for an empty cell. Raises `BadCell`."""
    cell = row.get(column, "")
    try:
        return read(cell) if cell else None
    except ValueError:
        raise BadCell(column=column, value=cell[:40], expected=Text(zh="须为数字", en="it must be a number")) from None

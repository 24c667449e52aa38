"""Loading a table of customers: read row by row, written by way of COPY, with every refused row: line, field and why.

All of a file is loaded or nothing. Batches keep memory small whatever the size of the file.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, TypeVar
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models.functions import Coalesce

from kapok.batch.audit.intake import sniffing
from kapok.ground.customers import dialling, events, languages, records, rows, rules
from kapok.ground.customers.models import Customer
from kapok.ground.customers.refusals import (
    FormulaCell,
    NobodyToName,
    NotACustomerFile,
    NotAnOrganisation,
    NotYours,
    ReferenceTaken,
    RowOutOfShape,
    RowsRefused,
    Unitless,
    UnknownCustomer,
)
from kapok.ground.journal import api as journal
from kapok.ground.people.models import OrgUnit, Staff
from kapok.ground.people.refusals import EndedUnit, UnknownStaff, UnknownUnit
from kapok.ground.places.models import Address
from kapok.ground.places.refusals import RetiredAddress, UnknownAddress
from kapok.ground.places.rows import segment_called
from kapok.kernel.errors import KapokError
from kapok.kernel.ids import uuid7
from kapok.kernel.tables import UNREADABLE, unreadable
from kapok.kernel.text import Text

BATCH = 5_000
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "name": ("name", "名称", "姓名", "客户名称"),
    "segment": ("segment", "客户群"),
    "unit": ("unit", "归属单位", "单位"),
    "kind": ("kind", "类型"),
    "reference": ("reference", "原系统编号"),
    "address": ("address", "地址编码"),
    "phone": ("phone", "电话", "手机"),
    "email": ("email", "邮箱", "电子邮箱"),
    "contact": ("contact", "联系人"),
    "document_kind": ("document_kind", "证件类型"),
    "document": ("document", "证件号码"),
    "tier": ("tier", "等级"),
    "star": ("star", "星级"),
    "parent": ("parent", "上级"),
    "manager": ("manager", "客户经理"),
    "payment": ("payment", "付费方式"),
    "currency": ("currency", "币种"),
    "languages": ("languages", "语言"),
}
"""The columns of a file and how they may be called; `parent` is a number, or the reference of an earlier row."""
NEEDED = ("name", "segment", "unit")
FORMULA = ("=", "@")
Value = TypeVar("Value")
Other = tuple[UUID, str, str]
"""Another customer that a row refers to: identifier, kind, and number (of an earlier row its reference)."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a row cannot be loaded: the first fault of one of its fields. `field` is empty where it is the row as a whole."""

    line: int
    field: str
    reason: Text

    @property
    def field_name(self) -> Text:
        """What its column is called, with our name of it; a dash where it is the row as a whole."""
        return (
            Text(zh=f"{COLUMNS[self.field][1]}（{self.field}）", en=self.field) if self.field else Text(zh="—", en="—")
        )


@dataclass
class Loaded:
    """What came of a file: how many customers were added, how many rows refused, and every fault."""

    added: int = 0
    refused: int = 0
    faults: list[Refused] = field(default_factory=list)

    def refuse(self, line: int, faults: Mapping[str, KapokError]) -> None:
        """Note a row that cannot be loaded, field by field."""
        self.refused += 1
        self.faults += [Refused(line, name, fault.text) for name, fault in faults.items()]


@dataclass(frozen=True)
class Row:
    """One row of the file, its cells by our names of the columns."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True)
class Known:
    """What the rows of a batch refer to, read at once."""

    units: Mapping[str, OrgUnit]
    mine: Collection[str] | None
    addresses: Mapping[str, tuple[UUID, Text, bool]]
    managers: Mapping[str, UUID]
    numbers: Mapping[str, Other]
    references: Mapping[str, Other]


def opened(file: BinaryIO, name: str) -> Iterator[str]:
    """The lines of a file in the encoding that its bytes show. Raises `NotACustomerFile`."""
    sample = file.read(sniffing.SAMPLE)
    file.seek(0)
    try:
        encoding = sniffing.encoding_of(Path(name), sample)
    except KapokError as refused:
        raise _unreadable(Text(zh=refused.text.zh.rstrip("。"), en=refused.text.en.rstrip("."))) from None
    return _lines(TextIOWrapper(file, "utf-8-sig" if encoding == "utf-8" else encoding, newline=""))


def _lines(text: TextIOWrapper) -> Iterator[str]:
    """The lines; the file below stays whose it is."""
    try:
        yield from text
    finally:
        if not text.closed:
            text.detach()


def take_in(
    lines: Iterable[str], file: str, units: Collection[str] | None, *, dry_run: bool, actor: str, at: datetime
) -> Loaded:
    """Load a file, or see what would become of it; see `api.import_customers`."""
    rows.hold_loading()
    mark = transaction.savepoint()
    loaded = _load(lines, units, at)
    if dry_run or loaded.refused:
        transaction.savepoint_rollback(mark)
    else:
        transaction.savepoint_commit(mark)
    if dry_run:
        return loaded
    if loaded.refused:
        first = loaded.faults[0]
        said = {"field": first.field, "field_name": first.field_name, "reason": first.reason}
        raise RowsRefused(refused=loaded.refused, line=first.line, **said)
    journal.record(
        events.CustomersImported(subject=events.IMPORTS, actor=actor, at=at, file=file[:100], added=loaded.added)
    )
    return loaded


def _load(lines: Iterable[str], units: Collection[str] | None, at: datetime) -> Loaded:
    loaded = Loaded()
    homes = {unit.code: unit for unit in OrgUnit.objects.all()}
    seen: dict[str, Other] = {}
    read = _read(lines, loaded)
    while batch := list(islice(read, BATCH)):
        known = _known(batch, homes, units)
        checked = [(row.line, record) for row in batch if (record := _checked(row, known, seen, loaded, at))]
        _write(checked, loaded)
    loaded.faults.sort(key=lambda fault: fault.line)
    return loaded


def _write(checked: list[tuple[int, dict[str, Any]]], loaded: Loaded) -> None:
    """Write a batch, or refuse those rows whose former number somebody else took while the file was read."""
    try:
        with transaction.atomic():
            loaded.added += records.write(_numbered([record for _, record in checked]))
    except IntegrityError:
        lines = {record["reference"]: line for line, record in checked if record["reference"]}
        taken = Customer.objects.filter(reference__in=lines).values_list("reference", "number")
        for reference, number in taken:
            loaded.refuse(lines[reference], {"reference": ReferenceTaken(reference=reference, number=number)})
        if not taken:
            raise


def _numbered(checked: list[dict[str, Any]]) -> list[records.Record]:
    """The rows as they are written, each with numbers of its own."""
    if not checked:
        return []
    numbers, accounts = rows.new_customer_numbers(len(checked)), rows.new_account_numbers(len(checked))
    return [
        records.Record(**row, number=number, account_number=account)
        for row, number, account in zip(checked, numbers, accounts, strict=True)
    ]


def _read(lines: Iterable[str], loaded: Loaded) -> Iterator[Row]:
    reader = csv.reader(lines, strict=True)
    try:
        columns = _columns(next(reader, []))
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(columns):
                loaded.refuse(reader.line_num, {"": RowOutOfShape(cells=len(cells), columns=len(columns))})
            else:
                yield Row(reader.line_num, dict(zip(columns, (cell.strip() for cell in cells), strict=True)))
    except UNREADABLE as broken:
        raise _unreadable(unreadable(reader, broken)) from None


def _unreadable(reason: Text) -> NotACustomerFile:
    return NotACustomerFile(reason=reason, columns=", ".join(COLUMNS))


def _columns(header: list[str]) -> list[str]:
    """Our names of the file's columns. Raises `NotACustomerFile`."""
    known = {spelling: column for column, spellings in COLUMNS.items() for spelling in spellings}
    titles = [title.strip().lstrip("\ufeff").lower() for title in header]
    columns = [known.get(title, "") for title in titles]
    for found, zh, en in (
        ([title for title, column in zip(titles, columns, strict=True) if not column], "不认识的列", "unknown column"),
        ([column for column in NEEDED if column not in columns], "缺少列", "missing column"),
        (sorted({column for column in columns if columns.count(column) > 1}), "重复的列", "repeated column"),
    ):
        if found:
            named = ", ".join(found)[:200]
            raise _unreadable(Text(zh=f"{zh}“{named}”", en=f"{en} “{named}”"))
    return columns


def _known(batch: list[Row], homes: Mapping[str, OrgUnit], mine: Collection[str] | None) -> Known:
    def said(*columns: str) -> set[str]:
        return {clean for row in batch for column in columns if (clean := _printable(row.cells.get(column, "")))}

    parents = said("parent") - {""}
    if parents:
        rows.hold_hierarchy()  # nobody merges what the rows are to stand below
    addresses = Address.objects.filter(code__in=said("address"))
    standing = (Coalesce("merged_into_id", "id"), "party__kind", Coalesce("merged_into__number", "number"))
    numbers = Customer.objects.filter(number__in={number.upper() for number in parents})
    references = Customer.objects.filter(reference__in=parents | said("reference") - {""})
    return Known(
        units=homes,
        mine=mine,
        addresses={each.code: (each.id, each.full, each.retired_at is not None) for each in addresses},
        managers=dict(
            Staff.objects.filter(username__in={name.lower() for name in said("manager")}).values_list("username", "id")
        ),
        numbers={asked: (key, kind, number) for asked, key, kind, number in numbers.values_list("number", *standing)},
        references={
            asked: (key, kind, number) for asked, key, kind, number in references.values_list("reference", *standing)
        },
    )


def _printable(cell: str) -> str:
    """What may be asked of the database, which refuses some signs; the rest is a fault of its row."""
    return cell if cell.isprintable() and len(cell) <= records.LONGEST_CELL else ""


class _Faults(dict[str, KapokError]):
    """What is wrong with a row, by field."""

    def of(self, name: str, check: Callable[[], Value]) -> Value | None:
        """The value, or none where it is refused."""
        try:
            return check()
        except KapokError as refused:
            self.setdefault(name, refused)
            return None


def _checked(row: Row, known: Known, seen: dict[str, Other], loaded: Loaded, at: datetime) -> dict[str, Any] | None:
    """What the row says, as it is kept; none where it is refused."""
    faults = _Faults()
    for name, cell in row.cells.items():
        if cell.startswith(FORMULA):
            faults[name] = FormulaCell(sign=cell[0])
    said = {**dict.fromkeys(COLUMNS, ""), **row.cells}
    own = _own(said, faults)
    far = _referred(said, own["kind"], known, seen, faults)
    if faults:
        loaded.refuse(row.line, faults)
        return None
    contacts = tuple((uuid7(at), kind, value) for kind, value in own.pop("contacts"))
    record = {**own, **far, "contacts": contacts, "id": uuid7(at), "party": uuid7(at), "account": uuid7(at), "at": at}
    if record["reference"]:
        seen[record["reference"]] = (record["id"], record["kind"].value, record["reference"])
    return record


def _own(said: Mapping[str, str], faults: _Faults) -> dict[str, Any]:
    """What can be checked by itself."""
    kind = faults.of("kind", lambda: rows.choice(rules.PartyKind, said["kind"] or "person", "kind"))
    segment = faults.of("segment", lambda: segment_called(said["segment"]))
    tier = faults.of("tier", lambda: rows.choice(rules.Tier, said["tier"], "tier"))
    paper = faults.of("document_kind", lambda: rows.choice(rules.DocumentKind, said["document_kind"], "document_kind"))
    payment = faults.of("payment", lambda: rows.choice(rules.Payment, said["payment"] or "postpaid", "payment"))
    if tier and segment:
        faults.of("tier", lambda: rules.check_tier(tier, segment))
    phone = faults.of("phone", lambda: dialling.first_contacts(said["phone"], "")) or []
    email = faults.of("email", lambda: dialling.first_contacts("", said["email"])) or []
    person = faults.of("contact", lambda: rules.tidy_name(said["contact"])) if said["contact"] else ""
    if person and not (said["phone"] or said["email"]):
        faults["contact"] = NobodyToName()
    return {
        "kind": kind,
        "segment": segment,
        "tier": tier,
        "payment": payment,
        "document_kind": paper,
        "name": faults.of("name", lambda: rules.tidy_name(said["name"])),
        "document": paper is not None and faults.of("document", lambda: rules.tidy_document(paper, said["document"])),
        "reference": faults.of("reference", lambda: rules.tidy_reference(said["reference"])),
        "star": faults.of("star", lambda: rules.read_star(said["star"])),
        "currency": faults.of("currency", lambda: rules.tidy_currency(said["currency"] or "CNY")),
        "contacts": [*phone, *email],
        "contact": person,
        "languages": faults.of("languages", lambda: languages.read(said["languages"], settings.SPOKEN_LANGUAGES)),
    }


def _referred(
    said: Mapping[str, str],
    kind: rules.PartyKind | None,
    known: Known,
    seen: Mapping[str, Other],
    faults: _Faults,
) -> dict[str, Any]:
    """What must exist already, or must not."""
    reference = said["reference"]
    taken = seen.get(reference) or known.references.get(reference)
    if reference and taken:
        faults.setdefault("reference", ReferenceTaken(reference=reference, number=taken[2]))
    return {
        "unit": faults.of("unit", lambda: _unit(said["unit"], known)),
        "address": faults.of("address", lambda: _address(said["address"], known)),
        "manager": faults.of("manager", lambda: _manager(said["manager"], known)),
        "parent": faults.of("parent", lambda: _parent(said["parent"], kind, known, seen)),
    }


def _unit(code: str, known: Known) -> UUID:
    if not code:
        raise Unitless
    unit = known.units.get(code)
    if unit is None:
        raise UnknownUnit(unit=code[:50])
    if unit.valid_to is not None:
        raise EndedUnit(unit_name=unit.name, ended_on=unit.valid_to)
    if known.mine is not None and code not in known.mine:
        raise NotYours(unit=code, unit_name=unit.name)
    return unit.id


def _address(code: str, known: Known) -> UUID | None:
    if not code:
        return None
    if code not in known.addresses:
        raise UnknownAddress(code=code[:40])
    key, full, retired = known.addresses[code]
    if retired:
        raise RetiredAddress(address=full)
    return key


def _manager(username: str, known: Known) -> UUID | None:
    if username and username.lower() not in known.managers:
        raise UnknownStaff(username=username[:50])
    return known.managers.get(username.lower())


def _parent(number: str, kind: rules.PartyKind | None, known: Known, seen: Mapping[str, Other]) -> UUID | None:
    if not number:
        return None
    found = seen.get(number) or known.references.get(number) or known.numbers.get(number.upper())
    if found is None:
        raise UnknownCustomer(number=number[:20])
    if kind is not rules.PartyKind.ORGANISATION or found[1] != rules.PartyKind.ORGANISATION:
        raise NotAnOrganisation(number=found[2])
    return found[0]

"""Customers as they are written to the tables: what is made from a name and a telephone number, one at a time or many."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from kapok.ground.customers import dialling, names, rules

LONGEST_CELL = 300
"""Nothing that is kept in one column is longer."""
PARTY = ("id", "kind", "name", "document_kind", "document", "languages", "search", "grams")
PARTY_TYPES = ("uuid", "varchar", "varchar", "varchar", "varchar", "varchar[]", "text", "int4[]")
CUSTOMER = (
    "id", "number", "reference", "party_id", "segment", "tier", "star", "parent_id", "unit_id", "manager_id", "address_id",
    "registered_at", "revision",
)  # fmt: skip
CUSTOMER_TYPES = (
    "uuid", "varchar", "varchar", "uuid", "varchar", "varchar", "int2", "uuid", "uuid", "uuid", "uuid", "timestamptz", "int4",
)  # fmt: skip
ACCOUNT = ("id", "number", "customer_id", "name", "payment", "currency", "opened_at")
ACCOUNT_TYPES = ("uuid", "varchar", "uuid", "varchar", "varchar", "varchar", "timestamptz")
CONTACT = ("id", "customer_id", "kind", "value", "digits", "name", "role", "added_at")
CONTACT_TYPES = ("uuid", "uuid", "varchar", "varchar", "varchar", "varchar", "varchar", "timestamptz")


@dataclass(frozen=True, slots=True)
class Record:
    """A customer that is about to be written, with its first account and its contacts (kind, value); all of it checked."""

    id: UUID
    party: UUID
    account: UUID
    number: str
    account_number: str
    kind: rules.PartyKind
    name: str
    segment: str
    unit: UUID
    at: datetime
    document_kind: str = ""
    document: str = ""
    reference: str = ""
    tier: str = ""
    star: int = 0
    parent: UUID | None = None
    manager: UUID | None = None
    address: UUID | None = None
    payment: str = rules.Payment.POSTPAID.value
    currency: str = "CNY"
    contacts: tuple[tuple[UUID, rules.ContactKind, str], ...] = ()
    contact: str = ""
    """Whom one reaches by these, where that is somebody else."""
    languages: Sequence[str] = ()

    def party_row(self) -> tuple[Any, ...]:
        """The values of `PARTY`."""
        search = names.search_text(self.name)
        return (
            self.party, self.kind.value, self.name, self.document_kind, self.document, list(self.languages), search,
            names.pieces(search, self.unit),
        )  # fmt: skip

    def customer_row(self) -> tuple[Any, ...]:
        """The values of `CUSTOMER`."""
        return (
            self.id, self.number, self.reference, self.party, self.segment, self.tier, self.star, self.parent, self.unit,
            self.manager, self.address, self.at, 1,
        )  # fmt: skip

    def account_row(self) -> tuple[Any, ...]:
        """The values of `ACCOUNT`."""
        return (self.account, self.account_number, self.id, self.name, self.payment, self.currency, self.at)

    def contact_rows(self) -> list[tuple[Any, ...]]:
        """The values of `CONTACT`, for each contact."""
        return [
            (key, self.id, kind.value, value, digits_kept(kind, value), self.contact, "", self.at)
            for key, kind, value in self.contacts
        ]


def digits_kept(kind: rules.ContactKind, value: str) -> str:
    """What a contact is found by, if it is dialled."""
    return dialling.digits_of(value) if kind in rules.DIALLED else ""


def write(records: Iterable[Record]) -> int:
    """Write new customers by way of COPY and say how many."""
    rows = list(records)
    _copy("customers_party", PARTY, PARTY_TYPES, (row.party_row() for row in rows))
    _copy("customers_customer", CUSTOMER, CUSTOMER_TYPES, (row.customer_row() for row in rows))
    _copy("customers_billingaccount", ACCOUNT, ACCOUNT_TYPES, (row.account_row() for row in rows))
    _copy("customers_contact", CONTACT, CONTACT_TYPES, (each for row in rows for each in row.contact_rows()))
    return len(rows)


def _copy(table: str, columns: tuple[str, ...], types: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> None:
    # Django writes '' where a column may be blank; COPY has no such habit, so the columns it fills are all named. Nor does
    # Django see that a COPY fails, unless it is told to look.
    with (
        connection.wrap_database_errors,
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy,
    ):
        copy.set_types(types)
        for row in rows:
            copy.write_row(row)

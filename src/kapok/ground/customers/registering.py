"""Taking somebody in, and correcting what is noted: what the verbs `register_customer` and `change_customer` do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F

from kapok.ground.customers import dialling, events, names, records, rows, rules
from kapok.ground.customers.models import Customer, Party
from kapok.ground.customers.refusals import ChangedMeanwhile, NotAnOrganisation, ReferenceTaken
from kapok.ground.journal import api as journal
from kapok.ground.people.models import OrgUnit
from kapok.ground.people.rows import living_unit
from kapok.ground.places.rows import segment_called
from kapok.ground.places.rules import SEGMENTS, Segment
from kapok.kernel.ids import uuid7


@dataclass(frozen=True)
class Drawn:
    """What somebody says of a new customer, as it was typed."""

    kind: str
    name: str
    segment: str
    unit: str
    address: str
    phone: str
    email: str
    document_kind: str
    document: str
    tier: str
    star: int
    parent: str
    manager: str
    reference: str
    payment: str
    currency: str
    languages: Sequence[str]


def register(drawn: Drawn, actor: str, at: datetime) -> str:
    """Write a new customer and return the number; see `api.register_customer` for what is refused."""
    home = living_unit(drawn.unit)
    record = _record(drawn, home, at)
    try:
        with transaction.atomic():
            records.write([record])
    except IntegrityError:
        free_reference(record.reference)
        raise
    segment = Segment(record.segment)
    journal.record(
        events.CustomerRegistered(
            subject=f"customer/{record.number}", actor=actor, at=at, segment=segment.value,
            segment_name=SEGMENTS[segment], unit=home.code, unit_name=home.name, account=record.account_number,
        )
    )  # fmt: skip
    return record.number


def _record(drawn: Drawn, home: OrgUnit, at: datetime) -> records.Record:
    kind, segment = rows.choice(rules.PartyKind, drawn.kind, "kind"), segment_called(drawn.segment)
    paper = rows.choice(rules.DocumentKind, drawn.document_kind, "document_kind")
    tier, payment = rows.choice(rules.Tier, drawn.tier, "tier"), rows.choice(rules.Payment, drawn.payment, "payment")
    rules.check_tier(tier, segment)
    head, place = above(drawn.parent, kind), rows.address_named(drawn.address)
    manager = rows.manager_named(drawn.manager)
    checked: dict[str, Any] = {
        "name": rules.tidy_name(drawn.name),
        "document": rules.tidy_document(paper, drawn.document),
        "reference": free_reference(drawn.reference),
        "star": rules.checked_star(drawn.star),
        "currency": rules.tidy_currency(drawn.currency),
        "contacts": _contacts(drawn, at),
        "languages": rows.languages_named(drawn.languages),
    }
    return records.Record(
        **checked, id=uuid7(at), party=uuid7(at), account=uuid7(at), number=rows.new_customer_numbers()[0],
        account_number=rows.new_account_numbers()[0], kind=kind, segment=segment.value, unit=home.id, at=at,
        document_kind=paper.value, tier=tier.value, payment=payment.value, parent=head.id if head else None,
        manager=manager.id if manager else None, address=place.id if place else None,
    )  # fmt: skip


def above(number: str, kind: rules.PartyKind) -> Customer | None:
    """The customer that is to stand above one of this kind, none for none. Raises `UnknownCustomer`, `NotAnOrganisation`."""
    if not number:
        return None
    head = rows.living_customer(number)
    if kind is not rules.PartyKind.ORGANISATION or head.party.kind != kind:
        raise NotAnOrganisation(number=head.number)
    return head


def free_reference(typed: str, own: UUID | None = None) -> str:
    """A former number as it is kept, which no other customer has. Raises `InvalidReference`, `ReferenceTaken`."""
    reference = rules.tidy_reference(typed)
    taken = Customer.objects.filter(reference=reference).first() if reference else None
    if taken is not None and taken.id != own:
        raise ReferenceTaken(reference=reference, number=taken.number)
    return reference


def _contacts(drawn: Drawn, at: datetime) -> tuple[tuple[UUID, rules.ContactKind, str], ...]:
    return tuple((uuid7(at), kind, value) for kind, value in dialling.first_contacts(drawn.phone, drawn.email))


@dataclass(frozen=True)
class Wanted:
    """What is to be noted about a customer instead; None leaves a detail as it is."""

    name: str | None
    document_kind: str | None
    document: str | None
    address: str | None
    unit: str | None
    manager: str | None
    reference: str | None
    languages: Sequence[str] | None


def change(number: str, wanted: Wanted, revision: int | None, actor: str, at: datetime) -> frozenset[rules.Detail]:
    """Correct a customer's details; see `api.change_customer`."""
    one = rows.living_customer(number)
    if revision is not None and revision != one.revision:
        raise ChangedMeanwhile(number=one.number)
    party, own = _of_party(one.party, wanted), _of_customer(one, wanted)
    changed = {name for name, value in party.items() if value != getattr(one.party, name)}
    changed |= {name.removesuffix("_id") for name, value in own.items() if value != getattr(one, name)}
    details = tuple(each for each in rules.Detail if each.value in changed)
    if details:
        _write(one, party, own)
        journal.record(
            events.CustomerChanged(
                subject=one.subject, actor=actor, at=at, details=details, changes=rules.changes(details)
            )
        )
    return frozenset(details)


def _of_party(party: Party, wanted: Wanted) -> dict[str, Any]:
    new: dict[str, Any] = {}
    if wanted.name is not None:
        new["name"] = rules.tidy_name(wanted.name)
    if wanted.languages is not None:
        new["languages"] = rows.languages_named(wanted.languages)
    if wanted.document_kind is not None or wanted.document is not None:
        said = party.document_kind if wanted.document_kind is None else wanted.document_kind
        kind = rows.choice(rules.DocumentKind, said, "document_kind")
        number = party.document if wanted.document is None else wanted.document
        new |= {"document_kind": kind.value, "document": rules.tidy_document(kind, number)}
    return new


def _of_customer(one: Customer, wanted: Wanted) -> dict[str, Any]:
    new: dict[str, Any] = {}
    if wanted.address is not None:
        address = rows.address_named(wanted.address)
        new["address_id"] = address.id if address else None
    if wanted.unit is not None and wanted.unit != one.unit.code:
        new["unit_id"] = living_unit(wanted.unit).id
    if wanted.manager is not None:
        manager = rows.manager_named(wanted.manager)
        new["manager_id"] = manager.id if manager else None
    if wanted.reference is not None:
        new["reference"] = free_reference(wanted.reference, one.id)
    return new


def _write(one: Customer, party: dict[str, Any], own: dict[str, Any]) -> None:
    if "name" in party or "unit_id" in own:
        search = names.search_text(party.get("name", one.party.name))
        party |= {"search": search, "grams": names.pieces(search, own.get("unit_id", one.unit_id))}
    if party:
        Party.objects.filter(id=one.party_id).update(**party)
    if "unit_id" in own:
        find_as(one.id, own["unit_id"])
    Customer.objects.filter(id=one.id).update(**own, revision=F("revision") + 1)


def find_as(kept: UUID, unit: UUID) -> None:
    """Let the names of those that were merged into a customer be found in the unit that answers for it."""
    dropped = list(Party.objects.filter(id__in=Customer.objects.filter(merged_into=kept).values("party")))
    for party in dropped:
        party.grams = names.pieces(party.search, unit)
    Party.objects.bulk_update(dropped, ["grams"])

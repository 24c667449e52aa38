"""Personal data in clear: what a look shows, everything for the person it is about, and its erasure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import F, Q
from django.utils.module_loading import import_string

from kapok.ground.customers import events, names, rows, rules
from kapok.ground.customers.kept import Eraser, Exporter, Held, held, overwrite, values
from kapok.ground.customers.merging import checked_reason, keys_to_customer
from kapok.ground.customers.models import BillingAccount, Contact, Customer, Party, PersonalLook
from kapok.ground.customers.refusals import NotAPerson, StillOpen
from kapok.ground.journal import api as journal
from kapok.ground.journal.queries import told_of
from kapok.kernel.text import Text, joined

INTERNAL = frozenset({"grams", "search"})
"""What a name is found by; no more than the name."""
Hold = Callable[[UUID], Sequence[Text]]
"""Says of a customer what binds it still: services in use, debts, running orders. Empty where nothing does."""


@dataclass(frozen=True)
class Reached:
    """A contact in clear."""

    id: UUID
    kind: rules.ContactKind
    value: str
    name: str
    role: rules.ContactRole

    @property
    def kind_name(self) -> Text:
        """What kind of contact it is."""
        return rules.CONTACT_KINDS[self.kind]

    @property
    def role_name(self) -> Text:
        """What it is for."""
        return rules.CONTACT_ROLES[self.role]


@dataclass(frozen=True)
class Personal:
    """A customer's personal data in clear."""

    number: str
    name: str
    document_kind: rules.DocumentKind
    document: str
    address: Text | None
    contacts: tuple[Reached, ...]

    @property
    def document_kind_name(self) -> Text:
        """What kind of document it is."""
        return rules.DOCUMENT_KINDS[self.document_kind]

    @property
    def phone(self) -> str:
        """The first number to call; empty where there is none."""
        return next((each.value for each in self.contacts if each.kind in rules.DIALLED), "")


def personal(one: Customer) -> Personal:
    """What a look shows; whoever calls this keeps the purpose."""
    found = Contact.objects.filter(customer=one, ended_at=None).order_by("added_at", "id")
    contacts = tuple(
        Reached(each.id, rules.ContactKind(each.kind), each.value, each.name, rules.ContactRole(each.role))
        for each in found
    )
    party = one.party
    home = one.address.full if one.address else None
    return Personal(one.number, party.name, rules.DocumentKind(party.document_kind), party.document, home, contacts)


def export(number: str, reason: str, actor: str, at: datetime) -> dict[str, Any]:
    """Everything about a person, of every layer; see `api.export_person`."""
    one, why = _person(number), checked_reason(reason)
    journal.record(events.PersonExported(subject=one.subject, actor=actor, at=at, reason=why))
    aliases = list(Customer.objects.select_related("party").filter(merged_into=one).order_by("number"))
    found = _everything(one, aliases)
    return {
        "exported_at": at.isoformat(),
        "customer": values(one),
        "party": values(one.party, INTERNAL),
        "merged": [{"customer": values(each), "party": values(each.party, INTERNAL)} for each in aliases],
        **found.tables,
        "journal": [
            {
                "at": line.at.isoformat(),
                "subject": line.subject,
                "kind": line.kind,
                "actor": line.actor,
                "data": line.data,
            }
            for line in told_of(found.subjects)
        ],
    }


def _everything(one: Customer, aliases: Sequence[Customer]) -> Held:
    """The rows that point to the customer, of whatever layer, and what the layers above hold besides."""
    found = Held(subjects=tuple(each.subject for each in (one, *aliases)))
    for key in keys_to_customer():
        found += held(key.model._default_manager.filter(**{key.name: one.id}).order_by("pk"))
    for exporter in _exporters():
        found += exporter(one.id)
    return found


def erase(number: str, reason: str, actor: str, at: datetime) -> None:
    """Overwrite a person's data; see `api.erase_person`."""
    one, why = _person(number), checked_reason(reason)
    binding = [text for hold in _holds() for text in hold(one.id)]
    if binding:
        raise StillOpen(number=one.number, what=joined(binding, zh="；", en="; "))
    everyone = Customer.objects.filter(Q(id=one.id) | Q(merged_into=one))
    for alias in everyone:
        search = names.search_text(alias.number)
        Party.objects.filter(id=alias.party_id).update(
            name=alias.number,
            document_kind="",
            document="",
            languages=[],
            search=search,
            grams=names.pieces(search, alias.unit_id),
            erased_at=at,
        )
    everyone.update(address=None, reference="", revision=F("revision") + 1)
    Contact.objects.filter(customer=one).delete()
    BillingAccount.objects.filter(customer=one).update(name=one.number)
    overwrite(PersonalLook.objects.filter(customer=one), "note")
    with journal.forgetting() as gone:
        for eraser in _erasers():
            eraser(one.id)
        journal.forget([alias.subject for alias in everyone])
    if gone:
        said: dict[str, Any] = {"count": len(gone), "subjects": sorted(gone)}
        journal.record(journal.WordsForgotten(subject=one.subject, actor=actor, at=at, **said))
    journal.record(events.PersonErased(subject=one.subject, actor=actor, at=at, reason=why))


def _person(number: str) -> Customer:
    one = rows.living_customer(number)
    if one.party.kind != rules.PartyKind.PERSON:
        raise NotAPerson(number=one.number)
    return one


def _holds() -> tuple[Hold, ...]:
    """What the composition root has named (`CUSTOMER_HOLDS`): customers know nobody above them."""
    return tuple(import_string(name) for name in settings.CUSTOMER_HOLDS)


def _exporters() -> tuple[Exporter, ...]:
    return tuple(import_string(name) for name in settings.CUSTOMER_EXPORTERS)


def _erasers() -> tuple[Eraser, ...]:
    return tuple(import_string(name) for name in settings.CUSTOMER_ERASERS)

"""Ways to reach a customer: noted, ended, forgotten; what the verbs of contacts do."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from kapok.ground.customers import events, records, rows, rules
from kapok.ground.customers.merging import checked_reason
from kapok.ground.customers.models import Contact
from kapok.ground.customers.refusals import ContactKnown, UnknownContact
from kapok.ground.customers.retention import remove
from kapok.ground.journal import api as journal
from kapok.kernel.ids import uuid7


def add(*, customer: str, kind: str, value: str, role: str, name: str, actor: str, at: datetime) -> UUID:
    """Note another contact; see `api.add_contact`."""
    one, way = rows.living_customer(customer), rows.choice(rules.ContactKind, kind, "kind")
    used_for, tidy = rows.choice(rules.ContactRole, role, "role"), rules.tidy_contact(way, value)
    contact = Contact(
        id=uuid7(at), customer=one, kind=way.value, value=tidy, digits=records.digits_kept(way, tidy),
        name=rules.tidy_name(name) if name.strip() else "", role=used_for.value, added_at=at,
    )  # fmt: skip
    if Contact.objects.filter(customer=one, kind=way.value, value=tidy, ended_at=None).exists():
        raise ContactKnown(kind_name=rules.CONTACT_KINDS[way])
    contact.save(force_insert=True)
    journal.record(events.ContactAdded(subject=one.subject, actor=actor, at=at, **_told(way)))
    return contact.id


def end(customer: str, contact: UUID, actor: str, at: datetime) -> None:
    """No longer use a contact; see `api.end_contact`."""
    one = rows.living_customer(customer)
    kind = Contact.objects.filter(id=contact, customer=one, ended_at=None).values_list("kind", flat=True).first()
    if kind is None:
        raise UnknownContact
    Contact.objects.filter(id=contact).update(ended_at=at)
    journal.record(events.ContactEnded(subject=one.subject, actor=actor, at=at, **_told(rules.ContactKind(kind))))


def _told(kind: rules.ContactKind) -> dict[str, Any]:
    return {"contact": kind.value, "contact_name": rules.CONTACT_KINDS[kind]}


def erase(customer: str, contact: UUID, reason: str, actor: str, at: datetime) -> int:
    """Forget whom one reaches by a contact; see `api.erase_contact`."""
    one, why = rows.living_customer(customer), checked_reason(reason)
    found = Contact.objects.filter(id=contact, customer=one).first()
    if found is None:
        raise UnknownContact
    same = Q(id=found.id) | (Q(name=found.name) & ~Q(name=""))
    count, _ = Contact.objects.filter(same, customer=one).delete()
    journal.record(events.ContactErased(subject=one.subject, actor=actor, at=at, count=count, reason=why))
    return count


def forget_ended(*, at: datetime) -> int:
    """Forget the contacts that ended longer ago than `CONTACTS_KEPT`; how many."""
    return remove(Contact.objects.filter(ended_at__lt=at - settings.CONTACTS_KEPT))

"""Two customers that are one: finding such pairs, and letting one stand for both.

Whatever points to the dropped customer follows by itself: every table above that has a foreign key to `Customer` is known to
Django, whichever layer it belongs to. A layer that must do more reads `customers.merged` in the journal.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F, ForeignKey, ForeignObjectRel, ManyToOneRel

from kapok.ground.customers import events, rows, rules
from kapok.ground.customers.models import Consent, Contact, Customer, Party
from kapok.ground.customers.refusals import (
    CannotFollow,
    ChangedMeanwhile,
    DifferentKinds,
    DropsItsHead,
    NoReason,
    SameCustomer,
)
from kapok.ground.journal import api as journal

OWN = frozenset({"parent", "merged_into"})


def merge(*, keep: str, drop: str, reason: str, revisions: tuple[int, int] | None, actor: str, at: datetime) -> None:
    """Let `keep` stand for `drop`; see `api.merge`."""
    why = checked_reason(reason)
    rows.hold_hierarchy()
    kept, dropped = _both(keep, drop)
    if revisions is not None:
        for one, seen in zip((kept, dropped), revisions, strict=True):
            if one.revision != seen:
                raise ChangedMeanwhile(number=one.number)
    _follow(kept, dropped, at)
    Customer.objects.filter(merged_into=dropped).update(merged_into=kept)
    Customer.objects.filter(id=dropped.id).update(merged_into=kept, parent=None, revision=F("revision") + 1)
    Customer.objects.filter(id=kept.id).update(revision=F("revision") + 1)
    journal.record(events.CustomersMerged(subject=kept.subject, actor=actor, at=at, dropped=dropped.number, reason=why))
    journal.record(events.CustomerDropped(subject=dropped.subject, actor=actor, at=at, kept=kept.number, reason=why))


def checked_reason(typed: str) -> str:
    """Why something is done that cannot be undone. Raises `NoReason`."""
    reason = " ".join(typed.split())
    if not rules.SHORTEST_NOTE <= len(reason) <= rules.NOTE_LENGTH:
        raise NoReason(longest=rules.NOTE_LENGTH)
    return reason


def _both(keep: str, drop: str) -> tuple[Customer, Customer]:
    """The two, held in one order, whichever way round they were named."""
    found = {number: rows.living_customer(number) for number in sorted({keep, drop})}
    kept, dropped = found[keep], found[drop]
    if kept.id == dropped.id:
        raise SameCustomer(number=kept.number)
    if kept.party.kind != dropped.party.kind:
        raise DifferentKinds
    if rows.stands_below(kept, dropped):
        raise DropsItsHead(keep=kept.number, drop=dropped.number)
    return kept, dropped


def _follow(kept: Customer, dropped: Customer, at: datetime) -> None:
    _end_doubles(kept, dropped, at)
    if not kept.party.languages and dropped.party.languages:
        Party.objects.filter(id=kept.party_id).update(languages=dropped.party.languages)
    Customer.objects.filter(parent=dropped).update(parent=kept)
    for key in keys_to_customer():
        try:
            with transaction.atomic():
                key.model._default_manager.filter(**{key.name: dropped.id}).update(**{key.attname: kept.id})
        except IntegrityError:
            table = str(key.model._meta.verbose_name)
            raise CannotFollow(keep=kept.number, drop=dropped.number, table=table) from None


def keys_to_customer() -> Iterator[ForeignKey]:  # type: ignore[type-arg]  # of any two tables
    """Every foreign key to a customer, of whatever layer, but those by which customers point to each other."""
    for relation in Customer._meta.get_fields(include_hidden=True):
        if isinstance(relation, ForeignObjectRel) and isinstance(relation, ManyToOneRel):
            key = relation.field
            if isinstance(key, ForeignKey) and not (key.model is Customer and key.name in OWN):
                yield key


def _end_doubles(kept: Customer, dropped: Customer, at: datetime) -> None:
    """What both have, only one keeps: a contact, a consent. That is no withdrawal, and is not kept as one."""
    held = set(Contact.objects.filter(customer=kept, ended_at=None).values_list("kind", "value"))
    for contact in Contact.objects.filter(customer=dropped, ended_at=None):
        if (contact.kind, contact.value) in held:
            Contact.objects.filter(id=contact.id).update(ended_at=at)
            same = Contact.objects.filter(customer=kept, ended_at=None, kind=contact.kind, value=contact.value)
            same.filter(name="").update(name=contact.name)
    agreed = Consent.objects.filter(customer=kept, withdrawn_at=None).values("purpose")
    Consent.objects.filter(customer=dropped, withdrawn_at=None, purpose__in=agreed).update(
        withdrawn_at=at, withdrawn_by=rules.MERGED
    )

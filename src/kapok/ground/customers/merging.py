"""Two customers that are one: finding such pairs, and letting one stand for both.

Whatever points to the dropped customer follows by itself: every table above that has a foreign key to `Customer` is known to
Django, whichever layer it belongs to. A layer that must do more reads `customers.merged` in the journal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, ForeignKey, ForeignObjectRel, ManyToOneRel

from kapok.ground.customers import events, registering, rows, rules
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
from kapok.ground.places.rules import SEGMENTS, Segment
from kapok.kernel.text import Text, joined

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
    carried = _outcome(kept, dropped).carried
    _follow(kept, dropped, at)
    Customer.objects.filter(merged_into=dropped).update(merged_into=kept)
    Customer.objects.filter(id=dropped.id).update(merged_into=kept, parent=None, revision=F("revision") + 1)
    _fill(kept, dropped, carried)
    registering.find_as(kept.id, kept.unit_id)
    journal.record(events.CustomersMerged(subject=kept.subject, actor=actor, at=at, dropped=dropped.number, reason=why))
    journal.record(events.CustomerDropped(subject=dropped.subject, actor=actor, at=at, kept=kept.number, reason=why))
    _tell(kept, dropped, carried, actor, at)


NOTED: Mapping[str, Text] = {
    "name": rules.DETAILS[rules.Detail.NAME],
    "document": rules.DETAILS[rules.Detail.DOCUMENT],
    "languages": rules.DETAILS[rules.Detail.LANGUAGES],
    "address": rules.DETAILS[rules.Detail.ADDRESS],
    "manager": rules.DETAILS[rules.Detail.MANAGER],
    "tier": Text(zh="等级", en="tier"),
    "star": Text(zh="星级", en="stars"),
    "parent": Text(zh="上级", en="parent"),
}
"""What is noted of a customer once, so that of two one is left; in words."""


@dataclass(frozen=True)
class Outcome:
    """What becomes of the details of the one that is dropped: the other has none and gets them, or has its own."""

    carried: frozenset[str]
    lost: frozenset[str]

    @property
    def carried_names(self) -> Text | None:
        """What is carried over, in words; none where nothing is."""
        return _in_words(self.carried)

    @property
    def lost_names(self) -> Text | None:
        """What is not carried over, in words; none where nothing is."""
        return _in_words(self.lost)


def _in_words(fields: frozenset[str]) -> Text | None:
    return joined(text for field, text in NOTED.items() if field in fields) if fields else None


def outcome(*, keep: str, drop: str) -> Outcome:
    """What a merge would do to what is noted of both. Raises `UnknownCustomer`."""
    return _outcome(rows.customer_called(keep), rows.customer_called(drop))


def _outcome(kept: Customer, dropped: Customer) -> Outcome:
    own, other = _noted(kept), _noted(dropped)
    differ = {field for field in NOTED if other[field] and other[field] != own[field]}
    if dropped.parent_id == kept.id:
        differ.discard("parent")
    carried = {field for field in differ if not own[field]}
    if kept.segment != Segment.KEY_ACCOUNT:
        carried.discard("tier")
    if "parent" in carried and dropped.parent and rows.stands_below(dropped.parent, kept):
        carried.discard("parent")
    return Outcome(frozenset(carried), frozenset(differ - carried))


def _noted(one: Customer) -> dict[str, Any]:
    party = one.party
    return {
        "name": party.name, "document": party.document, "languages": party.languages, "address": one.address_id,
        "manager": one.manager_id, "tier": one.tier, "star": one.star, "parent": one.parent_id,
    }  # fmt: skip


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


def _fill(kept: Customer, dropped: Customer, carried: frozenset[str]) -> None:
    """Note of the kept one what only the dropped one had."""
    party = {field: getattr(dropped.party, field) for field in carried & {"document", "languages"}}
    if "document" in carried:
        party["document_kind"] = dropped.party.document_kind
    if party:
        Party.objects.filter(id=kept.party_id).update(**party)
    columns = {"address": "address_id", "manager": "manager_id", "parent": "parent_id", "tier": "tier", "star": "star"}
    own = {column: getattr(dropped, column) for field, column in columns.items() if field in carried}
    Customer.objects.filter(id=kept.id).update(**own, revision=F("revision") + 1)


def _tell(kept: Customer, dropped: Customer, carried: frozenset[str], actor: str, at: datetime) -> None:
    """Record what the kept one got, as if somebody had noted it."""
    told: dict[str, Any] = {"subject": kept.subject, "actor": actor, "at": at}
    if details := tuple(each for each in rules.Detail if each.value in carried):
        journal.record(events.CustomerChanged(**told, details=details, changes=rules.changes(details)))
    if carried & {"tier", "star"}:
        tier = rules.Tier(dropped.tier if "tier" in carried else kept.tier)
        star, segment = dropped.star if "star" in carried else kept.star, Segment(kept.segment)
        said: dict[str, Any] = {
            "segment": segment.value,
            "segment_name": SEGMENTS[segment],
            "tier_name": rules.TIERS[tier],
        }
        journal.record(events.CustomerGraded(**told, **said, tier=tier.value, star=star))
    if "parent" in carried and dropped.parent:
        number = dropped.parent.number
        journal.record(events.ParentSet(**told, parent=number, parent_name=Text(zh=number, en=number)))


def _follow(kept: Customer, dropped: Customer, at: datetime) -> None:
    _end_doubles(kept, dropped, at)
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

"""Customers: who they are, what they pay with, how they are reached, what they agreed to.

Promises that a number is never used twice, that the number of a merged customer leads to the one that stands for it, and that
personal data is seen in clear only for a purpose that is kept. Refuses loops in hierarchies, merges that contradict themselves,
erasure while something is open, and to load half a file.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from kapok.ground.customers import accounts, contacts, erasing, events, loading, merging, registering, rows, rules
from kapok.ground.customers.loading import Loaded, Refused
from kapok.ground.customers.models import Consent, Customer, PersonalLook
from kapok.ground.customers.refusals import (
    AccountInUse,
    BelowItself,
    CannotFollow,
    ChangedMeanwhile,
    ClosedAccount,
    ConsentGivenAlready,
    ContactKnown,
    DifferentKinds,
    DropsItsHead,
    ErasedCustomer,
    InvalidContact,
    InvalidCurrency,
    InvalidDocument,
    InvalidMatter,
    InvalidReference,
    Nameless,
    NoConsent,
    NoReason,
    NotACustomerFile,
    NotAnOrganisation,
    NotAPerson,
    OnlyAccount,
    PurposeNeeded,
    ReferenceTaken,
    RowsRefused,
    SameCustomer,
    StarOutOfRange,
    StillOpen,
    TierNeedsKeyAccount,
    UnknownAccount,
    UnknownChoice,
    UnknownContact,
    UnknownCustomer,
    UnknownLanguage,
)
from kapok.ground.journal import api as journal
from kapok.ground.people.refusals import EndedUnit, UnknownStaff, UnknownUnit
from kapok.ground.places.refusals import RetiredAddress, UnknownAddress
from kapok.ground.places.rows import segment_called
from kapok.ground.places.rules import SEGMENTS, Segment
from kapok.kernel.ids import uuid7
from kapok.kernel.text import Text

__all__ = [
    "AccountInUse", "BelowItself", "CannotFollow", "ChangedMeanwhile", "ClosedAccount", "ConsentGivenAlready",
    "ContactKnown", "DifferentKinds", "DropsItsHead", "EndedUnit", "ErasedCustomer", "InvalidContact", "InvalidCurrency",
    "InvalidDocument", "InvalidMatter", "InvalidReference", "Loaded", "Nameless", "NoConsent", "NoReason",
    "NotACustomerFile", "NotAPerson", "NotAnOrganisation", "OnlyAccount", "Personal", "PurposeNeeded", "ReferenceTaken",
    "Refused", "RetiredAddress", "RowsRefused", "SameCustomer", "StarOutOfRange", "StillOpen", "TierNeedsKeyAccount",
    "UnknownAccount", "UnknownAddress", "UnknownChoice", "UnknownContact", "UnknownCustomer", "UnknownLanguage",
    "UnknownStaff", "UnknownUnit", "add_account", "add_contact", "change_account", "change_customer", "close_account",
    "end_contact", "erase_contact", "erase_person", "export_person", "give_consent", "grade", "import_customers", "look",
    "merge", "register_customer", "set_parent", "withdraw_consent",
]  # fmt: skip

Personal = erasing.Personal


@transaction.atomic
def register_customer(
    *,
    kind: str,
    name: str,
    segment: str,
    unit: str,
    address: str = "",
    phone: str = "",
    email: str = "",
    document_kind: str = "",
    document: str = "",
    tier: str = "",
    star: int = 0,
    parent: str = "",
    manager: str = "",
    reference: str = "",
    payment: str = "postpaid",
    currency: str = "CNY",
    languages: Sequence[str] = (),
    actor: str,
    at: datetime,
) -> str:
    """Take somebody in as a customer, with a first billing account, and return the customer's number.

    `address` and `unit` are codes, `manager` a staff number, `parent` the number of the customer above, `currency` ISO 4217,
    `languages` codes of the operator's list, the one they speak best first.
    Raises `UnknownChoice`, `UnknownSegment`, `Nameless`, `InvalidDocument`, `InvalidContact`, `InvalidReference`,
    `ReferenceTaken`, `StarOutOfRange`, `TierNeedsKeyAccount`, `UnknownUnit`, `EndedUnit`, `UnknownAddress`, `RetiredAddress`,
    `UnknownStaff`, `UnknownCustomer`, `NotAnOrganisation`, `InvalidCurrency`, `UnknownLanguage`.
    """
    drawn = registering.Drawn(
        kind, name, segment, unit, address, phone, email, document_kind, document, tier, star, parent, manager, reference,
        payment, currency, languages,
    )  # fmt: skip
    return registering.register(drawn, actor, at)


@transaction.atomic
def change_customer(
    *,
    customer: str,
    name: str | None = None,
    document_kind: str | None = None,
    document: str | None = None,
    address: str | None = None,
    unit: str | None = None,
    manager: str | None = None,
    reference: str | None = None,
    languages: Sequence[str] | None = None,
    revision: int | None = None,
    actor: str,
    at: datetime,
) -> frozenset[rules.Detail]:
    """Correct what is noted about a customer and return what has changed; where nothing has, nothing is recorded.

    None leaves a detail as it is, an empty one removes it. With the `revision` that was read, a change of somebody else since
    then is not overwritten. Raises `UnknownCustomer`, `ErasedCustomer`, `ChangedMeanwhile`, `Nameless`, `UnknownChoice`,
    `InvalidDocument`, `UnknownAddress`, `RetiredAddress`, `UnknownUnit`, `EndedUnit`, `UnknownStaff`, `InvalidReference`,
    `ReferenceTaken`, `UnknownLanguage`.
    """
    wanted = registering.Wanted(name, document_kind, document, address, unit, manager, reference, languages)
    return registering.change(customer, wanted, revision, actor, at)


@transaction.atomic
def grade(
    *,
    customer: str,
    segment: str | None = None,
    tier: str | None = None,
    star: int | None = None,
    actor: str,
    at: datetime,
) -> None:
    """Put a customer into another segment, tier or star level; None leaves one as it is. Running promises keep their terms.

    Raises `UnknownCustomer`, `ErasedCustomer`, `UnknownSegment`, `UnknownChoice`, `TierNeedsKeyAccount`, `StarOutOfRange`.
    """
    one = rows.living_customer(customer)
    group = segment_called(one.segment if segment is None else segment)
    level = rows.choice(rules.Tier, one.tier if tier is None else tier, "tier")
    stars = one.star if star is None else rules.checked_star(star)
    rules.check_tier(level, group)
    if (group.value, level.value, stars) == (one.segment, one.tier, one.star):
        return
    Customer.objects.filter(id=one.id).update(
        segment=group.value, tier=level.value, star=stars, revision=F("revision") + 1
    )
    journal.record(
        events.CustomerGraded(
            subject=one.subject, actor=actor, at=at, segment=group.value, segment_name=SEGMENTS[Segment(group)],
            tier=level.value, tier_name=rules.TIERS[level], star=stars,
        )
    )  # fmt: skip


@transaction.atomic
def set_parent(*, customer: str, parent: str, actor: str, at: datetime) -> None:
    """Put an organisation below another one, or with an empty `parent` at the top.

    Raises `UnknownCustomer`, `ErasedCustomer`, `NotAnOrganisation`, `BelowItself`.
    """
    rows.hold_hierarchy()
    one = rows.living_customer(customer)
    if parent and one.party.kind != rules.PartyKind.ORGANISATION:
        raise NotAnOrganisation(number=one.number)
    above = registering.above(parent, rules.PartyKind.ORGANISATION)
    if above is not None and rows.stands_below(above, one):
        raise BelowItself(number=one.number, parent=above.number)
    if one.parent_id == (above.id if above else None):
        return
    Customer.objects.filter(id=one.id).update(parent=above, revision=F("revision") + 1)
    called = Text(zh=above.number, en=above.number) if above else Text(zh="（无）", en="nobody")
    journal.record(
        events.ParentSet(
            subject=one.subject, actor=actor, at=at, parent=above.number if above else "", parent_name=called
        )
    )


@transaction.atomic
def add_account(
    *, customer: str, name: str = "", payment: str = "postpaid", currency: str = "CNY", actor: str, at: datetime
) -> str:
    """Open another billing account and return its number; without a name it has the customer's.

    Raises `UnknownCustomer`, `ErasedCustomer`, `Nameless`, `UnknownChoice`, `InvalidCurrency`.
    """
    return accounts.add(customer=customer, name=name, payment=payment, currency=currency, actor=actor, at=at)


@transaction.atomic
def change_account(*, customer: str, account: str, name: str = "", payment: str = "", actor: str, at: datetime) -> None:
    """Rename a billing account, or let it be paid in another way; what is empty stays. Running promises keep their terms.

    Raises `UnknownCustomer`, `ErasedCustomer`, `UnknownAccount`, `ClosedAccount`, `Nameless`, `UnknownChoice`.
    """
    accounts.change(customer=customer, number=account, name=name, payment=payment, actor=actor, at=at)


@transaction.atomic
def close_account(*, customer: str, account: str, actor: str, at: datetime) -> None:
    """Use a billing account no longer. It stays with what was billed on it; there is no way back.

    Raises `UnknownCustomer`, `ErasedCustomer`, `UnknownAccount`, `ClosedAccount`, `OnlyAccount`, and `AccountInUse` while a
    layer above says that something uses it (`settings.ACCOUNT_USES`).
    """
    accounts.close(customer, account, actor, at)


@transaction.atomic
def add_contact(
    *, customer: str, kind: str, value: str, role: str = "", name: str = "", actor: str, at: datetime
) -> UUID:
    """Note a way to reach a customer, with the `name` of whom one reaches there, and return its identifier.

    Raises `UnknownCustomer`, `ErasedCustomer`, `UnknownChoice`, `InvalidContact`, `Nameless`, `ContactKnown`.
    """
    return contacts.add(customer=customer, kind=kind, value=value, role=role, name=name, actor=actor, at=at)


@transaction.atomic
def end_contact(*, customer: str, contact: UUID, actor: str, at: datetime) -> None:
    """No longer reach a customer this way. Raises `UnknownCustomer`, `ErasedCustomer`, `UnknownContact`."""
    contacts.end(customer, contact, actor, at)


@transaction.atomic
def erase_contact(*, customer: str, contact: UUID, reason: str, actor: str, at: datetime) -> int:
    """Forget a contact, and all of the same customer that bear the same name, e.g. of one person of an organisation; how many.

    There is no way back. Raises `UnknownCustomer`, `ErasedCustomer`, `UnknownContact`, `NoReason`.
    """
    return contacts.erase(customer, contact, reason, actor, at)


@transaction.atomic
def give_consent(*, customer: str, purpose: str, means: str, actor: str, at: datetime) -> None:
    """Note that a customer agrees. Raises `UnknownCustomer`, `ErasedCustomer`, `UnknownChoice`, `ConsentGivenAlready`."""
    one, wanted = rows.living_customer(customer), rows.choice(rules.ConsentPurpose, purpose, "purpose")
    given_by = rows.choice(rules.Means, means, "means")
    if Consent.objects.filter(customer=one, purpose=wanted.value, withdrawn_at=None).exists():
        raise ConsentGivenAlready(purpose_name=rules.CONSENT_PURPOSES[wanted])
    Consent.objects.create(id=uuid7(at), customer=one, purpose=wanted.value, given_by=given_by.value, given_at=at)
    journal.record(events.ConsentGiven(subject=one.subject, actor=actor, at=at, **_consent(wanted, given_by)))


@transaction.atomic
def withdraw_consent(*, customer: str, purpose: str, means: str, actor: str, at: datetime) -> None:
    """Note that a customer no longer agrees. Raises `UnknownCustomer`, `ErasedCustomer`, `UnknownChoice`, `NoConsent`."""
    one, wanted = rows.living_customer(customer), rows.choice(rules.ConsentPurpose, purpose, "purpose")
    taken_by = rows.choice(rules.Means, means, "means")
    held = Consent.objects.filter(customer=one, purpose=wanted.value, withdrawn_at=None)
    if not held.update(withdrawn_at=at, withdrawn_by=taken_by.value):
        raise NoConsent(purpose_name=rules.CONSENT_PURPOSES[wanted])
    journal.record(events.ConsentWithdrawn(subject=one.subject, actor=actor, at=at, **_consent(wanted, taken_by)))


def _consent(purpose: rules.ConsentPurpose, means: rules.Means) -> dict[str, Any]:
    return {
        "purpose": purpose.value,
        "purpose_name": rules.CONSENT_PURPOSES[purpose],
        "means": means.value,
        "means_name": rules.MEANS[means],
    }


@transaction.atomic
def merge(
    *, keep: str, drop: str, reason: str, revisions: tuple[int, int] | None = None, actor: str, at: datetime
) -> None:
    """Let `keep` stand for `drop`, too: accounts, contacts, consents and whatever points to `drop` become `keep`'s.

    The number of `drop` leads to `keep` from then on. There is no way back: compare the two before, and give the `revisions`
    (of `keep`, of `drop`) that were compared. Raises `UnknownCustomer`, `ErasedCustomer`, `SameCustomer`, `DifferentKinds`,
    `DropsItsHead`, `CannotFollow`, `NoReason`, `ChangedMeanwhile`.
    """
    merging.merge(keep=keep, drop=drop, reason=reason, revisions=revisions, actor=actor, at=at)


@transaction.atomic
def look(*, customer: str, purpose: str, note: str = "", matter: str = "", actor: str, at: datetime) -> Personal:
    """A customer's name, document, address and contacts in clear, for a purpose that is kept with the matter it is for, if any.

    Raises `UnknownCustomer`, `ErasedCustomer`, `PurposeNeeded`, `InvalidMatter`.
    """
    one, said, meant = rows.living_customer(customer), note.strip(), rules.tidy_matter(matter)
    wanted = next((each for each in rules.Purpose if each == purpose), None)
    short = wanted is rules.Purpose.OTHER and len(said) < rules.SHORTEST_NOTE
    if wanted is None or short or len(said) > rules.NOTE_LENGTH:
        raise PurposeNeeded(longest=rules.NOTE_LENGTH)
    PersonalLook.objects.create(
        id=uuid7(at), customer=one, actor=actor, purpose=wanted.value, note=said, matter=meant, at=at
    )
    journal.record(
        events.PersonalSeen(
            subject=one.subject, actor=actor, at=at, purpose=wanted.value, purpose_name=rules.PURPOSES[wanted],
            note=said, matter=meant,
        )
    )  # fmt: skip
    return erasing.personal(one)


@transaction.atomic
def export_person(*, customer: str, reason: str, actor: str, at: datetime) -> dict[str, Any]:
    """Everything that is kept about a person, as JSON values.

    Raises `UnknownCustomer`, `ErasedCustomer`, `NotAPerson`, `NoReason`.
    """
    return erasing.export(customer, reason, actor, at)


@transaction.atomic
def erase_person(*, customer: str, reason: str, actor: str, at: datetime) -> None:
    """Overwrite a person's data; what was sold, done and paid stays under the customer's number. There is no way back.

    Raises `UnknownCustomer`, `ErasedCustomer`, `NotAPerson`, `NoReason`, and `StillOpen` while a layer above says that
    something binds the customer (`settings.CUSTOMER_HOLDS`).
    """
    erasing.erase(customer, reason, actor, at)


@transaction.atomic
def import_customers(
    *,
    lines: Iterable[str],
    file: str,
    units: Collection[str] | None = None,
    dry_run: bool = False,
    actor: str,
    at: datetime,
) -> Loaded:
    """Load a CSV file of customers, all of it or nothing, and say what is refused: line, field and why.

    `units` are the codes of the units for which one may (None: all). A dry run changes nothing.
    Raises `NotACustomerFile`, and `RowsRefused` where a row is refused and it is no dry run.
    """
    return loading.take_in(lines, file, units, dry_run=dry_run, actor=actor, at=at)

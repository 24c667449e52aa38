"""Reading customers: one of them, masked; what promises need to know; a hierarchy; who looked at whom."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from kapok.ground.customers import languages, names, rows, rules
from kapok.ground.customers.models import BillingAccount, Consent, Contact, Customer, PersonalLook
from kapok.ground.customers.searching import Found, by_phone, search
from kapok.ground.places.rules import SEGMENTS, Segment
from kapok.kernel.text import Text, joined

__all__ = [
    "AccountView", "ConsentView", "ContactView", "CustomerView", "Found", "LookView", "Member", "account", "by_phone",
    "customer", "facts", "hierarchy", "looks", "looks_shown", "search", "wants_no_calls",
]  # fmt: skip


@dataclass(frozen=True)
class AccountView:
    """One billing account; `name` is masked where it is a person's."""

    id: UUID
    number: str
    name: str
    payment: rules.Payment
    currency: str
    customer: str
    opened_at: datetime
    closed_at: datetime | None

    @property
    def payment_name(self) -> Text:
        """When it pays."""
        return rules.PAYMENTS[self.payment]


@dataclass(frozen=True)
class ContactView:
    """One contact, masked, and so is the name of whom one reaches there."""

    id: UUID
    kind: rules.ContactKind
    value: str
    name: str
    role: rules.ContactRole
    added_at: datetime

    @property
    def kind_name(self) -> Text:
        """What kind of contact it is."""
        return rules.CONTACT_KINDS[self.kind]

    @property
    def role_name(self) -> Text:
        """What it is for."""
        return rules.CONTACT_ROLES[self.role]


@dataclass(frozen=True)
class ConsentView:
    """What a customer agreed to; withdrawn where `withdrawn_at` is set, unless it was `merged` into the same of another record."""

    purpose: rules.ConsentPurpose
    given_by: rules.Means
    given_at: datetime
    withdrawn_by: str
    withdrawn_at: datetime | None

    @property
    def purpose_name(self) -> Text:
        """What was agreed to."""
        return rules.CONSENT_PURPOSES[self.purpose]

    @property
    def given_by_name(self) -> Text:
        """By what it was given."""
        return rules.MEANS[self.given_by]

    @property
    def merged(self) -> bool:
        """Whether it ended because two records became one; nobody withdrew it."""
        return self.withdrawn_by == rules.MERGED

    @property
    def withdrawn_by_name(self) -> Text | None:
        """By what it was withdrawn; none where it was not."""
        return None if self.merged or not self.withdrawn_by else rules.MEANS[rules.Means(self.withdrawn_by)]


@dataclass(frozen=True)
class CustomerView:
    """One customer. Contacts and the document are masked, and so are a person's name and home unless the reader may see them."""

    id: UUID
    number: str
    reference: str
    kind: rules.PartyKind
    name: str
    document_kind: rules.DocumentKind
    document: str
    segment: Segment
    tier: rules.Tier
    star: int
    parent: str
    unit: str
    unit_id: UUID
    unit_name: Text
    manager: str
    manager_name: str
    address: str
    address_full: Text | None
    masked: bool
    """A person, whose names and addresses this reader sees masked."""
    address_masked: bool
    """Whether the address is shown as far as the road only; `address` is for what is ordered there."""
    registered_at: datetime
    erased_at: datetime | None
    merged: tuple[str, ...]
    """The numbers of customers for which this one stands."""
    accounts: tuple[AccountView, ...]
    """Those that are used; of a closed one `closed` tells."""
    closed: tuple[AccountView, ...]
    contacts: tuple[ContactView, ...]
    consents: tuple[ConsentView, ...]
    languages: tuple[str, ...]
    """What they speak, by code, the best first."""
    revision: int

    @property
    def subject(self) -> str:
        """How the journal calls this customer."""
        return f"customer/{self.number}"

    @property
    def wants_no_calls(self) -> bool:
        """Whether they agreed to calls of marketing once, and took it back."""
        return rules.took_back(
            each.withdrawn_at for each in self.consents if each.purpose is rules.ConsentPurpose.CALLS
        )

    @property
    def languages_name(self) -> Text:
        """What they speak, in words."""
        return joined(languages.named(self.languages))

    @property
    def payment(self) -> str:
        """How the first account pays."""
        return self.accounts[0].payment.value if self.accounts else ""

    @property
    def is_person(self) -> bool:
        """Whether this is a person, whose data are protected."""
        return self.kind is rules.PartyKind.PERSON

    @property
    def kind_name(self) -> Text:
        """Person or organisation, in words."""
        return rules.PARTY_KINDS[self.kind]

    @property
    def segment_name(self) -> Text:
        """The segment in words."""
        return SEGMENTS[self.segment]

    @property
    def tier_name(self) -> Text:
        """The tier in words."""
        return rules.TIERS[self.tier]

    @property
    def document_kind_name(self) -> Text:
        """The kind of document in words."""
        return rules.DOCUMENT_KINDS[self.document_kind]


SHOWN_WITH = ("party", "unit", "manager", "address__parent__parent", "parent")


def customer(number: str, *, unmask: Collection[str] | None = frozenset()) -> CustomerView:
    """The customer with this number, or the one that stands for it. Raises `UnknownCustomer`.

    `unmask` are the codes of the units for which the reader may see persons' names and homes (None: all); without it they are
    masked.
    """
    found = rows.customer_called(number)
    one = Customer.objects.select_related(*SHOWN_WITH).get(id=found.id)
    party, kind = one.party, rules.PartyKind(one.party.kind)
    clear = unmask is None or one.unit.code in unmask

    def shown(name: str) -> str:
        return name if clear else names.masked_name(name, kind)

    accounts, home = _accounts(one, shown), one.address.full if one.address else None
    seen = names.masked_address(home, one.address.road, kind) if one.address and home and not clear else home
    merged = Customer.objects.filter(merged_into=one).order_by("number").values_list("number", flat=True)
    return CustomerView(
        id=one.id, number=one.number, reference=one.reference, kind=kind, name=shown(party.name),
        document_kind=rules.DocumentKind(party.document_kind), document=rules.masked_document(party.document),
        segment=Segment(one.segment), tier=rules.Tier(one.tier), star=one.star,
        parent=one.parent.number if one.parent else "", unit=one.unit.code, unit_id=one.unit_id,
        unit_name=one.unit.name, manager=one.manager.username if one.manager else "",
        manager_name=one.manager.name if one.manager else "", address=one.address.code if one.address else "",
        address_full=seen, masked=not clear and kind is rules.PartyKind.PERSON, address_masked=seen != home,
        registered_at=one.registered_at, erased_at=party.erased_at, merged=tuple(merged), contacts=_contacts(one),
        accounts=tuple(each for each in accounts if each.closed_at is None),
        closed=tuple(each for each in accounts if each.closed_at is not None),
        consents=_consents(one), languages=tuple(party.languages), revision=one.revision,
    )  # fmt: skip


def _accounts(one: Customer, shown: Callable[[str], str]) -> tuple[AccountView, ...]:
    found = BillingAccount.objects.filter(customer=one).order_by("opened_at", "number")
    return tuple(_account(each, one.number, shown) for each in found)


def _account(row: BillingAccount, customer: str, shown: Callable[[str], str]) -> AccountView:
    return AccountView(
        row.id, row.number, shown(row.name), rules.Payment(row.payment), row.currency, customer, row.opened_at,
        row.closed_at,
    )  # fmt: skip


def _contacts(one: Customer) -> tuple[ContactView, ...]:
    found = Contact.objects.filter(customer=one, ended_at=None).order_by("added_at", "id")
    return tuple(_contact(each) for each in found)


def _contact(row: Contact) -> ContactView:
    kind = rules.ContactKind(row.kind)
    value, name = rules.masked_contact(kind, row.value), names.masked_name(row.name, rules.PartyKind.PERSON)
    return ContactView(row.id, kind, value, name, rules.ContactRole(row.role), row.added_at)


def _consents(one: Customer) -> tuple[ConsentView, ...]:
    found = Consent.objects.filter(customer=one).order_by("-given_at", "id")
    return tuple(
        ConsentView(
            rules.ConsentPurpose(each.purpose),
            rules.Means(each.given_by),
            each.given_at,
            each.withdrawn_by,
            each.withdrawn_at,
        )
        for each in found
    )


def wants_no_calls(customer: UUID) -> bool:
    """Whether a customer (by identifier) has said that they want no calls of marketing: agreed once, and took it back."""
    found = Consent.objects.filter(customer=customer, purpose=rules.ConsentPurpose.CALLS)
    return rules.took_back(found.values_list("withdrawn_at", flat=True))


def account(number: str) -> AccountView:
    """The billing account with this number; the name is masked where it is a person's. Raises `UnknownAccount`."""
    row = rows.account_called(number)
    one = Customer.objects.select_related("party").get(id=row.customer_id)
    kind = rules.PartyKind(one.party.kind)
    return _account(row, one.number, lambda name: names.masked_name(name, kind))


def facts(number: str) -> dict[str, str]:
    """What promises ask about a customer: segment, class, payment, and the tier where there is one. Raises `UnknownCustomer`."""
    return facts_of(rows.customer_called(number))


def facts_of(one: Customer, first: BillingAccount | None = None) -> dict[str, str]:
    """The same of a customer that is at hand, with its first account where that is at hand, too."""
    first = first or rows.first_account(one)
    known = {
        "segment": one.segment,
        "tier": one.tier,
        "customer_class": rules.customer_class(rules.PartyKind(one.party.kind), Segment(one.segment)),
        "payment": first.payment if first else "",
    }
    return {name: value for name, value in known.items() if value}


@dataclass(frozen=True)
class Member:
    """One customer of a hierarchy; `depth` is how far it stands below the top."""

    number: str
    name: str
    tier: str
    unit: str
    unit_name: Text
    depth: int


LARGEST_HIERARCHY = 500
HIERARCHY = """
WITH RECURSIVE up AS (
    SELECT id, parent_id FROM customers_customer WHERE id = %(one)s
    UNION
    SELECT c.id, c.parent_id FROM customers_customer c JOIN up ON c.id = up.parent_id
), down AS (
    SELECT c.id, 0 AS depth, ARRAY[c.number::text] AS path FROM customers_customer c
    WHERE c.id = (SELECT id FROM up WHERE parent_id IS NULL)
    UNION ALL
    SELECT c.id, down.depth + 1, down.path || c.number::text FROM customers_customer c JOIN down ON c.parent_id = down.id
    WHERE c.merged_into_id IS NULL
)
SELECT c.number, p.name, c.tier, u.code, u.name_zh, u.name_en, down.depth
FROM down JOIN customers_customer c ON c.id = down.id JOIN customers_party p ON p.id = c.party_id
JOIN people_orgunit u ON u.id = c.unit_id ORDER BY down.path LIMIT %(limit)s
"""


def hierarchy(number: str) -> list[Member]:
    """The whole hierarchy a customer stands in, from the top down; empty where it stands alone. Raises `UnknownCustomer`."""
    one = rows.customer_called(number)
    with connection.cursor() as cursor:
        cursor.execute(HIERARCHY, {"one": one.id, "limit": LARGEST_HIERARCHY})
        found = [
            Member(number, name, tier, unit, Text(zh=zh, en=en), depth)
            for number, name, tier, unit, zh, en, depth in cursor.fetchall()
        ]
    return found if len(found) > 1 else []


@dataclass(frozen=True)
class LookView:
    """That somebody saw a customer's personal data."""

    customer: str
    actor: str
    purpose: rules.Purpose
    note: str
    matter: str
    at: datetime

    @property
    def purpose_name(self) -> Text:
        """What for, in words."""
        return rules.PURPOSES[self.purpose]


def looks(*, customer: str = "", actor: str = "", units: Collection[UUID] | None = None) -> QuerySet[PersonalLook]:
    """Who looked at whom, latest first; of the customers of some units (None: all); to be paged."""
    found = PersonalLook.objects.select_related("customer").order_by("-at", "-id")
    if units is not None:
        found = found.filter(customer__unit__in=units)
    if customer:
        found = found.filter(customer__number=customer.upper())
    return found.filter(actor=f"staff/{actor.lower()}") if actor else found


def looks_shown(page: Iterable[PersonalLook]) -> list[LookView]:
    """A page of `looks` as a list shows it."""
    return [
        LookView(each.customer.number, each.actor, rules.Purpose(each.purpose), each.note, each.matter, each.at)
        for each in page
    ]

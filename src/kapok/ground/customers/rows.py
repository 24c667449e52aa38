"""The rows that the verbs act on: looked up, and locked where two people could contradict each other.

A lock holds until the `transaction.atomic` of the verb ends. Whoever changes a customer, or gives it an account or a contact,
holds that customer, and so does whoever merges or erases it. A number of a merged customer leads to the one that stands for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import TypeVar

from django.conf import settings
from django.db import connection

from kapok.ground.customers import languages, rules
from kapok.ground.customers.models import BillingAccount, Customer, Party
from kapok.ground.customers.refusals import (
    ClosedAccount,
    ErasedCustomer,
    UnknownAccount,
    UnknownChoice,
    UnknownCustomer,
)
from kapok.ground.journal.reading import read
from kapok.ground.people.models import Staff
from kapok.ground.people.rows import staff_called
from kapok.ground.places.models import Address
from kapok.ground.places.rows import living_address
from kapok.kernel.text import coded

Choice = TypeVar("Choice", bound=StrEnum)
LOCKED = " FOR NO KEY UPDATE"
FIRST = "this.customer_id = %s AND this.closed_at IS NULL ORDER BY this.opened_at, this.number LIMIT 1"


def customer_called(number: str) -> Customer:
    """The customer with this number; of a merged one the customer that stands for it. Raises `UnknownCustomer`."""
    return _called(number, joined="party")


def living_customer(number: str) -> Customer:
    """The customer with this number, held until the verb ends. Raises `UnknownCustomer`, `ErasedCustomer`."""
    # Nothing is joined: of a row that was waited for, PostgreSQL reads only itself anew.
    customer = _called(number, lock=LOCKED)
    (customer.party,) = read(Party, "this.id = %s", customer.party_id)
    if customer.party.erased_at is not None:
        raise ErasedCustomer(number=customer.number)
    return customer


def _called(number: str, *, lock: str = "", joined: str = "") -> Customer:
    found = read(Customer, f"this.number = %s{lock}", number.strip().upper()[:12], joined=joined)
    if not found:
        raise UnknownCustomer(number=number.strip()[:20])
    while found[0].merged_into_id is not None:
        found = read(Customer, f"this.id = %s{lock}", found[0].merged_into_id, joined=joined)
    return found[0]


def account_called(number: str) -> BillingAccount:
    """The billing account with this number. Raises `UnknownAccount`."""
    account = BillingAccount.objects.select_related("customer").filter(number=number.strip().upper()[:12]).first()
    if account is None:
        raise UnknownAccount(number=number.strip()[:20])
    return account


def first_account(customer: Customer) -> BillingAccount | None:
    """The oldest account of the customer's that is used."""
    return next(iter(read(BillingAccount, FIRST, customer.id)), None)


def open_account(customer: Customer, number: str) -> BillingAccount:
    """An account of the customer's that is used. Raises `UnknownAccount`, `ClosedAccount`."""
    account = account_called(number)
    if account.customer_id != customer.id:
        raise UnknownAccount(number=number)
    if account.closed_at is not None:
        raise ClosedAccount(account=account.number)
    return account


def choice(kind: type[Choice], value: str, field: str) -> Choice:
    """The member of a closed list. Raises `UnknownChoice`."""
    try:
        return kind(value)
    except ValueError:
        title, names = rules.CHOICES[kind]
        raise UnknownChoice(field=field, field_name=title, value=value[:30], choices=coded(names)) from None


def address_named(code: str) -> Address | None:
    """The standard address, none for none. Raises `UnknownAddress`, `RetiredAddress`."""
    return living_address(code) if code else None


def manager_named(username: str) -> Staff | None:
    """The account manager, none for none. Raises `UnknownStaff`."""
    return staff_called(username) if username else None


def languages_named(codes: Sequence[str]) -> list[str]:
    """Languages of the operator's list, as they are kept. Raises `UnknownLanguage`."""
    return languages.tidy(codes, settings.SPOKEN_LANGUAGES)


def _numbers(sequence: str, letter: str, count: int) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s::regclass) FROM generate_series(1, %s)", [sequence, count])
        return [f"{letter}{serial:08}" for (serial,) in cursor.fetchall()]


def new_customer_numbers(count: int = 1) -> list[str]:
    """Numbers that no customer has had and none will have again."""
    return _numbers("customers_customer_number", "C", count)


def new_account_numbers(count: int = 1) -> list[str]:
    """Numbers that no billing account has had and none will have again."""
    return _numbers("customers_account_number", "A", count)


def hold_hierarchy() -> None:
    """Let nobody else change what stands above what until the verb ends: a loop may close over any distance."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('customers.hierarchy'))")


def hold_loading() -> None:
    """Let nobody else load a table until the verb ends: two could wait for each other's former numbers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('customers.loading'))")


UP = """
WITH RECURSIVE up AS (
    SELECT id, parent_id FROM customers_customer WHERE id = %s
    UNION
    SELECT above.id, above.parent_id FROM customers_customer above JOIN up ON above.id = up.parent_id
)
SELECT 1 FROM up WHERE id = %s
"""


def stands_below(customer: Customer, top: Customer) -> bool:
    """Whether `customer` is `top` or stands anywhere below it."""
    with connection.cursor() as cursor:
        cursor.execute(UP, [customer.id, top.id])
        return cursor.fetchone() is not None

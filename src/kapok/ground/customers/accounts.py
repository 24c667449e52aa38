"""Billing accounts: opened, renamed, paid in another way, closed; what the verbs of accounts do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

from kapok.ground.customers import events, rows, rules
from kapok.ground.customers.models import BillingAccount, Customer
from kapok.ground.customers.refusals import AccountInUse, OnlyAccount
from kapok.ground.journal import api as journal
from kapok.kernel.ids import uuid7
from kapok.kernel.text import Text, joined

Use = Callable[[UUID], Sequence[Text]]
"""Says of an account what uses it still: services, running orders. Empty where nothing does."""


def add(*, customer: str, name: str, payment: str, currency: str, actor: str, at: datetime) -> str:
    """Open another account; see `api.add_account`."""
    one, paid = rows.living_customer(customer), rows.choice(rules.Payment, payment, "payment")
    account = BillingAccount.objects.create(
        id=uuid7(at), number=rows.new_account_numbers()[0], customer=one, name=rules.tidy_name(name or one.party.name),
        payment=paid.value, currency=rules.tidy_currency(currency), opened_at=at,
    )  # fmt: skip
    journal.record(
        events.AccountOpened(
            subject=one.subject, actor=actor, at=at, account=account.number, payment=paid.value,
            payment_name=rules.PAYMENTS[paid],
        )
    )  # fmt: skip
    return account.number


def change(*, customer: str, number: str, name: str, payment: str, actor: str, at: datetime) -> None:
    """Rename an account or let it be paid in another way; see `api.change_account`."""
    one, account = _open(customer, number)
    called = rules.tidy_name(name) if name.strip() else account.name
    paid = rows.choice(rules.Payment, payment or account.payment, "payment")
    what = [RENAMED] * (called != account.name) + [rules.PAYMENTS[paid]] * (paid != account.payment)
    if not what:
        return
    BillingAccount.objects.filter(id=account.id).update(name=called, payment=paid.value)
    journal.record(
        events.AccountChanged(
            subject=one.subject, actor=actor, at=at, account=account.number, payment=paid.value, what=joined(what)
        )
    )


RENAMED = Text(zh="更名", en="renamed")


def close(customer: str, number: str, actor: str, at: datetime) -> None:
    """Use an account no longer; see `api.close_account`."""
    one, account = _open(customer, number)
    using = [text for use in _uses() for text in use(account.id)]
    if using:
        raise AccountInUse(account=account.number, what=joined(using, zh="；", en="; "))
    if not BillingAccount.objects.filter(customer=one, closed_at=None).exclude(id=account.id).exists():
        raise OnlyAccount(account=account.number)
    BillingAccount.objects.filter(id=account.id).update(closed_at=at)
    journal.record(events.AccountClosed(subject=one.subject, actor=actor, at=at, account=account.number))


def _open(customer: str, number: str) -> tuple[Customer, BillingAccount]:
    """The customer, held, and the account that is to be changed. Raises `UnknownAccount`, `ClosedAccount`."""
    one = rows.living_customer(customer)
    return one, rows.open_account(one, number)


def _uses() -> tuple[Use, ...]:
    """What the composition root has named (`ACCOUNT_USES`): customers know nobody above them."""
    return tuple(import_string(name) for name in settings.ACCOUNT_USES)

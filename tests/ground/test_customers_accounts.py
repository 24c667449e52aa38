"""Billing accounts that change and close, contact persons, and what becomes of them."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from pytest_django.fixtures import Settings

from kapok.ground.customers import api as customers
from kapok.ground.customers import queries
from kapok.ground.customers.contacts import forget_ended
from kapok.ground.customers.models import BillingAccount, Contact
from kapok.ground.journal.models import Entry
from kapok.ground.journal.queries import timeline
from kapok.kernel.text import Text
from tests.ground.conftest import WHO
from tests.ground.test_customers import firm, person


def accounts_of(number: str) -> list[tuple[str, str]]:
    return [(each.name, each.payment.value) for each in queries.customer(number, unmask=None).accounts]


def test_an_account_is_renamed_and_paid_in_another_way(office: SimpleNamespace) -> None:
    number = firm("木棉银行")
    account = queries.customer(number).accounts[0].number
    customers.change_account(customer=number, account=account, name="木棉银行（专线）", **WHO)
    customers.change_account(customer=number, account=account, payment="prepaid", **WHO)
    assert accounts_of(number) == [("木棉银行(专线)", "prepaid")]
    assert queries.facts(number)["payment"] == "prepaid"
    count = Entry.objects.count()
    customers.change_account(customer=number, account=account, name="木棉银行(专线)", payment="prepaid", **WHO)
    assert Entry.objects.count() == count
    said = [line.sentence.en for line in timeline(f"customer/{number}") if line.kind == "customers.account_changed"]
    assert said == [f"Account {account} changed: prepaid", f"Account {account} changed: renamed"]
    other = queries.customer(firm("别家")).accounts[0].number
    for more, refused in (
        ({"account": other}, customers.UnknownAccount),
        ({"account": account, "payment": "barter"}, customers.UnknownChoice),
        ({"account": account, "name": "x" * 121}, customers.Nameless),
    ):
        with pytest.raises(refused):
            customers.change_account(customer=number, **more, **WHO)
    assert accounts_of(number) == [("木棉银行(专线)", "prepaid")]


def in_use(_account: Any) -> list[Text]:
    return [Text(zh="业务S1", en="service S1")]


def test_an_account_closes_once_nothing_uses_it(office: SimpleNamespace, settings: Settings) -> None:
    number = firm("木棉银行")
    first = queries.customer(number).accounts[0].number
    with pytest.raises(customers.OnlyAccount):
        customers.close_account(customer=number, account=first, **WHO)
    second = customers.add_account(customer=number, name="专线", payment="prepaid", **WHO)
    settings.ACCOUNT_USES = [f"{__name__}.in_use"]
    with pytest.raises(customers.AccountInUse) as refused:
        customers.close_account(customer=number, account=first, **WHO)
    assert "service S1" in refused.value.text.en
    assert not BillingAccount.objects.exclude(closed_at=None).exists()
    settings.ACCOUNT_USES = []
    customers.close_account(customer=number, account=first, **WHO)
    shown = queries.customer(number)
    assert ([each.number for each in shown.accounts], [each.number for each in shown.closed]) == ([second], [first])
    assert queries.facts(number)["payment"] == "prepaid"
    assert [each.number for each in queries.search(first, units=None)] == [number]
    for verb, more in ((customers.close_account, {}), (customers.change_account, {"name": "新"})):
        with pytest.raises(customers.ClosedAccount):
            verb(customer=number, account=first, **more, **WHO)
    with pytest.raises(customers.OnlyAccount):
        customers.close_account(customer=number, account=second, **WHO)
    with pytest.raises(IntegrityError), transaction.atomic():
        BillingAccount.objects.filter(number=second).update(closed_at=WHO["at"] - timedelta(days=1))


def test_a_contact_person_has_a_name_that_is_masked_and_found(office: SimpleNamespace) -> None:
    number = firm("木棉银行")
    customers.add_contact(customer=number, kind="mobile", value="13800138000", role="technical", name="周杰明", **WHO)
    customers.add_contact(customer=number, kind="email", value="ho@example.com", name="Grace Ho", **WHO)
    assert [each.name for each in queries.customer(number, unmask=None).contacts] == ["周**", "G*** H***"]
    assert [each.name for each in customers.look(customer=number, purpose="order", **WHO).contacts] == [
        "周杰明", "Grace Ho",
    ]  # fmt: skip
    for typed in ("周杰明", "周杰", "Grace Ho"):
        assert [each.number for each in queries.search(typed, units=None)] == [number], typed
    assert queries.search("周杰明", units=["hall"]) == []
    assert not Entry.objects.filter(data__icontains="周杰明").exists()
    with pytest.raises(customers.Nameless):
        customers.add_contact(customer=number, kind="mobile", value="13800138001", name="x" * 121, **WHO)


def test_one_person_of_an_organisation_is_forgotten(office: SimpleNamespace) -> None:
    number = firm("木棉银行", phone="02088880000")
    said: dict[str, Any] = {"customer": number, "name": "周杰明", **WHO}
    first = customers.add_contact(kind="mobile", value="13800138000", **said)
    second = customers.add_contact(kind="email", value="zhou@example.com", **said)
    customers.end_contact(customer=number, contact=second, **WHO)
    customers.add_contact(customer=number, kind="mobile", value="13800138002", name="李娜", **WHO)
    with pytest.raises(customers.NoReason):
        customers.erase_contact(customer=number, contact=first, reason="x", **WHO)
    with pytest.raises(customers.UnknownContact):
        customers.erase_contact(customer=firm("别家"), contact=first, reason="本人要求", **WHO)
    assert Contact.objects.count() == 4
    assert customers.erase_contact(customer=number, contact=first, reason="本人要求", **WHO) == 2
    assert [each.name for each in Contact.objects.order_by("added_at", "id")] == ["", "李娜"]
    assert queries.search("周杰明", units=None) == []
    assert timeline(f"customer/{number}")[0].sentence.en == "2 contacts forgotten: 本人要求"
    unnamed = Contact.objects.get(name="")
    customers.add_contact(customer=number, kind="email", value="a@example.com", **WHO)
    assert customers.erase_contact(customer=number, contact=unnamed.id, reason="停用号码", **WHO) == 1


def test_a_contact_that_ended_is_kept_for_a_while(office: SimpleNamespace, settings: Settings) -> None:
    settings.CONTACTS_KEPT = timedelta(days=90)
    number = person(phone="13800138000", email="a@example.com")
    ended, kept = Contact.objects.order_by("kind")
    customers.end_contact(customer=number, contact=ended.id, **WHO)
    over = WHO["at"] + timedelta(days=90)
    assert forget_ended(at=over) == 0
    assert forget_ended(at=over + timedelta(seconds=1)) == 1
    assert list(Contact.objects.all()) == [kept]

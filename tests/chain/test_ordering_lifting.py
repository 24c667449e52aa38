"""Who may lift a suspension: the reason decides."""

from __future__ import annotations

from typing import Any

import pytest

from kapok.chain.ordering import api
from kapok.chain.ordering.models import Order
from kapok.ground.customers import api as customers
from kapok.kernel.money import Money
from kapok.network.activation.models import Subscriber
from kapok.network.inventory import api as inventory
from tests.chain import shop
from tests.chain.shop import by, do, line, placed, run, stands

pytestmark = [pytest.mark.usefixtures("open_shop"), pytest.mark.django_db]
DEBTS = "tests.chain.test_ordering_lifting.owes"
owing: set[str] = set()


def owes(account: str) -> Money | None:
    """What is owed on an account."""
    return Money(8800, "CNY") if account in owing else None


@pytest.fixture(autouse=True)
def books(settings: Any) -> None:
    settings.ORDERING_DEBTS = DEBTS
    owing.clear()


def suspended(**why: str) -> tuple[str, str]:
    """A service that is suspended, and its customer."""
    service = shop.installed()
    whose = shop.service(service).customer.number
    number = placed(line(action="suspend", address="", service=service, characteristics=why), whose=whose, minutes=50)
    do(number, "accept", 51)
    run(52)
    do(number, "inform", 53)
    return service, whose


def resumed(service: str, whose: str, who: str = "agent") -> str:
    lines = [line(action="resume", address="", service=service)]
    return api.place_order(customer=whose, channel="hotline", lines=lines, pay=True, **by(who, 60))


def test_the_code_and_the_words_are_kept_and_radius_says_both() -> None:
    service, whose = suspended(suspension="arrears", reason="欠三个月")
    row = shop.service(service)
    assert (row.suspension_code, row.suspension_reason) == ("arrears", "欠三个月")
    assert Subscriber.objects.get(service=service).reason == "欠费停机 / for a debt: 欠三个月"
    assert stands(resumed(service, whose, "manager"))[0] == "inProgress"
    run(61)
    row = shop.service(service)
    assert (row.state, row.suspension_code, row.suspension_reason) == ("active", "", "")


@pytest.mark.parametrize("code", ["customer_wish", "season", "lost", "fault", ""])
def test_what_neither_debt_nor_breach_is_the_cause_of_is_resumed_by_who_takes_orders(code: str) -> None:
    service, whose = suspended(suspension=code)
    assert stands(resumed(service, whose))[0] == "inProgress"


def test_for_a_debt_it_is_resumed_when_that_is_settled_or_by_whom_that_is_given_to(settings: Any) -> None:
    service, whose = suspended(suspension="arrears")
    account = shop.service(service).account
    assert account is not None
    owing.add(account.number)
    with pytest.raises(api.LiftedWhenPaid):
        resumed(service, whose)
    owing.clear()
    settings.ORDERING_DEBTS = ""
    with pytest.raises(api.LiftedWhenPaid):
        resumed(service, whose)
    assert Order.objects.filter(customer__number=whose).count() == 2
    settings.ORDERING_DEBTS = DEBTS
    assert stands(resumed(service, whose))[0] == "inProgress"


def test_for_a_breach_only_by_whom_that_is_given_to() -> None:
    service, whose = suspended(suspension="violation")
    with pytest.raises(api.LiftedByOthers, match="lift suspensions"):
        resumed(service, whose)
    with pytest.raises(api.LiftedByOthers):
        api.place_order(
            customer=whose, channel="web", lines=[line(action="resume", address="", service=service)], pay=True,
            first_contact="agent", actor=f"customer/{whose}", at=shop.later(60),
        )  # fmt: skip
    assert shop.service(service).state == "suspended"
    assert stands(resumed(service, whose, "manager"))[0] == "inProgress"


def test_a_reason_that_is_not_of_the_list_suspends_nothing() -> None:
    service = shop.installed()
    whose = shop.service(service).customer.number
    with pytest.raises(api.BadLine, match="arrears"):
        placed(line(action="suspend", address="", service=service, characteristics={"suspension": "mood"}), whose=whose)
    assert shop.service(service).state == "active"


def test_naming_another_account_does_not_hide_what_the_service_owes() -> None:
    service = shop.installed()
    whose, heir = shop.service(service).customer.number, shop.customer("李芳")
    first, other = (customers.add_account(customer=whose, **by("agent", 55)) for _ in range(2))
    inventory.change_service(service=service, account=first, **by("manager", 56))
    owing.add(first)
    said = {"to_customer": heir, "consent_from": "同意书 1", "consent_to": "同意书 2"}
    asked = line(action="transfer", address="", service=service, characteristics=said)
    with pytest.raises(api.HasDebt):
        placed(asked, whose=whose, account=other, minutes=60)
    assert Order.objects.filter(customer__number=whose).count() == 1

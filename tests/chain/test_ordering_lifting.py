"""Who may lift a suspension: the reason decides."""

from __future__ import annotations

from typing import Any

import pytest

from kapok.chain.ordering import api
from kapok.chain.ordering.lifting import cause_of
from kapok.chain.ordering.models import Leg, Order
from kapok.ground.commitments.models import Commitment
from kapok.ground.customers import api as customers
from kapok.ground.work.models import Matter
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
    """A service that the manager of the hotline has had suspended, and its customer."""
    service = shop.installed()
    whose = shop.service(service).customer.number
    number = asked_for(service, whose, "manager", **why)
    do(number, "accept", 51)
    run(52)
    do(number, "inform", 53)
    return service, whose


def asked_for(service: str, whose: str, who: str, **why: str) -> str:
    """An order of its suspension by somebody."""
    lines = [line(action="suspend", address="", service=service, characteristics=why)]
    return api.place_order(customer=whose, channel="hotline", lines=lines, pay=True, **by(who, 50))


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


@pytest.mark.parametrize("code", ["arrears", "violation"])
def test_for_a_debt_or_a_breach_it_is_suspended_by_whom_that_is_given_to_alone(code: str) -> None:
    service = shop.installed()
    whose = shop.service(service).customer.number
    with pytest.raises(api.SuspendedByOthers, match="lift suspensions for debt and violation") as refused:
        asked_for(service, whose, "agent", suspension=code)
    assert "解除欠费与违规停机" in refused.value.text.zh
    assert Order.objects.filter(customer__number=whose).count() == 1
    assert stands(asked_for(service, whose, "manager", suspension=code))[0] == "inProgress"


@pytest.mark.parametrize(
    ("why", "cause"),
    [
        ({"suspension": "customer_wish"}, "customer"), ({"suspension": "season"}, "customer"), ({"suspension": "lost"}, "customer"),
        ({"suspension": "arrears"}, "operator"), ({"suspension": "violation"}, "operator"), ({"suspension": "fault"}, "operator"),
        ({}, "operator"), ({"cause": "customer"}, "customer"), ({"cause": "operator", "suspension": "violation"}, "operator"),
    ],
)  # fmt: skip
def test_who_wants_a_suspension_follows_from_its_reason(why: dict[str, str], cause: str) -> None:
    assert cause_of(why) == cause


@pytest.mark.parametrize(("code", "cause"), [("lost", "customer"), ("arrears", "operator"), ("", "operator")])
def test_what_we_impose_has_to_be_announced_and_what_a_customer_asks_for_has_not(code: str, cause: str) -> None:
    _service, whose = suspended(suspension=code)
    leg = Leg.objects.get(order__customer__number=whose, action="suspend")
    assert Matter.objects.get(subject=leg.subject).facts["cause"] == cause
    duty = Commitment.objects.filter(subject=leg.subject, promise="CN-36-SUSPEND-NOTICE")
    assert list(duty.values_list("state", flat=True)) == ([] if cause == "customer" else ["broken"])


@pytest.mark.parametrize(
    ("why", "remedy"),
    [
        ({"suspension": "arrears", "cause": "customer"}, "leave it out"),
        ({"suspension": "lost", "cause": "operator"}, "leave it out"),
        ({"cause": "nobody"}, "customer, operator"),
    ],
)
def test_a_cause_that_the_reason_belies_suspends_nothing(why: dict[str, str], remedy: str) -> None:
    service = shop.installed()
    whose = shop.service(service).customer.number
    with pytest.raises(api.BadLine, match=remedy):
        asked_for(service, whose, "manager", **why)
    assert (shop.service(service).state, Order.objects.filter(customer__number=whose).count()) == ("active", 1)


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

"""What billing is told: once for each line, when the customer has confirmed, with its prices and the first day that counts."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from kapok.chain.ordering import billing, moves
from kapok.chain.ordering.models import Leg, Line, Step
from kapok.ground.catalog.offering import queries as offers
from kapok.ground.customers import api as customers
from kapok.ground.journal import queries as journal
from kapok.ground.journal.models import Entry
from kapok.kernel.text import Text
from tests.chain import shop
from tests.chain.shop import do, later, leg, line, live, placed, run, stands, steps, told
from tests.network import plant

pytestmark = [pytest.mark.usefixtures("open_shop"), pytest.mark.django_db]
DUE = "ordering.billing_due"
DAY = 24 * 60


def prices(offer: str, *, once: bool) -> list[dict[str, Any]]:
    """What an offer on sale costs, as its document says it."""
    found = offers.offer(offer).offer.prices
    return [each.model_dump(mode="json") for each in found if once or each.kind != "one_off"]


def through(number: str, minutes: float, which: int = 1) -> None:
    """People and the system do their parts by turns."""
    run(minutes)
    while live(number, which):
        minutes += 2
        do(number, min(live(number, which)), minutes, which=which)
        run(minutes + 1)


def asked(service: str, action: str, day: int, *, whose: str, offer: str = "", **said: Any) -> str:
    """An order for something else of a service, gone through on that day; its number."""
    known = shop.service(service)
    wanted = line(offer or known.offer, action=action, address="", service=service, characteristics=said)
    number = placed(wanted, whose=whose, minutes=day * DAY)
    through(number, day * DAY + 1)
    return number


def test_rent_begins_when_the_customer_has_confirmed_and_counts_from_the_day_after_the_completion() -> None:
    number = placed()
    run(1)
    do(number, "appoint", 2)
    do(number, "visit", 3)
    run(4)
    assert (stands(number)[0], told(DUE), live(number)) == ("completed", [], {"confirm"})
    do(number, "confirm", 3 * DAY)
    assert live(number) == {"bill"}
    run(3 * DAY + 1)
    assert (live(number), steps(number)[-1]) == (set(), ("bill", "done"))
    service = str(Line.objects.get(leg=leg(number)).service)
    whose, account = shop.order(number).customer.number, shop.order(number).account.number  # type: ignore[union-attr]
    (said,) = told(DUE, leg(number).subject)
    assert said == {
        "order": number, "account": account, "action": "install", "action_name": {"zh": "新装", "en": "install"},
        "effect": "begins", "effect_name": {"zh": "起租", "en": "rent begins"}, "counts_from": "2026-03-03",
        "lines": [{
            "line": 1, "offer": "fibre-100", "version": 1, "quantity": 1, "service": service, "account": account,
            "customer": whose, "prices": prices("fibre-100", once=True),
        }],
    }  # fmt: skip
    assert [each["amount"] for each in said["lines"][0]["prices"]] == [10000, 8800]
    assert billing.since([service, "S0"]) == {service: date(2026, 3, 3)}
    (read,) = journal.lines([Entry.objects.get(kind=DUE)])
    assert read.sentence == Text(
        zh="通知计费：起租，自 2026-03-03 起", en="Billing told: rent begins from 2026-03-03 on"
    )


@pytest.mark.parametrize(("hour", "day"), [(14.9, 3), (15.5, 4)], ids=["before midnight", "after midnight"])
def test_the_day_is_that_of_the_operators_zone(hour: float, day: int) -> None:
    """The shop opens at nine in Guangzhou, where midnight is at four in the afternoon by UTC."""
    assert billing.counts_from(later(hour * 60)) == date(2026, 3, day)


def test_how_many_days_after_is_a_parameter(settings: Settings) -> None:
    settings.ORDERING_BILLS_AFTER = timedelta(0)
    assert billing.counts_from(later(0)) == date(2026, 3, 2)


def test_of_whatever_comes_after_billing_is_told_what_becomes_of_the_rent() -> None:
    whose, heir = shop.customer(), shop.customer("李芳")
    account = customers.add_account(customer=heir, **plant.WHO)
    service = shop.installed("fibre-100", whose=whose)
    first = shop.service(service).account.number  # type: ignore[union-attr]
    agreed = {"to_customer": heir, "to_account": account, "consent_from": "同意书 1", "consent_to": "同意书 2"}
    asked(service, "change", 1, whose=whose, offer="fibre-300")
    asked(service, "suspend", 2, whose=whose, suspension="customer_wish", reason="客户外出")
    asked(service, "resume", 3, whose=whose)
    asked(service, "transfer", 4, whose=whose, **agreed)
    asked(service, "cease", 5, whose=heir)
    found = [
        (
            each["effect"],
            each["counts_from"],
            each["lines"][0]["customer"],
            each["lines"][0]["account"],
            each["lines"][0]["offer"],
        )
        for each in told(DUE)
    ]
    assert found == [
        ("begins", "2026-03-03", whose, first, "fibre-100"), ("changes", "2026-03-04", whose, first, "fibre-300"),
        ("rests", "2026-03-05", whose, first, "fibre-300"), ("goes_on", "2026-03-06", whose, first, "fibre-300"),
        ("changes", "2026-03-07", heir, account, "fibre-300"), ("ends", "2026-03-08", heir, account, "fibre-300"),
    ]  # fmt: skip
    later_on = prices("fibre-300", once=False)
    assert [each["lines"][0]["prices"] for each in told(DUE)[1:]] == [later_on] * 5
    assert [each["lines"][0].get("suspension", "") for each in told(DUE)] == ["", "", "customer_wish", "", "", ""]
    assert billing.since([service]) == {service: date(2026, 3, 7)}, "whoever has it now"


def test_a_changed_number_is_told_and_a_replaced_card_is_not() -> None:
    whose = shop.customer()
    number = placed(line("sim-voice"), whose=whose)
    through(number, 1)
    service = str(Line.objects.get(leg=leg(number)).service)
    asked(service, "replace", 1, whose=whose, what="sim")
    asked(service, "renumber", 2, whose=whose)
    assert [(each["effect"], each["action"]) for each in told(DUE)] == [("begins", "install"), ("changes", "renumber")]


def test_of_a_move_billing_is_told_once_and_the_rent_does_not_end() -> None:
    service = shop.installed()
    whose = shop.service(service).customer.number
    number = placed(line(action="move", address="n3", service=service), whose=whose, minutes=DAY)
    through(number, DAY + 1, 1)
    through(number, DAY + 60, 2)
    assert [stands(number, which)[0] for which in (1, 2)] == ["completed", "completed"]
    assert Step.objects.filter(leg__order__number=number, name="bill", state="done").count() == 2
    assert [(each["effect"], each["action"]) for each in told(DUE)] == [("begins", "install"), ("changes", "move")]
    assert billing.since([service]) == {service: date(2026, 3, 3)}


def test_a_bundle_has_the_price_of_its_parts() -> None:
    number = placed(line("sme-blue"), whose=shop.customer("陈公司", "business"), channel="business")
    for which in range(1, Leg.objects.filter(order__number=number).count() + 1):
        through(number, which * 60, which)
    lines = [each for said in told(DUE) for each in said["lines"]]
    assert {each["offer"]: len(each["prices"]) for each in lines} == {
        "sme-blue": 2, "voice": 0, "fibre-300": 0, "website": 0, "support": 0,
    }  # fmt: skip


def test_a_trial_is_free_and_rent_begins_when_it_is_kept() -> None:
    whose = shop.customer()
    service = shop.installed("trial-fibre-1000", whose=whose)
    assert billing.since([service]) == {}
    asked(service, "change", 1, whose=whose, offer="fibre-1000")
    asked(service, "change", 2, whose=whose, offer="fibre-300")
    found = [(each["effect"], [price["amount"] for price in each["lines"][0]["prices"]]) for each in told(DUE)]
    assert found == [("tries", [0]), ("begins", [19900]), ("changes", [12800])]
    assert billing.since([service]) == {service: date(2026, 3, 4)}


def test_told_twice_it_is_told_once() -> None:
    service = shop.installed()
    row = leg(str(Line.objects.get(service__number=service).leg.order.number))
    moves.new_step(row, "bill", moves.Act(moves.SYSTEM, later(20)))
    run(21)
    assert Step.objects.filter(leg=row, name="bill", state="done").count() == 2
    assert len(told(DUE)) == 1

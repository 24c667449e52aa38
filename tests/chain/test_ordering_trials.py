"""Trials: one in twelve months, and over without anybody doing anything."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from kapok.chain.ordering import api, previewing, trials
from kapok.chain.ordering.models import Extension, Line, Order
from kapok.chain.ordering.refusals import TriedBefore
from kapok.ground.catalog.offering import api as offers
from kapok.ground.people import api as people
from kapok.ground.people.models import Staff
from kapok.ground.posts import api as posts
from kapok.ground.posts.rules import Place
from kapok.ground.work.refusals import NoteMissing
from kapok.network.activation.models import SimulatedUnit
from kapok.network.inventory.models import Resource
from tests.chain import shop
from tests.chain.shop import AT, by, do, later, line, live, placed, run, stands, told

pytestmark = [pytest.mark.usefixtures("open_shop"), pytest.mark.django_db]
TRIAL = "trial-fibre-1000"
DAY = 24 * 60
BEGAN = 4
"""The minute in which `shop.installed` has its service put in service."""
OVER = 30 * DAY + BEGAN


def ends(minutes: float) -> int:
    return trials.end(at=later(minutes))


def the_end(service: str) -> str:
    """The order by which the trial of a service ends."""
    (line_,) = Line.objects.select_related("leg__order").filter(leg__action="cease", service__number=service)
    return str(line_.leg.order.number)


def test_a_trial_is_over_after_thirty_days_and_its_ports_are_free() -> None:
    service = shop.installed(TRIAL)
    finished = Line.objects.get(service__number=service).leg_id
    assert shop.Step.objects.get(leg=finished, name="finish").done_at == later(BEGAN - 1)
    port = Resource.objects.get(service__number=service, kind="splitter_port")
    assert ends(OVER - 2) == 0
    assert Order.objects.count() == 1
    assert ends(OVER - 1) == 1
    number = the_end(service)
    row = shop.order(number)
    assert (row.customer, row.channel, row.first_contact.username) == (
        shop.service(service).customer, "hotline", "agent",
    )  # fmt: skip
    assert (row.quote["one_off"], row.quote["monthly"], row.quote["prices"]) == (0, 0, [])
    assert told("ordering.placed", row.subject)[0]["what"]["en"].startswith("disconnect: Fibre broadband 1000 M")
    assert [ends(OVER), ends(OVER + DAY)] == [0, 0]
    assert shop.service(service).state == "active"
    run(OVER)
    assert (shop.service(service).state, live(number)) == ("terminated", {"close"})
    port.refresh_from_db()
    assert (port.holder, port.service, port.state) == ("", None, "free")
    accepted = shop.Item.objects.get(matter__subject=f"order/{number}-1", stage="accept")
    assert told("handoff.delivered", accepted.subject)[0]["note"] == trials.NOTE
    do(number, "close", OVER + DAY + 2)
    run(OVER + DAY + 3)
    assert stands(number) == ("completed", "", "")
    assert shop.service(service).state == "terminated"
    port.refresh_from_db()
    assert (port.holder, port.service, port.state) == ("", None, "free")
    assert not SimulatedUnit.objects.exists()
    assert ends(OVER + 2 * DAY) == 0
    assert Order.objects.count() == 2


def test_the_end_that_somebody_gives_up_is_not_placed_again_every_night() -> None:
    """A person gave it up, with a reason: the trial goes on for fourteen days, and ends by itself after them."""
    service = shop.installed(TRIAL)
    assert ends(OVER) == 1
    number = the_end(service)
    api.cancel(order=number, reason="客户要再试两周", **by("agent", OVER + 1))
    run(OVER + 2)
    assert stands(number)[0] == "cancelled"
    assert shop.service(service).state == "active"
    until = later(OVER + 1 + 14 * DAY)
    assert told("ordering.trial_extended", f"service/{service}") == [
        {"until": until.isoformat(), "reason": "客户要再试两周"}
    ]
    assert [ends(OVER + days * DAY) for days in (1, 2, 13)] == [0, 0, 0]
    assert ends(OVER + 14 * DAY) == 0
    assert ends(OVER + 1 + 14 * DAY) == 1
    assert Line.objects.filter(leg__action="cease", service__number=service).count() == 2


def test_a_trial_is_extended_before_it_ends_by_a_decision_with_a_reason() -> None:
    service = shop.installed(TRIAL)
    with pytest.raises(NoteMissing):
        api.extend_trial(service=service, reason=" ", **by("agent", 10))
    assert not Extension.objects.exists()
    until = api.extend_trial(service=service, reason="故障两天，补足体验", **by("agent", 10))
    assert until == later(OVER - 1 + 14 * DAY)
    assert [ends(OVER), ends(OVER + 14 * DAY - 2), ends(OVER + 14 * DAY)] == [0, 0, 1]


def test_what_is_on_no_trial_is_not_extended() -> None:
    service = shop.installed()
    for number in (service, "S99999999"):
        with pytest.raises(api.NotATrial):
            api.extend_trial(service=number, reason="再试", **by("agent", 10))
    whose = shop.service(service).customer.number
    own = placed(line(action="cease", address="", service=service), whose=whose, minutes=20)
    api.cancel(order=own, reason="客户改变主意", **by("agent", 21))
    assert not Extension.objects.exists()


def test_what_is_no_trial_or_is_in_other_hands_goes_on() -> None:
    shop.installed()
    service = shop.installed(TRIAL)
    whose = shop.service(service).customer.number
    own = placed(line(TRIAL, action="cease", address="", service=service), whose=whose, minutes=OVER - 5)
    assert ends(OVER) == 0
    api.cancel(order=own, reason="客户改变主意", **by("agent", OVER + 1))
    run(OVER + 2)
    assert stands(own)[0] == "cancelled"
    assert ends(OVER + 3) == 1
    assert ends(OVER + 4) == 0


def test_a_trial_of_an_offer_no_longer_sold_ends_and_somebody_of_the_unit_answers_for_it() -> None:
    service = shop.installed(TRIAL)
    offers.retire_offer(code=TRIAL, **by("manager", 10))
    left = Staff.objects.get(username="agent")
    posts.exchange(post="hotline-desk", **by("manager", 11))
    posts.appoint(post="hotline-desk", place=Place.B, username="dispatcher", **by("manager", 11))
    people.deactivate(username="agent", **by("manager", 12))
    assert ends(OVER) == 1
    found = shop.order(the_end(service)).first_contact
    assert (found.unit, found.is_active) == (left.unit, True)


def test_one_that_cannot_be_ended_does_not_keep_the_others(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    first, second = shop.installed(TRIAL), shop.installed(TRIAL)
    plan = trials.drafting.planned

    def refuses(lines: Any, facts: Any, among: Any) -> Any:
        if lines[0].service.number == first:
            raise api.NoFlowForLine(line=1, facts="action=cease")
        return plan(lines, facts, among)

    monkeypatch.setattr(trials.drafting, "planned", refuses)
    assert ends(OVER) == 1
    assert the_end(second)
    monkeypatch.undo()
    assert ends(OVER + 5) == 1
    assert the_end(first)


def test_a_customer_tries_an_offer_once_in_twelve_months() -> None:
    service = shop.installed(TRIAL)
    whose = shop.service(service).customer.number
    ends(OVER)
    again = datetime(AT.year + 1, AT.month, AT.day, AT.hour, AT.minute + 3, tzinfo=AT.tzinfo)
    asked = {"channel": "hotline", "lines": [line(TRIAL)]}
    late = {"pay": True, "actor": shop.AGENT, "at": again - timedelta(minutes=1)}
    with pytest.raises(TriedBefore, match=f"once in 12 months.*{again:%Y-%m-%d}"):
        api.place_order(customer=whose, **asked, **late)
    with pytest.raises(TriedBefore):
        previewing.preview(customer=whose, **asked, at=late["at"])
    assert Order.objects.filter(customer__number=whose).count() == 2
    api.place_order(customer=shop.customer("别人"), **asked, **late)
    api.place_order(customer=whose, channel="hotline", lines=[line("fibre-1000")], **late)
    api.place_order(customer=whose, **asked, **(late | {"at": again}))


def test_a_trial_under_way_counts_and_one_given_up_does_not(settings: Any) -> None:
    whose = shop.customer()
    number = placed(line(TRIAL), whose=whose)
    with pytest.raises(TriedBefore):
        placed(line(TRIAL), whose=whose, minutes=1)
    with pytest.raises(api.BadLine, match="quantity"):
        placed(line(TRIAL, quantity=2), whose=shop.customer("别人"), minutes=1)
    api.cancel(order=number, reason="客户改变主意", **by("agent", 2))
    run(3)
    placed(line(TRIAL), whose=whose, minutes=4)
    settings.ORDERING_TRIAL_MONTHS = 0
    placed(line(TRIAL), whose=whose, minutes=5)
    assert live(number) == set()


@pytest.mark.parametrize(("first", "then"), [(shop.FIBRE, TRIAL), (TRIAL, "fibre-1000")])
def test_an_order_is_not_amended_into_a_trial_nor_out_of_one(first: str, then: str) -> None:
    number = placed(line(first))
    with pytest.raises(api.BadLine, match="trial"):
        api.amend(order=number, line=1, offer=then, **by("agent", 1))
    row = Line.objects.select_related("offer", "leg").get(leg__order__number=number)
    assert (row.offer.code, row.leg.version) == (first, 1)

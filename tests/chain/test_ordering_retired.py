"""Services on offers that are sold no more, or in an older version: nobody is held captive, and a change of plan has its price."""

from __future__ import annotations

from typing import Any

import pytest

from kapok.chain.ordering import api, previewing, visits
from kapok.chain.ordering.models import Line, Order
from kapok.ground.catalog.offering import api as offers
from kapok.ground.catalog.offering import queries
from kapok.ground.catalog.offering.refusals import UnknownOfferVersion
from kapok.ground.catalog.offering.rules import price
from kapok.kernel.money import Money
from kapok.network.inventory import api as inventory
from kapok.network.inventory.models import Resource
from tests.chain import shop
from tests.chain.shop import by, do, line, placed, run, stands
from tests.network.plant import WHO

pytestmark = [pytest.mark.usefixtures("open_shop"), pytest.mark.django_db]
TRIAL = "trial-fibre-1000"


def retired(offer: str = "fibre-100", **more: Any) -> tuple[str, str]:
    """A service on an offer that was taken off sale, and whose it is."""
    service = shop.installed(offer, **more)
    offers.retire_offer(code=offer, **by("manager", 50))
    return service, shop.service(service).customer.number


def asked(offer: str, action: str, service: str, **more: Any) -> Any:
    return line(offer, action=action, service=service, **({"address": ""} | more))


def version_of(order: str) -> tuple[str, int]:
    row = Line.objects.select_related("offer").filter(leg__order__number=order).order_by("leg__number")[0]
    return row.offer.code, row.offer.number


def finished(order: str, minutes: float) -> None:
    """People and the system do their parts by turns."""
    for turn in range(8):
        run(minutes + 2 * turn)
        for one in order_legs(order):
            for stage in shop.live(order, one) - {"confirm"}:
                do(order, stage, minutes + 2 * turn + 1, which=one)


def order_legs(order: str) -> list[int]:
    return list(shop.Leg.objects.filter(order__number=order).order_by("number").values_list("number", flat=True))


def test_a_service_on_a_retired_offer_is_suspended_resumed_and_disconnected() -> None:
    service, whose = retired()
    for at, action, state in ((100, "suspend", "suspended"), (200, "resume", "active"), (300, "cease", "terminated")):
        number = placed(asked("fibre-100", action, service), whose=whose, minutes=at)
        assert (version_of(number), shop.order(number).quote["monthly"]) == (("fibre-100", 1), 0)
        finished(number, at + 1)
        assert (stands(number)[0], shop.service(service).state) == ("completed", state)


def test_a_service_on_a_retired_offer_is_replaced_transferred_and_moved() -> None:
    service, whose = retired()
    replaced = placed(asked("", "replace", service, characteristics={"what": "onu"}), whose=whose, minutes=100)
    finished(replaced, 101)
    assert (version_of(replaced), stands(replaced)[0]) == (("fibre-100", 1), "completed")
    heir = shop.customer("李芳")
    said = {"to_customer": heir, "consent_from": "同意书 1", "consent_to": "同意书 2"}
    finished(placed(asked("fibre-100", "transfer", service, characteristics=said), whose=whose, minutes=200), 201)
    assert shop.service(service).customer.number == heir
    moved = placed(asked("fibre-100", "move", service, address="n3"), whose=heir, minutes=300)
    finished(moved, 301)
    row = shop.service(service)
    assert (stands(moved, 1)[0], stands(moved, 2)[0], row.address.code if row.address else "") == (
        "completed", "completed", "n3",
    )  # fmt: skip
    assert (row.offer, row.offer_version) == ("fibre-100", 1)


def test_a_part_is_replaced_by_who_comes_or_handed_out() -> None:
    service, whose = retired()
    for at, wished, stage in ((100, {"visit": "yes"}, "visit"), (200, {}, "hand-out")):
        number = placed(asked("", "replace", service, characteristics=wished), whose=whose, minutes=at)
        do(number, "accept", at + 1)
        run(at + 2)
        assert shop.live(number) == {stage}
        errand = visits.visit_of(shop.leg(number).subject)
        assert (errand.skill, errand.minutes) == ("fibre", 90) if wished and errand else errand is None
        finished(number, at + 3)


def test_a_number_is_changed_whatever_is_on_sale() -> None:
    """Of the version before the one on sale: what bundles contain is not retired."""
    service = shop.installed("voice", address="n5")
    whose = shop.service(service).customer.number
    shop.new_version("voice", actions=["install"])
    number = placed(asked("voice", "renumber", service), whose=whose, minutes=100)
    finished(number, 101)
    assert (version_of(number), stands(number)[0]) == (("voice", 1), "completed")


def test_an_older_version_is_kept_with_what_it_allows() -> None:
    """The version on sale can be installed alone; the service keeps its own, and what that one allows."""
    service = shop.installed()
    whose = shop.service(service).customer.number
    shop.new_version("fibre-100", dearer=500, actions=["install"])
    moved = placed(asked("fibre-100", "move", service, address="n3"), whose=whose, minutes=100)
    finished(moved, 101)
    row = shop.service(service)
    assert (version_of(moved), row.offer_version) == (("fibre-100", 1), 1)
    with pytest.raises(api.NotThisAction, match="move"):
        placed(asked("fibre-100", "renumber", service), whose=whose, minutes=200)
    assert Order.objects.filter(customer__number=whose).count() == 2


def test_a_trial_sold_no_more_is_disconnected_by_who_has_it() -> None:
    service, whose = retired(TRIAL)
    number = placed(asked(TRIAL, "cease", service), whose=whose, minutes=100)
    assert version_of(number) == (TRIAL, 1)
    finished(number, 101)
    assert (stands(number)[0], shop.service(service).state) == ("completed", "terminated")


def test_another_offer_than_the_services_is_refused_and_nothing_is_written() -> None:
    service, whose = retired()
    for action in ("suspend", "cease", "replace", "transfer"):
        with pytest.raises(api.BadLine, match=r"offer.*fibre-300.*fibre-100"):
            placed(asked("fibre-300", action, service), whose=whose, minutes=100)
    with pytest.raises(api.NotTheirService):
        placed(asked("fibre-300", "cease", service), whose=shop.customer("别人"), minutes=100)
    with pytest.raises(api.BadLine, match="offer"):
        placed(asked("gold", "move", service, address="n3"), whose=whose, minutes=100)
    assert Order.objects.count() == 1
    assert not Resource.objects.filter(state="reserved").exists()


@pytest.mark.parametrize("offer", ["voice", "sim-voice", "circuit-10", "website", TRIAL])
def test_a_service_is_changed_to_a_plan_of_its_own_kind_alone(offer: str) -> None:
    service = shop.installed()
    whose = shop.service(service).customer.number
    with pytest.raises((api.BadLine, api.NotThisAction)):
        placed(asked(offer, "change", service), whose=whose, minutes=100)
    assert Order.objects.count() == 1
    assert (shop.service(service).offer, shop.service(service).state) == ("fibre-100", "active")


def test_a_version_that_the_catalogue_has_not_is_said() -> None:
    service = shop.installed()
    whose = shop.service(service).customer.number
    inventory.change_service(service=service, offer_version=7, **WHO)
    with pytest.raises(UnknownOfferVersion, match="7"):
        placed(asked("fibre-100", "cease", service), whose=whose, minutes=100)


# ---- what a change of plan costs ----


def test_a_change_of_plan_is_quoted_what_the_new_plan_costs_a_month() -> None:
    service, whose = retired()
    wanted = asked("fibre-300", "change", service)
    shown = previewing.preview(customer=whose, channel="hotline", lines=[wanted], at=shop.later(100))
    assert (shown.one_off, shown.monthly) == (Money(0, "CNY"), Money(12800, "CNY"))
    number = placed(wanted, whose=whose, minutes=100)
    quote = shop.order(number).quote
    assert (quote["one_off"], quote["monthly"], quote["currency"]) == (0, 12800, "CNY")
    assert [(each["kind"], each["minor"]) for each in quote["prices"]] == [("recurring", 12800)]
    assert shop.order(number).paid_at == shop.later(100)


def test_a_change_amended_on_its_way_is_quoted_anew_and_what_changes_no_offer_is_not_amended() -> None:
    service, whose = retired()
    number = placed(asked("fibre-300", "change", service), whose=whose, minutes=100)
    month = price(queries.offer("fibre-1000").offer).monthly.minor
    api.amend(order=number, line=1, offer="fibre-1000", **by("agent", 101))
    quote = shop.order(number).quote
    assert (quote["one_off"], quote["monthly"], len(quote["prices"])) == (0, month, 1)
    api.cancel(order=number, reason="客户改变主意", **by("agent", 102))
    run(103)
    ended = placed(asked("fibre-100", "cease", service), whose=whose, minutes=110)
    with pytest.raises(api.BadLine, match="offer"):
        api.amend(order=ended, line=1, offer="fibre-300", **by("agent", 111))
    assert version_of(ended) == ("fibre-100", 1)


def test_what_is_installed_and_changed_in_one_order_adds_up() -> None:
    service, whose = retired()
    number = placed(asked("fibre-300", "change", service), line("fibre-300", address="n3"), whose=whose, minutes=100)
    quote = shop.order(number).quote
    assert (quote["one_off"], quote["monthly"]) == (10000, 2 * 12800)

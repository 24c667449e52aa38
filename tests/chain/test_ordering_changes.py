"""Every change of a service that runs comes to its end: what finishes it is asked twice, and changes nothing the second time."""

from __future__ import annotations

import pytest

from kapok.back.workforce.models import WorkOrder
from kapok.chain.ordering import api, queries, visits
from kapok.chain.ordering.models import Line, Step
from kapok.edges.selfcare import showing
from kapok.ground.places.models import Address
from kapok.network.inventory import api as inventory
from kapok.network.inventory import browsing
from kapok.network.inventory.models import Resource
from kapok.network.inventory.rules import CAME_BACK, TO_BE_TESTED
from tests.chain import shop
from tests.chain.shop import by, do, item, leg, line, live, placed, run, stands, told

pytestmark = [pytest.mark.usefixtures("open_shop"), pytest.mark.django_db]
CARD = "sim-voice"


def through(number: str, minutes: float) -> None:
    """People and the system do their parts by turns."""
    run(minutes)
    while live(number):
        minutes += 6
        do(number, min(live(number)), minutes)
        run(minutes)


def test_a_card_is_replaced_transferred_and_given_up_and_nothing_falls_out() -> None:
    whose, heir = shop.customer(), shop.customer("李芳")
    bought = placed(line(CARD), whose=whose, minutes=1)
    through(bought, 2)
    service = str(Line.objects.get(leg__order__number=bought).service)
    agreed = {"to_customer": heir, "consent_from": "同意书 1", "consent_to": "同意书 2"}
    for minutes, action, owner, said in (
        (60, "replace", whose, {"what": "sim"}), (120, "transfer", whose, agreed), (180, "cease", heir, {}),
    ):  # fmt: skip
        asked = line(CARD, action=action, address="", service=service, characteristics=said)
        number = placed(asked, whose=owner, minutes=minutes)
        through(number, minutes + 1)
        assert stands(number) == ("completed", "", "")
    assert shop.service(service).state == "terminated"
    assert not Step.objects.filter(state="fallen_out").exists()
    assert Step.objects.filter(name="finish", state="done").count() == 4


def test_a_technician_fetches_the_terminal_and_it_waits_for_its_test() -> None:
    whose = shop.customer()
    service = shop.installed(whose=whose)
    onu = Resource.objects.get(service__number=service, kind="onu")
    asked = line(action="cease", address="", service=service, characteristics={"visit": "yes"})
    number = placed(asked, whose=whose, minutes=60)
    do(number, "accept", 61)
    run(62)
    assert live(number) == {"fetch"}
    (said,) = told("ordering.equipment_to_fetch", leg(number).subject)
    assert said["codes"] == [onu.code]
    onu.refresh_from_db()
    assert (onu.state, onu.service_id, onu.note) == ("blocked", None, TO_BE_TESTED.both)
    errand = visits.visit_of(leg(number).subject)
    assert errand is not None
    assert (errand.address, errand.minutes > 0) == ("r101", True)
    assert WorkOrder.objects.get(item=item(number, "fetch").id).address == Address.objects.get(code="r101")
    do(number, "fetch", 63)
    onu.refresh_from_db()
    assert (onu.state, onu.note) == ("blocked", CAME_BACK.both)
    assert browsing.resource(onu.code).to_be_tested
    (back,) = told("inventory.device_came_back")
    assert back["evidence"] == f"order {number}"
    through(number, 64)
    assert (stands(number)[0], shop.service(service).state) == ("completed", "terminated")
    inventory.mark(resource=onu.code, state="free", note="测试通过", **by("noc", 99))
    onu.refresh_from_db()
    assert onu.state == "free"


def test_whom_the_customer_brings_it_to_nobody_is_sent() -> None:
    whose = shop.customer()
    service = shop.installed(whose=whose)
    onu = Resource.objects.get(service__number=service, kind="onu")
    number = placed(line(action="cease", address="", service=service), whose=whose, minutes=60)
    do(number, "accept", 61)
    run(62)
    assert live(number) == {"close"}
    onu.refresh_from_db()
    assert (onu.state, onu.note, told("ordering.equipment_to_fetch")) == ("blocked", TO_BE_TESTED.both, [])


def test_whether_it_works_is_asked_of_what_works_afterwards_alone() -> None:
    whose = shop.customer()
    service = shop.installed(whose=whose)
    bought = Line.objects.get(service__number=service).leg.order.number
    number = placed(line(action="suspend", address="", service=service), whose=whose, minutes=60)
    do(number, "accept", 61)
    for minutes in (62, 63, 66):
        run(minutes)
    assert ("suspend", "done") in shop.steps(number), list(Step.objects.values_list("name", "code", "error_en"))
    assert (stands(number)[0], live(number)) == ("completed", {"inform"})
    assert not queries.order(number).legs[0].asks
    shown = showing.mine(number, whose, shop.later(66))
    assert shown is not None
    assert not shown.parts[0].may_confirm
    with pytest.raises(api.NotAsked):
        api.confirm(order=number, leg=1, actor=f"customer/{whose}", at=shop.later(67))
    assert live(number) == {"inform"}
    do(number, "inform", 68)
    assert (live(number), leg(number).confirmed_at) == ({"bill"}, None)
    assert queries.order(bought).legs[0].confirmed_at is not None


def test_of_a_resumption_it_is_asked() -> None:
    whose = shop.customer()
    service = shop.installed(whose=whose)
    off = placed(line(action="suspend", address="", service=service), whose=whose, minutes=60)
    through(off, 61)
    back = placed(line(action="resume", address="", service=service), whose=whose, minutes=120)
    run(121)
    run(122)
    assert (stands(back)[0], queries.order(back).legs[0].asks) == ("completed", True)
    api.confirm(order=back, leg=1, rating=4, **by("agent", 123))
    assert (leg(back).rating, leg(back).confirmed_at is not None, live(back)) == (4, True, {"bill"})

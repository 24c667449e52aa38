"""How fast a line has to be: an order takes one that is, or waits for it; a change is refused that its line does not carry."""

from __future__ import annotations

import pytest
from django.db.models import QuerySet

from kapok.chain.ordering import api, previewing, reactions
from kapok.chain.ordering.models import Order
from kapok.ground.journal.models import Entry
from kapok.ground.journal.queries import line as as_line
from kapok.network.inventory import api as inventory
from kapok.network.inventory import browsing
from kapok.network.inventory import queries as plant
from kapok.network.inventory.models import Element, Resource, Shortage
from tests.chain import shop
from tests.chain.shop import by, held, later, leg, line, placed, stands
from tests.network.plant import WHO

HELD = ("held", "10W", "")


@pytest.fixture(autouse=True)
def _slow(db: None) -> None:
    """All that there is carries 200 Mbit/s."""
    shop.set_up()
    Element.objects.filter(code="SPL1").update(down_mbps=200)


def add_fast(ports: int = 2, mbps: int | None = None) -> None:
    inventory.add_element(code="SPL2", kind="splitter", parent="OLT1/1", covers=["r101"], down_mbps=mbps, **WHO)
    inventory.add_resources(kind="splitter_port", element="SPL2", count=ports, **WHO)


def fill() -> None:
    Resource.objects.filter(kind="splitter_port").update(state="blocked", note="full")


def _open() -> QuerySet[Shortage]:
    return Shortage.objects.filter(resolved_at=None)


def point(holder: str) -> str:
    """The splitter of which a leg has a port."""
    return Resource.objects.get(holder=holder, kind="splitter_port").element.code  # type: ignore[union-attr]


def test_what_is_too_slow_waits_is_counted_and_goes_on_with_a_faster_line() -> None:
    number = placed(line("fibre-1000"))
    waiting = leg(number)
    assert (stands(number), held(waiting.subject)) == (HELD, {})
    assert waiting.reason == "线路达不到所需速率 / the line does not reach the speed"
    assert {need["kind"]: need.get("mbps", 0) for need in waiting.needs} == {
        "splitter_port": 1000, "pon_port": 1000, "vlan": 0, "onu": 0,
    }  # fmt: skip
    (found,) = browsing.demand()
    assert (found.place, found.code, found.waiting) == ("SPL1", "TOO_SLOW", 1)
    assert api.end_wait(order=number, leg=1, **by("agent", 5)) is False
    assert stands(number) == HELD
    add_fast()
    inventory.resolve_shortages(**by("agent", 10))
    reactions.hear(as_line(Entry.objects.get(kind="inventory.shortage_resolved")))
    assert (stands(number)[:2], point(waiting.subject)) == (("inProgress", ""), "SPL2")


def test_what_is_nearer_and_too_slow_is_passed_over() -> None:
    Element.objects.filter(code="SPL1").update(down_mbps=None)
    add_fast(mbps=200)
    slow, fast = placed(line("fibre-100")), placed(line("fibre-1000"), whose=shop.customer("别人"))
    assert [point(leg(each).subject) for each in (slow, fast)] == ["SPL2", "SPL1"]
    assert [plant.speed_of(leg(each).subject) for each in (slow, fast)] == [200, 1000]


def test_a_service_is_not_changed_to_what_its_line_does_not_carry() -> None:
    service = shop.installed("fibre-100")
    whose, faster = shop.service(service).customer.number, line("fibre-1000", "change", "", service=service)
    words = "the line of S.* carries 200 Mbit/s at most, not the 1000 of Fibre broadband 1000 M"
    with pytest.raises(api.TooSlow, match=words) as refused:
        placed(faster, whose=whose, minutes=300)
    assert refused.value.data | {"offer_name": ""} == {
        "line": 1, "service": service, "most": 200, "wanted": 1000, "offer_name": "",
    }  # fmt: skip
    with pytest.raises(api.TooSlow):
        previewing.preview(customer=whose, channel="hotline", lines=[faster], at=later(300))
    assert Order.objects.count() == 1
    Element.objects.filter(code="SPL1").update(down_mbps=None)
    assert stands(placed(faster, whose=whose, minutes=301))[0] == "inProgress"


def test_a_move_looks_for_a_line_as_fast_as_the_service_is() -> None:
    Element.objects.filter(code="SPL1").update(down_mbps=None)
    service = shop.installed("fibre-1000")
    inventory.add_element(code="SPL7", kind="splitter", parent="OLT1/1", covers=["n7"], down_mbps=200, **WHO)
    inventory.add_resources(kind="splitter_port", element="SPL7", count=2, **WHO)
    whose = shop.service(service).customer.number
    number = placed(line("", "move", "n7", service=service), whose=whose, minutes=300)
    assert (stands(number), leg(number).reason[:11]) == (HELD, "线路达不到所需速率 /")


def test_what_is_amended_to_be_faster_takes_a_faster_line_or_stays_as_it_is() -> None:
    number = placed(line("fibre-100"))
    subject = leg(number).subject
    with pytest.raises(api.NoPlantThere, match="the line does not reach the speed"):
        api.amend(order=number, line=1, offer="fibre-1000", **by("agent", 5))
    assert (point(subject), leg(number).version, leg(number).needs[1].get("mbps")) == ("SPL1", 1, 100)
    add_fast()
    api.amend(order=number, line=1, offer="fibre-1000", **by("agent", 6))
    assert (point(subject), leg(number).version) == ("SPL2", 2)
    assert {need["mbps"] for need in leg(number).needs if need["kind"] in {"splitter_port", "pon_port"}} == {1000}


def test_what_waits_for_a_faster_line_and_is_amended_to_be_slower_goes_on() -> None:
    number = placed(line("fibre-1000"))
    assert stands(number) == HELD
    api.amend(order=number, line=1, offer="fibre-100", **by("agent", 5))
    assert (stands(number)[:2], point(leg(number).subject)) == (("inProgress", ""), "SPL1")
    assert browsing.demand() == []


def test_what_waits_for_a_port_is_not_said_to_have_one_because_it_was_amended() -> None:
    Element.objects.filter(code="SPL1").update(down_mbps=None)
    fill()
    number = placed(line("fibre-100"))
    api.amend(order=number, line=1, offer="fibre-300", **by("agent", 5))
    assert (stands(number), leg(number).needs[0].get("mbps", 0)) == (HELD, 300)
    assert browsing.demand()[0].code == "NO_PORT"


def test_what_waits_for_a_fast_port_and_is_amended_to_be_slower_takes_a_slow_one() -> None:
    Element.objects.filter(code="SPL1").update(down_mbps=None)
    fill()
    number = placed(line("fibre-1000"))
    add_fast(mbps=200)
    inventory.resolve_shortages(**by("agent", 3))
    assert (stands(number), browsing.demand()[0].code) == (HELD, "NO_PORT")
    api.amend(order=number, line=1, offer="fibre-100", **by("agent", 5))
    assert (stands(number)[:2], point(leg(number).subject)) == (("inProgress", ""), "SPL2")
    assert browsing.demand() == []


def test_what_waits_for_a_port_and_is_amended_to_be_faster_is_not_woken_by_a_slow_one_and_keeps_its_place() -> None:
    fill()
    number = placed(line("fibre-100"))
    since = Shortage.objects.get().opened_at
    api.amend(order=number, line=1, offer="fibre-1000", **by("agent", 5))
    assert (stands(number), leg(number).reason[:9]) == (HELD, "线路达不到所需速率")
    inventory.add_resources(kind="splitter_port", element="SPL1", count=1, **WHO)
    assert (inventory.resolve_shortages(**by("agent", 6)), stands(number)) == (0, HELD)
    (waits,) = Shortage.objects.all()
    assert (waits.code, waits.opened_at, waits.resolved_at) == ("TOO_SLOW", since, None)


def test_who_is_told_of_a_port_that_another_took_waits_on_in_its_place() -> None:
    fill()
    first, second = placed(line("fibre-100")), placed(line("fibre-100"), whose=shop.customer("别人"), minutes=1)
    since = Shortage.objects.get(holder=leg(first).subject).opened_at
    inventory.add_resources(kind="splitter_port", element="SPL1", count=1, **by("agent", 10))
    told = Entry.objects.get(kind="inventory.shortage_resolved")
    assert told.subject == leg(first).subject
    quicker = placed(line("fibre-100"), whose=shop.customer("快手"), minutes=11)
    reactions.hear(as_line(told))
    assert (stands(first), stands(quicker)[0]) == (HELD, "inProgress")
    assert [(row.holder, row.opened_at) for row in _open().order_by("opened_at")] == [
        (leg(first).subject, since), (leg(second).subject, later(1)),
    ]  # fmt: skip


@pytest.mark.parametrize("code", ["NO_PORT", ""])
def test_what_a_person_said_is_lacking_is_waited_for_as_it_is_ordered_now(code: str) -> None:
    """Amended, it does not look again: the records claim that there is plant."""
    Element.objects.filter(code="SPL1").update(down_mbps=None)
    number = placed(line("fibre-100"))
    api.wait_for_plant(order=number, leg=1, reason="端口坏", code=code, **by("agent", 5))
    api.amend(order=number, line=1, offer="fibre-1000", **by("agent", 6))
    assert (stands(number), leg(number).version) == (HELD, 2)
    assert [(row.code, {need["mbps"] for need in row.needs if need["kind"] == "splitter_port"}) for row in _open()] == (
        [("NO_PORT", {1000})] if code else []
    )
    inventory.add_element(code="SPL2", kind="splitter", parent="OLT1/1", covers=["r101"], down_mbps=200, **WHO)
    inventory.add_resources(kind="splitter_port", element="SPL2", count=1, **by("agent", 10))
    assert (inventory.resolve_shortages(**by("agent", 11)), stands(number)) == (0, HELD)


def test_a_change_on_its_way_is_not_amended_to_what_its_line_does_not_carry() -> None:
    Element.objects.filter(code="SPL1").update(down_mbps=500)
    service = shop.installed("fibre-100")
    whose = shop.service(service).customer.number
    number = placed(line("fibre-300", "change", "", service=service), whose=whose, minutes=300)
    with pytest.raises(api.TooSlow):
        api.amend(order=number, line=1, offer="fibre-1000", **by("agent", 301))
    assert leg(number).version == 1

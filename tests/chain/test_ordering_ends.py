"""Leased circuits have two ends: each is reserved, told, tested, moved and given back at its own address."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kapok.back.workforce import boards
from kapok.chain.ordering import api, previewing, queries, reactions
from kapok.chain.ordering.agreeing import differences
from kapok.chain.ordering.models import Order, Step
from kapok.chain.ordering.visits import visit_of
from kapok.ground.catalog.offering import api as offers
from kapok.ground.catalog.offering import cast
from kapok.ground.journal.models import Entry
from kapok.ground.journal.queries import line as as_line
from kapok.ground.places import api as places
from kapok.ground.work.models import Item
from kapok.network.activation import api as activation
from kapok.network.activation.models import SimulatedUnit
from kapok.network.inventory import api as inventory
from kapok.network.inventory import browsing
from kapok.network.inventory import queries as plant_queries
from kapok.network.inventory.models import Resource, Shortage
from tests.chain import shop
from tests.chain.shop import bank, by, circuit, connected, do, later, leg, line, placed, run, stands
from tests.network.plant import WHO


@pytest.fixture(autouse=True)
def _switched(db: None) -> None:
    shop.set_up()
    shop.add_switches()


def ordered(*lines: Any, whose: str = "", minutes: float = 0, **more: Any) -> str:
    return placed(*(lines or [circuit()]), whose=whose or bank(), minutes=minutes, channel="key_account", **more)


def ports(**of: Any) -> list[tuple[str, str, str]]:
    """The ports that are held: code, role, state."""
    found = Resource.objects.filter(kind="circuit_port", **of).exclude(holder="")
    return list(found.order_by("code").values_list("code", "role", "state"))


def units() -> dict[bool, tuple[str, str]]:
    """What the switch has of the one circuit, by whether it is the far end."""
    return {row.far: (row.unit, row.state) for row in SimulatedUnit.objects.filter(element="switch")}


def written() -> tuple[int, int, int]:
    return Order.objects.count(), Resource.objects.exclude(holder="").count(), Shortage.objects.count()


# ---- what is asked for ----


@pytest.mark.parametrize(
    ("far", "words"),
    [
        ("", "far_address.*two addresses"),
        ("nowhere", "far_address.*“nowhere”.*nowhere"),
        ("road", "far_address.*“road”"),
        ("n1", "far_address.*different addresses"),
        ("n9", "far_address.*n9"),
        ("x" * 400, "far_address"),
    ],
)
def test_a_far_end_that_cannot_be_is_refused_by_its_field_and_nothing_is_written(far: str, words: str) -> None:
    places.retire_address(code="n9", **WHO)
    whose, before = bank(), written()
    with pytest.raises(api.BadLine, match=words) as refused:
        ordered(circuit(far=far), whose=whose)
    assert refused.value.data["field"] == "far_address"
    assert re.findall("[\u3400-\u9fff]", refused.value.text.en) == []
    assert "B端（远端）地址" in refused.value.text.zh
    assert written() == before


def test_what_has_one_end_takes_no_other() -> None:
    whose = shop.customer()
    before = written()
    with pytest.raises(api.BadLine, match=r"far_address.*one end"):
        placed(line(far_address="n3"), whose=whose)
    service = shop.installed(whose=shop.customer("别人"))
    with pytest.raises(api.BadLine, match=r"far_address.*one end"):
        placed(
            line(action="move", address="n3", service=service, far_address="n5"),
            whose=shop.service(service).customer.number,
        )
    with pytest.raises(api.BadLine, match=r"far_address.*leaves the address"):
        placed(
            line(action="cease", address="", service=service, far_address="n5"),
            whose=shop.service(service).customer.number,
        )
    assert (before, Order.objects.count()) == ((0, 0, 0), 1)


def test_a_preview_says_both_ends_and_writes_nothing() -> None:
    whose = bank()
    shown = previewing.preview(customer=whose, channel="key_account", lines=[circuit()], at=later(0))
    (one,) = shown.legs
    assert (one.address, one.far_address) == ("n1", "n3")
    assert one.where is not None
    assert one.where.zh == "广东省体育西路1号 — 广东省体育西路3号"
    assert shown.visits == [("n1", "fibre", 180), ("n3", "fibre", 180)]
    assert written() == (0, 0, 0)


# ---- reserved, told, tested ----


def test_two_ends_at_two_addresses_take_one_port_each_at_the_right_switch() -> None:
    number = ordered()
    assert ports() == [("SW1:C001", "1.end_a", "reserved"), ("SW2:C001", "1.end_b", "reserved")]
    row = leg(number)
    assert (row.address.code, row.far_address.code, row.end) == ("n1", "n3", "a")  # type: ignore[union-attr]
    assert [(need["kind"], need["role"], need.get("address", "")) for need in row.needs] == [
        ("circuit_port", "1.end_a", ""), ("circuit_port", "1.end_b", "n3"), ("vlan", "1", ""),
    ]  # fmt: skip
    (shown,) = queries.order(number).legs
    assert (shown.far_address, shown.where.zh) == ("n3", "广东省体育西路1号 — 广东省体育西路3号")
    errand = visit_of(row.subject)
    assert errand is not None
    assert (errand.address, errand.far_address) == ("n1", "n3")


def test_the_switch_is_told_both_ends_and_the_service_shows_both() -> None:
    service = connected()
    assert units() == {False: ("SW1:C001", "active"), True: ("SW2:C001", "active")}
    view = plant_queries.service(service)
    assert (view.state, view.address, view.far_address) == ("active", "n1", "n3")
    assert view.where.zh == "广东省体育西路1号 — 广东省体育西路3号"
    assert differences(service) == []
    assert [(step.state, step.measured) for step in Step.objects.filter(name="test")] == [
        ("done", {"port_state": "active", "far_port_state": "active"})
    ]


def test_another_port_at_the_far_end_than_recorded_is_found() -> None:
    service = connected()
    SimulatedUnit.objects.filter(far=True).update(unit="SW2:C002")
    (found,) = differences(service) or []
    assert (found.name, found.recorded.en, found.found.en) == ("far_port", "SW2:C001", "SW2:C002")
    said = {"port": "SW1:C001", "far_port": "SW2:C001"}
    outcome = activation.test(key="t1", service=service, kind="leased_line", params=said, **by("noc", 10))
    assert (outcome.ok, outcome.code) == (False, "not_as_ordered")
    assert "port at the B end (far end)" in outcome.text.en


def test_a_far_end_that_does_not_answer_fails_the_test_and_the_reason_names_it() -> None:
    number = ordered()
    run(1)
    activation.switch_on_fault(element="switch", fault="far_end", **by("noc", 1))
    for stage in ("access-a", "access-b", "progress"):
        do(number, stage, 2)
    run(3)
    step = Step.objects.get(name="test")
    assert (step.state, step.code, step.measured) == (
        "fallen_out", "far_end", {"port_state": "active", "far_port_state": "no_answer"},
    )  # fmt: skip
    assert step.error_zh == "交换机：B端（远端）端口SW2:C001没有应答；请检查该端的线路和设备，再测试。"
    assert stands(number)[0] == "inProgress"
    activation.switch_off_fault(element="switch", **by("noc", 4))
    api.retry_step(step=step.id, **by("noc", 5))
    run(6)
    assert Step.objects.get(name="test").state == "done"


def test_a_far_port_that_another_has_is_refused_and_nothing_is_set_up() -> None:
    SimulatedUnit.objects.create(
        element="switch", unit="SW2:C001", service="S99999999", state="active", changed_at=later(0)
    )
    number = ordered()
    run(1)
    assert Step.objects.get(leg__order__number=number, name="activate").code == "in_use"
    assert not SimulatedUnit.objects.exclude(service="S99999999").exists()


def test_the_work_order_of_each_access_is_at_its_end() -> None:
    number = ordered()
    run(1)
    items = Item.objects.filter(matter__subject=leg(number).subject, stage__in=["access-a", "access-b"]).order_by(
        "stage"
    )
    shown = [boards.job(item.id, later(2)) for item in items]
    assert [job.address and job.address.zh for job in shown if job] == ["广东省体育西路1号", "广东省体育西路3号"]


# ---- plant that is lacking ----


def test_a_far_end_without_plant_waits_and_goes_on_by_itself_when_it_is_built() -> None:
    Resource.objects.filter(element__code="SW2").update(state="faulty")
    number = ordered()
    assert stands(number)[:2] == ("held", "10W")
    (shown,) = queries.order(number).legs
    assert (shown.why.zh, shown.why.en) == ("B 端（远端）：端口已满", "B end (far end): no port is left")
    assert ports() == []
    waiting = Shortage.objects.get()
    assert (waiting.code, waiting.element.code, waiting.address.code) == ("NO_PORT", "SW2", "n3")  # type: ignore[union-attr]
    assert [(each["kind"], each["role"]) for each in waiting.needs] == [("circuit_port", "1.end_b")]
    assert [(each.place, each.code, each.waiting) for each in browsing.demand()] == [("SW2", "NO_PORT", 1)]
    inventory.add_resources(kind="circuit_port", element="SW1", count=4, actor="staff/tester", at=later(1))
    assert inventory.resolve_shortages(actor="system", at=later(2)) == 0
    inventory.add_resources(kind="circuit_port", element="SW2", count=1, actor="staff/tester", at=later(3))
    (heard,) = Entry.objects.filter(kind="inventory.shortage_resolved")
    reactions.hear(as_line(heard))
    assert stands(number)[:2] == ("inProgress", "")
    assert ports() == [("SW1:C001", "1.end_a", "reserved"), ("SW2:C003", "1.end_b", "reserved")]


def test_what_a_person_found_lacking_at_the_far_end_counts_there() -> None:
    number = ordered()
    assert list(queries.order(number).legs[0].lacks) == ["NO_DP", "NO_PORT", "NO_VLAN"]
    with pytest.raises(inventory.NotLacking):
        api.wait_for_plant(order=number, leg=1, reason="没有", code="NO_VLAN", far=True, **by("dispatcher", 1))
    api.wait_for_plant(order=number, leg=1, reason="端口坏", code="NO_PORT", far=True, **by("dispatcher", 2))
    assert leg(number).reason == "B 端（远端）：端口已满：端口坏 / B end (far end): no port is left: 端口坏"
    waiting = Shortage.objects.get()
    assert (waiting.element.code, waiting.address.code) == ("SW2", "n3")  # type: ignore[union-attr]
    assert [(each["role"], each["count"]) for each in waiting.needs] == [("1.end_b", 1)]


def test_the_near_end_that_lacks_plant_is_named_and_the_far_one_is_not_kept() -> None:
    Resource.objects.filter(element__code="SW1").update(state="faulty")
    number = ordered()
    assert queries.order(number).legs[0].why.zh == "A 端：端口已满"
    assert (ports(), Shortage.objects.get().element.code) == ([], "SW1")  # type: ignore[union-attr]


def test_no_switch_near_the_far_end_is_said_of_the_far_end() -> None:
    number = ordered(circuit(far="n7"))
    assert queries.order(number).legs[0].why.zh == "B 端（远端）：附近没有接入点"
    assert Shortage.objects.get().address.code == "n7"  # type: ignore[union-attr]


def test_both_ends_at_one_switch_take_two_ports_and_wait_for_two() -> None:
    first = ordered(circuit(far="n5"))
    assert [code for code, _, _ in ports()] == ["SW1:C001", "SW1:C002"]
    Resource.objects.filter(code="SW1:C003").update(state="faulty")
    second = ordered(circuit(far="n5"), minutes=1)
    assert stands(second)[:2] == ("held", "10W")
    assert inventory.resolve_shortages(actor="system", at=later(2)) == 0
    inventory.add_resources(kind="circuit_port", element="SW1", count=1, actor="staff/tester", at=later(3))
    assert Entry.objects.filter(kind="inventory.shortage_resolved").count() == 1
    assert api.end_wait(order=second, leg=1, **by("dispatcher", 5)) is True
    assert len(ports(holder=leg(first).subject)) == len(ports(holder=leg(second).subject)) == 2


def test_a_broadband_order_asks_the_plant_no_more_often_than_a_circuit_but_once() -> None:
    whose = bank()
    with CaptureQueriesContext(connection) as asked:
        ordered(circuit(), circuit(), whose=whose)
    walks = [each for each in asked if "WITH RECURSIVE needs" in each["sql"]]
    assert len(walks) == 2


# ---- amended, moved, given back ----


def test_an_amendment_moves_either_end_with_all_that_it_takes_or_refuses() -> None:
    number = ordered()
    api.amend(order=number, line=1, far_address="n5", **by("keyaccount", 1))
    assert [code for code, _, _ in ports()] == ["SW1:C001", "SW1:C002"]
    assert leg(number).far_address.code == "n5"  # type: ignore[union-attr]
    api.amend(order=number, line=1, address="n3", **by("keyaccount", 2))
    assert ports() == [("SW1:C001", "1.end_b", "reserved"), ("SW2:C001", "1.end_a", "reserved")]
    refused = ({"far_address": "n3"}, "different"), ({"address": "n5"}, "different"), ({"far_address": "road"}, "road")
    for said, words in refused:
        with pytest.raises(api.BadLine, match=words):
            api.amend(order=number, line=1, **said, **by("keyaccount", 3))
    with pytest.raises(api.NoPlantThere, match=r"7号.*B end|B end"):
        api.amend(order=number, line=1, far_address="n7", **by("keyaccount", 4))
    assert ports() == [("SW1:C001", "1.end_b", "reserved"), ("SW2:C001", "1.end_a", "reserved")]
    one_end = placed()
    with pytest.raises(api.BadLine, match="one end"):
        api.amend(order=one_end, line=1, far_address="n3", **by("agent", 5))


def moved(service: str, minutes: float, **where: str) -> str:
    """A move that is done: the number of its order."""
    said = line("", action="move", service=service, **{"address": ""} | where)
    whose = shop.service(service).customer.number
    connected(whose=whose, minutes=minutes, drafted=said)
    number = Order.objects.order_by("-number").values_list("number", flat=True)[0]
    return str(number)


def finished(number: str, minutes: float, which: int) -> None:
    """All that people do of a leg is done, until nothing is left."""
    for _ in range(4):
        run(minutes)
        for stage in sorted(shop.live(number, which)):
            do(number, stage, minutes, which=which)
    assert stands(number, which)[0] == "completed", shop.live(number, which)


def test_a_move_takes_the_a_end_and_leaves_the_other() -> None:
    service = connected()
    number = moved(service, 100, address="n5")
    view = plant_queries.service(service)
    assert (view.address, view.far_address) == ("n5", "n3")
    assert units() == {False: ("SW1:C002", "active"), True: ("SW2:C001", "active")}
    run(110)
    finished(number, 111, 2)
    assert [stands(number, which)[0] for which in (1, 2)] == ["completed", "completed"]
    assert ports() == [("SW1:C002", "1.end_a", "in_service"), ("SW2:C001", "1.end_b", "in_service")]
    assert differences(service) == []


def test_a_move_of_the_far_end_takes_that_one() -> None:
    service = connected()
    number = moved(service, 100, far_address="n5")
    (new, _old) = queries.order(number).legs
    assert (new.address, new.where.zh) == ("n5", "B 端（远端）：广东省体育西路5号")
    view = plant_queries.service(service)
    assert (view.address, view.far_address) == ("n1", "n5")
    assert units() == {False: ("SW1:C001", "active"), True: ("SW1:C002", "active")}
    run(110)
    finished(number, 111, 2)
    assert ports() == [("SW1:C001", "1.end_a", "in_service"), ("SW1:C002", "1.end_b", "in_service")]
    assert differences(service) == []


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ({"address": "n5", "far_address": "n7"}, "far_address.*one end moves at a time"),
        ({"address": "n3"}, "different addresses"),
        ({"far_address": "n1"}, "far_address.*different addresses"),
        ({"far_address": "nowhere"}, "far_address.*nowhere"),
        ({}, "address.*standard address"),
    ],
)
def test_a_move_that_cannot_be_is_refused(where: dict[str, str], words: str) -> None:
    service = connected()
    whose = shop.service(service).customer.number
    with pytest.raises(api.BadLine, match=words):
        ordered(line("", action="move", service=service, **{"address": ""} | where), whose=whose, minutes=100)
    assert Order.objects.count() == 1


def test_a_move_of_the_far_end_is_amended_by_its_far_address() -> None:
    service = connected()
    whose = shop.service(service).customer.number
    number = ordered(line("", action="move", address="", far_address="n5", service=service), whose=whose, minutes=100)
    with pytest.raises(api.BadLine, match="moves the far end"):
        api.amend(order=number, line=1, address="n7", **by("keyaccount", 101))
    with pytest.raises(api.BadLine, match="different addresses"):
        api.amend(order=number, line=1, far_address="n1", **by("keyaccount", 101))
    with pytest.raises(api.NoPlantThere):
        api.amend(order=number, line=1, far_address="n7", **by("keyaccount", 101))
    assert leg(number).address.code == "n5"  # type: ignore[union-attr]


def test_a_disconnection_frees_both_ends() -> None:
    service = connected()
    whose = shop.service(service).customer.number
    number = ordered(line("", action="cease", address="", service=service), whose=whose, minutes=100)
    run(101)
    finished(number, 102, 1)
    assert (ports(), units(), shop.service(service).state) == ([], {}, "terminated")
    assert set(Resource.objects.filter(kind="circuit_port").values_list("state", flat=True)) == {"free"}


def test_a_cancellation_gives_both_ends_back() -> None:
    number = ordered()
    run(1)
    assert set(units()) == {False, True}
    api.cancel(order=number, reason="客户改变主意", **by("keyaccount", 2))
    run(3)
    assert (stands(number)[0], ports(), units()) == ("cancelled", [], {})


def test_a_suspension_closes_both_ends() -> None:
    service = connected()
    whose = shop.service(service).customer.number
    wish = {"suspension": "customer_wish", "reason": "暂停"}
    ordered(line("", action="suspend", address="", service=service, characteristics=wish), whose=whose, minutes=100)
    run(101)
    assert {state for _, state in units().values()} <= {"suspended", "active"}
    assert len({state for _, state in units().values()}) == 1


# ---- what there was before ----


def one_ended() -> None:
    """The offer as it was before an end was said of anything: both ports at the one address."""
    document = next(each for each in cast.OFFERS if each["code"] == "circuit-10")
    kept = [{name: value for name, value in each.items() if name != "end"} for each in document["resources"]]
    offers.draft_offer(document=document | {"code": "circuit-old", "resources": kept}, **shop.by("manager"))
    offers.publish_offer(code="circuit-old", revision=1, **shop.by("manager"))


def test_circuits_sold_before_keep_working_and_move_as_they_did() -> None:
    one_ended()
    service = connected(drafted=line("circuit-old", address="n1"))
    assert [code for code, _, _ in ports()] == ["SW1:C001", "SW1:C002"]
    assert (units(), differences(service)) == ({False: ("SW1:C002", "active")}, [])
    assert plant_queries.service(service).far_address == ""
    number = moved(service, 100, address="n3")
    run(110)
    finished(number, 111, 2)
    assert [code for code, _, _ in ports()] == ["SW2:C001", "SW2:C002"]
    assert (plant_queries.service(service).address, differences(service)) == ("n3", [])


def test_a_circuit_sold_before_that_becomes_one_of_two_ends_can_move_either() -> None:
    one_ended()
    service = connected(drafted=line("circuit-old", address="n1"))
    whose = shop.service(service).customer.number
    number = ordered(line("circuit-100", action="change", address="", service=service), whose=whose, minutes=50)
    run(51)
    finished(number, 52, 1)
    assert shop.service(service).offer == "circuit-100"
    assert units() == {False: ("SW1:C001", "active"), True: ("SW1:C002", "active")}
    number = moved(service, 100, address="n3")
    run(110)
    finished(number, 111, 2)
    view = plant_queries.service(service)
    assert (view.address, view.far_address, differences(service)) == ("n3", "n1", [])
    assert ports() == [("SW1:C002", "1.end_b", "in_service"), ("SW2:C001", "1.end_a", "in_service")]

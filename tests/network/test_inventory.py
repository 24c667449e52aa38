"""The verbs of the inventory: reserving along the chain, the life of a resource, services."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from kapok.ground.customers.refusals import UnknownCustomer
from kapok.ground.journal.models import Entry
from kapok.ground.journal.queries import timeline
from kapok.ground.places.refusals import RetiredAddress, UnknownAddress
from kapok.kernel.errors import KapokError
from kapok.network.inventory import api as inventory
from kapok.network.inventory import browsing, queries, refusals, rules
from kapok.network.inventory.models import Resource, Service, Shortage
from kapok.network.inventory.rules import Need
from tests.network.plant import AT, COPPER, FIBRE, UNTIL, WHO, customer, install, reserve

pytestmark = pytest.mark.usefixtures("plant")
LEG = "order/O2026-000001-1"
OTHER = "order/O2026-000002-1"


def states(holder: str = LEG) -> dict[str, str]:
    return {each.code: each.state for each in queries.held_by(holder)}


def free(kind: str) -> int:
    return Resource.objects.filter(kind=kind, state="free").count()


def test_a_fibre_line_is_reserved_from_the_point_that_covers_the_house() -> None:
    kept = reserve()
    assert kept.shortage is None
    assert [(each.kind, each.code, each.element, each.state) for each in kept.resources] == [
        ("splitter_port", "SPL1:P001", "SPL1", "reserved"),
        ("pon_port", "OLT1/1:L001", "OLT1/1", "reserved"),
    ]
    assert states() == {"SPL1:P001": "reserved", "OLT1/1:L001": "reserved"}
    entry = timeline("resource/SPL1:P001")[0]
    assert (entry.kind, entry.actor) == ("inventory.resource_moved", "staff/tester")
    assert (entry.data["holder"], entry.data["before"], entry.data["after"]) == (LEG, "free", "reserved")


def test_a_copper_line_takes_the_whole_chain_and_a_number_of_the_exchange() -> None:
    kept = reserve(needs=COPPER, address="n5")
    assert [each.code for each in kept.resources] == [
        "DP1:S001", "CAB1:M001", "MDF1:V001", "EX1:N001", "2038880001",
    ]  # fmt: skip


def test_a_point_within_reach_serves_what_none_covers() -> None:
    kept = reserve(address="n3")
    assert [each.code for each in kept.resources] == ["SPL1:P001", "OLT1/1:L001"]
    lacking = reserve(OTHER, address="n9")
    assert (lacking.resources, lacking.shortage.code, lacking.shortage.exchange_area) == ((), "NO_DP", "TYX")


def test_two_of_a_kind_are_told_apart_by_their_role() -> None:
    inventory.add_element(code="SW1", kind="switch", site="TYX", covers=["n1"], **WHO)
    inventory.add_resources(kind="circuit_port", element="SW1", count=3, **WHO)
    kept = reserve(needs=[Need("circuit_port", "a"), Need("circuit_port", "b"), Need("ipv4", count=2)])
    assert [(each.kind, each.role, each.value) for each in kept.resources] == [
        ("circuit_port", "a", "C001"), ("circuit_port", "b", "C002"),
        ("ipv4", "", "203.0.113.1"), ("ipv4", "", "203.0.113.2"),
    ]  # fmt: skip


def test_what_needs_no_address_comes_from_the_pools_of_the_whole_network() -> None:
    inventory.add_pool(
        code="SIM", kind="sim", name=named("SIM卡"), values="8986000000000000001 8986000000000000002", **WHO
    )
    kept = reserve(address="", needs=[Need("sim"), Need("number")])
    assert (kept.resources, kept.shortage.code, kept.shortage.place) == ((), "NO_NUM", "*")
    assert reserve(address="", needs=[Need("sim")]).resources[0].code == "8986000000000000001"


def test_a_sim_has_a_number_of_the_network_a_line_one_of_its_exchange() -> None:
    inventory.add_pool(code="M", kind="number", name=named("移动号段"), values="13300000000", **WHO)
    inventory.add_pool(code="SIM", kind="sim", name=named("SIM卡"), values="8986000000000000001", **WHO)
    assert reserve(OTHER, needs=[Need("number", count=3)]).shortage is None
    assert reserve(needs=[Need("number")]).shortage.code == "NO_NUM"
    kept = reserve("order/mobile", needs=[Need("sim"), Need("number")])
    assert [each.code for each in kept.resources] == ["13300000000", "8986000000000000001"]


def named(zh: str) -> Any:
    from kapok.kernel.text import Text

    return Text(zh=zh, en="")


def test_the_first_empty_step_is_the_shortage_and_nothing_is_kept() -> None:
    for number in (1, 2):
        reserve(f"order/C-{number}", needs=COPPER)
    Resource.objects.filter(kind="secondary_pair").delete()
    inventory.add_resources(kind="secondary_pair", element="DP1", count=1, **WHO)
    lacking = reserve(needs=COPPER)
    assert (lacking.resources, lacking.shortage.code, lacking.shortage.element) == ((), "NO_PRI", "CAB1")
    assert free("secondary_pair") == 1
    assert states() == {}
    row = Shortage.objects.get(holder=LEG)
    assert (row.code, row.address.code, row.resolved_at) == ("NO_PRI", "r101", None)
    assert timeline(LEG)[0].kind == "inventory.shortage_opened"
    reserve(needs=COPPER, at=AT + timedelta(hours=1))
    assert Shortage.objects.filter(holder=LEG).count() == 1
    assert len(timeline(LEG)) == 1


def test_the_walk_stops_where_the_nearest_to_complete_point_is_empty() -> None:
    for number in range(4):
        reserve(f"order/F-{number}")
    lacking = reserve()
    assert (lacking.shortage.code, lacking.shortage.element, lacking.shortage.text.en) == (
        "NO_PORT", "SPL1", "no port is left",
    )  # fmt: skip


def test_asked_again_it_keeps_what_it_has_and_lengthens_the_time() -> None:
    first = reserve().resources
    later = reserve(until=UNTIL + timedelta(days=1)).resources
    assert [each.code for each in later] == [each.code for each in first]
    assert {each.reserved_until for each in later} == {UNTIL + timedelta(days=1)}
    more = reserve(needs=[*FIBRE, Need("ipv4")]).resources
    assert [each.kind for each in more] == ["splitter_port", "pon_port", "ipv4"]
    assert free("splitter_port") == 3


def test_a_reservation_of_three_items_asks_the_database_six_times() -> None:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        reserve(needs=[*FIBRE, Need("ipv4")])
    inner = [each["sql"] for each in asked.captured_queries][1:-1]  # the verb's own transaction around it
    assert len(inner) <= 6, inner


@pytest.mark.parametrize(
    ("more", "refusal"),
    [
        ({"holder": " "}, refusals.NoHolder),
        ({"holder": "x" * 61}, refusals.NoHolder),
        ({"needs": []}, refusals.NothingNeeded),
        ({"needs": [Need("ipv4", count=0)]}, refusals.NothingNeeded),
        ({"needs": [Need("ipv4", count=65)]}, refusals.NothingNeeded),
        ({"needs": [Need("rope")]}, refusals.UnknownKind),
        ({"until": AT}, refusals.AlreadyPast),
        ({"address": "nowhere"}, UnknownAddress),
    ],
)
def test_a_reservation_is_refused(more: dict[str, Any], refusal: type[KapokError]) -> None:
    before = Entry.objects.count()
    with pytest.raises(refusal):
        reserve(**more)
    assert Resource.objects.exclude(state="free").count() == 0
    assert Entry.objects.count() == before


def test_a_retired_address_is_refused() -> None:
    from kapok.ground.places import api as places

    places.retire_address(code="n3", **WHO)
    with pytest.raises(RetiredAddress):
        reserve(address="n3")


def test_from_reserved_to_free_again() -> None:
    number = install()
    assert set(states().values()) == {"in_service"}
    assert {each.service for each in queries.held_by(LEG)} == {number}
    with pytest.raises(refusals.NotDisconnected):
        inventory.release(service=number, **WHO)
    with pytest.raises(refusals.NotDisconnected):
        inventory.release(holder=LEG, **WHO)
    assert set(states().values()) == {"in_service"}
    assert inventory.request_release(service=number, **WHO) == 2
    assert inventory.request_release(service=number, **WHO) == 0
    assert set(states().values()) == {"pending_release"}
    assert inventory.release(service=number, evidence="radius: Disconnect-ACK", **WHO) == 2
    assert inventory.release(service=number, **WHO) == 0
    assert (states(), free("splitter_port"), free("pon_port")) == ({}, 4, 8)
    said = [(line.data["before"], line.data["after"], line.data["holder"]) for line in timeline("resource/SPL1:P001")]
    assert said[::-1] == [
        ("free", "reserved", LEG), ("reserved", "assigned", LEG), ("assigned", "in_service", LEG),
        ("in_service", "pending_release", LEG), ("pending_release", "free", LEG),
    ]  # fmt: skip
    assert timeline("resource/SPL1:P001")[0].data["note"] == "radius: Disconnect-ACK"


def test_keeping_and_putting_in_service_are_done_once() -> None:
    reserve()
    assert (inventory.keep(holder=LEG, **WHO), inventory.keep(holder=LEG, **WHO)) == (2, 0)
    number = inventory.design_service(
        customer=customer(), offer="x", offer_version=1, kind="fixed_broadband", holder=LEG, **WHO
    )
    assert inventory.put_in_service(holder=LEG, service=number, **WHO) == 2
    assert inventory.put_in_service(holder=LEG, service=number, **WHO) == 0
    with pytest.raises(refusals.NothingHeld):
        inventory.keep(holder=OTHER, **WHO)
    with pytest.raises(refusals.NothingHeld):
        inventory.put_in_service(holder=OTHER, service=number, **WHO)


def test_of_what_a_holder_has_a_service_may_run_on_some() -> None:
    reserve(needs=[Need("splitter_port", "1"), Need("splitter_port", "2")])
    inventory.keep(holder=LEG, **WHO)
    number = inventory.design_service(
        customer=customer(), offer="x", offer_version=1, kind="fixed_broadband", holder=LEG, **WHO
    )
    assert inventory.put_in_service(holder=LEG, service=number, roles=["2"], **WHO) == 1
    assert states() == {"SPL1:P001": "assigned", "SPL1:P002": "in_service"}


def test_a_cancelled_order_frees_what_never_ran_at_once() -> None:
    reserve(needs=[*FIBRE, Need("number")])
    inventory.keep(holder=LEG, **WHO)
    assert inventory.release(holder=LEG, **WHO) == 3
    assert reserve(OTHER, needs=[Need("number")]).resources[0].code == "2038880001"


def test_a_released_number_rests() -> None:
    number = install(needs=[Need("number")])
    inventory.request_release(service=number, **WHO)
    inventory.release(service=number, **WHO)
    assert reserve(OTHER, needs=[Need("number")]).resources[0].code == "2038880002"
    inventory.release(holder=OTHER, **WHO)
    after = AT + timedelta(days=90)
    kept = reserve(OTHER, needs=[Need("number", count=3)], at=after, until=after + timedelta(days=1))
    assert [each.code for each in kept.resources] == ["2038880001", "2038880002", "2038880003"]


def test_a_device_comes_back_to_be_tested_and_is_free_or_scrapped() -> None:
    onus = {"code": "ONU", "kind": "onu", "name": named("光猫"), "values": "HW1 HW2"}
    inventory.add_pool(**onus, **WHO)
    number = install(needs=[*FIBRE, Need("onu")])
    assert states()["HW1"] == "in_service"
    inventory.request_release(service=number, **WHO)
    assert inventory.release(service=number, evidence="order O1", **WHO) == 3
    assert inventory.release(service=number, **WHO) == 0
    assert (states(), free("splitter_port"), free("onu")) == ({}, 4, 1)
    back = Resource.objects.get(code="HW1")
    assert (back.state, back.service, back.note) == ("blocked", None, rules.TO_BE_TESTED.both)
    assert browsing.resource("HW1").to_be_tested
    line = timeline("resource/HW1")[0].data
    assert (line["before"], line["after"], line["note"]) == ("pending_release", "blocked", "order O1")
    assert reserve(OTHER, needs=[Need("onu")]).resources[0].code == "HW2"
    assert reserve("order/third", needs=[Need("onu")]).shortage is not None
    with pytest.raises(refusals.NoReasonGiven):
        inventory.mark(resource="HW1", state="retired", **WHO)
    inventory.mark(resource="HW1", state="free", note="已测试", **WHO)
    assert Shortage.objects.get(holder="order/third").resolved_at is not None
    assert reserve("order/third", needs=[Need("onu")]).resources[0].code == "HW1"


def test_what_is_scrapped_stays_so() -> None:
    inventory.mark(resource="SPL1:P001", state="blocked", note="丢失", **WHO)
    with pytest.raises(refusals.NoSuchMove):
        inventory.mark(resource="SPL1:P002", state="retired", note="丢失", **WHO)
    inventory.mark(resource="SPL1:P001", state="retired", note="丢失", **WHO)
    for state in ("free", "faulty", "blocked"):
        with pytest.raises(refusals.NoSuchMove):
            inventory.mark(resource="SPL1:P001", state=state, note="回来了", **WHO)
    with pytest.raises(IntegrityError), transaction.atomic():
        Resource.objects.filter(code="SPL1:P001").update(state="project")
    assert browsing.panel("SPL1").fill.total == 3


def test_a_pool_may_trust_what_comes_back() -> None:
    inventory.add_pool(code="SIM", kind="sim", name=named("SIM卡"), values="8986000000000000001", tested=False, **WHO)
    number = install(needs=[Need("sim")])
    inventory.request_release(service=number, **WHO)
    inventory.release(service=number, **WHO)
    assert free("sim") == 1


def test_a_device_that_never_ran_is_free_at_once() -> None:
    inventory.add_pool(code="SIM", kind="sim", name=named("SIM卡"), values="8986000000000000001", **WHO)
    reserve(needs=[Need("sim")])
    inventory.keep(holder=LEG, **WHO)
    inventory.release(holder=LEG, **WHO)
    assert free("sim") == 1


def test_a_moved_service_keeps_its_new_line() -> None:
    number = install()
    reserve(OTHER, needs=[Need("secondary_pair")])
    inventory.keep(holder=OTHER, **WHO)
    inventory.put_in_service(holder=OTHER, service=number, **WHO)
    assert inventory.request_release(service=number, keep_holder=OTHER, **WHO) == 2
    assert inventory.release(service=number, **WHO) == 2
    assert (states(), states(OTHER)) == ({}, {"DP1:S001": "in_service"})


def test_only_the_old_number_is_asked_back() -> None:
    number = install(needs=[*FIBRE, Need("number")])
    assert inventory.request_release(service=number, kinds=["number"], **WHO) == 1
    assert states()["2038880001"] == "pending_release"
    assert states()["SPL1:P001"] == "in_service"


def test_a_reservation_expires() -> None:
    reserve()
    reserve(OTHER, until=UNTIL + timedelta(days=5))
    assert inventory.expire_reservations(actor="system/keeper", at=UNTIL - timedelta(seconds=1)) == 0
    with pytest.raises(refusals.ReservationExpired):
        inventory.keep(holder=LEG, actor="staff/tester", at=UNTIL)
    assert inventory.expire_reservations(actor="system/keeper", at=UNTIL) == 2
    assert (states(), len(states(OTHER))) == ({}, 2)
    assert timeline("resource/SPL1:P001")[0].data["note"] == "预占到期 / the reservation expired"
    with pytest.raises(refusals.NothingHeld):
        inventory.keep(holder=LEG, actor="staff/tester", at=UNTIL)


@pytest.mark.parametrize(
    "change",
    [
        {"state": "in_service"},
        {"state": "assigned", "holder": ""},
        {"state": "free"},
        {"holder": OTHER},
        {"reserved_until": None},
        {"state": "lost"},
    ],
)
def test_the_database_holds_the_states(change: dict[str, Any]) -> None:
    reserve()
    with pytest.raises(IntegrityError), transaction.atomic():
        Resource.objects.filter(holder=LEG).update(**change)
    assert set(states().values()) == {"reserved"}


def test_the_database_never_frees_what_is_in_service_and_carries_one_service() -> None:
    install()
    other = inventory.design_service(
        customer=customer("李静"), offer="x", offer_version=1, kind="iptv", holder=OTHER, **WHO
    )
    rows = Resource.objects.filter(holder=LEG)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(state="free", holder="", role="", service=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(service=Service.objects.get(number=other))


def test_what_nobody_holds_is_marked() -> None:
    inventory.mark(resource="SPL1:P001", state="faulty", note="端口进水", **WHO)
    assert reserve().resources[0].code == "SPL1:P002"
    with pytest.raises(refusals.ResourceHeld) as held:
        inventory.mark(resource="SPL1:P002", state="faulty", note="坏", **WHO)
    assert held.value.data["holder"] == LEG
    with pytest.raises(refusals.NoReasonGiven):
        inventory.mark(resource="SPL1:P003", state="blocked", **WHO)
    with pytest.raises(refusals.UnknownKind):
        inventory.mark(resource="SPL1:P003", state="in_service", note="x", **WHO)
    with pytest.raises(refusals.UnknownResource):
        inventory.mark(resource="SPL1:P999", state="free", **WHO)
    with pytest.raises(refusals.NoSuchMove):
        inventory.mark(resource="SPL1:P001", state="faulty", note="again", **WHO)
    inventory.mark(resource="SPL1:P001", state="free", **WHO)
    assert Resource.objects.get(code="SPL1:P001").note == ""


def test_a_service_is_designed_and_shown() -> None:
    whose = customer()
    number = install(whose=whose)
    view = queries.service(number)
    assert (view.number[0], len(view.number), view.customer, view.state) == ("S", 9, whose, "active")
    assert (view.address, view.address_full.zh, view.characteristics) == (
        "r101", "广东省体育西路1号101房", {"down_mbps": 100},
    )  # fmt: skip
    assert [each.code for each in view.resources] == ["SPL1:P001", "OLT1/1:L001"]
    assert [each.number for each in queries.services_of(whose)] == [number]
    with pytest.raises(refusals.UnknownService):
        queries.service("S99999999")
    with pytest.raises(UnknownCustomer):
        inventory.design_service(customer="C1", offer="x", offer_version=1, kind="iptv", holder=LEG, **WHO)
    with pytest.raises(refusals.ForeignAccount):
        inventory.design_service(
            customer=whose, account="A99999999", offer="x", offer_version=1, kind="iptv", holder=LEG, **WHO
        )


def test_a_service_moves_as_its_table_allows() -> None:
    number = install()
    with pytest.raises(refusals.NoReasonGiven):
        inventory.move_service(service=number, to="suspended", **WHO)
    inventory.move_service(service=number, to="suspended", reason="overdue", **WHO)
    inventory.move_service(service=number, to="suspended", reason="overdue", **WHO)
    assert queries.service(number).suspension_reason == "overdue"
    assert [line.kind for line in timeline(f"service/{number}")].count("inventory.service_moved") == 2
    with pytest.raises(refusals.NoSuchMove):
        inventory.move_service(service=number, to="terminated", **WHO)
    inventory.move_service(service=number, to="active", **WHO)
    assert queries.service(number).suspension_reason == ""
    inventory.move_service(service=number, to="pending_terminate", **WHO)
    inventory.move_service(service=number, to="terminated", **WHO)
    with pytest.raises(refusals.NoSuchMove):
        inventory.move_service(service=number, to="active", **WHO)
    with pytest.raises(refusals.UnknownService):
        inventory.move_service(service="S00000000", to="active", **WHO)


def test_a_change_of_a_service_tells_before_and_after() -> None:
    number, heir = install(), customer("王芳")
    inventory.change_service(service=number, characteristics={"down_mbps": 300}, address="n5", customer=heir, **WHO)
    view = queries.service(number)
    assert (view.characteristics, view.address, view.customer, view.account) == ({"down_mbps": 300}, "n5", heir, "")
    said = timeline(f"service/{number}")[0]
    assert (said.kind, said.data["before"]["characteristics"], said.data["after"]["address"]) == (
        "inventory.service_changed", {"down_mbps": 100}, "n5",
    )  # fmt: skip
    entries = Entry.objects.count()
    inventory.change_service(service=number, address="n5", **WHO)
    assert Entry.objects.count() == entries
    with pytest.raises(UnknownAddress):
        inventory.change_service(service=number, address="nowhere", **WHO)


def test_the_journal_keeps_the_end_of_a_login_alone() -> None:
    number = install()
    inventory.change_service(service=number, characteristics={"login": "chenjing88", "pin": "123", "note": ""}, **WHO)
    assert timeline(f"service/{number}")[0].data["after"]["characteristics"] == {
        "down_mbps": 100, "login": "••••ng88", "pin": "••••", "note": "",
    }  # fmt: skip
    assert queries.service(number).characteristics["login"] == "chenjing88"


def test_who_is_served_is_not_forgotten() -> None:
    from kapok.ground.customers import api as customers

    whose = customer()
    number = install(whose=whose)
    with pytest.raises(customers.StillOpen) as held:
        customers.erase_person(customer=whose, reason="asked", **WHO)
    assert number in held.value.text.en

"""Qualification, who waits for plant, and what becomes of it when plant is added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kapok.ground.journal.models import Entry
from kapok.ground.journal.queries import timeline
from kapok.ground.places import api as places
from kapok.ground.places.refusals import UnknownAddress
from kapok.kernel.text import Text
from kapok.network.inventory import api as inventory
from kapok.network.inventory import browsing, queries, refusals
from kapok.network.inventory.models import Pool, Resource, Shortage
from kapok.network.inventory.rules import Need
from kapok.network.inventory.views import Qualification
from tests.network.plant import AT, COPPER, FIBRE, WHO, named, reserve

pytestmark = pytest.mark.usefixtures("plant")
LEG = "order/O2026-000001-1"


def fill(kind: str) -> None:
    Resource.objects.filter(kind=kind, state="free").update(state="blocked", note="full")


def waiting() -> set[str]:
    return set(Shortage.objects.filter(resolved_at=None).values_list("holder", flat=True))


DSL = (Need("secondary_pair"), Need("primary_pair"), Need("mdf_port"), Need("dsl_port"))
SIM_VOICE = (Need("number"), Need("sim"))


def at_speed(mbps: int, needs: Sequence[Need] = FIBRE) -> list[Need]:
    return [replace(need, mbps=mbps) for need in needs]


def qualify(address: str, needs: Sequence[Need], at: datetime = AT) -> Qualification:
    """What of this alone can be had there."""
    return queries.qualify(address, [needs], at)[0]


def codes(found: Qualification) -> list[str]:
    return [reason.code for reason in found.reasons]


def test_the_way_is_told_with_its_speed_and_point() -> None:
    found = qualify("r101", FIBRE)
    assert (found.available, found.technology, found.max_down_mbps, found.point) == (True, "ftth", 1000, "SPL1")
    assert (found.reasons, found.expected_at) == ((), None)
    found = qualify("n5", COPPER)
    assert (found.available, found.technology, found.max_down_mbps, found.point) == (True, "copper", 0, "DP1")


def test_each_is_answered_by_itself_from_one_walk() -> None:
    """What one takes leaves no less for another, and a number with a SIM is one of the whole network."""
    inventory.add_pool(code="SIM", kind="sim", name=named("SIM卡"), values="1-2", **WHO)
    wanted = [FIBRE, COPPER, [Need("splitter_port", count=4)], [Need("splitter_port", count=5)], SIM_VOICE, []]
    with CaptureQueriesContext(connection) as asked:
        found = queries.qualify("r101", wanted, AT)
    assert len(asked) == len(["the walk", "the days that were given"])
    assert [codes(each) for each in found] == [[], [], [], ["NO_PORT"], ["NO_NUM"], []]
    assert [each.technology for each in found] == ["ftth", "copper", "", "", "", ""]
    assert found == [qualify("r101", needs) for needs in wanted]
    inventory.add_pool(code="MOBILE", kind="number", name=named("移动号段"), values="133-134", **WHO)
    assert qualify("r101", SIM_VOICE).technology == "radio"
    Resource.objects.filter(pool__code="N-TYX").update(state="blocked", note="full")
    assert codes(qualify("r101", COPPER)) == ["NO_NUM"]


def test_where_it_is_full_it_is_not_to_be_had() -> None:
    assert codes(qualify("n5", FIBRE)) == ["NO_DP"]
    fill("splitter_port")
    assert codes(qualify("r101", FIBRE)) == ["NO_PORT"]
    assert qualify("r101", COPPER).available


def test_what_is_too_slow_is_not_to_be_had() -> None:
    inventory.add_element(code="DSLAM1", kind="dslam", site="TYX", **WHO)
    inventory.add_resources(kind="dsl_port", element="DSLAM1", count=1, **WHO)
    found = qualify("n5", at_speed(20, DSL))
    slow = qualify("n5", at_speed(100, DSL))
    assert (found.technology, slow.available, codes(slow)) == ("dsl", False, ["TOO_SLOW"])
    assert slow.reasons[0].text.en == "DSL gives 20 Mbit/s at most, not 100"


def test_a_point_may_carry_less_than_its_technology() -> None:
    inventory.add_element(code="SPL2", kind="splitter", parent="OLT1/1", covers=["n7"], down_mbps=100, **WHO)
    inventory.add_resources(kind="splitter_port", element="SPL2", count=1, **WHO)
    assert qualify("n7", FIBRE).max_down_mbps == 100
    assert qualify("n7", at_speed(300)).reasons[0].text.en == "fibre to the home gives 100 Mbit/s at most, not 300"


def test_a_point_may_carry_more_than_its_technology_and_the_slow_ones_are_passed_over() -> None:
    assert codes(qualify("r101", at_speed(2000))) == ["TOO_SLOW"]
    inventory.add_element(code="SPL2", kind="splitter", parent="OLT1/1", covers=["r101"], down_mbps=10_000, **WHO)
    assert codes(qualify("r101", at_speed(2000))) == ["NO_PORT"], "what is fast enough is full, or has none yet"
    inventory.add_resources(kind="splitter_port", element="SPL2", count=1, **WHO)
    found = qualify("r101", at_speed(2000))
    assert (found.available, found.point, found.max_down_mbps) == (True, "SPL2", 10_000)
    assert [each.code for each in reserve(LEG, needs=at_speed(2000)).resources] == ["SPL2:P001", "OLT1/1:L001"]
    assert queries.speed_of(LEG) == 10_000


def test_what_is_too_slow_waits_for_a_faster_point_and_for_nothing_else() -> None:
    lacking = reserve(LEG, needs=at_speed(2000)).shortage
    assert (lacking.code, lacking.element, lacking.kind) == ("TOO_SLOW", "SPL1", "splitter_port")
    assert lacking.text.en == "the line does not reach the speed"
    (found,) = browsing.demand()
    assert (found.place, found.code, found.waiting, found.build.en) == ("SPL1", "TOO_SLOW", 1, "build a faster line")
    expected = AT + timedelta(days=30)
    assert inventory.confirm_build(place="SPL1", code="TOO_SLOW", expected_at=expected, **WHO) == 1
    assert qualify("r101", at_speed(2000)).expected_at == expected
    assert inventory.resolve_shortages(**WHO) == 0
    inventory.add_resources(kind="splitter_port", element="SPL1", count=1, **WHO)
    assert waiting() == {LEG}, "more of what is too slow helps nobody"
    inventory.add_element(code="SPL2", kind="splitter", parent="OLT1/1", covers=["r101"], down_mbps=2000, **WHO)
    assert (inventory.resolve_shortages(**WHO), waiting()) == (0, {LEG}), "it has no port yet"
    inventory.add_resources(kind="splitter_port", element="SPL2", count=1, **WHO)
    assert waiting() == set()
    assert reserve(LEG, needs=at_speed(2000)).resources[0].code == "SPL2:P001"


def test_who_waits_for_a_port_is_not_woken_by_a_slower_point() -> None:
    fill("splitter_port")
    assert reserve(LEG, needs=at_speed(1000)).shortage.code == "NO_PORT"
    inventory.add_element(code="SPL2", kind="splitter", parent="OLT1/1", covers=["r101"], down_mbps=100, **WHO)
    inventory.add_resources(kind="splitter_port", element="SPL2", count=1, **WHO)
    assert waiting() == {LEG}
    assert reserve("order/slow", needs=at_speed(100)).resources[0].code == "SPL2:P001"


def test_what_goes_by_radio_is_not_faster_than_it_is() -> None:
    inventory.add_pool(code="SIM", kind="sim", name=named("SIM卡"), values="1-4", **WHO)
    inventory.add_pool(code="MOBILE", kind="number", name=named("移动号段"), values="133-134", **WHO)
    assert reserve(LEG, needs=at_speed(300, SIM_VOICE)).shortage.code == "TOO_SLOW"
    (both,) = qualify("r101", at_speed(300, [*FIBRE, *SIM_VOICE])).reasons
    assert both.text == Text(zh="无线最高100 Mbit/s，不足300 Mbit/s", en="radio gives 100 Mbit/s at most, not 300")
    assert (inventory.resolve_shortages(**WHO), waiting()) == (0, {LEG})
    assert reserve(LEG, needs=at_speed(100, SIM_VOICE)).shortage is None


def test_what_is_asked_of_an_unknown_address_or_without_plant() -> None:
    with pytest.raises(UnknownAddress):
        qualify("nowhere", FIBRE)
    found = qualify("n9", [])
    assert (found.available, found.technology) == (True, "")


def test_when_it_will_be_built_is_told_to_whoever_asks() -> None:
    reserve(address="n9")
    expected = AT + timedelta(days=30)
    assert qualify("n9", FIBRE).expected_at is None
    assert inventory.confirm_build(place="TYX", code="NO_DP", expected_at=expected, **WHO) == 1
    assert qualify("n9", FIBRE).expected_at == expected
    assert qualify("n9", FIBRE, expected).expected_at is None
    assert reserve("order/later", address="n9").shortage.expected_at == expected
    assert timeline("exchange-area/TYX")[0].kind == "inventory.build_confirmed"
    with pytest.raises(refusals.NothingWaits):
        inventory.confirm_build(place="SPL1", code="NO_PORT", expected_at=expected, **WHO)
    with pytest.raises(refusals.AlreadyPast):
        inventory.confirm_build(place="TYX", code="NO_DP", expected_at=AT, **WHO)


@pytest.mark.parametrize("address", ["r101", ""])
def test_what_the_whole_network_lacks_is_given_a_day_and_ends_with_new_numbers(address: str) -> None:
    inventory.add_pool(code="SIM", kind="sim", name=named("SIM卡"), values="1-4", **WHO)
    lacking = reserve(LEG, address=address, needs=SIM_VOICE)
    assert (lacking.shortage.code, lacking.shortage.element, lacking.shortage.exchange_area) == ("NO_NUM", "", "")
    (found,) = browsing.demand()
    assert (found.place, found.place_name.en, found.code, found.waiting) == ("*", "the whole network", "NO_NUM", 1)
    assert [each.holder for each in browsing.waiting(browsing.waiting_rows("*", "NO_NUM"))] == [LEG]
    expected = AT + timedelta(days=30)
    with pytest.raises(refusals.NothingWaits, match="Nobody waits at the whole network for NO_SIM"):
        inventory.confirm_build(place="*", code="NO_SIM", expected_at=expected, **WHO)
    assert inventory.confirm_build(place="*", code="NO_NUM", expected_at=expected, **WHO) == 1
    (told,) = timeline("network")
    assert told.sentence.zh == "全网（NO_NUM）计划于2026-04-01建成，1个客户在等"
    assert [qualify(each, SIM_VOICE).expected_at for each in ("r101", "n9")] == [expected, expected]
    assert qualify("r101", [Need("number", count=4)]).expected_at is None, "it is the exchange that lacks these"
    assert reserve("order/later", address="n9", needs=SIM_VOICE).shortage.expected_at == expected
    inventory.add_pool(code="MOBILE", kind="number", name=named("移动号段"), values="133", **WHO)
    assert waiting() == {"order/later"}
    assert timeline(LEG)[0].kind == "inventory.shortage_resolved"
    assert reserve(LEG, address=address, needs=SIM_VOICE).shortage is None


def test_at_no_address_all_is_lacking_in_the_whole_network() -> None:
    reserve(LEG, address="", needs=[Need("vlan")])
    assert [(each.place, each.code) for each in browsing.demand()] == [("*", "NO_VLAN")]
    inventory.add_pool(code="V-SP", kind="vlan", name=named("石牌VLAN"), exchange_area="SP", values="1-4", **WHO)
    assert waiting() == {LEG}, "a pool of one exchange area serves none without an address"
    inventory.add_pool(code="VLAN", kind="vlan", name=named("用户VLAN"), values="5-8", **WHO)
    assert waiting() == set()


@pytest.mark.parametrize(("kind", "code"), [("sim", "NO_SIM"), ("onu", "NO_ONU"), ("ipv4", "NO_IP")])
def test_what_a_pool_of_the_whole_network_gives_out_is_lacking_there(kind: str, code: str) -> None:
    """Two exchange areas wait for one pool: one line says so, one day is for both, and one value serves one of them."""
    needs = [Need(kind)]
    if kind != "ipv4":
        inventory.add_pool(code=kind.upper(), kind=kind, name=named("全网"), values="", **WHO)
    pool = Pool.objects.get(kind=kind)
    fill(kind)
    places.correct_address(code="n9", exchange_area="SP", **WHO)
    here = reserve(LEG, needs=needs).shortage
    there = reserve("order/later", address="n9", needs=needs, at=AT + timedelta(minutes=1)).shortage
    assert [(each.code, each.exchange_area, each.place) for each in (here, there)] == [(code, "", "*")] * 2
    assert [(each.place, each.code, each.waiting) for each in browsing.demand()] == [("*", code, 2)]
    assert {each.code: each.waiting for each in browsing.areas(browsing.area_rows())} == {"SP": 0, "TYX": 0}
    expected = AT + timedelta(days=30)
    assert inventory.confirm_build(place="*", code=code, expected_at=expected, **WHO) == 2
    assert [qualify(each, needs).expected_at for each in ("r101", "n9")] == [expected, expected]
    value = "198.51.100.1" if kind == "ipv4" else "A-1"
    inventory.add_resources(kind=kind, pool=pool.code, values=value, **WHO)
    assert waiting() == {"order/later"}


def test_a_pool_that_an_exchange_area_gets_of_its_own_wakes_who_waits_there() -> None:
    inventory.add_pool(code="ONU", kind="onu", name=named("光猫"), values="", **WHO)
    places.correct_address(code="n9", exchange_area="SP", **WHO)
    for minute, (holder, address) in enumerate((("far", "n9"), ("first", "r101"), ("second", "r101"))):
        reserve(f"order/{holder}", address=address, needs=[Need("onu")], at=AT + timedelta(minutes=minute))
    inventory.add_pool(code="ONU-TYX", kind="onu", name=named("体育西光猫"), exchange_area="TYX", values="A-1", **WHO)
    assert waiting() == {"order/far", "order/second"}
    assert reserve("order/first", needs=[Need("onu")]).shortage is None
    assert reserve("order/second", needs=[Need("onu")]).shortage.place == "TYX", "now there is a pool that is nearer"


def test_ports_added_wake_those_who_waited_longest() -> None:
    fill("splitter_port")
    for number in range(3):
        reserve(f"order/W-{number}", at=AT + timedelta(minutes=number))
    assert waiting() == {"order/W-0", "order/W-1", "order/W-2"}
    inventory.add_resources(kind="splitter_port", element="SPL1", count=2, **WHO)
    assert waiting() == {"order/W-2"}
    said = timeline("order/W-0")[0]
    assert (said.kind, said.data["code"], said.data["place"]) == ("inventory.shortage_resolved", "NO_PORT", "SPL1")
    assert reserve("order/W-0").resources[0].code == "SPL1:P005"
    assert not Entry.objects.filter(kind="inventory.shortage_resolved", subject="order/W-2").exists()


def test_a_point_built_wakes_whoever_had_none() -> None:
    reserve(LEG, address="n9")
    reserve("order/copper", address="n9", needs=COPPER)
    inventory.add_element(code="SPL9", kind="splitter", parent="OLT1/1", covers=["n9"], **WHO)
    inventory.add_resources(kind="splitter_port", element="SPL9", count=1, **WHO)
    assert waiting() == {"order/copper"}
    inventory.add_element(code="DP9", kind="distribution_point", longitude=113.3325, latitude=23.1300, **WHO)
    assert inventory.resolve_shortages(**WHO) == 1
    assert waiting() == set()


def test_numbers_opened_wake_those_who_wait_at_the_exchange() -> None:
    reserve("order/all", needs=[Need("number", count=3)])
    lacking = reserve(LEG, needs=[Need("number", count=2)])
    assert (lacking.shortage.code, lacking.shortage.place) == ("NO_NUM", "TYX")
    inventory.add_resources(kind="number", pool="N-TYX", values="2038880010", **WHO)
    assert waiting() == {LEG}
    inventory.add_pool(
        code="N2", kind="number", name=named("备用"), exchange_area="TYX", values="2038890000-2038890009", **WHO
    )
    assert waiting() == set()


def test_what_is_released_wakes_too() -> None:
    fill("pon_port")
    inventory.add_resources(kind="pon_port", element="OLT1/1", count=1, **WHO)
    reserve("order/has")
    reserve(LEG)
    assert waiting() == {LEG}
    inventory.release(holder="order/has", **WHO)
    assert inventory.resolve_shortages(**WHO) == 1
    assert reserve(LEG).shortage is None


def test_whoever_gets_it_waits_no_longer() -> None:
    fill("splitter_port")
    reserve(LEG)
    Resource.objects.filter(code="SPL1:P001").update(state="free")
    assert reserve(LEG).shortage is None
    assert waiting() == set()


def second_splitter(ports: int = 1, parent: str = "OLT1/1") -> None:
    inventory.add_element(code="SPL2", kind="splitter", parent=parent, covers=["r101"], **WHO)
    if ports:
        inventory.add_resources(kind="splitter_port", element="SPL2", count=ports, **WHO)


def test_a_second_splitter_beside_the_full_one_wakes_who_waits_at_the_first() -> None:
    fill("splitter_port")
    assert (reserve(LEG).shortage.code, Shortage.objects.get().element.code) == ("NO_PORT", "SPL1")
    second_splitter(ports=0)
    assert inventory.resolve_shortages(**WHO) == 0
    inventory.add_resources(kind="splitter_port", element="SPL2", count=1, **WHO)
    assert waiting() == set()
    said = timeline(LEG)[0]
    assert (said.kind, said.data["place"]) == ("inventory.shortage_resolved", "SPL1")
    assert [each.code for each in reserve(LEG).resources] == ["SPL2:P001", "OLT1/1:L001"]


def test_a_port_given_back_on_another_covering_splitter_wakes_the_one_who_waited_longest() -> None:
    fill("splitter_port")
    second_splitter()
    reserve("order/has")
    for number in range(2):
        reserve(f"order/W-{number}", at=AT + timedelta(minutes=number))
    assert inventory.resolve_shortages(**WHO) == 0
    inventory.release(holder="order/has", **WHO)
    with CaptureQueriesContext(connection) as asked:
        assert inventory.resolve_shortages(**WHO) == 1
    assert len([each for each in asked if "inventory_shortage" in each["sql"]]) == 1
    assert waiting() == {"order/W-1"}
    assert reserve("order/W-0").resources[0].code == "SPL2:P001"
    assert inventory.resolve_shortages(**WHO) == 0


def test_of_several_who_wait_at_several_splitters_no_more_are_told_than_there_are_ports() -> None:
    fill("splitter_port")
    inventory.add_element(code="SPL3", kind="splitter", parent="OLT1/1", covers=["n3"], **WHO)
    reserve("order/both", address="r101")
    reserve("order/third", address="n3", at=AT + timedelta(minutes=1))
    inventory.cover(element="SPL3", addresses=["n1"], **WHO)
    inventory.add_resources(kind="splitter_port", element="SPL3", count=1, **WHO)
    assert waiting() == {"order/third"}
    assert reserve("order/both").resources[0].code == "SPL3:P001"
    assert inventory.resolve_shortages(**WHO) == 0


def test_a_point_whose_path_is_full_further_in_wakes_nobody() -> None:
    fill("splitter_port")
    inventory.add_element(code="OLT1/2", kind="pon", parent="OLT1", **WHO)
    reserve(LEG)
    second_splitter(parent="OLT1/2")
    assert waiting() == {LEG}
    inventory.add_resources(kind="pon_port", element="OLT1/2", count=1, **WHO)
    assert waiting() == set()
    assert [each.code for each in reserve(LEG).resources] == ["SPL2:P001", "OLT1/2:L001"]


def test_a_distribution_point_near_by_wakes_who_lacks_a_pair_where_none_covers() -> None:
    for code, longitude in (("DPA", 113.3315), ("DPB", 113.3325)):
        inventory.add_element(
            code=code, kind="distribution_point", parent="CAB1", longitude=longitude, latitude=23.13, **WHO
        )
    lacking = reserve(LEG, address="n9", needs=COPPER)
    assert lacking.shortage.code == "NO_SEC"
    other = {"DPA": "DPB", "DPB": "DPA"}[lacking.shortage.element]
    inventory.add_resources(kind="secondary_pair", element=other, count=1, **WHO)
    assert waiting() == set()
    assert reserve(LEG, address="n9", needs=COPPER).resources[0].code == f"{other}:S001"


def test_what_a_person_found_lacking_is_ended_by_what_comes_after_it_alone() -> None:
    reserve(LEG)
    found = inventory.say_lacking(
        holder=LEG, address="r101", needs=FIBRE, code="NO_PORT", actor="staff/technician", at=AT + timedelta(hours=1)
    )
    assert (found.code, found.element, found.kind) == ("NO_PORT", "SPL1", "splitter_port")
    assert [(each.place, each.code, each.waiting) for each in browsing.demand()] == [("SPL1", "NO_PORT", 1)]
    later = {"actor": "staff/tester", "at": AT + timedelta(hours=2)}
    assert inventory.resolve_shortages(**later) == 0
    inventory.add_resources(kind="splitter_port", element="SPL1", count=1, **later)
    assert (waiting(), browsing.demand()) == (set(), [])


def test_only_what_one_takes_can_be_said_to_be_lacking() -> None:
    with pytest.raises(inventory.NotLacking) as refused:
        inventory.say_lacking(holder=LEG, address="r101", needs=FIBRE, code="NO_NUM", **WHO)
    assert "NO_DP, NO_PORT, NO_PON" in refused.value.text.en
    assert not Shortage.objects.exists()


def test_a_point_said_to_be_missing_is_one_that_is_built_after_that() -> None:
    found = inventory.say_lacking(holder=LEG, address="r101", needs=FIBRE, code="NO_DP", **WHO)
    assert (found.element, found.exchange_area) == ("", "TYX")
    later = {"actor": "staff/tester", "at": AT + timedelta(hours=2)}
    assert inventory.resolve_shortages(**later) == 0
    inventory.add_element(code="SPL2", kind="splitter", parent="OLT1/1", covers=["r101"], **later)
    inventory.add_resources(kind="splitter_port", element="SPL2", count=1, **later)
    assert waiting() == set()


def test_numbers_said_to_be_lacking_wait_for_new_ones() -> None:
    needs = [Need("number")]
    found = inventory.say_lacking(holder=LEG, address="r101", needs=needs, code="NO_NUM", **WHO)
    assert (found.element, found.exchange_area) == ("", "TYX")
    later = {"actor": "staff/tester", "at": AT + timedelta(hours=2)}
    assert inventory.resolve_shortages(**later) == 0
    inventory.add_resources(kind="number", pool="N-TYX", values="2038880010", **later)
    assert waiting() == set()

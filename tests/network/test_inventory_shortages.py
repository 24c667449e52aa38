"""Qualification, who waits for plant, and what becomes of it when plant is added."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kapok.ground.journal.models import Entry
from kapok.ground.journal.queries import timeline
from kapok.ground.places.refusals import UnknownAddress
from kapok.network.inventory import api as inventory
from kapok.network.inventory import queries, refusals
from kapok.network.inventory.models import Resource, Shortage
from kapok.network.inventory.rules import Need
from tests.network.plant import AT, COPPER, WHO, named, reserve

pytestmark = pytest.mark.usefixtures("plant")
LEG = "order/O2026-000001-1"


def fill(kind: str) -> None:
    Resource.objects.filter(kind=kind, state="free").update(state="blocked", note="full")


def waiting() -> set[str]:
    return set(Shortage.objects.filter(resolved_at=None).values_list("holder", flat=True))


def test_the_best_way_is_told_with_its_speed_and_point() -> None:
    with CaptureQueriesContext(connection) as asked:
        found = queries.qualify("r101", "fixed_broadband", AT, down_mbps=300)
    assert len(asked) == 1
    assert (found.available, found.technology, found.max_down_mbps, found.point) == (True, "ftth", 1000, "SPL1")
    assert (found.reasons, found.expected_at) == ((), None)


def test_another_way_is_told_with_why_the_better_one_is_not_to_be_had() -> None:
    found = queries.qualify("n5", "fixed_voice", AT)
    assert (found.available, found.technology, found.point) == (True, "copper", "DP1")
    assert [reason.code for reason in found.reasons] == ["NO_DP"]
    fill("splitter_port")
    found = queries.qualify("r101", "fixed_voice", AT)
    assert (found.technology, [reason.code for reason in found.reasons]) == ("copper", ["NO_PORT"])


def test_what_is_too_slow_is_not_offered() -> None:
    inventory.add_element(code="DSLAM1", kind="dslam", site="TYX", **WHO)
    inventory.add_resources(kind="dsl_port", element="DSLAM1", count=1, **WHO)
    assert queries.qualify("n5", "fixed_broadband", AT, down_mbps=20).technology == "dsl"
    found = queries.qualify("n5", "fixed_broadband", AT, down_mbps=100)
    assert (found.available, [reason.code for reason in found.reasons]) == (False, ["NO_DP", "TOO_SLOW"])
    assert found.reasons[1].text.en == "DSL gives 20 Mbit/s at most, not 100"


def test_a_point_may_carry_less_than_its_technology() -> None:
    inventory.add_element(code="SPL2", kind="splitter", parent="OLT1/1", covers=["n7"], down_mbps=100, **WHO)
    inventory.add_resources(kind="splitter_port", element="SPL2", count=1, **WHO)
    assert queries.qualify("n7", "fixed_broadband", AT).max_down_mbps == 100
    assert not queries.qualify("n7", "fixed_broadband", AT, down_mbps=300).available


def test_what_is_asked_of_an_unknown_address_or_without_plant() -> None:
    with pytest.raises(UnknownAddress):
        queries.qualify("nowhere", "fixed_broadband", AT)
    assert queries.qualify("n9", "mobile", AT).reasons[0].code == "NO_NUM"
    assert queries.qualify("n9", "call_centre", AT).available


def test_when_it_will_be_built_is_told_to_whoever_asks() -> None:
    reserve(address="n9")
    expected = AT + timedelta(days=30)
    assert queries.qualify("n9", "fixed_broadband", AT).expected_at is None
    assert inventory.confirm_build(place="TYX", code="NO_DP", expected_at=expected, **WHO) == 1
    assert queries.qualify("n9", "fixed_broadband", AT).expected_at == expected
    assert reserve("order/later", address="n9").shortage.expected_at == expected
    assert timeline("exchange-area/TYX")[0].kind == "inventory.build_confirmed"
    with pytest.raises(refusals.NothingWaits):
        inventory.confirm_build(place="SPL1", code="NO_PORT", expected_at=expected, **WHO)
    with pytest.raises(refusals.AlreadyPast):
        inventory.confirm_build(place="TYX", code="NO_DP", expected_at=AT, **WHO)


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

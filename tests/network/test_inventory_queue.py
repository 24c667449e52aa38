"""Who is told first that there is plant, and that no more are told than it is for."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module

import pytest
from django.db import connection

from kapok.ground.journal.models import Entry
from kapok.ground.places import api as places
from kapok.ground.places.models import ExchangeArea
from kapok.ground.places.rules import Level
from kapok.network.inventory import api as inventory
from kapok.network.inventory.models import Shortage
from kapok.network.inventory.rules import Need
from tests.network.plant import AT, WHO, named, reserve

pytestmark = pytest.mark.usefixtures("plant")
ONU = [Need("onu")]
MINUTE = timedelta(minutes=1)


def pool(code: str, values: str = "", area: str = "") -> None:
    inventory.add_pool(code=code, kind="onu", name=named(code), exchange_area=area, values=values, **WHO)


def wait(holder: str, minute: int, address: str = "r101") -> str:
    """The place where this holder waits for an ONU."""
    return str(reserve(f"order/{holder}", address=address, needs=ONU, at=AT + minute * MINUTE).shortage.place)


def waiting() -> list[str]:
    """Who waits, the longest first."""
    rows = Shortage.objects.filter(resolved_at=None).order_by("opened_at")
    return [holder.removeprefix("order/") for holder in rows.values_list("holder", flat=True)]


def test_one_value_for_the_whole_network_wakes_one_wherever_they_wait() -> None:
    places.correct_address(code="n9", exchange_area="SP", **WHO)
    pool("ONU")
    pool("ONU-TYX", area="TYX")
    assert [wait("near", 1), wait("far", 2, "n9"), wait("later", 3)] == ["TYX", "*", "TYX"]
    inventory.add_resources(kind="onu", pool="ONU", values="A-1", **WHO)
    assert waiting() == ["far", "later"]
    assert reserve("order/near", needs=ONU).shortage is None
    inventory.add_resources(kind="onu", pool="ONU", values="A-2", **WHO)
    assert waiting() == ["later"]


def test_one_value_of_an_area_wakes_one_whether_it_waits_there_or_in_the_whole_network() -> None:
    pool("ONU")
    assert wait("first", 1) == "*"
    pool("ONU-TYX", area="TYX")
    assert wait("second", 2) == "TYX"
    inventory.add_resources(kind="onu", pool="ONU-TYX", values="A-1", **WHO)
    assert waiting() == ["second"]


def test_what_its_own_area_has_not_is_added_up_with_what_the_network_has() -> None:
    """The area gives what it has to those who wait there; only what is wanted beyond stands in the network's queue."""
    places.correct_address(code="n9", exchange_area="SP", **WHO)
    pool("ONU")
    pool("ONU-TYX", area="TYX")
    reserve("order/both", needs=[Need("onu", count=2)])
    assert [wait("far", 1, "n9"), wait("near", 2)] == ["*", "TYX"]
    inventory.add_resources(kind="onu", pool="ONU-TYX", values="A-1", **WHO)
    assert waiting() == ["both", "far", "near"]
    inventory.add_resources(kind="onu", pool="ONU", values="B-1", **WHO)
    assert waiting() == ["far", "near"], "one of each"


def test_who_was_told_too_soon_keeps_its_place_and_waits_since_it_began() -> None:
    pool("ONU")
    wait("first", 1), wait("second", 2)
    later = AT + 10 * MINUTE
    inventory.add_resources(kind="onu", pool="ONU", values="A-1", actor="staff/tester", at=later)
    assert waiting() == ["second"]
    assert reserve("order/quicker", needs=ONU, at=later).shortage is None
    reopened = reserve("order/first", needs=ONU, at=later).shortage
    assert (reopened.opened_at, waiting()) == (AT + MINUTE, ["first", "second"])
    inventory.add_resources(kind="onu", pool="ONU", values="A-2", actor="staff/tester", at=later + MINUTE)
    assert waiting() == ["second"]
    assert reserve("order/first", needs=ONU, at=later + MINUTE).shortage is None


def test_who_had_what_it_waited_for_stands_at_the_end_when_it_lacks_it_again() -> None:
    pool("ONU")
    wait("first", 1), wait("second", 2)
    inventory.add_resources(kind="onu", pool="ONU", values="A-1", actor="staff/tester", at=AT + 10 * MINUTE)
    assert reserve("order/first", needs=ONU, at=AT + 10 * MINUTE).shortage is None
    inventory.release(holder="order/first", actor="staff/tester", at=AT + 11 * MINUTE)
    reserve("order/quicker", needs=ONU, at=AT + 12 * MINUTE)
    assert wait("first", 13) == "*"
    assert waiting() == ["second", "first"]


def test_who_waited_at_an_exchange_area_for_what_the_whole_network_gives_out_waits_there_from_now_on() -> None:
    """Such rows were written before that counted so: the migration moves them, and nothing else."""
    moves = import_module("kapok.network.inventory.migrations.0010_who_waits_in_the_whole_network")
    pool("ONU")
    wait("nearest", 1)
    reserve("order/no-pool", needs=[Need("vlan")])
    inventory.add_pool(code="SIM-TYX", kind="sim", name=named("体育西"), exchange_area="TYX", values="", **WHO)
    inventory.add_pool(code="SIM", kind="sim", name=named("全网"), values="", **WHO)
    reserve("order/own-pool", needs=[Need("sim")])
    reserve("order/exchange", needs=[Need("number", count=4)])
    reserve("order/ports", needs=[Need("line_port", count=3)])
    reserve("order/point", address="n9")
    inventory.add_pool(code="MOBILE", kind="number", name=named("移动号段"), values="133", **WHO)
    inventory.add_resources(kind="sim", pool="SIM", values="A-1", **WHO)
    reserve("order/slow", needs=[Need("number", mbps=300), Need("sim", mbps=300)])
    inventory.add_pool(code="VLAN-SP", kind="vlan", name=named("石牌"), exchange_area="SP", values="", **WHO)
    ended = reserve("order/ended", needs=ONU).shortage
    inventory.wait_no_longer(holder="order/ended", **WHO)
    area = ExchangeArea.objects.get(code="TYX")
    before = dict(Shortage.objects.values_list("holder", "exchange_area__code"))
    Shortage.objects.filter(kind="onu").update(exchange_area=area)
    with connection.cursor() as cursor:
        cursor.execute(moves.WHOLE_NETWORK)
    after = dict(Shortage.objects.values_list("holder", "exchange_area__code"))
    assert after == before | {"order/ended": "TYX"}, "what is over stays as it was told"
    assert (ended.place, after["order/nearest"]) == ("*", None)
    assert {after[f"order/{each}"] for each in ("no-pool", "own-pool", "exchange", "ports", "point", "slow")} == {"TYX"}


def test_what_goes_by_radio_and_is_too_slow_is_not_woken_by_a_pool_of_its_area() -> None:
    places.add_address(code="new", level=Level.ROAD, name=named("新路"), parent="gd", **WHO)
    for code in ("SIM", "SIM-TYX"):
        area = "TYX" if code == "SIM-TYX" else ""
        inventory.add_pool(code=code, kind="sim", name=named(code), exchange_area=area, values=f"{len(code)}", **WHO)
    inventory.add_pool(code="MOBILE", kind="number", name=named("移动号段"), values="133-134", **WHO)
    needs = [Need("number", mbps=300), Need("sim", mbps=300)]
    assert reserve("order/radio", address="new", needs=needs).shortage.code == "TOO_SLOW"
    places.correct_address(code="new", exchange_area="TYX", **WHO)
    assert (inventory.resolve_shortages(**WHO), waiting()) == (0, ["radio"])
    assert not Entry.objects.filter(kind="inventory.shortage_resolved").exists()

"""Orders down: from a customer's wish to a working line and to its end, over days, with a real RADIUS server that lets it in.

Beside it: an address without plant, three circuits of which one is late, what is returned twice or cancelled too late, and each of
the five channels.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pyrad import packet
from pytest_django.fixtures import Settings

from kapok.back.workforce import api as workforce
from kapok.back.workforce import queries as field
from kapok.back.workforce.models import Picture, Reading, Stock, Used, WorkOrder
from kapok.back.workforce.rules import Deed as Field
from kapok.chain.ordering import api, forecast, performing, queries
from kapok.chain.ordering.models import Leg, Order, Step
from kapok.front.channels import api as channels
from kapok.front.channels.models import AccessCode
from kapok.front.channels.offering import qualify
from kapok.ground.commitments.firing import Deed
from kapok.ground.commitments.models import Commitment
from kapok.ground.journal.models import Entry
from kapok.ground.work.models import Delivery, Item
from kapok.host.home import Home
from kapok.host.lab.programs import FREERADIUS
from kapok.kernel.ids import uuid7
from kapok.network.activation.models import Call, SimulatedUnit, Subscriber
from kapok.network.inventory import api as inventory
from kapok.network.inventory.models import Resource, Service, Shortage
from kapok.network.inventory.queries import held_by
from tests.appointments import appointment_of
from tests.back.job import JPEG_WITH_GPS, PNG
from tests.chain import shop
from tests.chain.shop import held, leg, line, live, stands, told
from tests.front import counter
from tests.network.access_server import AccessServer
from tests.network.conftest import Begin
from tests.stories import operator
from tests.stories.operator import DAY, HOUR, after, by, holds, kept, passes, promise, works

Server = tuple[str, int]
ACCEPT, REJECT = packet.AccessAccept, packet.AccessReject
PLANT = ("onu", "pon_port", "splitter_port", "vlan")


@pytest.fixture(scope="module")
def running(begin: Begin) -> Server:
    return begin(FREERADIUS)


@pytest.fixture
def radius(running: Server, settings: Settings, city: None, tmp_path: Path) -> Server:
    settings.MEDIA_ROOT = tmp_path
    settings.RADIUS_SERVER = f"{running[0]}:{running[1]}"
    settings.SIMULATED_SLOW_SECONDS = 0
    return running


@pytest.fixture
def shop_open(db: None) -> None:
    """The shop, for what one connection sees."""
    shop.set_up()


@pytest.mark.peer("freeradius")
@pytest.mark.peer("radtest")
def test_a_line_from_the_first_call_to_its_end(radius: Server, access_server: AccessServer, lab_home: Home) -> None:
    counter.set_up_channels()
    whose = shop.customer()
    service, knock = _installed(whose, access_server, radius)
    radtest = _tester(service, radius, lab_home)
    assert "Received Access-Accept" in radtest()
    _suspended_and_resumed(whose, service, knock, access_server, radius, radtest)
    assert "Received Access-Accept" in radtest()
    _moved(whose, service, knock)
    _disconnected(whose, service, knock)
    assert not Commitment.objects.exclude(state="kept").exists(), "every promise was kept"
    assert [each["effect"] for each in told("ordering.billing_due")] == [
        "begins",
        "rests",
        "goes_on",
        "changes",
        "ends",
    ]
    assert operator.not_free() == {("onu", "blocked")}
    assert Entry.objects.filter(kind="commitments.breached").count() == 0


@pytest.mark.peer("freeradius")
@pytest.mark.peer("radtest")
def test_the_ipv6_prefix_that_an_order_allocates_is_granted_at_the_login(
    radius: Server, access_server: AccessServer, lab_home: Home
) -> None:
    shop.with_prefixes()
    number = shop.placed()
    passes(after(hours=0.1))
    service = operator.service_of(number)
    own = Resource.objects.get(holder=leg(number).subject, kind="ipv6_prefix").value
    let_in = _tester(service, radius, lab_home)()
    assert "Received Access-Accept" in let_in
    assert f"Delegated-IPv6-Prefix = {own}" in let_in


def _installed(whose: str, door: AccessServer, radius: Server) -> tuple[str, operator.Knock]:
    """The hotline takes the order; it is reserved, paid, surveyed, configured, appointed, done on site, tested, confirmed."""
    found = qualify("fixed_broadband", "r101", after(), down_mbps=100)[0].found
    assert (found.available, found.technology, found.max_down_mbps, found.point) == (True, "ftth", 1000, "SPL1")
    offered = _windows()
    talk = channels.take(channel="hotline", medium="phone", customer=whose, topic="装宽带", **by("agent", after()))
    number = channels.take_order(
        key=uuid7(after()), customer=whose, channel="hotline", lines=[line()], pay=False, interaction=talk,
        window=(offered[0].starts_at, offered[0].ends_at), **by("agent", after()),
    )  # fmt: skip
    channels.close_interaction(interaction=talk, resolution="已受理", **by("agent", after(hours=0.1)))
    subject = leg(number).subject
    booked = appointment_of(subject)
    assert booked is not None
    assert (booked.starts_at, booked.ends_at, booked.skill, booked.booked) == (
        offered[0].starts_at, offered[0].ends_at, "fibre", True,
    )  # fmt: skip
    left = {each.starts_at: each.free for each in _windows()}
    assert left.get(booked.starts_at, 0) == offered[0].free - 1
    assert held(subject) == dict.fromkeys(PLANT, "reserved")
    assert {each.reserved_until for each in held_by(subject)} == {after(7)}
    passes(after(hours=0.4))
    assert (stands(number), live(number), kept(number), holds(number)) == (("pending", "", ""), set(), {}, {})

    api.pay(order=number, **by("agent", after(hours=0.5)))
    pledge = promise(number, "install")
    assert (pledge.opened_at, pledge.due_at, pledge.state) == (after(hours=0.5), after(15, 0.5), "open")
    assert (pledge.owner, pledge.unit) == ("staff/agent", "hotline")
    assert holds(number) == {"accept": ("hotline", "agent", "")}
    assert kept(number) == {"install": "open", "install-accept": "open"}
    assert not Subscriber.objects.exists()

    assert passes(after(hours=0.6)) == {}
    service = operator.service_of(number)
    knock = operator.customers_router(door, radius, service)
    assert held(subject) == dict.fromkeys(PLANT, "assigned")
    assert (shop.service(service).state, knock().code) == ("designed", ACCEPT)
    assert holds(number) == {
        "accept": ("hotline", "agent", "agent"), "assign": ("dispatch", "dispatcher", "dispatcher"),
        "configure": ("data", "manager", "manager"), "appoint": ("tianhe-east-field", "technician", "technician"),
        "visit": ("tianhe-east-field", "technician", ""),
    }, "the window that the customer chose stands: nobody agrees it again"  # fmt: skip

    operator.drives("technician", "tianhe-east-field", connector=20)
    operator.tells(shop.item(number, "visit").id, Field.ACCEPT, after(hours=1))
    assert passes(after(1)) == {}
    stages = {f"install-{stage}": "kept" for stage in ("accept", "assign", "configure", "appoint")}
    assert kept(number) == stages | {"install": "open", "install-visit": "open"}
    _done_on_site(number)
    assert (stands(number), shop.service(service).state) == (("completed", "", ""), "active")
    assert held(subject) == dict.fromkeys(PLANT, "in_service")
    let_in = knock()
    assert (let_in.code, let_in["Filter-Id"], let_in["Class"]) == (ACCEPT, ["ftth-100"], [service.encode()])
    assert (let_in["WISPr-Bandwidth-Max-Down"], let_in["WISPr-Bandwidth-Max-Up"]) == ([100_000_000], [20_000_000])
    assert Step.objects.get(leg__subject=subject, name="test").measured["authentication"] == "accepted"

    assert live(number) == {"confirm"}
    api.confirm(order=number, leg=1, rating=5, actor=f"customer/{whose}", at=after(1, 1.25))
    assert (leg(number).rating, leg(number).confirmed_at) == (5, after(1, 1.25))
    assert told("ordering.billing_due") == []
    passes(after(1, 1.25))
    (billed,) = told("ordering.billing_due", subject)
    assert (billed["effect"], billed["counts_from"]) == ("begins", f"{timezone.localdate(after(2)):%Y-%m-%d}")
    passes(after(2))
    assert kept(number) == stages | dict.fromkeys(("install", "install-visit", "install-test"), "kept")
    pledge = promise(number, "install")
    assert (pledge.elapsed, pledge.late_by) == (DAY + HOUR / 2, timedelta())
    mine = operator.charged(pledge, after(2))
    assert mine["tianhe-east-field", "technician", "technician"] + mine["tianhe-east-field", "technician", ""] == (
        DAY + HOUR * 0.4
    )
    assert sum(mine.values(), timedelta()) == pledge.elapsed
    assert shop.happened(subject) == [
        "order.requested", "order.accepted", "order.paid", "order.surveyed", "order.assigned", "order.dispatched",
        "visit.appointed", "order.configured", "visit.started", "order.installed", "order.tested", "order.completed",
        "order.confirmed",
    ]  # fmt: skip
    assert list(Call.objects.order_by("asked_at", "id").values_list("verb", "ok")) == [
        ("activate", True),
        ("test", True),
    ]
    asked = Entry.objects.filter(kind="activation.asked").order_by("position").values_list("data", flat=True)[0]
    assert asked["request"]["secret"] == "••••", "secrets are masked in the journal"
    return service, knock


def _done_on_site(number: str) -> None:
    """The technician drives there, measures, installs, photographs, has it signed: the work is not handed in without that."""
    item = shop.item(number, "visit").id
    operator.goes_there(number, after(1, 0.25))
    assert WorkOrder.objects.get(item=item).state == "working"
    photo, signed = workforce.Upload("site.jpg", JPEG_WITH_GPS), workforce.Upload("signed.png", PNG)
    done: dict[str, Any] = {
        "photos": [photo],
        "signature": signed,
        "materials": {"connector": 2},
        "note": "光猫装在客厅",
    }
    with pytest.raises(workforce.ReplyIncomplete):
        operator.tells(item, Field.REPLY, after(1, 0.8), **done | {"photos": []})
    dark = {"optical_power": "-29", "down_rate": 40}
    with pytest.raises(workforce.ReadingFails, match="Clean and remake the connectors"):
        operator.tells(item, Field.REPLY, after(1, 0.9), **done, tests=dark)
    with pytest.raises(workforce.ReadingFails, match="40 Mbit/s"):
        operator.tells(item, Field.REPLY, after(1, 0.9), **done, tests=dark | {"optical_power": "-19.5"})
    assert (Reading.objects.count(), Stock.objects.get().count) == (0, 20)
    operator.tells(item, Field.REPLY, after(1, 1), **done, tests={"optical_power": "-19.5", "down_rate": "98.2"})
    passes(after(1, 1))
    row = WorkOrder.objects.select_related("appointment").get(item=item)
    assert row.appointment is not None
    assert (row.state, row.replied_at, row.appointment.state) == ("verified", after(1, 1), "kept")
    assert dict(Reading.objects.values_list("test", "grade")) == {"optical_power": "pass", "down_rate": "pass"}
    assert (Stock.objects.get().count, Used.objects.get().count) == (18, 2)
    assert set(Picture.objects.values_list("kind", flat=True)) == {"photo", "signature"}
    assert Delivery.objects.get(item=item).evidence[0].startswith("photo:")


def _tester(service: str, radius: Server, lab: Home) -> Callable[[], str]:
    """What FreeRADIUS' own client is told when it logs in as the customer."""
    who = [f"{service.lower()}@kapok", performing.secret_of(service)]
    command = ["radtest", *who, f"{radius[0]}:{radius[1]}", "1", lab.secret("radius-secret")]
    return lambda: subprocess.run(command, capture_output=True, text=True, check=False, timeout=120).stdout


def _windows() -> list[field.Window]:
    """The windows of the next days, from Tuesday morning on."""
    return field.windows(address="r101", skill="fibre", minutes=90, after=after(0.9))


def _suspended_and_resumed(
    whose: str, service: str, knock: operator.Knock, door: AccessServer, radius: Server, radtest: Callable[[], str]
) -> None:
    """At the customer's wish: the login is refused with the reason, the session ends; two days later it works again."""
    door.account(radius, "Start", "a1", f"{service.lower()}@kapok", Class=service.encode())
    asked = line(
        action="suspend", address="", service=service, characteristics={"cause": "customer", "reason": "客户外出"}
    )
    number = api.place_order(customer=whose, channel="hotline", lines=[asked], pay=True, **by("agent", after(10)))
    assert kept(number) == {"suspend": "open"}
    works(number, "accept", after(10, 0.25))
    refused = knock()
    assert (refused.code, refused["Reply-Message"]) == (REJECT, ["客户外出"])
    assert "Received Access-Reject" in radtest()
    assert [(code, said["Acct-Session-Id"]) for code, said in door.heard] == [(packet.DisconnectRequest, "a1")]
    assert (stands(number)[0], shop.service(service).state) == ("completed", "suspended")
    assert shop.service(service).suspension_reason == "客户外出"
    works(number, "inform", after(10, 0.5))
    assert kept(number) == {"suspend": "kept"}

    with pytest.raises(api.NotInThisState):
        api.place_order(customer=whose, channel="hotline", lines=[asked], pay=True, **by("agent", after(11)))
    asked = line(action="resume", address="", service=service)
    number = api.place_order(customer=whose, channel="hotline", lines=[asked], pay=True, **by("agent", after(12)))
    assert promise(number, "resume-order").due_at == after(13)
    passes(after(12, 0.25))
    assert (knock().code, shop.service(service).state, stands(number)[0]) == (ACCEPT, "active", "completed")
    assert (promise(number, "resume-order").elapsed, kept(number)) == (HOUR / 4, {"resume-order": "kept"})
    api.confirm(order=number, leg=1, **by("agent", after(12, 0.5)))
    passes(after(12, 0.5))


def _moved(whose: str, service: str, knock: operator.Knock) -> None:
    """A move: the line works there before it ends here; the same login all the way."""
    before = operator.ports(service)
    asked = line(action="move", address="n3", service=service)
    number = api.place_order(customer=whose, channel="hotline", lines=[asked], pay=True, **by("agent", after(15)))
    passes(after(15, 0.1))
    assert (stands(number)[0], stands(number, 2)[0], knock().code) == ("inProgress", "acknowledged", ACCEPT)
    works(number, "appoint", after(15, 0.5))
    works(number, "visit", after(15, 0.75))
    assert (stands(number)[0], stands(number, 2)[0], shop.order(number).state) == (
        "completed", "inProgress", "inProgress",
    )  # fmt: skip
    assert operator.states(before.values()) == dict.fromkeys(before.values(), "in_service")
    api.confirm(order=number, leg=1, **by("agent", after(15, 0.8)))
    passes(after(15, 0.8))
    works(number, "accept", after(15, 1), which=2)
    works(number, "close", after(15, 1.25), which=2)
    assert operator.states(before.values()) == operator.given_back(before.values())
    assert set(operator.ports(service).values()).isdisjoint(before.values())
    moved = shop.service(service)
    assert (moved.address.code if moved.address else "", moved.state, knock().code) == ("n3", "active", ACCEPT)
    assert (shop.order(number).state, kept(number, 2)) == ("completed", {"cease": "kept"})
    assert set(kept(number).values()) == {"kept"}


def _disconnected(whose: str, service: str, knock: operator.Knock) -> None:
    """The end: the port is free again, the ONU is to be tested, nobody is let in, and somebody else may have the port."""
    ran_on = operator.ports(service)
    asked = line(action="cease", address="", service=service)
    number = api.place_order(customer=whose, channel="hotline", lines=[asked], pay=True, **by("agent", after(20)))
    works(number, "accept", after(20, 0.25))
    gone = knock()
    assert (gone.code, gone.get("Reply-Message"), shop.service(service).state) == (REJECT, None, "terminated")
    assert operator.states(ran_on.values()) == operator.given_back(ran_on.values())
    works(number, "close", after(20, 0.5))
    assert (stands(number)[0], shop.order(number).closed_at, kept(number)) == (
        "completed", after(20, 0.5), {"cease": "kept"},
    )  # fmt: skip
    assert not SimulatedUnit.objects.exists()
    with pytest.raises(api.NotInThisState):
        api.place_order(customer=whose, channel="hotline", lines=[asked], pay=True, **by("agent", after(21)))
    assert Order.objects.count() == len(["install", "suspend", "resume", "move", "cease"])


# ---- an address without plant ----


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("city")
def test_without_plant_the_order_waits_the_clock_runs_on_and_it_goes_on_when_the_plant_is_built() -> None:
    found = qualify("fixed_broadband", "n9", after(), down_mbps=100)[0].found
    assert (found.available, [each.code for each in found.reasons]) == (False, ["NO_DP"])
    whose = shop.customer()
    number = api.place_order(
        customer=whose, channel="public", lines=[line(address="n9")], pay=True, **by("agent", after())
    )
    subject = leg(number).subject
    assert (stands(number), shop.order(number).exception, held(subject)) == (("held", "10W", ""), "10W", {})
    shortage = Shortage.objects.get(holder=subject)
    assert (shortage.code, shortage.opened_at, shortage.resolved_at) == ("NO_DP", after(), None)
    assert promise(number, "install").due_at == after(15)
    passes(after(3))
    assert (live(number), operator.service_of_none(number)) == ({"accept"}, True)

    built = after(5)
    waiting = inventory.confirm_build(place="TYX", code="NO_DP", expected_at=built, **by("manager", after(3)))
    assert waiting == 1
    assert qualify("fixed_broadband", "n9", after(3))[0].found.expected_at == built
    assert passes(after(4))[Deed.BREACHED] == 0
    inventory.add_element(code="SPL9", kind="splitter", parent="OLT1/1", covers=["n9"], **by("manager", built))
    inventory.add_resources(kind="splitter_port", element="SPL9", count=2, **by("manager", built))
    passes(built)
    assert Shortage.objects.get(holder=subject).resolved_at == built
    assert [each["code"] for each in told("ordering.back_on_course", subject)] == ["10W"]
    assert stands(number) == ("inProgress", "", "")
    assert (held(subject), live(number)) == (dict.fromkeys(PLANT, "assigned"), {"appoint"})
    assert (promise(number, "install").due_at, promise(number, "install").pauses) == (after(15), [])

    works(number, "appoint", after(5, 0.25))
    works(number, "visit", after(5, 0.5))
    pledge = promise(number, "install")
    assert (stands(number)[0], pledge.state, pledge.elapsed) == ("completed", "kept", 5 * DAY + HOUR / 2)
    assert kept(number)["install-accept"] == "broken", "our own stage waited for plant and says so"


# ---- a key account, three legs, one late ----


@pytest.mark.usefixtures("shop_open")
def test_of_three_circuits_one_is_late_and_the_customer_is_told_one_state() -> None:
    shop.add_switches(far_ports=3)
    whose = shop.customer("某银行", "key_account", tier="SL1")
    lines = [shop.circuit(*ends) for ends in (("n1", "n3"), ("n3", "n5"), ("n5", "n3"))]
    number = api.place_order(customer=whose, channel="key_account", lines=lines, pay=True, **by("keyaccount", after()))
    due = datetime(2026, 3, 9, 10, tzinfo=UTC)
    assert {promise(number, "SL1-circuit", which).due_at for which in (1, 2, 3)} == {due}
    assert {promise(number, "SL1-circuit", which).owner for which in (1, 2, 3)} == {"staff/keyaccount"}
    passes(after(hours=0.1))
    for which in (1, 2):
        for stage in ("access-a", "access-b", "progress"):
            works(number, stage, after(1), which=which)
    for stage in ("access-a", "progress"):
        works(number, stage, after(1), which=3)
    operator.takes(number, "access-b", after(1), which=3)
    assert [stands(number, which)[0] for which in (1, 2, 3)] == ["completed", "completed", "inProgress"]
    for which in (1, 2):
        api.confirm(order=number, leg=which, **by("keyaccount", after(1, 0.25)))
    assert (queries.order(number).state_name.en, shop.order(number).state) == ("in progress", "inProgress")
    assert forecast.watch(at=after(1, 1)) >= 0
    assert operator.kept(number, 3) == {"SL1-circuit": "open"}
    assert leg(number, 3).jeopardy_at is None

    assert forecast.watch(at=after(7)) == 1
    assert (leg(number, 3).jeopardy_at, promise(number, "SL1-circuit", 3).state) == (after(7), "open")
    (warned,) = told("ordering.in_jeopardy")
    assert (warned["due"], after(7) < due) == (due.isoformat(), True)

    passes(due - timedelta(seconds=1))
    assert not Entry.objects.filter(kind="commitments.breached", subject__startswith="order/").exists()
    assert passes(due)[Deed.BREACHED] == 1
    (breach,) = Entry.objects.filter(kind="commitments.breached", subject=leg(number, 3).subject)
    assert (breach.at, breach.data["promise"], breach.data["owner"]) == (due, "SL1-circuit", "staff/keyaccount")
    done = after(8)
    operator.delivers(number, "access-b", done, which=3)
    late = promise(number, "SL1-circuit", 3)
    assert (late.state, late.breached_at, late.owner, late.unit) == ("broken", due, "staff/keyaccount", "key-accounts")
    assert {which: promise(number, "SL1-circuit", which).state for which in (1, 2)} == {1: "kept", 2: "kept"}
    whom = operator.charged(late, done)
    assert max(whom, key=lambda each: whom[each]) == ("tianhe-east-field", "technician", "technician")
    assert sum(whom.values(), timedelta()) == late.elapsed
    assert (stands(number, 3)[0], shop.order(number).state) == ("completed", "completed")
    assert [each["customer"] for each in told("ordering.placed")] == [whose]


# ---- returned twice, cancelled too late ----


@pytest.mark.usefixtures("shop_open")
def test_a_second_return_is_refused_and_nothing_is_half_done() -> None:
    number = shop.placed()
    passes(after(hours=0.1))
    works(number, "appoint", after(hours=1))
    api.return_leg(order=number, leg=1, reason="端口与现场不符", **by("technician", after(hours=2)))
    assert (stands(number), live(number)) == (("inProgress", "10R", "10R"), {"assign"})
    items = list(Item.objects.order_by("id").values())
    rows, steps = list(Leg.objects.values()), list(Step.objects.order_by("id").values())
    entries, plant = Entry.objects.count(), held(leg(number).subject)
    with pytest.raises(api.ReturnRunning):
        api.return_leg(order=number, leg=1, reason="再退一次", **by("technician", after(hours=2.1)))
    assert list(Item.objects.order_by("id").values()) == items
    assert (list(Leg.objects.values()), list(Step.objects.order_by("id").values())) == (rows, steps)
    assert (Entry.objects.count(), held(leg(number).subject)) == (entries, plant)
    assert promise(number, "install").state == "open"

    passes(after(hours=2.2))
    assert (stands(number), live(number)) == (("inProgress", "", ""), {"appoint"})
    assert list(Call.objects.order_by("asked_at", "id").values_list("verb", flat=True)) == [
        "activate", "terminate", "activate",
    ]  # fmt: skip
    assert (SimulatedUnit.objects.count(), Service.objects.count()) == (1, 1)
    works(number, "appoint", after(hours=3))
    works(number, "visit", after(1))
    assert (stands(number)[0], promise(number, "install").state) == ("completed", "kept")
    assert promise(number, "install").elapsed == DAY, "the customer's clock ran on through the return"


@pytest.mark.usefixtures("shop_open")
def test_after_the_point_of_no_return_a_cancellation_is_refused_and_becomes_a_disconnection() -> None:
    whose = shop.customer()
    number = shop.placed(whose=whose)
    passes(after(hours=0.1))
    works(number, "appoint", after(hours=1))
    assert queries.order(number).legs[0].cancel_refused is None
    item = shop.item(number, "visit")
    operator.takes(number, "visit", after(hours=1.25))
    operator.delivers(number, "visit", after(1), then_passes=False)
    assert (leg(number).committed_at, item.stage) == (after(1), "visit")
    before = (Entry.objects.count(), held(leg(number).subject), stands(number))
    with pytest.raises(api.PastNoReturn, match="order its disconnection"):
        api.cancel(order=number, reason="不想要了", **by("agent", after(1, 0.1)))
    assert (Entry.objects.count(), held(leg(number).subject), stands(number)) == before
    passes(after(1, 0.2))
    with pytest.raises(api.NotAllowedNow):
        api.cancel(order=number, reason="不想要了", **by("agent", after(1, 0.3)))
    api.confirm(order=number, leg=1, **by("agent", after(1, 0.3)))

    service = operator.service_of(number)
    asked = line(action="cease", address="", service=service)
    ended = api.place_order(customer=whose, channel="hotline", lines=[asked], pay=True, **by("agent", after(1, 0.4)))
    works(ended, "accept", after(1, 0.5))
    works(ended, "close", after(1, 0.75))
    assert (shop.service(service).state, shop.order(ended).state, shop.order(number).state) == (
        "terminated", "completed", "completed",
    )  # fmt: skip
    assert operator.not_free() == {("onu", "blocked")}


# ---- the five channels ----


@pytest.mark.usefixtures("shop_open")
@pytest.mark.parametrize(
    ("channel", "medium", "segment", "offer", "agent", "agreed"),
    [
        ("key_account", "visit", "key_account", "circuit-10", "keyaccount", "SL1-circuit"),
        ("business", "phone", "business", "fibre-300", "agent", "install"),
        ("business", "visit", "business", "fibre-300", "keyaccount2", "install"),
        ("public", "hall", "public", "fibre-100", "manager", "install"),
        ("public", "visit", "public", "fibre-100", "manager", "install"),
        ("transient", "hall", "public", "sim-voice", "agent2", "install-wireless"),
        ("hotline", "phone", "public", "fibre-1000", "agent2", "install"),
    ],
)
def test_whichever_channel_is_asked_takes_the_order_and_answers_for_it(
    channel: str, medium: str, segment: str, offer: str, agent: str, agreed: str
) -> None:
    shop.add_switches()
    whose = shop.customer("某客户", segment, **({"tier": "SL1"} if segment == "key_account" else {}))
    talk = channels.take(channel=channel, medium=medium, customer=whose, topic="装机", **by(agent, after()))
    form: dict[str, Any] = {
        "key": uuid7(after()),
        "customer": whose,
        "channel": channel,
        "pay": True,
        "interaction": talk,
    }
    lines = [shop.circuit(offer=offer) if offer == "circuit-10" else line(offer, address="n1")]
    number = channels.take_order(**form, lines=lines, **by(agent, after()))
    assert channels.take_order(**form, lines=lines, **by(agent, after())) == number
    assert Order.objects.count() == 1, "a form that is sent twice places one order"
    channels.close_interaction(interaction=talk, resolution="已受理", **by(agent, after(hours=0.05)))
    assert (told("channels.taken")[0]["first_contact"], told("channels.taken")[0]["medium"]) == (agent, medium)
    row = shop.order(number)
    assert (row.channel, row.first_contact.username) == (channel, agent)
    assert promise(number, agreed).owner == f"staff/{agent}"
    assert told("ordering.placed")[0]["channel"] == channel
    passes(after(hours=0.1))
    operator.works_all(number, after(hours=0.2))
    assert (stands(number)[0], promise(number, agreed).state) == ("completed", "kept")
    assert leg(number).confirmed_at == after(hours=0.2)


HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')


def came_in(customer: str) -> Client:
    """The customer in their own pages, by a one-time code."""
    client = Client()
    client.post("/my/", {"order": customer})
    client.post("/my/code", {"order": customer, "code": AccessCode.objects.get(order=customer).shown})
    return client


@pytest.mark.usefixtures("shop_open")
def test_by_the_web_the_customer_orders_and_confirms_alone_and_somebody_answers_for_it(settings: Settings) -> None:
    settings.DEMO = True
    counter.set_up_channels()
    channels.assign_staff(channel="public", username="manager", **by("admin", after()))
    whose = shop.customer("陈静", address="r101", phone="13800138000")
    client = came_in(whose)
    page = client.get("/my/new", {"address": "r101", "offer": "fibre-100"}).content.decode()
    form = dict(HIDDEN.findall(page)) | {"pay": "bill"}
    number = client.post("/my/new", form).headers["Location"].rpartition("/")[2]
    assert client.post("/my/new", form).headers["Location"] == f"/my/orders/{number}"
    assert Order.objects.count() == 1, "a form that is sent twice places one order"
    (taken,) = told("channels.taken")
    assert (taken["channel"], taken["medium"], taken["first_contact"], taken["customer"]) == (
        "public", "web", "manager", whose,
    )  # fmt: skip
    row = shop.order(number)
    assert (row.channel, row.first_contact.username, row.quote["monthly"]) == ("public", "manager", 8800)
    pledge = promise(number, "install")
    assert (pledge.owner, pledge.opened_at, pledge.due_at) == ("staff/manager", row.paid_at, row.placed_at + 15 * DAY)
    assert f"<strong>{timezone.localdate(pledge.due_at):%Y-%m-%d}</strong>" in page, (
        "what was shown is what is promised"
    )
    passes(datetime.now(UTC))
    while stages := live(number) - {"confirm"}:
        for stage in sorted(stages):
            works(number, stage, datetime.now(UTC))
    assert client.post(f"/my/orders/{number}/1/confirm", {"works": "yes", "rating": "5"}).status_code == 302
    assert (stands(number)[0], promise(number, "install").state, leg(number).rating) == ("completed", "kept", 5)
    (confirmed,) = Entry.objects.filter(subject=leg(number).subject, kind="order.confirmed")
    assert confirmed.actor == f"customer/{whose}"


@pytest.mark.usefixtures("shop_open")
def test_a_channel_sells_only_what_is_its_to_sell_and_writes_nothing_else() -> None:
    whose = shop.customer()
    for channel, asked in (("transient", line()), ("hotline", line("payphone")), ("public", shop.circuit())):
        with pytest.raises(api.BadLine, match=asked.offer):
            api.place_order(customer=whose, channel=channel, lines=[asked], pay=True, **by("agent", after()))
    with pytest.raises(api.BadMoment):
        api.place_order(
            customer=whose, channel="hotline", lines=[line()], pay=True, promised_date=date(2026, 3, 1),
            **by("agent", after()),
        )  # fmt: skip
    assert not Order.objects.exists()
    assert not Resource.objects.exclude(state="free").exists()
    assert not Commitment.objects.exists()

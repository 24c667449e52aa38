"""Orders down: from a customer's wish to a working line and to its end, over days, with a real RADIUS server that lets it in."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pyrad import packet
from pytest_django.fixtures import Settings

from kapok.back.workforce import queries as field
from kapok.chain.ordering import api
from kapok.chain.ordering.models import Order, Step
from kapok.ground.commitments.firing import Deed
from kapok.ground.commitments.models import Commitment
from kapok.ground.journal.models import Entry
from kapok.ground.places import api as places
from kapok.host.lab.programs import FREERADIUS
from kapok.network.activation.models import Call, SimulatedUnit, Subscriber
from kapok.network.inventory import api as inventory
from kapok.network.inventory.models import Resource, Shortage
from kapok.network.inventory.queries import held_by, qualify
from tests.chain import shop
from tests.chain.shop import held, leg, line, live, stands, told
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
def radius(running: Server, settings: Settings, city: None) -> Server:
    settings.RADIUS_SERVER = f"{running[0]}:{running[1]}"
    settings.SIMULATED_SLOW_SECONDS = 0
    return running


@pytest.mark.peer("freeradius")
def test_a_line_from_the_first_call_to_its_end(radius: Server, access_server: AccessServer) -> None:
    whose = shop.customer()
    service, knock = _installed(whose, access_server, radius)
    _suspended_and_resumed(whose, service, knock, access_server, radius)
    _moved(whose, service, knock)
    _disconnected(whose, service, knock)
    assert not Commitment.objects.exclude(state="kept").exists(), "every promise was kept"
    assert not Resource.objects.exclude(state="free").exists()
    assert Entry.objects.filter(kind="commitments.breached").count() == 0


def _installed(whose: str, door: AccessServer, radius: Server) -> tuple[str, operator.Knock]:
    """The hotline takes the order; it is reserved, paid, surveyed, configured, appointed, done on site, tested, confirmed."""
    found = qualify("r101", "fixed_broadband", after(), down_mbps=100)
    assert (found.available, found.technology, found.max_down_mbps, found.point) == (True, "ftth", 1000, "SPL1")
    places.assign_patch(unit="tianhe-east-1", segment="public", address="n1", since=after(), **by("manager", after()))
    offered = _windows()
    number = api.place_order(
        customer=whose, channel="hotline", lines=[line()], pay=False, window=(offered[0].starts_at, offered[0].ends_at),
        **by("agent", after()),
    )  # fmt: skip
    subject = leg(number).subject
    booked = field.appointment_of(subject)
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

    operator.takes(number, "visit", after(hours=1))
    assert passes(after(1)) == {}
    stages = {f"install-{stage}": "kept" for stage in ("accept", "assign", "configure", "appoint")}
    assert kept(number) == stages | {"install": "open", "install-visit": "open"}
    operator.delivers(number, "visit", after(1, 1))
    assert (stands(number), shop.service(service).state) == (("completed", "", ""), "active")
    assert held(subject) == dict.fromkeys(PLANT, "in_service")
    let_in = knock()
    assert (let_in.code, let_in["Filter-Id"], let_in["Class"]) == (ACCEPT, ["ftth-100"], [service.encode()])
    assert (let_in["WISPr-Bandwidth-Max-Down"], let_in["WISPr-Bandwidth-Max-Up"]) == ([100_000_000], [20_000_000])
    assert Step.objects.get(leg__subject=subject, name="test").measured["authentication"] == "accepted"

    assert live(number) == {"confirm"}
    api.confirm(order=number, leg=1, rating=5, word="客户回访确认", **by("agent", after(1, 1.25)))
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
        "visit.appointed", "order.configured", "order.installed", "order.tested", "order.completed", "order.confirmed",
    ]  # fmt: skip
    assert list(Call.objects.order_by("asked_at", "id").values_list("verb", "ok")) == [
        ("activate", True),
        ("test", True),
    ]
    asked = Entry.objects.filter(kind="activation.asked").order_by("position").values_list("data", flat=True)[0]
    assert asked["request"]["secret"] == "••••", "secrets are masked in the journal"
    return service, knock


def _windows() -> list[field.Window]:
    """The windows of the next days, from Tuesday morning on."""
    return field.windows(address="r101", skill="fibre", minutes=90, after=after(0.9))


def _suspended_and_resumed(whose: str, service: str, knock: operator.Knock, door: AccessServer, radius: Server) -> None:
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
    works(number, "accept", after(15, 1), which=2)
    works(number, "close", after(15, 1.25), which=2)
    assert operator.states(before.values()) == dict.fromkeys(before.values(), "free")
    assert set(operator.ports(service).values()).isdisjoint(before.values())
    moved = shop.service(service)
    assert (moved.address.code if moved.address else "", moved.state, knock().code) == ("n3", "active", ACCEPT)
    assert (shop.order(number).state, kept(number, 2)) == ("completed", {"cease": "kept"})
    assert set(kept(number).values()) == {"kept"}


def _disconnected(whose: str, service: str, knock: operator.Knock) -> None:
    """The end: the port is free again, nobody is let in, and somebody else may have the port."""
    ran_on = operator.ports(service)
    asked = line(action="cease", address="", service=service)
    number = api.place_order(customer=whose, channel="hotline", lines=[asked], pay=True, **by("agent", after(20)))
    works(number, "accept", after(20, 0.25))
    gone = knock()
    assert (gone.code, gone.get("Reply-Message"), shop.service(service).state) == (REJECT, None, "terminated")
    assert operator.states(ran_on.values()) == dict.fromkeys(ran_on.values(), "free")
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
    found = qualify("n9", "fixed_broadband", after(), down_mbps=100)
    assert (found.available, [each.code for each in found.reasons]) == (False, ["NO_DP", "NO_DP"])
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
    assert qualify("n9", "fixed_broadband", after(3)).expected_at == built
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

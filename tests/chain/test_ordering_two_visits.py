"""Somebody comes to each end of a leased circuit, each with its window and technician; the order goes on when both are done."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kapok.back.workforce import api as workforce
from kapok.back.workforce import boards, matters, visiting
from kapok.back.workforce import queries as field
from kapok.back.workforce.models import Appointment, WorkOrder
from kapok.chain.ordering import api, previewing, queries
from kapok.chain.ordering.models import Order
from kapok.chain.ordering.refusals import BadLine
from kapok.ground.commitments.models import Commitment
from kapok.ground.places import api as places
from kapok.ground.places.rules import Segment
from kapok.ground.work.models import Item, Matter
from kapok.network.inventory.models import Resource, Shortage
from tests.chain import shop
from tests.chain.shop import bank, by, circuit, connected, do, item, later, leg, line, live, placed, run, stands
from tests.network.plant import AT, WHO


@pytest.fixture(autouse=True)
def _switched(db: None) -> None:
    shop.set_up()
    shop.add_switches()
    places.assign_patch(unit="tianhe-east-1", segment=Segment.PUBLIC, address="road", since=AT, **WHO)


def ordered(**more: Any) -> str:
    return placed(circuit(), whose=bank(), channel="key_account", **more)


def free(address: str, which: int = 0, after: float = 0, minutes: int = 180) -> tuple[datetime, datetime]:
    found = field.windows(address=address, skill="fibre", minutes=minutes, after=later(after))
    return found[which].starts_at, found[which].ends_at


def booked(number: str) -> dict[str, tuple[str, datetime]]:
    """The windows that are agreed: by end the address and the beginning."""
    rows = Appointment.objects.filter(holder=leg(number).subject, state="booked").select_related("address")
    return {row.end: (row.address.code, row.starts_at) for row in rows}


def order_at(number: str, end: str) -> WorkOrder:
    """The work order of the visit to an end."""
    return WorkOrder.objects.select_related("address", "appointment", "item").get(item=item(number, f"access-{end}"))


def test_a_preview_says_both_visits_and_an_order_books_the_window_of_each() -> None:
    whose = bank()
    shown = previewing.preview(customer=whose, channel="key_account", lines=[circuit()], at=later(0))
    assert shown.visits == [("n1", "fibre", 180), ("n3", "fibre", 180)]
    windows = {"n1": free("n1", 0), "n3": free("n3", 1)}
    number = placed(circuit(), whose=whose, channel="key_account", windows=windows)
    assert booked(number) == {"a": ("n1", windows["n1"][0]), "b": ("n3", windows["n3"][0])}
    run(1)
    for end, address in (("a", "n1"), ("b", "n3")):
        row = order_at(number, end)
        assert (row.item.end, row.address.code, row.far_address) == (end, address, None)  # type: ignore[union-attr]
        assert row.appointment is not None
        assert row.appointment.end == end
        job = boards.job(row.item_id, later(2))
        assert job is not None
        assert (job.end, job.starts_at) == (end, booked(number)[end][1])


def test_one_window_for_all_is_kept_at_both_ends_or_at_none() -> None:
    """There is one technician, who cannot be at both ends at once."""
    window, whose = free("n1"), bank()
    with pytest.raises(workforce.WindowFull):
        placed(circuit(), whose=whose, channel="key_account", window=window)
    assert (Order.objects.count(), Appointment.objects.count()) == (0, 0)


def test_each_end_is_agreed_moved_and_given_up_by_itself() -> None:
    number = ordered()
    run(1)
    agreed: dict[str, Any] = {"order": number, "leg": 1}
    (first, second, third) = (free("n1", which, 2) for which in range(3))
    with pytest.raises(api.NoVisitToAgree):
        api.agree_visit(**agreed, starts_at=first[0], ends_at=first[1], **by("keyaccount", 2))
    for end, window in (("b", second), ("a", first), ("b", third)):
        api.agree_visit(**agreed, end=end, starts_at=window[0], ends_at=window[1], **by("keyaccount", 3))
    assert booked(number) == {"a": ("n1", first[0]), "b": ("n3", third[0])}
    (leg_view,) = queries.order(number).legs
    near, far = queries.visits_of([leg_view], later(4))[leg_view.subject]
    assert [(each.end, each.booked and each.booked.starts_at) for each in (near, far)] == [
        ("a", first[0]),
        ("b", third[0]),
    ]
    assert far.end_name is not None
    assert far.end_name.en == "B end (far end)"
    workforce.cancel_appointment(appointment=Appointment.objects.get(end="b", state="booked").id, **by("dispatcher", 5))
    assert booked(number) == {"a": ("n1", first[0])}
    assert order_at(number, "b").appointment is None
    near, far = queries.visits_of([leg_view], later(6))[leg_view.subject]
    assert (near.agreed.given_up, far.agreed.given_up, far.may_choose) == (False, True, True)


def test_the_order_goes_on_when_both_ends_are_done() -> None:
    number = ordered(windows={"n1": free("n1", 0), "n3": free("n3", 1)})
    run(1)
    do(number, "access-a", 2)
    do(number, "progress", 2)
    run(3)
    assert live(number) == {"access-b"}
    assert field.visited([leg(number).subject]) == {(leg(number).subject, "a")}
    assert field.is_ahead(leg(number).subject)
    assert {row.end: row.state for row in Appointment.objects.all()} == {"a": "kept", "b": "booked"}
    (leg_view,) = queries.order(number).legs
    near, far = queries.visits_of([leg_view], later(3))[leg_view.subject]
    assert (near.may_choose, far.may_choose) == (False, True)
    do(number, "access-b", 4)
    run(5)
    assert not field.is_ahead(leg(number).subject)
    assert live(number) == {"handover"}


def test_a_window_that_passes_at_one_end_leaves_the_other() -> None:
    windows = {"n1": free("n1", 0), "n3": free("n3", 2)}
    number = ordered(windows=windows)
    run(1)
    after = windows["n1"][1] + timedelta(minutes=1)
    (leg_view,) = queries.order(number).legs
    near, far = queries.visits_of([leg_view], after)[leg_view.subject]
    assert (near.passed is not None, near.booked, far.passed) == (True, None, None)
    assert far.booked is not None
    minutes = (after - later(0)).total_seconds() / 60
    item_a = item(number, "access-a")
    workforce.accept(item=item_a.id, **by("technician", minutes))
    assert set(booked(number)) == {"b"}, "whoever takes it asks the customer anew"


def test_the_technician_at_the_far_end_says_what_is_lacking_there() -> None:
    number = ordered(windows={"n1": free("n1", 0), "n3": free("n3", 1)})
    run(1)
    subject = leg(number).subject
    lacks = matters.lacks([subject])
    assert [list(lacks[subject, end]) for end in ("a", "b")] == [["NO_DP", "NO_PORT", "NO_VLAN"], ["NO_DP", "NO_PORT"]]
    far = item(number, "access-b")
    workforce.accept(item=far.id, **by("technician", 2))
    visiting.wait(item=far.id, note="端口坏", code="NO_PORT", **by("technician", 3))
    assert stands(number)[:2] == ("held", "10W")
    waiting = Shortage.objects.get()
    assert (waiting.element.code, waiting.address.code) == ("SW2", "n3")  # type: ignore[union-attr]
    assert booked(number) == {}
    assert Resource.objects.filter(holder=subject, kind="circuit_port").count() == 2


def test_a_held_end_leaves_the_other_to_be_worked_on() -> None:
    number = ordered(windows={"n1": free("n1", 0), "n3": free("n3", 1)})
    run(1)
    near = item(number, "access-a")
    workforce.accept(item=near.id, **by("technician", 2))
    workforce.hold(item=near.id, reason="not_home", evidence="电话无人接听", **by("technician", 3))
    assert (order_at(number, "a").state, order_at(number, "b").state) == ("held", "created")
    do(number, "access-b", 4)
    assert "access-a" in live(number)
    workforce.lift_hold(item=near.id, **by("technician", 5))
    do(number, "access-a", 6)
    do(number, "progress", 6)
    run(7)
    assert live(number) == {"handover"}


def clocks(subject: str) -> dict[str, str]:
    """Which clocks stand how."""
    return dict(Commitment.objects.filter(subject=subject, closed_at=None).values_list("promise", "state"))


def held_up(number: str, end: str, minutes: float, *, approved: bool = True) -> Item:
    """An end at which the customer is not at home."""
    found = item(number, f"access-{end}")
    workforce.accept(item=found.id, **by("technician", minutes))
    workforce.hold(item=found.id, reason="not_home", evidence="电话无人接听", **by("technician", minutes + 1))
    if approved:
        workforce.approve_hold(item=found.id, **by("supervisor", minutes + 2))
    return found


def test_a_clock_that_stands_still_at_one_end_runs_at_the_other_and_is_not_started_by_it() -> None:
    number = ordered(windows={"n1": free("n1", 0), "n3": free("n3", 1)})
    run(1)
    near, far, subject = item(number, "access-a"), item(number, "access-b"), leg(number).subject
    workforce.accept(item=far.id, **by("technician", 2))
    held_up(number, "a", 3)
    stand = (clocks(subject)["SL1-circuit"], clocks(near.subject)["access-a"], clocks(far.subject)["access-b"])
    assert stand == ("paused", "paused", "open")
    assert set(clocks(item(number, "progress").subject).values()) == {"open"}
    workforce.set_off(item=far.id, **by("technician", 6))
    workforce.arrive(item=far.id, **by("technician", 7))
    stand = (clocks(subject)["SL1-circuit"], clocks(near.subject)["access-a"], clocks(far.subject)["access-b"])
    assert stand == ("paused", "paused", "open")
    do(number, "access-b", 8)
    workforce.lift_hold(item=near.id, **by("technician", 9))
    assert (clocks(subject)["SL1-circuit"], clocks(near.subject)["access-a"]) == ("open", "open")
    pauses = Commitment.objects.get(subject=subject, promise="SL1-circuit").pauses
    assert pauses == [[later(4).isoformat(), later(9).isoformat()]]


def test_where_both_ends_are_held_up_the_customers_clock_runs_when_both_go_on() -> None:
    number = ordered(windows={"n1": free("n1", 0), "n3": free("n3", 1)})
    run(1)
    subject, near, far = leg(number).subject, held_up(number, "a", 2), held_up(number, "b", 6)
    workforce.lift_hold(item=near.id, **by("technician", 10))
    stand = (clocks(subject)["SL1-circuit"], clocks(near.subject)["access-a"], clocks(far.subject)["access-b"])
    assert stand == ("paused", "open", "paused")
    workforce.lift_hold(item=far.id, **by("technician", 11))
    assert (clocks(subject)["SL1-circuit"], clocks(far.subject)["access-b"]) == ("open", "open")
    pauses = Commitment.objects.get(subject=subject, promise="SL1-circuit").pauses
    assert pauses == [[later(3).isoformat(), later(11).isoformat()]]


def test_an_arrival_at_one_end_leaves_the_pause_that_is_approved_later_at_the_other() -> None:
    number = ordered(windows={"n1": free("n1", 0), "n3": free("n3", 1)})
    run(1)
    near, far = held_up(number, "a", 2, approved=False), item(number, "access-b")
    workforce.accept(item=far.id, **by("technician", 4))
    workforce.set_off(item=far.id, **by("technician", 5))
    workforce.arrive(item=far.id, **by("technician", 6))
    workforce.approve_hold(item=near.id, **by("supervisor", 7))
    assert (clocks(near.subject)["access-a"], clocks(far.subject)["access-b"]) == ("paused", "open")
    workforce.pass_on(item=far.id, to="technician3", reason="换班", **by("technician", 8))
    assert clocks(far.subject)["access-b"] == "open", "what is offered anew at the other end does not begin paused"


def test_another_far_end_is_visited_there_and_what_has_one_end_has_one_visit() -> None:
    windows = {"n1": free("n1", 0), "n3": free("n3", 1)}
    number = ordered(windows=windows)
    api.amend(order=number, line=1, far_address="n5", **by("keyaccount", 1))
    assert booked(number) == {"a": ("n1", windows["n1"][0])}, "the near customer keeps theirs"
    run(2)
    assert order_at(number, "b").address.code == "n5"  # type: ignore[union-attr]
    assert order_at(number, "a").appointment is not None
    broadband = placed(line(), window=free("r101", minutes=90))
    assert (set(booked(broadband)), Matter.objects.get(subject=leg(broadband).subject).two_ended) == ({""}, False)


def test_another_near_end_leaves_the_window_of_the_far_one() -> None:
    windows = {"n1": free("n1", 0), "n3": free("n3", 1)}
    number = ordered(windows=windows)
    api.amend(order=number, line=1, address="n5", **by("keyaccount", 1))
    assert booked(number) == {"b": ("n3", windows["n3"][0])}


@pytest.mark.parametrize(
    ("where", "address", "stage"), [("address", "n5", "access-a"), ("far_address", "n5", "access-b")]
)
def test_a_move_of_one_end_takes_one_visit_at_that_end(where: str, address: str, stage: str) -> None:
    service = connected()
    whose, window = shop.service(service).customer.number, free("n5", 0, 200)
    said = line("", action="move", service=service, **{"address": "", where: address})
    shown = previewing.preview(customer=whose, channel="key_account", lines=[said], at=later(100))
    assert [visit for visit in shown.visits if visit[0] == address] == [(address, "fibre", 180)]
    number = placed(said, whose=whose, channel="key_account", minutes=100, windows={address: window})
    run(101)
    subject = leg(number).subject
    assert live(number) == {stage, "progress"}
    assert [row.code for row in queries.order(number).legs[0].stages if row.code.startswith("access")] == [stage]
    row = WorkOrder.objects.select_related("address", "item").get(item__matter__subject=subject)
    assert (row.item.stage, row.item.end, row.address and row.address.code) == (stage, "", address)
    assert booked(number) == {"": (address, window[0])}
    do(number, stage, 202)
    assert not field.is_ahead(subject)
    do(number, "progress", 202)
    run(203)
    assert live(number) == {"handover"}


def test_which_legs_are_visited_at_both_ends_is_asked_once_for_an_order() -> None:
    whose, windows = bank(), {"n1": free("n1", 0), "n5": free("n5", 1)}
    with CaptureQueriesContext(connection) as sent:
        number = placed(circuit(), circuit("n3", "n5"), whose=whose, channel="key_account", windows=windows)
    kept = Appointment.objects.order_by("holder").values_list("holder", "end", "address__code")
    assert list(kept) == [(f"order/{number}-1", "a", "n1"), (f"order/{number}-2", "b", "n5")]
    assert sum('AND "work_matter"."two_ended"' in each["sql"] for each in sent.captured_queries) == 1


def test_what_ends_is_visited_at_both_ends() -> None:
    service = connected()
    whose, windows = shop.service(service).customer.number, {"n1": free("n1", 0, 100), "n3": free("n3", 1, 100)}
    said = line("", action="cease", service=service, address="", characteristics={"visit": "yes"})
    shown = previewing.preview(customer=whose, channel="key_account", lines=[said], at=later(100))
    assert [visit[:2] for visit in shown.visits] == [("n1", "fibre"), ("n3", "fibre")]
    number = placed(said, whose=whose, channel="key_account", minutes=100, windows=windows)
    assert booked(number) == {"a": ("n1", windows["n1"][0]), "b": ("n3", windows["n3"][0])}
    with pytest.raises(BadLine, match="such an order leaves the address as it is"):
        api.amend(order=number, line=1, far_address="n5", **by("keyaccount", 100))
    far = leg(number).far_address
    assert far is not None
    assert far.code == "n3"
    do(number, "accept", 101)
    run(102)
    assert live(number) == {"fetch-a", "fetch-b"}
    rows = WorkOrder.objects.filter(item__matter__subject=leg(number).subject).order_by("item__end")
    assert [(row.item.end, row.address and row.address.code) for row in rows] == [("a", "n1"), ("b", "n3")]
    do(number, "fetch-a", 103)
    assert live(number) == {"fetch-b"}
    do(number, "fetch-b", 104)
    assert live(number) == {"close"}

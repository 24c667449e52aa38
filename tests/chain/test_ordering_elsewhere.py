"""What is said elsewhere reaches the leg: a return from the technician's phone, a cancellation told on the matter."""

from __future__ import annotations

from typing import Any

import pytest

from kapok.back.workforce import api as workforce
from kapok.back.workforce import queries as field
from kapok.back.workforce.models import Appointment, WorkOrder
from kapok.chain.ordering import api, queries
from kapok.edges.selfcare import showing
from kapok.ground.journal.models import Entry
from kapok.ground.places import api as places
from kapok.ground.places.rules import Segment
from kapok.ground.work import api as work
from kapok.ground.work.baton import api as baton
from tests.chain import shop
from tests.chain.shop import by, do, held, leg, line, live, placed, run, stands, steps, told
from tests.network.plant import AT, WHO

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_shop")]


def at_the_visit() -> str:
    number = placed()
    run(1)
    do(number, "appoint", 2)
    return number


def back_from_the_phone(number: str, minutes: float) -> None:
    visit = shop.item(number, "visit").id
    workforce.accept(item=visit, **by("technician", minutes))
    workforce.send_back(item=visit, reason="line_not_reached", note="端口不通", **by("technician", minutes))


def test_a_return_from_the_phone_is_a_return_and_a_second_one_is_refused() -> None:
    number = at_the_visit()
    back_from_the_phone(number, 10)
    assert stands(number) == ("inProgress", "10R", "10R")
    assert live(number) == {"assign"}
    (said,) = told("ordering.deviated", leg(number).subject)
    assert said["code"] == "10R"
    order = queries.order(number)
    assert (order.legs[0].exception, order.exception) == ("10R", "10R")
    shown = showing.mine(number, order.customer, shop.later(10))
    assert shown is not None
    assert shown.parts[0].why == showing.WHY[showing.Deviation.RETURN]
    run(11)
    assert [name for name, state in steps(number) if state == "undone"] == ["assign", "activate"]
    assert stands(number) == ("inProgress", "", "")


def test_while_a_return_is_under_way_the_phone_returns_nothing() -> None:
    number = at_the_visit()
    do(number, "visit", 3)
    run(4)
    other = placed(minutes=5)
    run(6)
    do(other, "appoint", 7)
    row = leg(other)
    row.compensation, row.exception, row.returned_to = "10R", "10R", "reserve"
    row.save()
    visit = shop.item(other, "visit").id
    workforce.accept(item=visit, **by("technician", 8))
    before = Entry.objects.count()
    with pytest.raises(api.ReturnRunning):
        workforce.send_back(item=visit, reason="line_not_reached", **by("technician", 9))
    assert Entry.objects.count() == before
    assert WorkOrder.objects.get(item=visit).state == "accepted"
    assert shop.item(other, "visit").holder_id is not None
    with pytest.raises(api.ReturnRunning):
        baton.send_back(item=visit, to="assign", note="端口不通", **by("technician", 10))
    assert live(other) == {"visit"}


def test_a_cancellation_told_on_the_matter_gives_the_window_and_the_technicians_time_back() -> None:
    places.assign_patch(unit="tianhe-east-1", segment=Segment.PUBLIC, address="road", since=AT, **WHO)
    window = field.windows(address="r101", skill="fibre", minutes=90, after=AT, days=3)[0]
    number = placed(window=(window.starts_at, window.ends_at))
    run(1)
    work.happen(matter=leg(number).subject, kind="order.cancelled", note="客户不装了", **by("agent", 5))
    assert Appointment.objects.get().state == "cancelled"
    assert field.windows(address="r101", skill="fibre", minutes=90, after=AT, days=3)[0] == window
    assert leg(number).reason == "客户不装了"
    assert [each["code"] for each in told("ordering.deviated", leg(number).subject)] == ["10C"]
    assert shop.happened(leg(number).subject).count("order.cancelled") == 1
    run(6)
    assert (stands(number)[0], held(leg(number).subject)) == ("cancelled", {})


@pytest.mark.parametrize("which", [1, 2])
def test_a_move_cancelled_on_the_matter_of_one_leg_is_given_up_whole(which: int) -> None:
    service = shop.installed()
    whose = shop.service(service).customer.number
    said: dict[str, Any] = {"action": "move", "address": "n3", "service": service}
    number = placed(line(**said), whose=whose, minutes=100)
    work.happen(matter=leg(number, which).subject, kind="order.cancelled", **by("agent", 101))
    run(102)
    assert [stands(number, each)[0] for each in (1, 2)] == ["cancelled", "cancelled"]
    assert shop.order(number).state == "cancelled"
    for each in (1, 2):
        assert shop.happened(leg(number, each).subject).count("order.cancelled") == 1
    again = placed(line(**said), whose=whose, minutes=110)
    assert stands(again)[0] == "inProgress"

"""A window holds as long as what it was agreed for: what leaves its course gives it back, and is not carried on meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from kapok.back.workforce import api as workforce
from kapok.back.workforce import boards, queries
from kapok.back.workforce.models import Appointment, WorkOrder
from kapok.back.workforce.rules import Deed
from kapok.chain.ordering import api as ordering
from kapok.chain.ordering import queries as orders
from kapok.chain.ordering.appointing import Visit
from kapok.chain.ordering.models import Order
from kapok.edges.selfcare import showing
from kapok.ground.places import api as places
from kapok.ground.places.rules import Segment
from kapok.ground.posts import api as posts
from kapok.ground.work.baton import api as baton
from kapok.network.inventory import api as inventory
from tests.chain import shop
from tests.chain.shop import by, later, leg, line, live, placed, run, stands, told
from tests.network.plant import AT, WHO

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_shop", "patch")]
HAN, DEPUTY = "technician", "technician2"
DAY = 24 * 60
FIRST = AT + timedelta(hours=1)
"""When the first window begins that has room."""
REASON = {"reason": "客户出差", "evidence": "通话录音 7"}


@pytest.fixture
def patch(open_shop: None, db: None) -> None:
    places.assign_patch(unit="tianhe-east-1", segment=Segment.PUBLIC, address="road", since=AT, **WHO)


def tells(item: UUID, deed: Deed, minutes: float, who: str = HAN, **said: Any) -> None:
    assert workforce.take(key=uuid4(), item=item, deed=deed, told=said, pressed_at=later(minutes), **by(who, minutes))


def free(at: datetime = AT) -> list[queries.Window]:
    return queries.windows(address="r101", skill="fibre", minutes=90, after=at, days=3)


def room() -> int:
    """How many visits more the first window of the day that is open now takes."""
    return sum(each.free for each in free() if each.starts_at == FIRST)


def chosen() -> tuple[datetime, datetime]:
    window = free()[0]
    assert window.starts_at == FIRST
    return window.starts_at, window.ends_at


def agreed() -> tuple[str, UUID]:
    """An order whose visit is agreed and in the technician's hands."""
    number = placed(window=chosen())
    run(1)
    visit = shop.item(number, "visit").id
    tells(visit, Deed.ACCEPT, 5)
    assert state(visit) == "appointed"
    return number, visit


def state(item: UUID) -> str:
    return WorkOrder.objects.get(item=item).state


def states() -> list[str]:
    return list(Appointment.objects.order_by("made_at", "id").values_list("state", flat=True))


def defer(number: str, minutes: float, days: float = 5) -> None:
    until = later(minutes) + timedelta(days=days)
    ordering.defer(order=number, leg=1, until=until, **REASON, **by("supervisor", minutes))


def wait(number: str, minutes: float) -> None:
    ordering.wait_for_plant(order=number, leg=1, reason="管道未通", **by("dispatcher", minutes))


# ---- what makes a window void ----


def test_a_return_from_the_site_gives_the_window_back_and_it_is_agreed_anew() -> None:
    before = room()
    number, visit = agreed()
    assert room() == before - 1
    tells(visit, Deed.SET_OFF, 6)
    tells(visit, Deed.ARRIVE, 7)
    tells(visit, Deed.SEND_BACK, 8, reason="line_not_reached", note="")
    assert (stands(number)[1:], states()) == (("10R", "10R"), ["cancelled"])
    assert room() == before
    (given,) = told("workforce.appointment_cancelled")
    assert given["holder"] == leg(number).subject
    run(9)
    assert live(number) == {"appoint"}  # nobody has handed it in
    row = WorkOrder.objects.get(item=shop.item(number, "appoint"))
    assert (row.state, row.appointment) == ("created", None)


@pytest.mark.parametrize(("leaves", "code"), [(defer, "10P"), (wait, "10W")])
def test_what_the_desk_holds_gives_its_window_back(leaves: Callable[[str, float], None], code: str) -> None:
    before = room()
    number, visit = agreed()
    leaves(number, 6)
    assert (stands(number)[:2], states(), state(visit)) == (("held", code), ["cancelled"], "held")
    assert room() == before
    (held,) = told("workforce.held", f"work/{visit}")
    assert held["reason"] == {"10P": "defer", "10W": "wait"}[code]


def test_what_waits_for_plant_when_it_is_placed_takes_nobodys_time() -> None:
    before = room()
    number = placed(line(address="n9"), window=chosen())
    assert (stands(number)[:2], states(), room()) == (("held", "10W"), [], before)
    inventory.cover(element="SPL1", addresses=["n9"], **by("manager", 60))
    assert ordering.end_wait(order=number, leg=1, **by("dispatcher", 61)) is True
    run(62)
    assert live(number) == {"appoint"}


def stands_now(number: str, minutes: float) -> Visit:
    found = orders.order(number).legs
    (visit,) = orders.visits_of(found, later(minutes))[leg(number).subject]
    return visit


def test_a_window_that_ends_without_a_visit_has_passed_and_another_one_is_chosen() -> None:
    number, visit = agreed()
    ends = FIRST + timedelta(hours=2)
    until = (ends - AT) / timedelta(minutes=1)
    coming = stands_now(number, until - 1)
    assert coming.booked is not None
    assert (coming.booked.ends_at, coming.passed, coming.may_choose) == (ends, None, True)
    gone = stands_now(number, until)
    assert gone.passed is not None
    assert (gone.booked, gone.passed.ends_at, gone.may_choose) == (None, ends, True)
    mine = showing.mine(number, orders.order(number).customer, later(until))
    assert mine is not None
    (coming_again,) = mine.parts[0].visits
    assert (coming_again.visit, coming_again.to_agree, coming_again.may_choose) == (None, showing.PASSED, True)
    another = free(later(until))[0]
    window = {"starts_at": another.starts_at, "ends_at": another.ends_at}
    ordering.agree_visit(order=number, leg=1, **window, **by("agent", until + 1))
    assert (states(), state(visit)) == (["booked"], "appointed")
    moved = stands_now(number, until + 2)
    assert moved.booked is not None
    assert (moved.booked.starts_at, moved.booked.moved, moved.passed) == (another.starts_at, 1, None)


def test_a_window_in_which_somebody_came_and_still_works_has_not_passed() -> None:
    number, visit = agreed()
    for number_of, deed in enumerate((Deed.SET_OFF, Deed.ARRIVE, Deed.BEGIN), 6):
        tells(visit, deed, number_of)
    late = stands_now(number, DAY)
    assert late.booked is not None
    assert (late.passed, late.agreed.under_way, late.may_choose) == (None, True, False)


def test_who_pays_after_the_window_is_asked_for_another() -> None:
    number = placed(window=chosen(), pay=False)
    assert states() == ["booked"]
    ordering.pay(order=number, **by("agent", 3 * DAY))
    run(3 * DAY + 1)
    assert (live(number), states()) == ({"appoint"}, ["cancelled"])
    assert WorkOrder.objects.get(item=shop.item(number, "appoint")).appointment is None


def test_who_pays_before_the_window_keeps_it() -> None:
    number = placed(window=chosen(), pay=False)
    ordering.pay(order=number, **by("agent", 5))
    run(6)
    assert (live(number), states()) == ({"visit"}, ["booked"])


def test_who_takes_a_visit_after_its_window_agrees_another() -> None:
    number = placed(window=chosen())
    run(1)
    visit = shop.item(number, "visit").id
    tells(visit, Deed.ACCEPT, 3 * DAY)
    assert (state(visit), states()) == ("accepted", ["cancelled"])
    window = queries.windows_of(HAN, later(3 * DAY))[visit]
    assert window
    tells(visit, Deed.APPOINT, 3 * DAY + 1, starts_at=window[0].starts_at, ends_at=window[0].ends_at)
    assert (state(visit), states()) == ("appointed", ["cancelled", "booked"])


def test_a_window_that_has_passed_is_not_handed_in() -> None:
    number = placed()
    run(1)
    item = shop.item(number, "appoint").id
    tells(item, Deed.ACCEPT, 2)
    begins, ends = chosen()
    tells(item, Deed.APPOINT, 3, starts_at=begins, ends_at=ends)
    with pytest.raises(workforce.NotAppointed):
        tells(item, Deed.REPLY, 3 * DAY)
    assert (state(item), live(number)) == ("appointed", {"appoint"})


# ---- nothing is carried on meanwhile ----


@pytest.mark.parametrize("done", [(), (Deed.SET_OFF, Deed.ARRIVE), (Deed.SET_OFF, Deed.ARRIVE, Deed.BEGIN)])
@pytest.mark.parametrize("leaves", [defer, wait])
def test_what_is_held_is_not_carried_on_in_the_field(
    done: tuple[Deed, ...], leaves: Callable[[str, float], None]
) -> None:
    number, visit = agreed()
    for minute, deed in enumerate(done, 6):
        tells(visit, deed, minute)
    leaves(number, 10)
    for deed in (Deed.SET_OFF, Deed.ARRIVE, Deed.BEGIN, Deed.REPLY):
        with pytest.raises(workforce.Resting, match="let it go on first"):
            tells(visit, deed, 11)
    with pytest.raises(workforce.Resting):
        baton.deliver(item=visit, evidence=["凭据"], **by(HAN, 12))
    row = leg(number)
    assert (row.state, row.committed_at, live(number), state(visit)) == ("held", None, {"visit"}, "held")
    tells(visit, Deed.LIFT_HOLD, 13)
    assert (stands(number)[:2], state(visit)) == (("inProgress", ""), "accepted")
    window = queries.windows_of(HAN, later(14))[visit]
    assert window
    tells(visit, Deed.APPOINT, 14, starts_at=window[0].starts_at, ends_at=window[0].ends_at)
    assert state(visit) == "appointed"


def test_whoever_takes_what_is_held_finds_it_held_and_lets_it_go_on() -> None:
    number = placed(window=chosen())
    run(1)
    visit = shop.item(number, "visit").id
    defer(number, 2)
    assert state(visit) == "created"
    tells(visit, Deed.ACCEPT, 3)
    assert state(visit) == "held"
    posts.declare_absent(username=HAN, until=later(600), **by(HAN, 4))
    baton.take_over(item=visit, note="代办", **by(DEPUTY, 5))
    row = WorkOrder.objects.select_related("technician").get(item=visit)
    assert (row.state, row.technician and row.technician.username) == ("held", DEPUTY)
    tells(visit, Deed.LIFT_HOLD, 6, who=DEPUTY)
    assert (stands(number)[:2], state(visit)) == (("inProgress", ""), "accepted")


def test_the_deputy_of_who_held_work_for_a_reason_lets_it_go_on() -> None:
    _, visit = agreed()
    tells(visit, Deed.HOLD, 6, reason="power", note="", evidence="")
    posts.declare_absent(username=HAN, until=later(600), **by(HAN, 7))
    baton.take_over(item=visit, note="代办", **by(DEPUTY, 8))
    assert state(visit) == "held"
    tells(visit, Deed.LIFT_HOLD, 9, who=DEPUTY)
    assert state(visit) == "appointed"


def test_board_and_phone_say_that_it_is_put_off_until_when_and_by_whom_it_goes_on() -> None:
    number, visit = agreed()
    defer(number, 6)
    job = boards.job(visit, later(7))
    assert job is not None
    assert job.rest is not None
    assert (job.rest.deed, job.rest.until, Deed.LIFT_HOLD in job.deeds) == (Deed.DEFER, later(6 + 5 * DAY), True)
    assert job.rest_name
    assert job.rest_name.en == "put off at the customer's wish (10P); it goes on by itself at 2026-03-07 09:06"
    ordering.undefer(order=number, leg=1, reason="客户已回", **by("agent", 8))
    fresh = boards.job(visit, later(9))
    assert fresh is not None
    assert (fresh.rest, fresh.state) == (None, "accepted")


def test_a_window_agreed_while_it_is_put_off_stands_when_it_goes_on() -> None:
    number = placed()
    run(1)
    item = shop.item(number, "appoint").id
    defer(number, 2)
    window = queries.windows(address="r101", skill="fibre", minutes=90, after=AT, days=14)[-1]
    workforce.appoint(item=item, starts_at=window.starts_at, ends_at=window.ends_at, **by("dispatcher", 3))
    assert (stands(number)[0], live(number)) == ("held", {"appoint"})
    ordering.undefer(order=number, leg=1, reason="客户已回", **by("agent", 4))
    run(5)
    assert (live(number), states()) == ({"visit"}, ["booked"])


def test_another_address_gives_the_window_for_the_old_one_back() -> None:
    before = room()
    number = placed(window=chosen())
    assert room() == before - 1
    ordering.amend(order=number, line=1, address="n3", **by("agent", 1))
    assert (states(), room()) == (["cancelled"], before)


def test_each_place_has_its_own_window_and_all_are_booked_or_none() -> None:
    first, second = ((each.starts_at, each.ends_at) for each in free()[:2])
    number = placed(line(), line(address="n3"), window=second, windows={"r101": first})
    booked = Appointment.objects.order_by("holder").values_list("holder", "starts_at")
    assert list(booked) == [(leg(number).subject, first[0]), (leg(number, 2).subject, second[0])]
    before = Appointment.objects.count()
    with pytest.raises(workforce.WindowPast):
        placed(line(address="n1"), line(address="n3"), windows={"n1": second, "n3": (AT, AT + timedelta(hours=2))})
    with pytest.raises(ordering.BadMoment):
        placed(windows={"r101": (AT - timedelta(days=1), AT)})
    assert Appointment.objects.count() == before
    assert Order.objects.count() == 1

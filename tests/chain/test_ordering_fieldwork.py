"""What a technician does from the phone with the visit of an order: a window, another, later, for want of plant, a call."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from kapok.back.workforce import api as workforce
from kapok.back.workforce import boards, matters, queries
from kapok.back.workforce.models import Appointment, Done, WorkOrder
from kapok.back.workforce.rules import Deed
from kapok.chain.ordering import api as ordering
from kapok.ground.customers import api as customers
from kapok.ground.customers.models import PersonalLook
from kapok.ground.places import api as places
from kapok.ground.places.rules import Segment
from kapok.ground.work.refusals import NoteMissing, NotHeld, NotHolder
from kapok.network.inventory import api as inventory
from kapok.network.inventory import browsing
from tests.chain import shop
from tests.chain.shop import by, customer, later, leg, live, placed, run, stands
from tests.network.plant import AT, WHO

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_shop", "patch")]
HAN = "technician"


@pytest.fixture
def patch(open_shop: None, db: None) -> None:
    places.assign_patch(unit="tianhe-east-1", segment=Segment.PUBLIC, address="road", since=AT, **WHO)


def told(item: UUID, deed: Deed, minutes: float, **said: Any) -> None:
    assert workforce.take(key=uuid4(), item=item, deed=deed, told=said, pressed_at=later(minutes), **by(HAN, minutes))


def window(item: UUID, number: int = 0) -> dict[str, Any]:
    free = queries.windows_of(HAN, later(5))[item]
    assert free
    return {"starts_at": free[number].starts_at, "ends_at": free[number].ends_at}


def asked(**more: Any) -> tuple[str, UUID]:
    """An order whose window is to be agreed, in the technician's hands."""
    number = placed(**more)
    run(1)
    item = shop.item(number, "appoint").id
    told(item, Deed.ACCEPT, 2)
    return number, item


def visited() -> tuple[str, UUID]:
    """An order whose visit is agreed and in the technician's hands."""
    number, item = asked()
    told(item, Deed.APPOINT, 3, **window(item))
    told(item, Deed.REPLY, 4)
    visit = shop.item(number, "visit").id
    told(visit, Deed.ACCEPT, 5)
    return number, visit


def state(item: UUID) -> str:
    return WorkOrder.objects.get(item=item).state


def test_the_technician_agrees_a_window_from_real_capacity_and_hands_in() -> None:
    number, item = asked()
    assert state(item) == "accepted"
    chosen = window(item)
    told(item, Deed.APPOINT, 3, **chosen)
    kept = Appointment.objects.get(state="booked")
    assert (kept.starts_at, kept.ends_at, kept.holder) == (*chosen.values(), leg(number).subject)
    assert state(item) == "appointed"
    days_before = kept.starts_at - timedelta(days=1)
    assert [each.item for each in boards.my_day(HAN, days_before.date(), later(4))] == [item]  # to be handed in now
    told(item, Deed.REPLY, 4)
    visit = shop.item(number, "visit").id
    workforce.assign(item=visit, technician=HAN, reason="熟悉该楼", **by("dispatcher", 5))
    assert [each.item for each in boards.my_day(HAN, days_before.date(), later(6))] == [visit]  # to be accepted now
    told(visit, Deed.ACCEPT, 7)
    assert boards.my_day(HAN, days_before.date(), later(8)) == []  # it is of another day
    assert visit in [each.item for each in boards.my_day(HAN, kept.starts_at.date(), later(8))]
    assert "appoint" not in live(number)


def test_a_window_that_is_full_is_refused_and_nothing_is_kept() -> None:
    _, item = asked()
    chosen = window(item)
    free = queries.windows(address="r101", skill="fibre", minutes=90, after=later(5))[0].free
    for number in range(free):
        workforce.book(holder=f"order/{number}", address="r101", skill="fibre", minutes=90, **chosen, **by("agent", 3))
    done = Done.objects.count()
    with pytest.raises(workforce.WindowFull):
        told(item, Deed.APPOINT, 4, **chosen)
    assert (state(item), Done.objects.count(), Appointment.objects.count()) == ("accepted", done, free)


def test_a_visit_is_moved_for_a_reason_of_the_list() -> None:
    _, visit = visited()
    before = Appointment.objects.get(state="booked").starts_at
    with pytest.raises(workforce.UnknownReason):
        told(visit, Deed.REBOOK, 6, **window(visit, 1), reason="mood")
    assert Appointment.objects.get(state="booked").starts_at == before
    told(visit, Deed.REBOOK, 7, **window(visit, 1), reason="customer")
    row = Appointment.objects.get(state="booked")
    assert (row.starts_at > before, row.moved, state(visit)) == (True, 1, "appointed")


def test_the_customer_wishes_it_later() -> None:
    number, visit = visited()
    told(visit, Deed.DEFER, 6, until=later(6) + timedelta(days=5), note="客户出差", evidence="通话录音 7")
    assert stands(number)[:2] == ("held", "10P")
    assert (state(visit), Appointment.objects.filter(state="booked").exists()) == ("held", False)
    told(visit, Deed.LIFT_HOLD, 7)
    assert stands(number)[:2] == ("inProgress", "")
    assert state(visit) == "accepted"
    told(visit, Deed.APPOINT, 8, **window(visit))
    assert state(visit) == "appointed"


def test_put_off_work_is_not_passed_on() -> None:
    number, visit = visited()
    told(visit, Deed.DEFER, 6, until=later(6) + timedelta(days=5), note="客户出差", evidence="通话录音 7")
    with pytest.raises(workforce.NotNow):
        told(visit, Deed.PASS_ON, 7, to="technician2", reason="需要登高")
    assert (stands(number)[:2], state(visit)) == (("held", "10P"), "held")


def test_going_on_after_a_hold_leaves_the_customers_wish_as_it_is_until_it_is_said_again() -> None:
    number, visit = visited()
    told(visit, Deed.HOLD, 6, reason="power", note="", evidence="")
    ordering.defer(
        order=number,
        leg=1,
        until=later(6) + timedelta(days=5),
        reason="客户出差",
        evidence="通话录音 7",
        **by("supervisor", 7),
    )
    told(visit, Deed.LIFT_HOLD, 8)
    assert (stands(number)[:2], state(visit)) == (("held", "10P"), "held")
    told(visit, Deed.LIFT_HOLD, 9)
    assert (stands(number)[:2], state(visit)) == (("inProgress", ""), "accepted")


def test_without_the_customers_word_nothing_is_put_off() -> None:
    number, visit = visited()
    with pytest.raises(NoteMissing):
        told(visit, Deed.DEFER, 6, until=later(6) + timedelta(days=5), note="客户出差", evidence="")
    assert stands(number)[:2] == ("inProgress", "")
    assert (state(visit), Appointment.objects.filter(state="booked").count()) == ("appointed", 1)


def test_plant_that_is_lacking_is_waited_for() -> None:
    number, visit = visited()
    told(visit, Deed.WAIT, 6, note="分光器满", expected_at=None)
    assert stands(number)[:2] == ("held", "10W")
    assert state(visit) == "held"
    told(visit, Deed.LIFT_HOLD, 7)
    assert stands(number)[:2] == ("inProgress", "")
    assert state(visit) == "accepted"


def test_plant_that_is_lacking_by_a_code_of_the_list_is_demand() -> None:
    number, visit = visited()
    assert list(matters.lacks([leg(number).subject, "fault/1"])[leg(number).subject, ""]) == [
        "NO_DP", "NO_PORT", "NO_PON", "NO_VLAN", "NO_ONU",
    ]  # fmt: skip
    with pytest.raises(inventory.NotLacking):
        told(visit, Deed.WAIT, 6, note="分光器满", code="NO_SIM", expected_at=None)
    assert (stands(number)[0], state(visit), browsing.demand()) == ("inProgress", "appointed", [])
    told(visit, Deed.WAIT, 6, note="分光器满", code="NO_PORT", expected_at=None)
    assert stands(number)[:2] == ("held", "10W")
    assert [(each.place, each.code, each.waiting) for each in browsing.demand()] == [("SPL1", "NO_PORT", 1)]
    told(visit, Deed.LIFT_HOLD, 7)
    assert (stands(number)[:2], browsing.demand()) == (("inProgress", ""), [])


def test_what_was_ordered_says_what_a_rate_should_be(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    first, visit = visited()
    second = placed(shop.line("fibre-300"), whose=customer("李明"))
    subjects = [leg(first).subject, leg(second).subject, "fault/1"]
    with django_assert_num_queries(1):
        found = matters.ordered(subjects)
    assert found == {subjects[0]: {"down_rate": 100, "up_rate": 20}, subjects[1]: {"down_rate": 300, "up_rate": 50}}
    for number, deed in enumerate((Deed.SET_OFF, Deed.ARRIVE, Deed.BEGIN), 6):
        told(visit, deed, number)
    with pytest.raises(workforce.ReadingFails, match="70 Mbit/s"):
        told(visit, Deed.REPLY, 9, tests={"down_rate": 70}, evidence=["图", "测"])
    assert state(visit) == "working"


def test_the_windows_of_a_day_cost_the_same_however_many_orders_are_in_hand() -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as asked:
            queries.windows_of(HAN, later(30))
        return len(asked)

    asked()
    one = statements()
    for number in range(3):
        asked(whose=customer(f"客户{number}"))
    assert statements() == one


def test_work_that_is_passed_on_is_the_colleagues() -> None:
    _, visit = visited()
    unit = boards.job(visit, later(6))
    assert unit is not None
    around = boards.colleagues({unit.unit_id}, HAN, later(6))[unit.unit]
    assert HAN not in dict(around)
    told(visit, Deed.PASS_ON, 6, to=around[0][0], reason="需要登高")
    row = WorkOrder.objects.select_related("technician").get(item=visit)
    assert (row.state, row.technician and row.technician.username) == ("dispatched", around[0][0])


def test_the_number_is_seen_by_who_holds_the_visit_and_only_then() -> None:
    whose = customer()
    customers.add_contact(customer=whose, kind="mobile", value="13800002345", role="on_site", **WHO)
    number, item = asked(whose=whose)
    with pytest.raises(NotHolder):
        workforce.call(item=item, **by("dispatcher", 3))
    assert not PersonalLook.objects.exists()
    (seen,) = workforce.call(item=item, **by(HAN, 3))
    assert (seen.value, seen.role_name.en) == ("13800002345", "on site")
    look = PersonalLook.objects.select_related("customer").get()
    assert (look.customer.number, look.actor, look.purpose, look.matter) == (
        whose,
        f"staff/{HAN}",
        "visit",
        leg(number).subject,
    )
    told(item, Deed.APPOINT, 4, **window(item))
    told(item, Deed.REPLY, 5)
    with pytest.raises(NotHeld):
        workforce.call(item=item, **by(HAN, 6))
    assert PersonalLook.objects.count() == 1


def test_where_no_number_is_known_that_is_said() -> None:
    _, item = asked()
    with pytest.raises(workforce.NobodyToCall):
        workforce.call(item=item, **by(HAN, 3))
    assert not PersonalLook.objects.exists()

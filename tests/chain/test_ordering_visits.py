"""An order with a window keeps a technician's time; a cancelled one gives it back; the field learns where to go."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from kapok.back.workforce import api as workforce
from kapok.back.workforce import queries
from kapok.back.workforce.models import Appointment, WorkOrder
from kapok.back.workforce.refusals import NoPatch, WindowFull
from kapok.chain.ordering import api, visits
from kapok.chain.ordering.models import Order
from kapok.ground.places import api as places
from kapok.ground.places.rules import Segment
from tests.appointments import appointment_of
from tests.chain import shop
from tests.chain.shop import by, customer, line, placed
from tests.network.plant import AT, WHO

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_shop")]


@pytest.fixture
def patch(open_shop: None, db: None) -> None:
    places.assign_patch(unit="tianhe-east-1", segment=Segment.PUBLIC, address="road", since=AT, **WHO)


def window() -> tuple[datetime, datetime]:
    found = queries.windows(address="r101", skill="fibre", minutes=90, after=AT, days=3)[0]
    return found.starts_at, found.ends_at


def test_the_window_that_the_customer_chose_is_kept(patch: None) -> None:
    chosen = window()
    number = placed(window=chosen)
    kept = appointment_of(f"order/{number}-1")
    assert kept is not None
    assert ((kept.starts_at, kept.ends_at), kept.address, kept.booked) == (chosen, "r101", True)


def test_a_full_window_places_no_order(patch: None) -> None:
    chosen = window()
    room = queries.windows(address="r101", skill="fibre", minutes=90, after=AT, days=3)[0].free
    for n in range(room):
        said: dict[str, Any] = {"address": "r101", "skill": "fibre", "minutes": 90}
        workforce.book(holder=f"order/{n}", starts_at=chosen[0], ends_at=chosen[1], **said, **by("agent"))
    whose = customer()
    before = Order.objects.count()
    with pytest.raises(WindowFull):
        placed(whose=whose, window=chosen)
    assert (Order.objects.count(), Appointment.objects.count()) == (before, room)


def test_an_address_without_a_patch_places_no_order() -> None:
    whose = customer()
    with pytest.raises(NoPatch):
        placed(whose=whose, window=(AT + timedelta(hours=1), AT + timedelta(hours=3)))
    assert Order.objects.count() == 0


def test_a_cancelled_leg_gives_its_window_back(patch: None) -> None:
    number = placed(window=window())
    api.cancel(order=number, leg=1, cause="customer", reason="不装了", **by("agent", 5))
    assert appointment_of(f"order/{number}-1") is None
    assert Appointment.objects.get().state == "cancelled"


def test_the_field_learns_where_to_go_without_a_window() -> None:
    number = placed(line())
    errand = visits.visit_of(f"order/{number}-1")
    assert errand is not None
    assert (errand.address, errand.skill) == ("r101", "fibre")
    assert visits.visit_of("order/O2026-999999-1") is None


def test_a_window_that_stands_is_not_agreed_again(patch: None) -> None:
    """The customer chose it when the order was taken: the stage passes by itself, and the journal says so."""
    number = placed(window=window())
    shop.run(1)
    assert shop.live(number) == {"visit"}
    row = WorkOrder.objects.select_related("item", "appointment").get(kind="appointment")
    assert (row.item.stage, row.state) == ("appoint", "replied")
    said = shop.told("handoff.delivered", row.item.subject)
    assert [each["note"] for each in said] == [
        "时段已约定，不再询问客户 / the window is agreed already, the customer is not asked again"
    ]
    assert shop.happened(f"order/{number}-1").count("visit.appointed") == 1
    visit = WorkOrder.objects.get(kind="visit")
    assert (visit.state, visit.appointment) == ("created", row.appointment)


def test_a_window_given_up_before_is_asked_for_again(patch: None) -> None:
    number = placed(window=window())
    visits.cancel(f"order/{number}-1", **by("agent", 0))
    shop.run(1)
    assert shop.live(number) == {"appoint"}


def test_the_stages_of_a_leg_reach_the_field(patch: None) -> None:
    number = placed()
    shop.run(1)
    assert "appoint" in shop.live(number)
    row = WorkOrder.objects.select_related("address", "appointment").get(item__matter__subject=f"order/{number}-1")
    assert (row.kind, row.unit.code, row.skill) == ("appointment", "tianhe-east-field", "fibre")
    assert row.appointment is None

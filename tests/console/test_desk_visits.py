"""The window of a visit at the desk: on the order's page and on the customer's, agreed and moved by whoever serves the order."""

from __future__ import annotations

import re

import pytest
from django.utils.timezone import localtime

from kapok.back.workforce.models import Appointment
from kapok.ground.journal.models import Entry
from tests.appointments import appointment_of
from tests.console.conftest import SignedIn
from tests.selfcare.test_selfcare import gone, placed

OTHER = re.compile(r'<option value="([^"]+/[^"]+)"')


@pytest.fixture
def chen(open_counter: str, cast: object) -> str:
    """A customer of the shop."""
    return open_counter


def spoken(order: str) -> str:
    visit = appointment_of(f"order/{order}-1")
    assert visit is not None
    return f"{visit.starts_at.isoformat()}/{visit.ends_at.isoformat()}"


def test_an_agent_sees_the_window_and_moves_the_visit(signed_in: SignedIn, chen: str) -> None:
    order, client = placed(chen), signed_in("agent")
    before = appointment_of(f"order/{order}-1")
    assert before is not None
    page = client.get(f"/orders/{order}").content.decode()
    begins = f"{localtime(before.starts_at):%Y-%m-%d %H:%M}"
    assert 'class="leg-visit"' in page
    assert begins in page
    assert f"/orders/{order}/1/visit" in page
    assert begins[5:] in client.get(f"/desk/customers/{chen}").content.decode()
    form = client.get(f"/orders/{order}/1/visit").content.decode()
    chosen = next(each for each in OTHER.findall(form) if each != spoken(order))
    answer = client.post(f"/orders/{order}/1/visit", {"window": chosen, "reason": "customer"})
    assert answer.headers["Location"] == f"/orders/{order}"
    assert spoken(order) == chosen
    (told,) = Entry.objects.filter(kind="workforce.appointment_moved")
    assert (told.actor.startswith("staff/"), told.data["reason"]) == (True, "customer")


def test_an_agent_agrees_one_where_none_is(signed_in: SignedIn, chen: str) -> None:
    order, client = placed(chen, window=False), signed_in("agent")
    assert "尚未约定上门时段" in client.get(f"/orders/{order}").content.decode()
    form = client.get(f"/orders/{order}/1/visit").content.decode()
    assert 'name="reason"' not in form
    chosen = OTHER.findall(form)[0]
    assert client.post(f"/orders/{order}/1/visit", {"window": chosen}).status_code == 302
    assert spoken(order) == chosen


def test_a_window_that_has_passed_is_said_and_another_one_agreed(signed_in: SignedIn, chen: str) -> None:
    order, client = placed(chen), signed_in("agent")
    gone()
    pages = (f"/orders/{order}", f"/desk/customers/{chen}")
    assert ["时段已过，未上门" in client.get(page).content.decode() for page in pages] == [True, True]
    form = client.get(f"/orders/{order}/1/visit").content.decode()
    chosen = OTHER.findall(form)[0]
    assert client.post(f"/orders/{order}/1/visit", {"window": chosen, "reason": "late"}).status_code == 302
    assert (spoken(order), Appointment.objects.get().moved) == (chosen, 1)
    assert ["时段已过" in client.get(page).content.decode() for page in pages] == [False, False]


def test_what_is_not_offered_moves_nothing(signed_in: SignedIn, chen: str) -> None:
    order, client = placed(chen), signed_in("agent")
    before = spoken(order)
    for window in ("", "tomorrow", "2020-01-01T09:00:00+08:00/2020-01-01T11:00:00+08:00"):
        assert client.post(f"/orders/{order}/1/visit", {"window": window, "reason": "customer"}).status_code == 200
    said = {"window": OTHER.findall(client.get(f"/orders/{order}/1/visit").content.decode())[1], "reason": "whim"}
    assert client.post(f"/orders/{order}/1/visit", said).status_code == 200
    assert spoken(order) == before


def test_who_has_nothing_to_do_with_the_order_moves_nothing(signed_in: SignedIn, chen: str) -> None:
    order = placed(chen)
    before, client = spoken(order), signed_in("analyst")
    chosen = OTHER.findall(signed_in("agent").get(f"/orders/{order}/1/visit").content.decode())[1]
    assert f"/orders/{order}/1/visit" not in client.get(f"/orders/{order}").content.decode()
    assert client.post(f"/orders/{order}/1/visit", {"window": chosen, "reason": "customer"}).status_code == 404
    assert spoken(order) == before

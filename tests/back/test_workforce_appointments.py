"""Windows from real capacity, appointments made, moved and given back; 32 who reach for one place."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kapok.back.workforce import api
from kapok.back.workforce.models import Appointment
from kapok.ground.journal.models import Entry
from kapok.ground.people import api as people
from kapok.ground.places.refusals import UnknownAddress
from kapok.ground.posts import api as posts
from kapok.ground.posts.refusals import UnknownSkill
from kapok.ground.posts.rules import Place
from kapok.kernel.errors import KapokError
from tests.appointments import appointment_of
from tests.back.team import AT, WHO, book, clock
from tests.back.windows import free

FIRST, LAST = (
    datetime.min.replace(tzinfo=timezone(timedelta(hours=14))),
    datetime.max.replace(tzinfo=timezone(-timedelta(hours=12))),
)
"""Where the calendar ends."""
TEAM = [pytest.mark.django_db, pytest.mark.usefixtures("jobs")]


class TestWindows:
    pytestmark = TEAM

    def test_they_hold_what_the_people_on_shift_can_do(self) -> None:
        """Han works from 8 to 16, Liu from 10 to 14; it is nine, so today's first window has begun."""
        assert free() == [
            (2, 10, 12, 4), (2, 12, 14, 4), (2, 14, 16, 2),
            (3, 8, 10, 2), (3, 10, 12, 4), (3, 12, 14, 4), (3, 14, 16, 2),
        ]  # fmt: skip

    def test_a_patch_has_its_own_people_and_those_of_the_centre(self) -> None:
        """Mo of the second patch comes in addition; Wu of the west alone goes where only the exchange area is known."""
        assert free("b", days=1) == [(2, 10, 12, 6), (2, 12, 14, 6), (2, 14, 16, 4)]
        assert free("c", days=1) == [(2, 10, 12, 2), (2, 12, 14, 2), (2, 14, 16, 2)]

    def test_nobody_is_sent_alone_who_works_under_guidance(self) -> None:
        assert free(skill="climbing", days=1) == [(2, 10, 12, 2), (2, 12, 14, 2)]

    def test_what_is_booked_is_gone_and_comes_back(self) -> None:
        made = [book(f"order/{n}") for n in range(3)]
        assert (3, 10, 12, 1) in free()
        api.cancel_appointment(appointment=made[0], **WHO)
        assert (3, 10, 12, 2) in free()

    def test_a_visit_longer_than_a_window_takes_two(self) -> None:
        assert free(minutes=180, days=1) == [(2, 10, 14, 2), (2, 12, 16, 1)]
        book("order/long", minutes=180, ends_at=clock(14))
        assert [window for window in free(minutes=60) if window[0] == 3] == [
            (3, 8, 10, 2), (3, 10, 12, 3), (3, 12, 14, 3), (3, 14, 16, 2),
        ]  # fmt: skip

    def test_who_is_away_keeps_nothing(self) -> None:
        leave = posts.request_leave(username="han", since=clock(9), until=clock(13), **WHO)
        assert (3, 8, 10, 2) in free()
        posts.grant_leave(absence=leave, actor="staff/head", at=AT)
        assert [window for window in free() if window[0] == 3] == [
            (3, 8, 10, 1), (3, 10, 12, 2), (3, 12, 14, 3), (3, 14, 16, 2),
        ]  # fmt: skip

    def test_a_deactivated_technician_keeps_nothing(self) -> None:
        posts.appoint(post="field-post", place=Place.B, username="head", **WHO)
        people.deactivate(username="liu", **WHO)
        assert (3, 10, 12, 2) in free()

    def test_their_cost_does_not_grow_with_the_days(self) -> None:
        def statements(days: int) -> int:
            with CaptureQueriesContext(connection) as sent:
                free(days=days)
            return len(sent)

        assert statements(1) == statements(14) <= 16

    @pytest.mark.parametrize(
        ("asked", "refusal", "said"),
        [
            ({"address": "d"}, api.NoPatch, "划定片区"),
            ({"skill": "diving"}, api.NobodyHasSkill, "diving"),
            ({"address": "nowhere"}, UnknownAddress, "nowhere"),
            ({"skill": "magic"}, UnknownSkill, "magic"),
        ],
    )
    def test_what_has_none_says_why(self, asked: dict[str, str], refusal: type[KapokError], said: str) -> None:
        with pytest.raises(refusal) as refused:
            free(**asked)  # type: ignore[arg-type]
        assert said in refused.value.text.zh


class TestBooking:
    pytestmark = TEAM

    def test_an_appointment_is_made_and_told(self) -> None:
        made = book()
        view = appointment_of("order/O2026-000001-1")
        assert view is not None
        assert (view.id, view.address, view.unit, view.minutes, view.booked) == (made, "a1", "east-1", 60, True)
        assert (view.starts_at, view.ends_at) == (clock(10), clock(12))
        told = Entry.objects.get(subject=f"appointment/{made}")
        assert (told.kind, told.data["window"]["zh"]) == ("workforce.appointment_booked", "2026-03-03 10:00–12:00")

    def test_a_full_window_is_refused_and_nothing_is_written(self) -> None:
        for n in range(4):
            book(f"order/{n}")
        with pytest.raises(api.WindowFull) as refused:
            book("order/5")
        assert "2026-03-03 10:00–12:00" in refused.value.text.en
        assert Appointment.objects.count() == 4
        assert appointment_of("order/5") is None

    def test_each_visit_takes_the_time_of_one_person(self) -> None:
        """Two of 90 minutes leave half an hour each: no third, though an hour is left in all."""
        book("order/1", minutes=90)
        book("order/2", minutes=90)
        with pytest.raises(api.WindowFull):
            book("order/3", minutes=60)
        book("order/4", minutes=30)

    @pytest.mark.parametrize(
        ("asked", "refusal"),
        [
            ({"starts_at": AT - timedelta(hours=1), "ends_at": AT + timedelta(hours=1)}, api.WindowPast),
            ({"starts_at": AT, "ends_at": AT + timedelta(hours=1)}, api.WindowPast),
            ({"ends_at": clock(10)}, api.BadWindow),
            ({"ends_at": clock(35)}, api.BadWindow),
            ({"minutes": 0}, api.BadMinutes),
            ({"minutes": 10_000}, api.BadMinutes),
            ({"address": "d"}, api.NoPatch),
            ({"skill": "diving"}, api.NobodyHasSkill),
            ({"starts_at": clock(18), "ends_at": clock(20)}, api.WindowFull),
            ({"starts_at": clock(20), "ends_at": clock(22)}, api.WindowNotOffered),
            ({"starts_at": clock(10.5), "ends_at": clock(12.5)}, api.WindowNotOffered),
            ({"starts_at": clock(8), "ends_at": clock(20)}, api.WindowNotOffered),
            ({"starts_at": clock(10, 14), "ends_at": clock(12, 14)}, api.WindowNotOffered),
            ({"minutes": 180}, api.WindowNotOffered),
            ({"starts_at": LAST - timedelta(hours=1), "ends_at": LAST}, api.WindowNotOffered),
            ({"starts_at": FIRST, "ends_at": FIRST + timedelta(hours=1)}, api.WindowNotOffered),
            ({"starts_at": clock(10, 9), "ends_at": clock(12, 9)}, api.WindowFull),
        ],
    )
    def test_what_cannot_be_is_refused_by_name(self, asked: dict[str, Any], refusal: type[KapokError]) -> None:
        with pytest.raises(refusal):
            book(**asked)
        assert Appointment.objects.count() == 0

    def test_one_at_a_time_for_each_holder(self) -> None:
        book()
        with pytest.raises(api.BookedAlready):
            book(hour=12)
        assert Appointment.objects.count() == 1

    def test_all_or_none(self) -> None:
        wish = api.Wish("order/1", "a1", "fibre", 60, clock(10), clock(12))
        past = api.Wish("order/2", "a1", "fibre", 60, clock(18), clock(20))
        with pytest.raises(api.WindowFull):
            api.book_together(visits=[wish, past], **WHO)
        assert Appointment.objects.count() == 0
        assert len(api.book_together(visits=[wish], **WHO)) == 1


class TestMoving:
    pytestmark = TEAM

    def test_it_moves_for_a_reason_and_frees_its_window(self) -> None:
        made = [book(f"order/{n}") for n in range(4)]
        before = Appointment.objects.get(id=made[0]).kept_for_id
        api.rebook(appointment=made[0], starts_at=clock(12), ends_at=clock(14), reason="customer", **WHO)
        row = Appointment.objects.get(id=made[0])
        assert (row.starts_at, row.moved, row.kept_for_id) == (clock(12), 1, before)
        assert (3, 10, 12, 1) in free()
        told = Entry.objects.filter(subject=row.subject, kind="workforce.appointment_moved").get()
        assert told.data["reason_name"]["en"] == "the customer asked for it"

    def test_within_its_own_window_it_does_not_stand_in_its_own_way(self) -> None:
        made = book(minutes=180, ends_at=clock(14))
        api.rebook(appointment=made, starts_at=clock(12), ends_at=clock(16), reason="late", **WHO)
        assert Appointment.objects.get(id=made).starts_at == clock(12)

    def test_what_is_refused_leaves_it_where_it_was(self) -> None:
        made = book()
        for wrong in (
            {"reason": "mood"},
            {"starts_at": AT, "ends_at": clock(10, 0)},
            {"starts_at": clock(18), "ends_at": clock(20)},
            {"starts_at": clock(13), "ends_at": clock(15)},
        ):
            said: dict[str, Any] = {"starts_at": clock(12), "ends_at": clock(14), "reason": "customer"}
            with pytest.raises((api.UnknownReason, api.WindowPast, api.WindowFull, api.WindowNotOffered)):
                api.rebook(appointment=made, **{**said, **wrong}, **WHO)
        assert Appointment.objects.get(id=made).starts_at == clock(10)

    def test_what_was_never_made_is_neither_moved_nor_given_back(self) -> None:
        nowhere = UUID(int=1)
        with pytest.raises(api.UnknownAppointment):
            api.rebook(appointment=nowhere, starts_at=clock(12), ends_at=clock(14), reason="customer", **WHO)
        with pytest.raises(api.UnknownAppointment):
            api.cancel_appointment(appointment=nowhere, **WHO)
        assert not Appointment.objects.exists()

    def test_what_is_over_stays(self) -> None:
        made = book()
        api.cancel_appointment(appointment=made, **WHO)
        with pytest.raises(api.AppointmentOver):
            api.rebook(appointment=made, starts_at=clock(12), ends_at=clock(14), reason="customer", **WHO)
        with pytest.raises(api.AppointmentOver):
            api.cancel_appointment(appointment=made, **WHO)
        book()

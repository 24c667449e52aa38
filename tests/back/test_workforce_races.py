"""Many who reach for the same window at once: what there is, is given out once."""

from __future__ import annotations

from uuid import UUID

import pytest

from kapok.back.workforce import api
from kapok.back.workforce.models import Appointment, Helper, Vehicle
from kapok.ground.people.models import Staff
from kapok.ground.work.models import Handoff
from tests.back import job
from tests.back.team import WHO, book, clock
from tests.back.windows import free
from tests.races import at_once

WORKERS = 32


@pytest.mark.django_db(transaction=True)
class TestReassigning:
    def test_of_many_who_reassign_at_once_one_does(self) -> None:
        job.set_up()
        item = job.taken()

        def again() -> None:
            api.reassign(item=item, technician="liu", reason="离得近", **job.by("disp", 10))

        got = at_once(*[again] * 6)
        assert (got.count(None), got.count(api.NotNow)) == (1, 5)
        assert Handoff.objects.filter(item=item, way="transfer").count() == 1

    def test_reassigned_and_held_at_once_it_is_in_one_state(self) -> None:
        job.set_up()
        item = job.taken()
        got = at_once(
            lambda: api.reassign(item=item, technician="liu", reason="离得近", **job.by("disp", 10)),
            lambda: api.set_off(item=item, **job.by("han", 10)),
        )
        assert got[0] is None
        assert got[1] in (None, api.NotNow)
        assert job.stands(item) == ("dispatched", "liu")


@pytest.mark.django_db(transaction=True)
class TestHelpers:
    def test_of_two_visits_moved_at_once_to_the_last_hour_of_their_helper_one_moves(self) -> None:
        job.set_up()
        items = [job.taken(), job.taken(2)]
        for item in items:
            api.add_helper(item=item, helper="liu", **job.by("disp", 5))
        own = book("order/own", starts_at=clock(12, 0), ends_at=clock(14, 0))
        Appointment.objects.filter(id=own).update(kept_for=Staff.objects.get(username="liu"))

        def move(item: UUID) -> UUID:
            window = {"starts_at": clock(12, 0), "ends_at": clock(14, 0)}
            return api.appoint(item=item, **window, reason="customer", **job.by("disp", 10))

        got = at_once(*[lambda item=item: move(item) for item in items])
        assert got.count(api.HelperBusy) == 1
        assert Appointment.objects.filter(starts_at=clock(12, 0)).count() == 2
        assert Helper.objects.filter(lost=False).count() == 2


@pytest.mark.usefixtures("committed_team")
class TestRaces:
    def test_of_32_who_reach_for_one_place_one_gets_it(self) -> None:
        for n in range(3):
            book(f"order/{n}")
        got = at_once(*[lambda n=n: book(f"order/R-{n}") for n in range(WORKERS)])
        assert got.count(api.WindowFull) == WORKERS - 1
        assert Appointment.objects.count() == 4

    def test_never_beyond_what_there_is_whatever_the_windows(self) -> None:
        got = at_once(*[lambda n=n: book(f"order/M-{n}", hour=8 + 2 * (n % 4)) for n in range(WORKERS)])
        assert got.count(api.WindowFull) == WORKERS - 12
        assert Appointment.objects.count() == 12
        assert [window for window in free() if window[0] == 3] == []

    def test_one_holder_from_everywhere_gets_one(self) -> None:
        got = at_once(*[book] * 8)
        assert got.count(api.BookedAlready) == 7
        assert Appointment.objects.count() == 1

    def test_of_two_vans_given_to_one_technician_at_once_one_is_theirs(self) -> None:
        plates = [f"A{n}" for n in range(4)]
        for plate in plates:
            api.add_vehicle(plate=plate, unit="east-field", **WHO)
        got = at_once(*[lambda plate=plate: api.drive(plate=plate, driver="han", **WHO) for plate in plates])
        assert (got.count(api.DrivesAnother), got.count(None)) == (3, 1)
        assert Vehicle.objects.filter(driver__username="han").count() == 1

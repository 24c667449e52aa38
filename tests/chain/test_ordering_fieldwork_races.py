"""One visit moved from several sides at the same moment: they come one after the other, and nobody waits in a circle."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from threading import Barrier, BrokenBarrierError
from typing import Any
from uuid import uuid4

import pytest

from kapok.back.workforce import api as workforce
from kapok.back.workforce import booking, dispatching, queries
from kapok.back.workforce.models import Appointment, WorkOrder
from kapok.back.workforce.rules import Deed
from kapok.ground.places import api as places
from kapok.ground.places.rules import Segment
from tests.chain import shop
from tests.chain.shop import by, later, placed, run
from tests.network.plant import AT, WHO
from tests.races import outcomes

HAN = "technician"
MEETING_SECONDS = 2


@pytest.fixture
def _shop(transactional_db: None) -> None:
    shop.set_up()
    places.assign_patch(unit="tianhe-east-1", segment=Segment.PUBLIC, address="road", since=AT, **WHO)


@pytest.mark.usefixtures("_shop")
def test_the_customer_the_phone_and_the_desk_move_one_visit_at_once() -> None:
    number = placed()
    run(1)
    item = shop.item(number, "appoint").id
    workforce.accept(item=item, **by(HAN, 2))
    free = queries.windows_of(HAN, later(2))[item]
    assert free
    workforce.appoint(item=item, starts_at=free[0].starts_at, ends_at=free[0].ends_at, **by("dispatcher", 3))
    workforce.reply(item=item, **by(HAN, 4))
    visit = shop.item(number, "visit").id
    workforce.accept(item=visit, **by(HAN, 5))
    appointment = Appointment.objects.get(state="booked").id
    for turn in range(6):
        first, second, third = ({"starts_at": each.starts_at, "ends_at": each.ends_at} for each in free[1:4])
        minutes = 6 + turn
        assert outcomes(
            lambda: workforce.rebook(  # called before the next turn
                appointment=appointment, **first, reason="customer", by_customer=True, **by("agent", minutes)  # noqa: B023
            ),
            lambda: workforce.take(
                key=uuid4(), item=visit, deed=Deed.REBOOK, told={**second, "reason": "customer"}, pressed_at=later(minutes),  # noqa: B023
                **by(HAN, minutes),  # noqa: B023
            ),
            lambda: workforce.appoint(item=visit, **third, reason="customer", **by("dispatcher", minutes)),  # noqa: B023
        ) == ["done"] * 3  # fmt: skip
    row = Appointment.objects.get(state="booked")
    assert (row.id, row.moved) == (appointment, 18)


def meeting(monkeypatch: pytest.MonkeyPatch, *places: tuple[Any, str]) -> None:
    """Who comes to one of these places waits for whoever comes to the other, as long as they may come."""
    barrier = Barrier(len(places))

    def met(verb: Callable[..., Any]) -> Callable[..., Any]:
        def waits(*given: Any, **said: Any) -> Any:
            with suppress(BrokenBarrierError):  # the other waits for us: that is what we want
                barrier.wait(timeout=MEETING_SECONDS)
            return verb(*given, **said)

        return waits

    for module, name in places:
        monkeypatch.setattr(module, name, met(getattr(module, name)))


@pytest.mark.usefixtures("_shop")
@pytest.mark.parametrize("sends", ["dispatch", "assign"])
@pytest.mark.parametrize("moves", ["rebook", "cancel_appointment"])
def test_somebody_is_sent_to_a_visit_that_is_moved_or_given_up(
    sends: str, moves: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both have what they lock first and reach for the other's, unless both begin with the matter."""
    free = queries.windows(address="r101", skill="fibre", minutes=90, after=AT)
    first, second = ({"starts_at": each.starts_at, "ends_at": each.ends_at} for each in free[3:5])
    number = placed(window=(first["starts_at"], first["ends_at"]))
    run(1)
    visit, appointment = shop.item(number, "visit").id, Appointment.objects.get().id
    sent = {"technician": HAN, "reason": "熟悉该楼", "insist": True} if sends == "assign" else {}
    moved = {**second, "reason": "customer", "by_customer": True} if moves == "rebook" else {}
    meeting(monkeypatch, (dispatching, "must_be_open"), _after_the_appointment(moves))
    assert (
        outcomes(
            lambda: getattr(workforce, sends)(item=visit, **sent, **by("dispatcher", 5)),
            lambda: getattr(workforce, moves)(appointment=appointment, **moved, **by("agent", 5)),
        )
        == ["done"] * 2
    )
    row = WorkOrder.objects.select_related("appointment").get(item=visit)
    stands = (row.state, row.appointment and row.appointment.starts_at)
    assert stands == ("dispatched", second["starts_at"] if moves == "rebook" else None)


def _after_the_appointment(moves: str) -> tuple[Any, str]:
    """The first thing that is done with the appointment once it is locked."""
    return booking, "must_wait_for_us" if moves == "rebook" else "cancel"

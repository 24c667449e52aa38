"""One visit moved from three sides at the same moment: they come one after the other, and nobody waits in a circle."""

from __future__ import annotations

from uuid import uuid4

import pytest

from kapok.back.workforce import api as workforce
from kapok.back.workforce import queries
from kapok.back.workforce.models import Appointment
from kapok.back.workforce.rules import Deed
from kapok.ground.places import api as places
from kapok.ground.places.rules import Segment
from tests.chain import shop
from tests.chain.shop import by, later, placed, run
from tests.network.plant import AT, WHO
from tests.races import outcomes

HAN = "technician"


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

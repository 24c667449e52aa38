"""Orders that nobody pays: the first contact is reminded, then they lapse; what is paid, held or of others does not."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from kapok.chain.ordering import api, queries, unpaid
from kapok.chain.ordering.models import Leg
from kapok.ground.journal.models import Entry
from kapok.ground.journal.queries import line as as_line
from kapok.ground.notices import reactions as notices
from kapok.ground.notices.models import Notice
from tests.chain import shop
from tests.chain.shop import by, held, later, leg, line, placed, stands, told

DAY = 24 * 60
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_shop")]


def look(days: float) -> int:
    return unpaid.look(at=later(days * DAY))


def test_the_first_contact_is_reminded_once_and_then_the_order_lapses() -> None:
    number = placed(line(), line(address="n1"), pay=False)
    others = [placed(minutes=1), placed(pay=False, minutes=6 * DAY)]
    assert look(4.9) == 0
    assert queries.order(number).lapses_at == later(14 * DAY)
    assert look(5) == 1
    assert look(5.1) == 0
    (said,) = told("ordering.payment_due", leg(number).subject)
    assert (said["owner"], said["due"]) == ("staff/agent", later(14 * DAY).isoformat())
    notices.tell(as_line(Entry.objects.get(kind="ordering.payment_due")))
    (notice,) = Notice.objects.select_related("recipient")
    assert (notice.recipient.username, notice.kind, notice.due_at) == ("agent", "ordering.payment_due", later(14 * DAY))
    assert look(13.9) == 1  # the order that was placed on the sixth day is reminded of
    assert stands(number) == ("pending", "", "")
    assert look(14) == 1
    assert [stands(number, which) for which in (1, 2)] == [("cancelled", "", "")] * 2
    assert {row.cause for row in Leg.objects.filter(order__number=number)} == {"unpaid"}
    assert (shop.order(number).state, shop.order(number).closed_at) == ("cancelled", later(14 * DAY))
    assert held(leg(number).subject) == {}
    assert told("ordering.lapsed") == [{"order": number}]
    assert [shop.order(each).state for each in others] == ["inProgress", "pending"]
    assert not Entry.objects.filter(kind="order.cancelled", subject__in=[leg(each).subject for each in others]).exists()
    assert queries.order(number).legs[0].lapsed
    assert queries.order(number).lapses_at is None
    assert look(15) == 0


def test_what_lapsed_holds_the_customer_no_longer_and_cannot_be_paid() -> None:
    number = placed(pay=False)
    whose = shop.order(number).customer_id
    assert isinstance(whose, UUID)
    assert queries.still_ordered(whose) is not None
    look(5)
    look(14)
    assert not queries.still_ordered(whose)
    with pytest.raises(api.NotAllowedNow):
        api.pay(order=number, **by("agent", 15 * DAY))
    assert shop.order(number).paid_at is None


def test_what_is_paid_after_the_reminder_does_not_lapse() -> None:
    number = placed(pay=False)
    look(5)
    api.pay(order=number, **by("agent", 6 * DAY))
    assert look(14) == 0
    assert stands(number) == ("inProgress", "", "")
    assert queries.order(number).lapses_at is None


def test_what_is_held_does_not_lapse_and_is_reminded_of_anew() -> None:
    number = placed(pay=False)
    look(5)
    api.defer(order=number, leg=1, until=later(30 * DAY), reason="客户出国", evidence="来电 1", **by("agent", 6 * DAY))
    assert look(20) == 0
    assert queries.order(number).lapses_at is None
    api.undefer(order=number, leg=1, reason="客户回来了", **by("agent", 21 * DAY))
    assert look(21) == 1
    assert queries.order(number).lapses_at == later(30 * DAY)
    assert stands(number) == ("pending", "", "")
    assert look(30) == 1
    assert stands(number) == ("cancelled", "", "")


def test_nothing_lapses_where_that_is_not_wished(settings: Any) -> None:
    settings.ORDERING_UNPAID_LAPSE *= 0
    number = placed(pay=False)
    assert (look(5), look(100)) == (0, 0)
    assert (stands(number), queries.order(number).lapses_at) == (("pending", "", ""), None)

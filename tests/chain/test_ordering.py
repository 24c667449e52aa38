"""Orders over the verbs: placed, paid, done step by step and by hand, until the customer confirms."""

from __future__ import annotations

import pytest

from kapok.chain.ordering import api
from kapok.chain.ordering.models import Line, Order
from tests.chain import shop
from tests.chain.shop import do, held, leg, live, placed, run, stands, steps

pytestmark = [pytest.mark.usefixtures("open_shop"), pytest.mark.django_db]


def test_a_broadband_order_runs_down_to_a_working_line() -> None:
    number = placed()
    one = leg(number)
    assert number.startswith("O2026-")
    assert one.subject == f"order/{number}-1"
    assert (shop.order(number).state, stands(number)) == ("inProgress", ("inProgress", "", ""))
    assert held(one.subject) == dict.fromkeys(("onu", "pon_port", "splitter_port", "vlan"), "reserved")
    assert live(number) == {"accept"}
    run(1)
    assert steps(number) == [("reserve", "done"), ("assign", "done"), ("activate", "done")]
    assert live(number) == {"appoint"}
    assert held(one.subject) == dict.fromkeys(("onu", "pon_port", "splitter_port", "vlan"), "assigned")
    do(number, "appoint", 2)
    do(number, "visit", 3)
    run(4)
    assert stands(number) == ("completed", "", "")
    service = Line.objects.get(leg=one).service
    assert service is not None
    assert (service.state, service.offer, service.characteristics["down_mbps"]) == ("active", "fibre-100", 100)
    assert set(held(one.subject).values()) == {"in_service"}
    assert live(number) == {"confirm"}
    api.confirm(order=number, leg=1, rating=5, **shop.by("agent", 6))
    row = leg(number)
    assert (row.rating, row.confirmed_at, shop.order(number).closed_at) == (5, shop.later(6), shop.later(4))
    assert shop.happened(one.subject) == [
        "order.requested", "order.paid", "order.surveyed", "order.assigned", "order.configured", "order.dispatched",
        "visit.appointed", "order.installed", "order.tested", "order.completed", "order.confirmed",
    ]  # fmt: skip
    assert Order.objects.get(number=number).state == "completed"

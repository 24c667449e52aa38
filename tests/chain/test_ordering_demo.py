"""The demonstration's orders: every state and exception, once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings as project
from django.utils.module_loading import import_string

from kapok.chain.ordering import engine, queries
from kapok.chain.ordering.models import Leg, Line, Order, Step
from kapok.chain.ordering.rules import Action, Deviation, State
from tests.chain.shop import told

UNDER_WAY = {Action.MOVE, Action.RENUMBER}
pytestmark = pytest.mark.django_db


def test_the_demonstration_has_orders_in_every_state_and_exception() -> None:
    at = datetime.now(UTC)
    loaders = project.DEMO_LOADERS
    for loader in loaders[: loaders.index("kapok.chain.ordering.demo.load") + 1]:
        import_string(loader)(at)
    states = set(Leg.objects.values_list("state", "exception"))
    assert states == {
        ("completed", ""), ("inProgress", ""), ("held", "10W"), ("held", "10P"), ("inProgress", "10R"), ("cancelled", ""),
        ("pending", ""), ("acknowledged", ""), ("rejected", ""), ("failed", "10C"), ("pendingCancellation", "10C"),
        ("assessingCancellation", "10C"),
    }  # fmt: skip
    assert {state for state, _ in states} | {State.PARTIAL} == set(State)
    amended = {Deviation.AMEND} if told("ordering.amended") else set()
    assert {code for _, code in states if code} | amended == set(Deviation)
    for hours in range(7):  # the demonstration is looked at while its system runs
        engine.advance(at=at + timedelta(hours=hours), limit=200)
    still = {*Order.objects.values_list("state", flat=True), *Leg.objects.values_list("state", flat=True)}
    assert still == set(State)
    assert set(Leg.objects.values_list("action", flat=True)) == set(Action)
    completed = Leg.objects.filter(state="completed").values_list("action", flat=True)
    assert set(completed) == set(Action) - UNDER_WAY
    assert Leg.objects.filter(version=2).count() == 1
    fallen = Step.objects.filter(state="fallen_out").values_list("name", "leg__state")
    assert sorted(fallen) == [("activate", "inProgress"), ("deactivate", "failed")]
    assert not Step.objects.filter(state="failed").exists()
    came = Line.objects.filter(leg__order__channel="transient").values_list("offer__code", "leg__state")
    assert sorted(came) == [("payphone", "inProgress"), ("sim-voice", "completed")]
    three = Order.objects.get(customer__reference="K-100")
    assert [leg.state for leg in queries.order(three.number).legs] == ["completed", "completed", "inProgress"]
    count = Order.objects.count()
    import_string("kapok.chain.ordering.demo.load")(at)
    assert Order.objects.count() == count

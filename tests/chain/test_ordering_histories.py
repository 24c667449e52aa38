"""Random histories over the verbs: whatever is tried in whatever order, the order stays sound and can be brought to an end."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress

import pytest

from kapok.chain.ordering import api, forecast, queries
from kapok.chain.ordering.models import Order, Step
from kapok.ground.work.models import Item
from kapok.kernel.errors import KapokError
from kapok.network.activation import api as activation
from kapok.network.activation.models import SimulatedUnit
from kapok.network.inventory.models import Resource
from tests.chain import shop
from tests.chain.shop import by, held, later, leg, line, live, placed, run

pytestmark = [pytest.mark.usefixtures("open_shop"), pytest.mark.django_db, pytest.mark.slow]
WHY = "随手一试"
PATIENCE = 20
"""So often the system is let try again; what a person said to have done and the network knows nothing of, it never can."""


def sound(number: str) -> None:
    """What must hold at every moment."""
    row, order = leg(number), Order.objects.get(number=number)
    assert order.state == row.state
    over = row.state in {"completed", "cancelled", "rejected"}
    assert bool(order.closed_at) == over
    assert row.compensation in ({""} if over else {"", "10R", "10C"})
    if row.state in {"cancelled", "rejected"}:
        assert held(row.subject) == {}
        assert SimulatedUnit.objects.count() == 0
        assert row.committed_at is None
    if over:
        afterwards = ["bill"] if row.state == "completed" else []
        stuck = Step.objects.filter(leg=row).exclude(name__in=["finish", "adjust", *afterwards])
        assert not stuck.filter(state__in=["waiting", "running", "failed"]).exists()
    live_stages = list(Item.objects.filter(matter__subject=row.subject, ended_at=None).values_list("stage", flat=True))
    assert len(live_stages) == len(set(live_stages))
    assert row.state != "held" or row.exception in {"10W", "10P"}
    queries.order(number)


def moves(number: str, dice: random.Random, minutes: float) -> list[Callable[[], object]]:
    """What somebody might try."""
    said = {"reason": WHY, "evidence": WHY}

    def hand_in() -> None:
        stages = sorted(live(number))
        if stages:
            shop.do(number, dice.choice(stages), minutes)

    def settle() -> None:
        for step in Step.objects.filter(leg=leg(number), state__in=["failed", "fallen_out"])[:1]:
            verb = dice.choice([api.retry_step, lambda **kw: api.settle_step(note=WHY, **kw)])
            verb(step=step.id, **by("manager", minutes))

    def fault() -> None:
        name = dice.choice(["refuses", "timeout", "weak_light", "half_done"])
        activation.switch_on_fault(element="olt", fault=name, calls=dice.choice([1, 2]), **by("noc", minutes))

    return [
        hand_in, hand_in, hand_in, settle, settle, fault,
        lambda: run(minutes), lambda: run(minutes), lambda: run(minutes),
        lambda: api.pay(order=number, **by("agent", minutes)),
        lambda: api.return_leg(order=number, leg=1, reason=WHY, **by("technician", minutes)),
        lambda: api.defer(order=number, leg=1, until=later(minutes + 900), **said, **by("agent", minutes)),
        lambda: api.undefer(order=number, leg=1, reason=WHY, **by("agent", minutes)),
        lambda: api.wait_for_plant(order=number, leg=1, reason=WHY, **by("dispatcher", minutes)),
        lambda: api.amend(order=number, line=1, offer=dice.choice(["fibre-100", "fibre-300"]), **by("agent", minutes)),
        lambda: forecast.watch(at=later(minutes)),
        lambda: dice.random() < 0.25 and api.cancel(order=number, reason=WHY, **by("agent", minutes)),
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(8))
def test_whatever_is_tried_the_order_stays_sound(seed: int, settings: object) -> None:
    settings.SIMULATED_SLOW_SECONDS = 0  # type: ignore[attr-defined]
    dice = random.Random(seed)  # a die, no secret
    number = placed(line(), pay=dice.random() < 0.7)
    for turn in range(25):
        minutes = 2 + turn * 40
        verb = dice.choice(moves(number, dice, minutes))
        with suppress(KapokError):
            verb()
        sound(number)
    _to_the_end(number, 2000)


def _to_the_end(number: str, minutes: float) -> None:
    """Whatever it has come to, it can be brought to an end: paid, gone on with, done by people and by the system."""
    for turn in range(60):
        at = minutes + turn * 40
        row = leg(number)
        if row.state in {"completed", "cancelled", "rejected"}:
            break
        for verb in (
            lambda at=at: api.pay(order=number, **by("agent", at)),
            lambda at=at: api.undefer(order=number, leg=1, reason=WHY, **by("agent", at)),
        ):
            with suppress(KapokError):
                verb()
        if row.state == "held" and row.exception == "10W":
            api.end_wait(order=number, leg=1, **by("dispatcher", at))
        for step in Step.objects.filter(leg=row, state="fallen_out"):
            if turn < PATIENCE:
                api.retry_step(step=step.id, **by("manager", at))
            else:
                api.settle_step(step=step.id, note=WHY, **by("manager", at))
        run(at)
        for stage in sorted(live(number)):
            if stage in {"appoint", "visit"}:
                shop.do(number, stage, at)
    sound(number)
    assert leg(number).state in {"completed", "cancelled", "rejected"}
    run(minutes + 5000)
    assert not Step.objects.filter(leg=leg(number), state__in=["waiting", "running"]).exists()
    if leg(number).state == "completed":
        assert set(Resource.objects.filter(holder=leg(number).subject).values_list("state", flat=True)) == {
            "in_service"
        }

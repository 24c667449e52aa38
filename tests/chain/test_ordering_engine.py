"""The engine: whatever dies at whatever point, every order goes on and nothing is done twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings

from kapok.chain.ordering import engine, moves, performing
from kapok.chain.ordering.models import Line, Step
from kapok.ground.journal.models import Entry
from kapok.ground.work.models import Delivery, Item
from kapok.network.activation.models import Call, SimulatedUnit
from kapok.network.inventory.models import Service
from tests.chain import shop
from tests.chain.shop import by, do, held, later, leg, placed, run, stands

pytestmark = [pytest.mark.usefixtures("open_shop"), pytest.mark.django_db]
LEASE = settings.ORDERING_LEASE.total_seconds() / 60


class KilledHere(BaseException):
    """What takes an engine away without a word."""


POINTS: dict[str, tuple[Any, str, bool]] = {
    "claimed": (engine, "work_off", True),
    "asking": (performing, "perform", True),
    "asked": (performing, "perform", False),
    "settling": (moves, "refresh", True),
    "about to commit": (moves, "refresh", False),
    "settled": (engine, "settle", False),
}
"""Each point at which an engine may die: before or after a function of its way."""
STEPS = ("reserve", "assign", "activate", "test", "finish")


def dying(monkeypatch: pytest.MonkeyPatch, point: str, step: str) -> Callable[[], bool]:
    """Let the engine die once at a point of a step; whether it did."""
    place, name, before = POINTS[point]
    then = getattr(place, name)
    died: list[str] = []

    def wrapped(*args: Any, **named: Any) -> Any:
        running = Step.objects.filter(name=step, attempts=1).exclude(lease=None).exists()
        mine = running or (point == "settled" and Step.objects.filter(name=step, state="done").exists())
        mine = mine or (name == "refresh" and Step.objects.filter(name=step, state="done").exists())
        if before and mine and not died:
            died.append(step)
            raise KilledHere
        result = then(*args, **named)
        if not before and mine and not died:
            died.append(step)
            raise KilledHere
        return result

    monkeypatch.setattr(place, name, wrapped)
    return lambda: bool(died)


def engines(minutes: float) -> Iterator[None]:
    """Engines that take over from each other until nothing is left to do."""
    for turn in range(6):
        try:
            run(minutes + turn * (LEASE + 1))
        except KilledHere:
            yield
            continue


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("point", POINTS)
def test_killed_at_any_point_of_any_step_the_order_goes_on_and_nothing_is_done_twice(
    monkeypatch: pytest.MonkeyPatch, point: str, step: str
) -> None:
    number = placed()
    died = dying(monkeypatch, point, step)
    list(engines(1))
    do(number, "appoint", 30)
    do(number, "visit", 31)
    list(engines(32))
    assert died()
    assert stands(number) == ("completed", "", "")
    assert Service.objects.count() == SimulatedUnit.objects.count() == 1
    assert Line.objects.get(leg=leg(number)).service == Service.objects.get()
    assert set(held(leg(number).subject).values()) == {"in_service"}
    assert Counter(Step.objects.values_list("name", flat=True)) == Counter(STEPS)
    assert set(Step.objects.values_list("state", flat=True)) == {"done"}
    assert (
        not Call.objects.filter(verb="activate")
        .exclude(key__startswith=str(Step.objects.get(name="activate").id))
        .exists()
    )
    assert Counter(Call.objects.values_list("verb", flat=True)) == Counter(("activate", "test"))
    completed = Entry.objects.filter(subject=leg(number).subject, kind="order.completed")
    assert completed.count() == 1
    assert Delivery.objects.filter(item__matter__subject=leg(number).subject).count() == 6


LATER = 100
ASKED: dict[str, tuple[str, str, str, str]] = {
    "suspend": ("fibre-100", "suspend", "accept", "suspended"),
    "resume": ("fibre-100", "resume", "", "active"),
    "modify": ("fibre-300", "change", "accept", "active"),
    "release": ("fibre-100", "cease", "accept", "terminated"),
}
"""Each step that is done to what works: the offer, the action, the stage that people do before it, what the service is after it."""


@pytest.mark.parametrize("step", ASKED)
@pytest.mark.parametrize("point", POINTS)
def test_killed_at_any_point_of_what_is_done_to_a_service_it_is_done_once(
    monkeypatch: pytest.MonkeyPatch, point: str, step: str
) -> None:
    offer, action, stage, comes_to = ASKED[step]
    service = shop.installed()
    whose = shop.service(service).customer.number
    if action == "resume":
        closed = placed(shop.line(action="suspend", address="", service=service), whose=whose, minutes=50)
        do(closed, "accept", 51)
        run(52)
    before = Counter(Call.objects.values_list("verb", flat=True))
    number = placed(shop.line(offer, action=action, address="", service=service), whose=whose, minutes=LATER)
    died = dying(monkeypatch, point, step)
    if stage:
        do(number, stage, LATER + 1)
    list(engines(LATER + 2))
    assert died()
    done = Step.objects.get(leg=leg(number), name=step)
    assert (done.state, done.attempts) == ("done", 1 if point == "settled" else 2)
    assert shop.service(service).state == comes_to
    calls = Call.objects.filter(key__startswith=str(done.id))
    made = Counter(Call.objects.values_list("verb", flat=True)) - before
    assert (calls.count(), set(made.values())) == (1, {1})
    assert SimulatedUnit.objects.count() == (0 if action == "cease" else 1)
    assert Entry.objects.filter(subject=leg(number).subject, kind="order.completed").count() <= 1


@pytest.mark.parametrize("step", ["deactivate", "release_held"])
@pytest.mark.parametrize("point", POINTS)
def test_killed_at_any_point_of_taking_back_everything_is_given_back_once(
    monkeypatch: pytest.MonkeyPatch, point: str, step: str
) -> None:
    number = placed()
    run(1)
    shop.api.cancel(order=number, reason="客户改变主意", **by("agent", 2))
    died = dying(monkeypatch, point, step)
    list(engines(3))
    assert died()
    assert stands(number)[0] == "cancelled"
    assert held(leg(number).subject) == {}
    assert not SimulatedUnit.objects.exists()
    undone = Step.objects.get(leg=leg(number), name=step)
    assert (undone.state, undone.attempts) == ("done", 1 if point == "settled" else 2)
    assert Counter(Call.objects.values_list("verb", flat=True)) == Counter(("activate", "terminate"))
    assert len(shop.told("ordering.step_undone", leg(number).subject)) == Step.objects.exclude(undoes=None).count()


def test_an_answer_that_comes_after_the_lease_has_passed_says_nothing() -> None:
    number = placed()
    slow = engine.claim(later(1))
    assert slow is not None
    assert engine.claim(later(1)) is None
    quick = engine.claim(later(1 + LEASE))
    assert quick is not None
    assert quick.step == slow.step
    engine.work_off(quick, later(2 + LEASE))
    engine.work_off(slow, later(3 + LEASE))
    step = Step.objects.get(id=slow.step)
    assert (step.state, step.attempts, step.done_at) == ("done", 2, later(2 + LEASE))
    assert Item.objects.filter(matter__subject=leg(number).subject, stage="assign").count() == 1


def test_a_step_that_is_dropped_while_it_runs_is_undone_whoever_finds_it() -> None:
    number = placed()
    for _ in ("reserve", "assign"):
        lease = engine.claim(later(1))
        assert lease is not None
        engine.work_off(lease, later(1))
    lease = engine.claim(later(1))
    assert lease is not None
    shop.api.cancel(order=number, reason="客户改变主意", **by("agent", 2))
    assert stands(number)[0] == "pendingCancellation"
    performing.perform(Step.objects.select_related("leg__order").get(id=lease.step), later(2))
    assert SimulatedUnit.objects.count() == 1
    run(2)
    assert stands(number)[0] == "pendingCancellation"
    run(3 + LEASE)
    assert stands(number)[0] == "cancelled"
    assert SimulatedUnit.objects.count() == 0
    assert held(leg(number).subject) == {}


def test_what_nobody_foresaw_is_tried_again_and_falls_out_in_the_end(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.ORDERING_ATTEMPTS = 2

    def broken(*_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(performing, "perform", broken)
    number = placed()
    run(1)
    step = Step.objects.get(leg=leg(number))
    assert (step.state, step.code) == ("failed", "ZeroDivisionError")
    run(5)
    step.refresh_from_db()
    assert (step.state, step.error_en) == ("fallen_out", "an error of the system (ZeroDivisionError)")


def test_when_the_baton_does_not_take_it_the_step_is_not_done(monkeypatch: pytest.MonkeyPatch) -> None:
    number = placed()
    item = shop.item(number, "accept")
    Item.objects.filter(id=item.id).update(state="refused")
    run(1)
    step = Step.objects.get(leg=leg(number))
    assert (step.state, step.code) == ("fallen_out", "NotHeld")
    assert set(held(leg(number).subject).values()) == {"reserved"}

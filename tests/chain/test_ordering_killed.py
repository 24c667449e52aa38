"""`kill -9` of the engine at every point of every step: another one goes on, and all that was done was done once.

An order goes through its life undisturbed, then once for each point with an engine killed there at each of its steps. What the
journal, the network and the inventory say of both lives is the same.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest
from django.conf import settings

from kapok.chain.ordering import api, engine
from kapok.chain.ordering.models import Line, Step
from kapok.chain.ordering.rules import DEEDS
from kapok.ground.journal.models import Entry
from kapok.network.activation import api as activation
from kapok.network.activation.models import Call, SimulatedUnit
from kapok.network.inventory.models import Resource
from tests.chain import shop
from tests.chain.killed_engine import POINTS
from tests.chain.shop import by, do, held, later, leg, line, placed, run
from tests.processes import ROOT, surroundings
from tests.races import eventually

TURN = settings.ORDERING_LEASE.total_seconds() / 60 + 1
ASKS = frozenset({"activate", "test", "suspend", "resume", "modify", "adjust", "deactivate", "release", "restore"})
"""The steps that ask the network."""
Kill = Callable[[str, str, str, float], int]
Figures = Counter[str]
pytestmark = [pytest.mark.usefixtures("_shop"), pytest.mark.slow]


@pytest.fixture
def _shop(transactional_db: None) -> None:
    shop.set_up()


@contextmanager
def killing(home: Path) -> Iterator[Kill]:
    """`kill(point, step, order, minutes)` runs an engine that dies there; the signal that ended it."""
    command, pipe = [sys.executable, "-m", "tests.chain.killed_engine"], subprocess.PIPE
    with subprocess.Popen(command, env=surroundings(home), cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        told, answers = process.stdin, process.stdout

        def kill(point: str, step: str, order: str, minutes: float) -> int:
            told.write("\t".join([point, step, order, later(minutes).isoformat()]) + "\n")
            told.flush()
            return int(answers.readline())

        yield kill
        told.close()


def take_over(at: datetime) -> None:
    """Another engine finds the step, as soon as the database has noticed the death of the one that had it locked."""
    assert eventually(lambda: engine.advance(at=at, limit=1))


class Life:
    """What an order and a service go through, with an engine that dies at `point` of each step, or undisturbed."""

    def __init__(self, kill: Kill | None, point: str, minutes: float) -> None:
        self.kill, self.point, self.minutes = kill, point, minutes
        self.met: list[str] = []

    def now(self) -> float:
        """A moment later than any before."""
        self.minutes += TURN
        return self.minutes

    def step(self, order: str, name: str) -> None:
        """The engine does one step of the order: killed on the way, and another one goes on; or undisturbed."""
        row = Step.objects.get(leg=leg(order), name=name)
        assert row.state == "waiting", (name, row.state)
        before = self.now()
        if self.kill is None:
            assert engine.advance(at=later(before), limit=1) == 1
        else:
            self._killed(row, order, before)
        row.refresh_from_db()
        lived = self.kill is None or self.point == "settled"
        assert (row.state, row.attempts, row.lease) == ("done", 1 if lived else 2, None), (name, self.point)
        made = Call.objects.filter(key__startswith=str(row.id)).values_list("ok", flat=True)
        assert list(made) == ([True] if name in ASKS else []), (name, self.point)
        if row.item_id is not None:
            delivered = Entry.objects.filter(subject=f"work/{row.item_id}", kind="handoff.delivered")
            assert delivered.count() == 1, (name, self.point)
        self.met.append(name)

    def _killed(self, row: Step, order: str, before: float) -> None:
        assert self.kill is not None
        assert self.kill(self.point, row.name, order, before) == signal.SIGKILL, (row.name, self.point)
        row.refresh_from_db()
        if self.point == "settled":
            assert row.state == "done", row.name
            return
        assert row.state == "running", (row.name, self.point)
        assert engine.advance(at=later(before + 0.5), limit=1) == 0, (row.name, self.point)
        take_over(later(self.now()))

    def rest(self) -> None:
        """What else is due is done undisturbed."""
        run(self.now())

    def do(self, order: str, stage: str) -> None:
        """People do a stage."""
        do(order, stage, self.now())

    def live(self) -> None:
        """A service is opened, changed, closed, opened again and ended; another is given up on its way."""
        whose = shop.customer("客户")
        working = self._installed(whose)
        self._not_finished(whose, working)
        for action, offer, stage, step in (
            ("change", "fibre-300", "accept", "modify"),
            ("suspend", "fibre-300", "accept", "suspend"),
            ("resume", "fibre-300", "", "resume"),
            ("cease", "fibre-300", "accept", "release"),
        ):
            asked = line(offer, action=action, address="", service=working)
            order = placed(asked, whose=whose, minutes=self.now())
            if stage:
                self.do(order, stage)
            self.step(order, step)
            self.rest()
            self.do(order, {"suspend": "inform", "cease": "close"}.get(action, "confirm"))
            if action == "cease":  # the last stage completes it: both its steps are due at once
                self.rest()
            else:
                self.step(order, "bill")
        assert shop.service(working).state == "terminated"
        self._given_up(whose)

    def _installed(self, whose: str) -> str:
        order = placed(whose=whose, minutes=self.now())
        for name in ("reserve", "assign", "activate"):
            self.step(order, name)
        self.do(order, "appoint")
        self.do(order, "visit")
        for name in ("test", "finish"):
            self.step(order, name)
        self.do(order, "confirm")
        self.step(order, "bill")
        assert set(held(leg(order).subject).values()) == {"in_service"}
        return str(Line.objects.get(leg=leg(order)).service.number)  # type: ignore[union-attr]

    def _not_finished(self, whose: str, working: str) -> None:
        asked = line("fibre-300", action="change", address="", service=working)
        order = placed(asked, whose=whose, minutes=self.now())
        self.do(order, "accept")
        activation.switch_on_fault(element="olt", fault="refuses", calls=1, **by("noc", self.now()))
        self.rest()
        api.cancel(order=order, reason="客户不改了", **by("agent", self.now()))
        self.step(order, "restore")
        assert shop.stands(order)[0] == "cancelled"

    def _given_up(self, whose: str) -> None:
        order = placed(whose=whose, minutes=self.now())
        self.rest()
        api.amend(order=order, line=1, offer="fibre-300", **by("agent", self.now()))
        self.step(order, "adjust")
        api.cancel(order=order, reason="客户改变主意", **by("agent", self.now()))
        for name in ("deactivate", "release_held"):
            self.step(order, name)
        assert (shop.stands(order)[0], held(leg(order).subject)) == ("cancelled", {})


def lived(kill: Kill | None, point: str, minutes: float) -> tuple[Life, Figures]:
    """One life, and what the journal and the network say of it: how often each thing happened."""
    entries, calls = set(Entry.objects.values_list("id", flat=True)), set(Call.objects.values_list("id", flat=True))
    life = Life(kill, point, minutes)
    life.live()
    assert set(life.met) == set(DEEDS), "a step of the system is not killed here yet: let it come in this life"
    assert not SimulatedUnit.objects.exists()
    assert not Resource.objects.exclude(holder="").exists()
    made = Call.objects.exclude(id__in=calls).values_list("verb", "ok", "attempts")
    happened = Entry.objects.exclude(id__in=entries).values_list("kind", flat=True)
    return life, Counter(happened) + Counter(f"{verb} {ok} {attempts}" for verb, ok, attempts in made)


def test_killed_for_real_at_every_point_of_every_step_the_order_goes_on_and_all_is_done_once(tmp_path: Path) -> None:
    life, undisturbed = lived(None, "", 0)
    assert (undisturbed["order.completed"], undisturbed["ordering.billing_due"]) == (5, 5)
    with killing(tmp_path) as kill:
        for point in POINTS:
            life, figures = lived(kill, point, life.minutes + 100)
            assert figures == undisturbed, point

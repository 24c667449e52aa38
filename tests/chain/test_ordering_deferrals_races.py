"""Several keepers let go on what was put off, one is killed on the way: each leg goes on, once."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from kapok.chain.ordering import api, deferrals
from tests.chain import shop
from tests.chain.killed_deferral import POINTS
from tests.chain.shop import by, later, leg, placed, run, stands, told
from tests.processes import ROOT, surroundings
from tests.races import at_once, outcomes

pytestmark = [pytest.mark.usefixtures("_shop"), pytest.mark.slow]
UNTIL = 5 * 24 * 60


@pytest.fixture
def _shop(transactional_db: None) -> None:
    shop.set_up()


def put_off() -> str:
    number = placed()
    run(1)
    said = {"reason": "客户装修", "evidence": "来电录音 17"}
    api.defer(order=number, leg=1, until=later(UNTIL), **said, **by("supervisor", 10))
    return number


def once(number: str) -> bool:
    kinds = ("ordering.back_on_course", "ordering.deferral_over", "customer.returned")
    counted = {len(told(kind, leg(number).subject)) for kind in kinds}
    return stands(number) == ("inProgress", "", "") and counted == {1}


def test_several_keepers_and_a_person_let_it_go_on_once(tmp_path: Path) -> None:
    """One shop for all of it: opening it takes longest."""
    numbers = [put_off() for _ in range(3)]
    assert sum(at_once(*[lambda: deferrals.end(at=later(UNTIL))] * 4)) == 3
    assert all(map(once, numbers))
    contested = put_off()
    came = outcomes(
        lambda: deferrals.end(at=later(UNTIL)),
        lambda: api.undefer(order=contested, leg=1, reason="装修完毕", **by("agent", UNTIL)),
    )
    assert came in (["done", "done"], ["NotDeferred", "done"])
    assert (stands(contested)[0], len(told("ordering.back_on_course", leg(contested).subject))) == ("inProgress", 1)
    for point in POINTS:
        number = put_off()
        command = [sys.executable, "-m", "tests.chain.killed_deferral", point, later(UNTIL).isoformat()]
        died = subprocess.run(command, env=surroundings(tmp_path), cwd=ROOT, check=False)
        assert died.returncode == -signal.SIGKILL, point
        assert stands(number)[0] == ("inProgress" if point == "committed" else "held"), point
        assert deferrals.end(at=later(UNTIL)) == (0 if point == "committed" else 1), point
        assert once(number), point

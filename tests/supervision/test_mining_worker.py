"""A worker that is killed in the middle of a run: another one takes the run up. Real processes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import psutil
import pytest

from kapok.ground.people.models import OrgUnit
from kapok.supervision.mining import api
from kapok.supervision.mining.models import Audit
from tests.ground.conftest import set_up_office
from tests.processes import Process, python
from tests.supervision.conftest import ACTOR, MAP, PACK

PATIENCE = 240  # seconds; taking up needs twelve of silence and up to ten until somebody looks
CASES = 200_000


def big_log() -> Iterator[bytes]:
    """Two rows for each case: enough to be at work for some seconds."""
    yield b"ticket,step,when,team\n"
    for number in range(CASES):
        opened = f"T{number},reported,2026-03-02T08:{number % 60:02}:00+08:00,hotline\n"
        closed = f"T{number},repaired,2026-03-{3 + number % 20:02}T07:00:00+08:00,field\n"
        yield (opened + closed).encode()


@pytest.fixture
def worker(transactional_db: None, tmp_path: Path) -> Iterator[Callable[[], Process]]:
    """`worker()` starts a worker on the test's database and files."""
    with python(tmp_path) as begin:
        yield lambda: begin("-P", "-m", "django", "procrastinate", "worker")


def wait_for(audit: UUID, *states: str) -> Audit:
    """The audit, once it is in one of these states."""
    ends = time.monotonic() + PATIENCE
    while (row := Audit.objects.get(id=audit)).state not in states:
        assert time.monotonic() < ends, f"still {row.state} after {PATIENCE} s"
        time.sleep(0.05)
    return row


@pytest.mark.slow
def test_the_run_of_a_killed_worker_is_taken_up(transactional_db: None, worker: Callable[[], Process]) -> None:
    set_up_office()
    bureau = OrgUnit.objects.get(code="bureau").id
    audit = api.upload(unit=bureau, name="Faults", files=[("faults.csv", big_log())], **ACTOR)
    first = worker()
    api.start(audit=audit, pack=PACK, map_text=MAP, **ACTOR)
    wait_for(audit, "running")
    psutil.Process(first.pid).kill()
    first.wait()
    assert Audit.objects.get(id=audit).state == "running"
    worker()
    done = wait_for(audit, "done", "failed")
    assert (done.state, done.failure, done.run) == ("done", None, 1)
    assert done.figures is not None
    assert done.figures["reading"]["cases"] == CASES

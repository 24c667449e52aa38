"""`kill -9` at every step of the worker: a job is finished exactly once, or is seen to have failed and can be started again."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from uuid import UUID

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from procrastinate.exceptions import AlreadyEnqueued
from pytest_django.fixtures import Settings

from kapok.config.tasks import sweep
from kapok.ground.journal.models import Entry
from kapok.ground.people.models import OrgUnit
from kapok.supervision.mining import api, store, tasks
from kapok.supervision.mining.models import Audit
from tests.ground.conftest import WHO, set_up_office
from tests.processes import Process, python
from tests.supervision.conftest import ACTOR, LOG, MAP, PACK

PATIENCE = 240  # seconds; a process that begins on a machine with much else to do takes its time
Work = Callable[[str], Process]


@pytest.fixture
def begin_worker(transactional_db: None, tmp_path: Path, settings: Settings) -> Iterator[Callable[..., Process]]:
    """`begin_worker("claimed")` starts a worker that dies at that step, `begin_worker("never")` one that lives."""
    settings.MEDIA_ROOT = tmp_path / "files"
    with python(tmp_path, "tests.supervision.quick_settings") as begin:
        yield lambda step, task="mining.judge": begin("-m", "tests.supervision.killed_worker", step, task)


@pytest.fixture
def audit(begin_worker: Work) -> UUID:
    """An audit that waits for a worker."""
    set_up_office()
    bureau = OrgUnit.objects.get(code="bureau").id
    audit = api.upload(unit=bureau, name="Faults", files=[("faults.csv", [LOG])], **ACTOR)
    api.start(audit=audit, pack=PACK, map_text=MAP, **ACTOR)
    return audit


def jobs(task: str = "mining.judge") -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT status::text FROM procrastinate_jobs WHERE task_name = %s", [task])
        return [status for (status,) in cursor.fetchall()]


def told(audit: UUID) -> list[str]:
    """What the journal says of its runs."""
    kinds = Entry.objects.filter(subject=f"audit/{audit}").order_by("position").values_list("kind", flat=True)
    return [kind.removeprefix("mining.audit_") for kind in kinds if kind.startswith("mining.audit_")]


def left(audit: UUID) -> list[str]:
    """What lies in the folder of an audit; drafts only as such."""
    return sorted(".draft" if each.name.startswith(".") else each.name for each in store.folder(audit).iterdir())


def rescued(holds: Callable[[], bool]) -> None:
    """Have the jobs of the dead taken up until it holds."""
    ends = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < ends
        with suppress(AlreadyEnqueued):
            tasks.take_up.defer(timestamp=0)
        time.sleep(0.3)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("step", "state", "lies", "said", "queue"),
    [
        ("fetched", "waiting", ["logs"], ["started"], ["doing"]),
        ("claimed", "running", ["logs"], ["started"], ["doing"]),
        ("reading", "running", [".draft", "logs"], ["started"], ["doing"]),
        ("drafted", "running", [".draft", "logs"], ["started"], ["doing"]),
        ("reported", "running", ["logs", "report"], ["started"], ["doing"]),
        ("finishing", "running", ["logs", "report"], ["started"], ["doing"]),
        ("finished", "done", ["logs", "report"], ["started", "finished"], ["doing"]),
        ("acknowledged", "done", ["logs", "report"], ["started", "finished"], []),
    ],
)
def test_killed_at_any_step_the_job_is_finished_exactly_once(
    audit: UUID, begin_worker: Work, step: str, state: str, lies: list[str], said: list[str], queue: list[str]
) -> None:
    assert begin_worker(step).wait(timeout=PATIENCE) == -signal.SIGKILL
    row = Audit.objects.get(id=audit)
    assert (row.state, left(audit), told(audit), jobs()) == (state, lies, said, queue)
    assert (row.figures is None) is (state != "done")  # nothing half done is shown
    begin_worker("never")
    rescued(lambda: jobs() == [] and Audit.objects.get(id=audit).state == "done")
    row = Audit.objects.get(id=audit)
    assert row.figures is not None
    assert (row.run, row.failure, row.figures["reading"]["cases"]) == (1, None, 2)
    assert told(audit) == ["started", "finished"]
    assert left(audit) == ["logs", "report"]


@pytest.mark.slow
def test_a_job_that_kills_every_worker_is_given_up_seen_to_have_failed_and_can_be_started_again(
    audit: UUID, begin_worker: Work
) -> None:
    for taken_up in range(tasks.TAKEN_UP_AT_MOST + 1):
        worker = begin_worker("reading")
        rescued(lambda worker=worker: worker.poll() == -signal.SIGKILL)  # type: ignore[misc]  # cannot infer a default
        assert Audit.objects.get(id=audit).state == "running", taken_up
    worker = begin_worker("never")
    rescued(lambda: jobs() == ["failed"])
    failed = Audit.objects.get(id=audit)
    assert failed.state == "failed"
    assert failed.failure is not None
    assert failed.failure["zh"] == tasks.DEADLY.zh
    assert told(audit) == ["started", "failed"]
    api.start(audit=audit, pack=PACK, map_text=MAP, **ACTOR)
    rescued(lambda: Audit.objects.get(id=audit).state == "done")
    assert told(audit) == ["started", "failed", "started", "finished"]
    assert left(audit) == ["logs", "report"]


@pytest.mark.slow
def test_a_nightly_sweep_that_was_killed_is_done_by_the_next_worker(
    begin_worker: Callable[..., Process],
) -> None:
    Session.objects.create(session_key="old", session_data="", expire_date=WHO["at"])
    sweep.defer(timestamp=int(WHO["at"].timestamp()) + 1)
    assert begin_worker("sweeping", "config.sweep").wait(timeout=PATIENCE) == -signal.SIGKILL
    assert jobs("config.sweep") == ["doing"]
    begin_worker("never")
    rescued(lambda: jobs("config.sweep") == [])
    assert not Session.objects.exists()

"""`kill -9` at the commit of what runs in the background besides firing and delivering: done wholly, once, or not at all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.db import connection, transaction
from pytest_django.fixtures import Settings

from kapok.config.scheduling import Scheduler
from kapok.ground.commitments import api as commitments
from kapok.ground.commitments import asking, beats, scheduler
from kapok.ground.commitments.models import Commitment, PauseRequest, SchedulerBeat
from kapok.ground.journal import api as journal
from kapok.ground.journal import delivery, seals
from kapok.ground.journal.models import Entry, Letter, Seal
from tests.ground.clocks import clock, desk
from tests.ground.journal_lab import AT, leave_trace, ring, traced, traces
from tests.ground.packs import DESK
from tests.races import PATIENCE_SECONDS, eventually

ROOT = Path(__file__).parents[2]
HOUR = timedelta(hours=1)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.parametrize("when", ["before", "after"]),
]


def killed(step: str, when: str, at: datetime) -> None:
    """Let a process do that step and die at its commit."""
    parts = connection.settings_dict
    url = f"postgresql://{parts['USER']}:{parts['PASSWORD']}@/{parts['NAME']}?host={parts['HOST']}&port={parts['PORT']}"
    process = subprocess.run(
        [sys.executable, "-m", "tests.ground.killed_steps", step, when, at.isoformat()],
        env=os.environ | {"KAPOK_DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "kapok.config.settings"},
        cwd=ROOT, check=False, timeout=PATIENCE_SECONDS,
    )  # fmt: skip
    assert process.returncode == -signal.SIGKILL


def until(holds: Callable[[], object]) -> None:
    """The server lets go of what the dead process held once it notices the death."""
    assert eventually(holds)


@pytest.mark.usefixtures("transactional_db")
def test_a_letter_tried_again_is_delivered_once(when: str, settings: Settings) -> None:
    settings.JOURNAL_WITNESSES = []

    def fails(_line: object) -> None:
        raise ValueError

    with traces():
        for number in (1, 2, 3):
            ring(number)
        journal.deliver(journal.Subscription("lab", fails), at=AT)
        assert Letter.objects.count() == 3
        killed("retry", when, AT + HOUR)
        done = [("bell/1", number) for number in (1, 2, 3)]
        assert traced() == (done if when == "after" else [])
        mended = journal.Subscription("lab", lambda line: leave_trace("lab", line))
        until(lambda: delivery.retry_due(mended, at=AT + HOUR) == 0 and len(traced()) >= 3)
        assert traced() == done


def test_a_request_lapses_once(when: str, committed_office: SimpleNamespace) -> None:
    commitments.adopt_pack(document=DESK, actor="staff/lin", at=AT - HOUR)
    with transaction.atomic():
        journal.record(
            journal.happening(
                "fault.reported", subject="fault/F1", actor="staff/chen", at=AT, unit="bureau", owner="staff/chen",
                facts={"service": "fixed_voice"},
            )
        )  # fmt: skip
    commitments.ask_pause(
        subject="fault/F1", kind="customer.deferred", reason="away until evening", requested_by="customer",
        evidence="call 88", actor="staff/chen", at=AT + HOUR,
    )  # fmt: skip
    request = PauseRequest.objects.get()

    def told() -> int:
        return Entry.objects.filter(subject="fault/F1", kind="commitments.pause_answered").count()

    killed("lapse", when, request.lapses_at)
    request.refresh_from_db()
    assert (request.state, told()) == (("lapsed", 1) if when == "after" else ("waiting", 0))
    asking.lapse_requests(at=request.lapses_at)
    request.refresh_from_db()
    assert (request.state, told()) == ("lapsed", 1)


@pytest.mark.usefixtures("transactional_db")
def test_an_entry_is_sealed_once(when: str, settings: Settings) -> None:
    settings.JOURNAL_WITNESSES = []
    for number in range(1, 6):
        ring(number)
    killed("seal", when, AT)
    assert list(Seal.objects.values_list("entries", flat=True)) == ([5] if when == "after" else [])
    until(lambda: seals.seal(at=AT) == 0 and Seal.objects.exists())
    assert seals.verify() == seals.Verified(1, 5, None)
    assert seals.tail().entries == 0


@pytest.mark.usefixtures("transactional_db")
def test_catching_up_is_told_once_whoever_fired(when: str) -> None:
    """Two days of silence; one process fires what was due and dies as it tells of it."""
    silent = datetime.now(UTC) - timedelta(days=2)
    SchedulerBeat.objects.create(name="scheduler@elsewhere", started_at=silent, seen_at=silent)
    pack = desk()
    Commitment.objects.bulk_create(
        clock(pack, f"fault/F{number}", due_at=silent + timedelta(minutes=number)) for number in range(1, 31)
    )
    scheduler.fire(at=datetime.now(UTC))

    def told() -> list[int]:
        said = Entry.objects.filter(subject="system/scheduler", kind="commitments.scheduler_caught_up")
        return [data["breached"] for data in said.values_list("data", flat=True)]

    killed("catch up", when, silent)
    assert told() == ([30] if when == "after" else [])
    assert (beats.last_seen() == silent) is (when == "before")
    heir = Scheduler()
    heir.begin()
    heir._rest(heir._now())
    assert told() == [30]
    assert beats.beating(datetime.now(UTC)).alive == (2 if when == "after" else 1)

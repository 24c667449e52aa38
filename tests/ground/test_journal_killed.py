"""`kill -9` at every step of a subscriber: each entry has its effect exactly once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from kapok.ground.journal import api as journal
from tests.ground.journal_lab import AT, TRACER, ring, traced, traces
from tests.processes import surroundings
from tests.races import eventually

SUBSCRIBER = """
import os, sys, time
import django
django.setup()
from kapok.ground.journal import api as journal
from kapok.ground.journal import delivery
from tests.ground.journal_lab import AT, leave_trace
step = sys.argv[1]

def wait_to_be_killed(where):
    if where == step:
        print("here", flush=True)
        time.sleep(600)

def handle(line):
    if line.data["times"] == 3:
        wait_to_be_killed("before the handler")
    leave_trace("lab", line)
    if line.data["times"] == 3:
        wait_to_be_killed("after the handler")

subscription = journal.Subscription("lab", handle)
journal.deliver(subscription, at=AT, limit=2)
journal.deliver(subscription, at=AT, limit=2)
wait_to_be_killed("after the commit")
while journal.deliver(subscription, at=AT, limit=2):
    pass
print("done", flush=True)
"""


@pytest.fixture
def lab(transactional_db: None, settings: Settings) -> Iterator[None]:
    settings.JOURNAL_WITNESSES = []
    with traces():
        yield


def start(step: str, home: Path) -> subprocess.Popen[str]:
    words = [sys.executable, "-c", SUBSCRIBER, step]
    return subprocess.Popen(words, env=surroundings(home), stdout=subprocess.PIPE, text=True)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("lab")
@pytest.mark.parametrize("step", ["before the handler", "after the handler", "after the commit"])
def test_a_subscriber_killed_at_any_step_leaves_each_effect_exactly_once(step: str, tmp_path: Path) -> None:
    for number in range(1, 6):
        ring(number, f"bell/{number}")
    with start(step, tmp_path) as process:
        assert process.stdout
        assert process.stdout.readline() == "here\n"
        os.kill(process.pid, signal.SIGKILL)
    with start("never", tmp_path) as process:
        assert process.stdout
        assert process.stdout.readline() == "done\n"
    # Had the server not noticed by then that the killed one was gone, there is something left to deliver.
    assert eventually(lambda: journal.deliver(TRACER, at=AT) == 0 and len(traced()) >= 5)
    assert [times for _, times in traced()] == [1, 2, 3, 4, 5]

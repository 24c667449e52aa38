"""The journal relayed to a NATS cluster of three on this machine, whose leader is killed in the midst of it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta, timezone
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import nats
import pytest
from django.db import connection
from nats.js.api import StreamConfig
from pytest_django.fixtures import Settings

from kapok.edges.relay import jetstream
from kapok.edges.relay.cloudevents import cloud_event
from kapok.edges.relay.jetstream import STREAM, Relay
from kapok.ground.journal import api as journal
from kapok.ground.journal.models import Cursor, Entry, Letter
from kapok.ground.journal.queries import line
from tests.ground.journal_lab import AT, ring
from tests.ports import free_port, free_ports
from tests.races import PATIENCE_SECONDS

Answer = TypeVar("Answer")
ROOT = Path(__file__).parents[2]
SERVER = Path(sys.executable).parent / "nats-server"
LONG = 30.0
"""Seconds in which a server that is there answers, whatever else its machine does."""

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _quiet(transactional_db: None, settings: Settings) -> None:
    settings.JOURNAL_WITNESSES = []


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The relay asks once, and waits long for the answer."""
    monkeypatch.setattr(jetstream, "ANSWER_SECONDS", LONG)


@dataclass(frozen=True)
class Cluster:
    urls: str
    processes: dict[str, subprocess.Popen[bytes]]


@contextmanager
def servers(folder: Path, count: int, *more: str | Path) -> Iterator[Cluster]:
    listens = free_ports(2 * count)
    ports, routes = listens[:count], listens[count:]
    others = ",".join(f"nats://127.0.0.1:{route}" for route in routes)
    processes = {}
    for number, (port, route) in enumerate(zip(ports, routes, strict=True)):
        words = [
            SERVER,
            "-a",
            "127.0.0.1",
            "-p",
            str(port),
            "-n",
            f"n{number}",
            "-js",
            "-sd",
            folder / f"n{number}",
            *more,
        ]
        if count > 1:
            words += ["--cluster_name", "kapok", "--cluster", f"nats://127.0.0.1:{route}", "--routes", others]
        processes[f"n{number}"] = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield Cluster(",".join(f"nats://127.0.0.1:{port}" for port in ports), processes)
    finally:
        for process in processes.values():
            process.kill()
            process.wait()


async def _leader(urls: str) -> str:
    client = await nats.connect(urls.split(","))
    try:
        told = await client.jetstream(timeout=LONG).stream_info(STREAM)
        assert told.cluster
        return str(told.cluster.leader)
    finally:
        await client.close()


def asked(question: Coroutine[Any, Any, Answer]) -> Answer:
    """The answer, waited for in a thread of its own: a browser test that ran before keeps an event loop in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, question).result()


async def _stored(urls: str) -> list[dict[str, Any]]:
    """What the stream holds, read by number: a reader of the stream's own may be put on the server that was killed."""
    client = await nats.connect(urls.split(","))
    try:
        stream = client.jetstream(timeout=LONG)
        state = (await stream.stream_info(STREAM)).state
        messages = [await stream.get_msg(STREAM, number) for number in range(state.first_seq, state.last_seq + 1)]
        return [json.loads(each.data or b"") for each in messages]
    finally:
        await client.close()


async def _stream(urls: str, *, delete: bool = False, **config: Any) -> None:
    """Put a stream of that name there, or take it away; the server may still be starting."""
    attempts = 10 * PATIENCE_SECONDS
    client = await nats.connect(
        urls.split(","), max_reconnect_attempts=attempts, reconnect_time_wait=0.1, error_cb=_quietly
    )
    try:
        stream = client.jetstream(timeout=LONG)
        if delete:
            await stream.delete_stream(config["name"])
        else:
            await stream.add_stream(StreamConfig(**config))
    finally:
        await client.close()


async def _quietly(_error: Exception) -> None:
    pass


def letters() -> list[tuple[int, str]]:
    found = Letter.objects.order_by("transaction", "position").select_related("entry")
    return [(letter.entry.data["times"], letter.state) for letter in found]


def relay_until(relay: Relay, passed: int) -> None:
    """Deliver, also past times at which nobody answers, until so many entries have been passed."""
    ends = time.monotonic() + PATIENCE_SECONDS
    done = 0
    while done < passed:
        assert time.monotonic() < ends, f"{done} of {passed} after {PATIENCE_SECONDS} s"
        before = Cursor.objects.filter(subscriber="relay-nats").values_list("position", flat=True).first() or 0
        with suppress(journal.NotNow):
            journal.deliver(relay.subscription, at=AT, limit=20)
        after = Cursor.objects.values_list("position", flat=True).get(subscriber="relay-nats")
        done += Entry.objects.filter(position__gt=before, position__lte=after).count()


def test_an_entry_becomes_a_cloud_event() -> None:
    key = ring(3, at=AT.astimezone(timezone(timedelta(hours=8))))
    assert json.loads(cloud_event(line(Entry.objects.get(pk=key)))) == {
        "specversion": "1.0",
        "id": str(key),
        "source": "/kapok/journal",
        "type": "kapok.bell.rang",
        "subject": "bell/1",
        "time": "2026-03-02T01:00:00Z",
        "datacontenttype": "application/json",
        "actor": "staff/lin",
        "data": {"times": 3},
    }


def test_while_no_server_answers_the_relay_stays_where_it_is(tmp_path: Path) -> None:
    ring(1)
    relay = Relay(f"nats://127.0.0.1:{free_port()}", replicas=1)
    try:
        with pytest.raises(journal.NotNow):
            journal.deliver(relay.subscription, at=AT)
        assert not Letter.objects.exists()
        assert Cursor.objects.get().position == 0
    finally:
        relay.close()


@pytest.mark.usefixtures("patient")
def test_what_is_sent_twice_is_stored_once(tmp_path: Path) -> None:
    keys = [ring(number) for number in range(3)]
    with servers(tmp_path, 1) as cluster:
        relay = Relay(cluster.urls, replicas=1)
        try:
            relay_until(relay, 3)
            for entry in Entry.objects.all():
                relay.publish(line(entry))
        finally:
            relay.close()
        stored = asked(_stored(cluster.urls))
    assert [UUID(each["id"]) for each in stored] == keys


RELAYER = """
import os, signal, sys
import django
django.setup()
from kapok.edges.relay import jetstream
from kapok.edges.relay.jetstream import Relay
from kapok.ground.journal import api as journal
from tests.ground.journal_lab import AT
jetstream.ANSWER_SECONDS = 30.0
relay = Relay(sys.argv[1], replicas=1)

def publish(line):
    relay.publish(line)
    if line.data["times"] == 3:
        os.kill(os.getpid(), signal.SIGKILL)

journal.deliver(journal.Subscription(relay.subscription.name, publish), at=AT)
"""
"""A relay that dies when the stream has stored the third entry and the reading place has not moved yet."""


@pytest.mark.slow
def test_killed_between_the_stream_and_the_reading_place_everything_is_stored_once(tmp_path: Path) -> None:
    keys = [ring(number) for number in range(1, 6)]
    at = connection.settings_dict
    url = f"postgresql://{at['USER']}:{at['PASSWORD']}@/{at['NAME']}?host={at['HOST']}&port={at['PORT']}"
    surroundings = os.environ | {"KAPOK_DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "kapok.config.settings"}
    with servers(tmp_path, 1) as cluster:
        asked(_stream(cluster.urls, name=STREAM, subjects=["kapok.>"]))
        killed = subprocess.run(
            [sys.executable, "-c", RELAYER, cluster.urls],
            env=surroundings,
            cwd=ROOT,
            check=False,
            timeout=PATIENCE_SECONDS,
        )
        assert killed.returncode == -signal.SIGKILL
        assert [UUID(each["id"]) for each in asked(_stored(cluster.urls))] == keys[:3]
        assert Cursor.objects.get(subscriber="relay-nats").position == 0
        relay = Relay(cluster.urls, replicas=1)
        try:
            relay_until(relay, 5)
        finally:
            relay.close()
        assert [UUID(each["id"]) for each in asked(_stored(cluster.urls))] == keys
    assert not Letter.objects.exists()


def test_what_the_stream_will_never_take_becomes_a_dead_letter_that_says_why(tmp_path: Path) -> None:
    ring(1), ring(10**400, "bell/2"), ring(3), ring(4, "bell/2")
    with servers(tmp_path, 1) as cluster:
        asked(_stream(cluster.urls, name=STREAM, subjects=["kapok.>"], max_msg_size=500))
        relay = Relay(cluster.urls, replicas=1)
        try:
            relay_until(relay, 4)
            assert letters() == [(10**400, "dead"), (4, "parked")]
            stored = asked(_stored(cluster.urls))
        finally:
            relay.close()
    assert [each["data"]["times"] for each in stored] == [1, 3]
    letter = Letter.objects.get(state="dead")
    assert letter.attempts == 1
    assert "拒收：message size exceeds maximum allowed。请改正" in letter.error
    assert "refuses it: message size exceeds maximum allowed. Mend the stream" in letter.error


def test_a_stream_that_is_gone_is_made_anew(tmp_path: Path) -> None:
    ring(1)
    with servers(tmp_path, 1) as cluster:
        relay = Relay(cluster.urls, replicas=1)
        try:
            relay_until(relay, 1)
            asked(_stream(cluster.urls, delete=True, name=STREAM))
            ring(2)
            relay_until(relay, 1)
            stored = asked(_stored(cluster.urls))
        finally:
            relay.close()
    assert [each["data"]["times"] for each in stored] == [2]
    assert letters() == []


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"name": "OTHER", "subjects": ["kapok.bell.>"]}, "subjects overlap with an existing stream"),
        ({"name": STREAM, "subjects": ["elsewhere.>"]}, "its subjects lack kapok.>"),
    ],
    ids=["taken by another", "of other subjects"],
)
def test_a_stream_that_cannot_be_had_blocks_nobody_and_once_it_can_the_letter_goes(
    config: dict[str, Any], said: str, tmp_path: Path
) -> None:
    ring(1)
    with servers(tmp_path, 1) as cluster:
        asked(_stream(cluster.urls, **config))
        relay = Relay(cluster.urls, replicas=1)
        try:
            relay_until(relay, 1)
            assert letters() == [(1, "dead")]
            letter = Letter.objects.get()
            assert said in letter.error
            asked(_stream(cluster.urls, delete=True, name=config["name"]))
            journal.retry_letter(letter=letter.id, actor="staff/lin", at=AT)
            journal.retry_due(relay.subscription, at=AT)
            stored = asked(_stored(cluster.urls))
        finally:
            relay.close()
    assert letters() == [(1, "done")]
    assert [each["data"]["times"] for each in stored if each["subject"] == "bell/1"] == [1]


def test_who_may_not_publish_is_told_so(tmp_path: Path) -> None:
    ring(1)
    rules = tmp_path / "rules.conf"
    rules.write_text('authorization { users = [{user: k, password: k, permissions: {publish: ["$JS.>"]}}] }')
    with servers(tmp_path, 1, "-c", rules) as cluster:
        relay = Relay(cluster.urls.replace("nats://", "nats://k:k@"), replicas=1)
        try:
            relay_until(relay, 1)
        finally:
            relay.close()
    assert letters() == [(1, "dead")]
    assert 'permissions violation for publish to "kapok.bell.rang"' in Letter.objects.get().error.lower()


@pytest.mark.slow
def test_with_the_leader_killed_everything_arrives_in_order_and_nothing_twice(tmp_path: Path) -> None:
    keys = [ring(number, f"bell/{number % 5}") for number in range(300)]
    with servers(tmp_path, 3) as cluster:
        relay = Relay(cluster.urls, replicas=3)
        try:
            relay_until(relay, 100)
            cluster.processes[asked(_leader(cluster.urls))].kill()
            relay_until(relay, 200)
        finally:
            relay.close()
        stored = asked(_stored(cluster.urls))
    assert [UUID(each["id"]) for each in stored] == keys
    assert not Letter.objects.exists()

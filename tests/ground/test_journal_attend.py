"""The loop that serves all subscribers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Event, Thread

import pytest
from django.db import OperationalError, connection
from pytest_django.fixtures import Settings

from kapok.config import subscriptions
from kapok.ground.journal import api as journal
from kapok.ground.journal.models import Cursor, Letter
from kapok.ground.journal.queries import Line
from tests.ground.journal_lab import AT, TRACER, leave_trace, ring, traced, traces
from tests.races import PATIENCE_SECONDS, eventually

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _traces(transactional_db: None, settings: Settings) -> Iterator[None]:
    settings.JOURNAL_WITNESSES = []
    settings.DELIVERY_RETRY_AFTER = timedelta(seconds=0)
    with traces():
        yield


@contextmanager
def attending(monkeypatch: pytest.MonkeyPatch, *served: journal.Subscription) -> Iterator[None]:
    monkeypatch.setattr(subscriptions, "SUBSCRIPTIONS", served)
    stop = Event()
    thread = Thread(target=subscriptions.attend, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(PATIENCE_SECONDS)
        assert not thread.is_alive()


def test_every_subscriber_is_served_and_a_failing_one_does_not_stop_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tried: list[int] = []

    def fail_twice(line: Line) -> None:
        tried.append(line.data["times"])
        if len(tried) < 3:
            raise ValueError
        leave_trace("slow", line)

    with attending(monkeypatch, journal.Subscription("slow", fail_twice), TRACER):
        ring(1), ring(2)
        assert eventually(lambda: len(traced()) == 2 and len(traced("slow")) == 2)
    assert traced("slow") == [("bell/1", 1), ("bell/1", 2)]
    assert tried == [1, 1, 1, 2]


def test_who_cannot_serve_anybody_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def absent_at_first(line: Line) -> None:
        asked.append(1)
        if len(asked) < 3:
            raise journal.NotNow
        leave_trace("away", line)

    ring(1)
    with attending(monkeypatch, journal.Subscription("away", absent_at_first), TRACER):
        assert eventually(lambda: len(traced("away")) == 1)
    assert len(asked) == 3
    assert not Letter.objects.exists()


def test_an_outage_of_the_database_is_survived(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its connections are cut as a restart of the server would cut them, one of them in the midst of a handler."""
    cut: list[int] = []

    def cut_once(line: Line) -> None:
        leave_trace("cut", line)
        if not cut:
            cut.append(1)
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    with attending(monkeypatch, journal.Subscription("cut", cut_once), TRACER):
        ring(1)
        assert eventually(lambda: len(traced("cut")) == 1)
        ring(2)
        assert eventually(lambda: len(traced("cut")) == 2 and len(traced()) == 2)
    assert traced("cut") == [("bell/1", 1), ("bell/1", 2)]
    assert not Letter.objects.exists()


def test_a_duty_that_fails_rests_twice_as_long_each_time() -> None:
    calls: list[datetime] = []

    def refuse(at: datetime) -> int:
        calls.append(at)
        raise OperationalError

    duty = subscriptions.Duty("lab", refuse)
    begin = datetime(2026, 3, 2, tzinfo=UTC)
    for tenths in range(40):
        assert duty.do(begin + timedelta(seconds=tenths / 10)) is False
    assert [round((at - begin).total_seconds(), 1) for at in calls] == [0.0, 0.4, 1.2, 2.8]


def test_who_has_nothing_to_read_writes_nothing() -> None:
    ring(1)
    journal.deliver(TRACER, at=AT)
    with connection.cursor() as cursor:
        cursor.execute("SELECT xmin FROM journal_cursor")
        before = cursor.fetchone()
        assert journal.deliver(TRACER, at=AT) == 0
        cursor.execute("SELECT xmin FROM journal_cursor")
        assert cursor.fetchone() == before
    assert Cursor.objects.get().position > 0


def test_what_cannot_even_rest_ends_all_and_is_not_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(at: datetime) -> int:
        raise OperationalError

    def broken() -> None:
        raise RuntimeError("no connection can be closed")

    monkeypatch.setattr(subscriptions.connections, "close_all", broken)
    stop, well = Event(), subscriptions.Duty("well", lambda at: 0)
    with pytest.raises(RuntimeError, match="no connection can be closed"):
        subscriptions.do_all([subscriptions.Duty("away", away), well], stop)
    assert stop.is_set()

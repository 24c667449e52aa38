"""An event to try the journal with, and a table in which its handlers leave traces."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Event as Signal
from threading import Thread
from typing import ClassVar
from uuid import UUID

from django.db import connection, transaction

from kapok.ground.journal import api as journal
from kapok.ground.journal.queries import Line
from kapok.kernel.text import Text
from tests.races import PATIENCE_SECONDS

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class BellRang(journal.Event):
    kind: ClassVar[str] = "bell.rang"
    wording: ClassVar[Text] = Text(zh="铃响了{times}次", en="the bell rang {times} times")
    times: int = 1


@dataclass(frozen=True, kw_only=True)
class DoorOpened(journal.Event):
    kind: ClassVar[str] = "door.opened"
    wording: ClassVar[Text] = Text(zh="门开了", en="the door opened")


def ring(times: int, subject: str = "bell/1", at: datetime = AT) -> UUID:
    """Record it in a transaction of its own."""
    with transaction.atomic():
        return journal.record(BellRang(subject=subject, actor="staff/lin", at=at, times=times))


def open_door(subject: str = "door/1") -> UUID:
    with transaction.atomic():
        return journal.record(DoorOpened(subject=subject, actor="staff/lin", at=AT))


@contextmanager
def traces() -> Iterator[None]:
    """A table for what handlers do."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE lab_trace (number serial, subscriber text, subject text, times int)")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE lab_trace")


def leave_trace(subscriber: str, line: Line) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO lab_trace (subscriber, subject, times) VALUES (%s, %s, %s)",
            [subscriber, line.subject, line.data.get("times", 0)],
        )


def traced(subscriber: str = "lab") -> list[tuple[str, int]]:
    """What the handlers of `subscriber` did, in order."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT subject, times FROM lab_trace WHERE subscriber = %s ORDER BY number", [subscriber])
        return [(subject, times) for subject, times in cursor.fetchall()]


@contextmanager
def elsewhere(work: Callable[[], None]) -> Iterator[Signal]:
    """On another connection: a transaction that has done `work` and stays open until the signal that is given is set."""
    done, go_on = Signal(), Signal()

    def run() -> None:
        try:
            with transaction.atomic():
                work()
                done.set()
                go_on.wait(PATIENCE_SECONDS)
        finally:
            connection.close()

    thread = Thread(target=run)
    thread.start()
    assert done.wait(PATIENCE_SECONDS)
    try:
        yield go_on
    finally:
        go_on.set()
        thread.join(PATIENCE_SECONDS)


def finish(signal: Signal) -> None:
    """Let the transaction elsewhere commit, and wait until it has."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_snapshot()::text")
    signal.set()


TRACER = journal.Subscription(name="lab", handler=lambda line: leave_trace("lab", line), kinds=frozenset({"bell."}))

"""Subscribers: none is skipped, none is told twice, and who fails holds up nobody but its own subject."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.db.models import F
from pytest_django.fixtures import Settings

from kapok.ground.journal import api as journal
from kapok.ground.journal.models import Cursor, Entry, Letter
from kapok.ground.journal.queries import Line, timeline
from kapok.ground.journal.rules import LetterState, cause, wait_before_next
from tests.ground.journal_lab import AT, TRACER, elsewhere, leave_trace, open_door, ring, traced, traces
from tests.races import eventually

WHO = {"actor": "staff/chen", "at": AT}
MINUTE = timedelta(minutes=1)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _traces(transactional_db: None, settings: Settings) -> Iterator[None]:
    settings.JOURNAL_WITNESSES = []
    settings.DELIVERY_RETRY_AFTER = timedelta(seconds=10)
    settings.DELIVERY_ATTEMPTS = 3
    with traces():
        yield


def failing(*numbers: int, name: str = "lab", error: type[Exception] = ValueError) -> journal.Subscription:
    """A subscriber that leaves its trace and then fails at these numbers."""

    def handle(line: Line) -> None:
        leave_trace(name, line)
        if line.data["times"] in numbers:
            raise error("13800138000")  # what it says may be personal

    return journal.Subscription(name=name, handler=handle)


def drain(subscription: journal.Subscription, limit: int = 100) -> int:
    passed = 0
    while step := journal.deliver(subscription, at=AT, limit=limit):
        passed += step
    return passed


def states(**filters: object) -> list[tuple[int, str]]:
    letters = Letter.objects.filter(**filters).order_by("transaction", "position").select_related("entry")
    return [(letter.entry.data["times"], letter.state) for letter in letters]


def test_every_entry_is_delivered_once_in_the_order_of_writing() -> None:
    for number in range(7):
        ring(number)
    assert journal.deliver(TRACER, at=AT, limit=3) == 3
    assert traced() == [("bell/1", 0), ("bell/1", 1), ("bell/1", 2)]
    assert drain(TRACER, limit=3) == 4
    assert [times for _, times in traced()] == list(range(7))
    assert journal.deliver(TRACER, at=AT) == 0


def test_a_subscriber_is_given_its_kinds_only_and_moves_past_the_others() -> None:
    for number in range(3):
        open_door()
        ring(number)
    for _ in range(30):
        open_door()
    doors = journal.Subscription("doors", lambda line: leave_trace("doors", line), frozenset({"door.opened"}))
    assert drain(TRACER, limit=2) == 36
    assert [times for _, times in traced()] == [0, 1, 2]
    assert drain(doors, limit=2) == 36
    assert len(traced("doors")) == 33


def test_a_kind_that_only_looks_like_a_prefix_is_no_match() -> None:
    ring(1)
    exact = journal.Subscription("lab", lambda line: leave_trace("lab", line), frozenset({"bell", "bel%", "bell_rang"}))
    assert drain(exact) == 1
    assert traced() == []


def test_a_subscriber_that_starts_at_the_end_hears_of_what_comes() -> None:
    ring(1)
    late = journal.Subscription("lab", lambda line: leave_trace("lab", line), start=journal.Start.END)
    assert drain(late) == 0
    ring(2)
    assert drain(late) == 1
    assert traced() == [("bell/1", 2)]


def test_an_older_transaction_holds_back_what_was_written_later_and_none_is_skipped() -> None:
    ring(0)
    with elsewhere(lambda: ring(1)) as go_on:  # has written, has not committed
        ring(2)
        ring(3)
        assert drain(TRACER) == 1
        assert traced() == [("bell/1", 0)]
        go_on.set()
        assert eventually(lambda: Entry.objects.count() == 4)
    drain(TRACER)
    assert sorted(times for _, times in traced()) == [0, 1, 2, 3]


def test_a_transaction_that_begins_to_write_late_is_not_skipped_either() -> None:
    """The sequence gives a lower place to the one that commits later: reading by places alone would lose it."""

    def reserve() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT nextval('journal_position'), pg_current_xact_id()")
        ring(1)

    with elsewhere(reserve) as go_on:
        ring(2)
        drain(TRACER)
        assert traced() == []
        go_on.set()
    drain(TRACER)
    assert sorted(times for _, times in traced()) == [1, 2]


def test_a_transaction_that_is_rolled_back_leaves_nothing_to_deliver() -> None:
    with transaction.atomic():
        ring(1)
        transaction.set_rollback(True)
    ring(2)
    drain(TRACER)
    assert traced() == [("bell/1", 2)]


def test_a_failure_undoes_its_own_effects_and_the_others_go_on() -> None:
    ring(1), ring(2, "bell/2"), ring(3, "bell/1"), ring(4, "bell/2")
    drain(failing(1))
    assert traced() == [("bell/2", 2), ("bell/2", 4)]
    assert states() == [(1, "waiting"), (3, "parked")]
    letter = Letter.objects.get(state="waiting")
    assert letter.attempts == 1
    assert letter.next_try_at == AT + timedelta(seconds=10)


def test_an_error_is_kept_with_its_place_and_without_its_words() -> None:
    ring(1)
    drain(failing(1))
    error = Letter.objects.get().error
    assert error.startswith("builtins.ValueError (")
    assert "test_journal_delivery.py" in error
    assert "138" not in error


def test_what_will_never_be_taken_is_given_up_at_once_with_its_words() -> None:
    def refuse(line: Line) -> None:
        leave_trace("lab", line)
        if line.data["times"] == 1:
            raise journal.Never

    ring(1), ring(2), ring(3, "bell/2")
    drain(journal.Subscription("lab", refuse))
    assert states() == [(1, "dead"), (2, "parked")]
    assert traced() == [("bell/2", 3)]
    letter = Letter.objects.get(state="dead")
    assert letter.attempts == 1
    assert letter.error == f"{journal.Never.wording.zh} {journal.Never.wording.en}"


def test_after_a_success_the_parked_follow_in_order() -> None:
    for number in range(1, 5):
        ring(number)
    drain(failing(1))
    assert states() == [(1, "waiting"), (2, "parked"), (3, "parked"), (4, "parked")]
    mended = failing()
    assert journal.retry_due(mended, at=AT + timedelta(seconds=9)) == 0
    assert journal.retry_due(mended, at=AT + timedelta(seconds=10)) == 4
    assert [times for _, times in traced()] == [1, 2, 3, 4]
    assert {state for _, state in states()} == {"done"}


def test_the_wait_doubles_until_the_last_attempt() -> None:
    ring(1)
    drain(failing(1))
    at = AT
    for attempts, wait in ((2, 20), (3, 40)):
        at = Letter.objects.get().next_try_at
        assert journal.retry_due(failing(1), at=at) == 1
        letter = Letter.objects.get()
        assert (letter.attempts, letter.next_try_at) == (attempts, at + timedelta(seconds=wait))
    assert Letter.objects.get().state == LetterState.DEAD
    assert journal.retry_due(failing(), at=at + timedelta(days=9)) == 0
    assert traced() == []


def test_the_wait_is_a_day_at_most() -> None:
    assert [wait_before_next(n, MINUTE) for n in (1, 2, 3)] == [MINUTE, 2 * MINUTE, 4 * MINUTE]
    assert wait_before_next(10_000, MINUTE) == timedelta(days=1)


def test_an_error_without_a_traceback_is_only_named() -> None:
    assert cause(KeyError("x")) == "builtins.KeyError"


def test_a_person_can_have_a_dead_letter_delivered_again(settings: Settings) -> None:
    settings.DELIVERY_ATTEMPTS = 1
    ring(1), ring(2)
    drain(failing(1))
    assert states() == [(1, "dead"), (2, "parked")]
    letter = Letter.objects.get(state="dead")
    journal.retry_letter(letter=letter.id, **WHO)
    assert journal.retry_due(failing(), at=AT) == 2
    assert [times for _, times in traced()] == [1, 2]
    [line] = timeline(f"letter/{letter.id}")
    assert (line.kind, line.actor) == ("journal.letter_retried", "staff/chen")
    assert line.sentence.en == "asked to deliver the entry of bell/1 (bell.rang) to lab again"


def test_a_letter_set_aside_lets_those_behind_it_go_on() -> None:
    ring(1), ring(2)
    drain(failing(1))
    letter = Letter.objects.get(state="waiting")
    journal.set_aside_letter(letter=letter.id, reason=" 重复的铃 ", **WHO)
    assert journal.retry_due(failing(1), at=AT) == 1
    assert [times for _, times in traced()] == [2]
    assert states() == [(1, "set_aside"), (2, "done")]
    [line] = timeline(f"letter/{letter.id}")
    assert line.kind == "journal.letter_set_aside"
    assert line.data["reason"] == "重复的铃"


def test_what_is_settled_cannot_be_mended_again() -> None:
    ring(1), ring(2)
    drain(failing(1))
    first, second = Letter.objects.order_by("transaction", "position")
    with pytest.raises(journal.LetterSettled):
        journal.retry_letter(letter=second.id, **WHO)  # parked: the first must go before
    journal.set_aside_letter(letter=first.id, reason="x", **WHO)
    with pytest.raises(journal.LetterSettled) as refused:
        journal.set_aside_letter(letter=first.id, reason="y", **WHO)
    assert "已搁置" in refused.value.text.zh
    with pytest.raises(journal.LetterSettled):
        journal.retry_letter(letter=first.id, **WHO)
    with pytest.raises(journal.UnknownLetter):
        journal.retry_letter(letter=uuid4(), **WHO)
    assert Letter.objects.get(pk=first.id).reason == "x"
    assert Entry.objects.filter(kind__startswith="journal.").count() == 1


@pytest.mark.parametrize("reason", ["", "   ", "字" * 301])
def test_setting_aside_needs_a_reason(reason: str) -> None:
    ring(1)
    drain(failing(1))
    with pytest.raises(journal.NoReason):
        journal.set_aside_letter(letter=Letter.objects.get().id, reason=reason, **WHO)
    assert states() == [(1, "waiting")]


@pytest.mark.parametrize(
    "poison",
    [
        "SELECT 1 / 0",
        "SAVEPOINT x",
        "INSERT INTO journal_letter (id, subscriber, entry_id, subject, transaction, position, state, attempts, next_try_at,"
        " error, written_at, reason) VALUES (gen_random_uuid(), 'x', gen_random_uuid(), '', 0, 0, 'done', 0, now(), '', now(), '')",
    ],
    ids=["statement", "savepoint", "deferred constraint"],
)
def test_a_handler_cannot_poison_the_batch(poison: str) -> None:
    def handle(line: Line) -> None:
        leave_trace("lab", line)
        if line.data["times"] == 2:
            with connection.cursor() as cursor, suppress(Exception):  # as careless handlers do
                cursor.execute(poison)

    for number, subject in ((1, "bell/1"), (2, "bell/2"), (3, "bell/3")):
        ring(number, subject)
    drain(journal.Subscription("lab", handle))
    expected = [1, 2, 3] if poison == "SAVEPOINT x" else [1, 3]
    assert [times for _, times in traced()] == expected
    assert Cursor.objects.get().moved_at == AT


def test_who_cannot_serve_anybody_stays_where_it_is() -> None:
    away = True

    def handle(line: Line) -> None:
        if away and line.data["times"] == 2:
            raise journal.NotNow
        leave_trace("lab", line)

    for number in (1, 2, 3):
        ring(number)
    subscription = journal.Subscription("lab", handle)
    for _ in range(3):
        with pytest.raises(journal.NotNow):
            drain(subscription)
    assert [times for _, times in traced()] == [1]
    assert Letter.objects.count() == 0
    away = False
    drain(subscription)
    assert [times for _, times in traced()] == [1, 2, 3]


@pytest.mark.parametrize(("turn", "expected"), [(1, [1, 3, 2]), (0, [2])], ids=["the others first", "itself first"])
def test_what_was_tried_again_before_the_peer_went_away_is_not_told_twice(turn: int, expected: list[int]) -> None:
    for number in (1, 2, 3, 4):
        ring(number, f"bell/{number % 2}")
    drain(failing(1, 2))
    first = Letter.objects.filter(subject=f"bell/{turn}", state="waiting")
    first.update(next_try_at=F("next_try_at") - timedelta(seconds=1))
    told: list[int] = []

    def handle(line: Line) -> None:
        if line.data["times"] == 4:
            raise journal.NotNow
        told.append(line.data["times"])

    for _ in range(2):
        with pytest.raises(journal.NotNow):
            journal.retry_due(journal.Subscription("lab", handle), at=AT + MINUTE)
    assert told == expected
    assert (4, "parked") in states()
    assert journal.retry_due(failing(), at=AT + MINUTE) == 4 - len(told)


def test_of_a_subject_no_more_is_tried_again_at_once_than_was_asked_for() -> None:
    for number in range(1, 6):
        ring(number)
    drain(failing(1))
    assert [journal.retry_due(failing(), at=AT + MINUTE, limit=2) for _ in range(4)] == [2, 2, 1, 0]
    assert [times for _, times in traced()] == [1, 2, 3, 4, 5]


def test_two_keepers_tell_nobody_twice_and_keep_the_order_of_a_subject() -> None:
    for number in range(120):
        ring(number, f"bell/{number % 3}")

    def keep(_: int) -> None:
        try:
            idle = 0
            while idle < 20:
                if journal.deliver(TRACER, at=AT, limit=7) + journal.retry_due(TRACER, at=AT) == 0:
                    idle += 1
                    time.sleep(0.01)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(keep, range(2)))
    assert sorted(times for _, times in traced()) == list(range(120))
    for subject in ("bell/0", "bell/1", "bell/2"):
        told = [times for each, times in traced() if each == subject]
        assert told == sorted(told)
    assert Letter.objects.count() == 0


def test_the_entries_of_one_transaction_stand_in_their_order() -> None:
    with transaction.atomic():
        for number in range(20):
            ring(number, at=AT - number * MINUTE)  # of earlier and earlier moments
    drain(TRACER, limit=6)
    assert [times for _, times in traced()] == list(range(20))

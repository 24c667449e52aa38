"""Identifiers: the bits of RFC 9562, the order, and that none is made twice, by threads or by a forked child."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from threading import Barrier
from uuid import RFC_4122, UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kapok.kernel import ids
from kapok.kernel.ids import COUNTER_BITS, EPOCH, uuid7

AT = datetime(2026, 3, 2, 1, 0, 0, 123_999, tzinfo=UTC)
MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(9999, 12, 30), timezones=st.timezones())  # noqa: DTZ001  # hypothesis adds the zone


def milliseconds(made: UUID) -> int:
    return made.int >> 80


@given(MOMENTS.filter(lambda at: at >= EPOCH))
def test_the_bits_are_those_of_version_7(at: datetime) -> None:
    made = uuid7(at)
    assert made.version == 7
    assert made.variant == RFC_4122
    assert timedelta(milliseconds=milliseconds(made)) <= at - EPOCH < timedelta(milliseconds=milliseconds(made) + 1)


def test_a_moment_is_kept_to_the_millisecond_whatever_its_zone() -> None:
    assert milliseconds(uuid7(AT)) == 1_772_413_200_123
    assert milliseconds(uuid7(AT.astimezone(datetime.now().astimezone().tzinfo))) == 1_772_413_200_123


@given(st.lists(MOMENTS.filter(lambda at: at >= EPOCH), min_size=2, max_size=20))
def test_identifiers_sort_by_their_moment_and_then_as_they_were_made(moments: list[datetime]) -> None:
    made = [(uuid7(at), (at - EPOCH) // ids.MILLISECOND, number) for number, at in enumerate(moments)]
    assert sorted(made) == sorted(made, key=lambda each: each[1:])


def test_those_of_one_moment_stay_in_order_though_others_come_between() -> None:
    first = uuid7(AT)
    others = [uuid7(AT + timedelta(seconds=seconds)) for seconds in (-60, 60)]
    second = uuid7(AT)
    assert first < second
    assert others[0] < first < second < others[1]


def test_text_and_bytes_sort_as_the_identifiers_do() -> None:
    made = [uuid7(AT) for _ in range(1000)]
    assert made == sorted(made) == sorted(made, key=str) == sorted(made, key=lambda each: each.bytes)


def test_the_next_one_cannot_be_told_from_the_last() -> None:
    made = [uuid7(AT).int for _ in range(1000)]
    steps = {after - before for before, after in pairwise(made)}
    assert len(steps) > 990


def test_threads_never_make_the_same_and_each_sees_its_own_in_order() -> None:
    threads, each = 8, 2000
    start = Barrier(threads)

    def make(_: int) -> list[UUID]:
        start.wait(timeout=60)
        return [uuid7(AT) for _ in range(each)]

    with ThreadPoolExecutor(threads) as pool:
        made = list(pool.map(make, range(threads)))
    assert all(own == sorted(own) for own in made)
    assert len({identifier for own in made for identifier in own}) == threads * each


def test_the_first_of_a_moment_lies_below_all_of_it_and_above_all_before() -> None:
    first, millisecond = ids.first_at(AT), timedelta(milliseconds=1)
    assert uuid7(AT - millisecond) < first < uuid7(AT) < ids.first_at(AT + millisecond)


def test_a_forked_child_goes_its_own_way() -> None:
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:  # pragma: no cover - runs in the child
        os.write(writer, uuid7(AT).bytes)
        os._exit(0)
    os.waitpid(child, 0)
    from_child = UUID(bytes=os.read(reader, 16))
    os.close(reader)
    os.close(writer)
    steps = abs(from_child.int - uuid7(AT).int)
    assert steps > 1 << 40  # were the counter shared, two steps of at most 2^32 would lie between them


def test_the_counter_begins_again_where_its_range_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ids._counter, "_last", (1 << COUNTER_BITS) - 1)
    made = uuid7(AT)
    assert (made.version, made.variant, milliseconds(made)) == (7, RFC_4122, 1_772_413_200_123)


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(TypeError, match="naive"):
        uuid7(AT.replace(tzinfo=None))


def test_a_moment_before_1970_is_refused() -> None:
    with pytest.raises(ValueError, match="out of range"):
        uuid7(EPOCH - timedelta(microseconds=1))

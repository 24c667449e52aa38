"""What posts decide without a database."""

from __future__ import annotations

from datetime import date, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from kapok.ground.posts import rules
from kapok.ground.posts.refusals import WrongAcceptTime
from kapok.ground.posts.rules import AbsenceState, Place, Present, Rung
from kapok.kernel.text import Text

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("a", "b", "taken_over", "acts"),
    [
        (True, True, False, Place.A),
        (True, True, True, Place.B),
        (False, True, False, Place.B),
        (None, True, False, Place.B),
        (True, False, True, Place.A),
        (True, None, True, Place.A),
        (False, False, False, None),
        (None, None, True, None),
    ],
)
def test_who_acts(a: bool | None, b: bool | None, taken_over: bool, acts: Place | None) -> None:
    assert rules.who_acts(Present(a, b, taken_over)) is acts


def test_a_shift_over_midnight_ends_the_next_day() -> None:
    day = date(2026, 3, 2)
    spoken = [
        [f"{moment:%m-%d %H:%M}" for moment in rules.shift_period(day, starts, ends, SHANGHAI)]
        for starts, ends in ((time(8), time(16)), (time(22), time(6)), (time(8), time(8)))
    ]
    assert spoken == [["03-02 08:00", "03-02 16:00"], ["03-02 22:00", "03-03 06:00"], ["03-02 08:00", "03-03 08:00"]]


def test_an_absence_moves_one_way() -> None:
    assert rules.sources(AbsenceState.GRANTED) == {AbsenceState.REQUESTED}
    assert rules.sources(AbsenceState.WITHDRAWN) == {AbsenceState.REQUESTED, AbsenceState.GRANTED}
    assert rules.sources(AbsenceState.REQUESTED) == set()


def test_the_steps_of_the_ladder() -> None:
    one, two = UUID(int=1), UUID(int=2)
    assert [rules.rung_of(0, team=True), rules.rung_of(0, team=False), rules.rung_of(1, team=True)] == [
        Rung.LEADER, Rung.HEAD, Rung.HEAD,
    ]  # fmt: skip
    assert list(rules.each_once([two, one, two])) == [two, one]


@pytest.mark.parametrize("minutes", [-1, 0, 0.5, 7 * 24 * 60 + 1])
def test_no_offer_waits_longer_than_a_week_or_less_than_a_minute(minutes: float) -> None:
    with pytest.raises(WrongAcceptTime) as caught:
        rules.accept_ttl(timedelta(minutes=minutes))
    assert caught.value.data == {"longest": 10_080}


def test_how_long_an_offer_may_wait_is_said_in_minutes() -> None:
    allowed = [None, timedelta(minutes=1), timedelta(days=7)]
    assert [rules.accept_ttl(each) for each in allowed] == allowed
    assert [rules.spoken_ttl(each) for each in allowed] == [
        Text(zh="通用时限", en="the general rule"),
        Text(zh="1分钟", en="1 minute"),
        Text(zh="10080分钟", en="10080 minutes"),
    ]


def test_a_note_is_tidied() -> None:
    assert rules.tidy_note("  两单 \n 待回访 ") == "两单 待回访"


def test_each_place_has_another() -> None:
    assert [place.other for place in Place] == [Place.B, Place.A]

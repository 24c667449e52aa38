"""Figures as people read them, and two audits side by side."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from kapok.batch.audit.figures import Figures
from kapok.batch.audit.report import charts, compare
from kapok.batch.audit.report import format as shown
from kapok.kernel.text import Language
from tests.batch.report_sample import DAY, HOUR, MINUTE, SECOND, distribution, empty, sample
from tests.batch.test_report import HOSTILE, Page

EN, ZH = Language.EN, Language.ZH


@pytest.mark.parametrize(
    ("us", "english", "chinese"),
    [
        (None, "—", "—"),
        (0, "0 s", "0 秒"),
        (400_000, "0.4 s", "0.4 秒"),
        (42 * SECOND, "42 s", "42 秒"),
        (12 * MINUTE + 30 * SECOND, "12 min 30 s", "12 分 30 秒"),
        (HOUR - 1, "1 h", "1 小时"),
        (3 * HOUR + 20 * MINUTE, "3 h 20 min", "3 小时 20 分"),
        (2 * DAY - 1, "2.0 d", "2.0 天"),
        (6 * DAY + 5 * HOUR, "6.2 d", "6.2 天"),
        (1720 * DAY, "1,720.0 d", "1,720.0 天"),
        (-3 * HOUR, "−3 h", "−3 小时"),
    ],
)
def test_durations_are_said_as_people_say_them(us: int | None, english: str, chinese: str) -> None:
    assert (shown.duration(us, EN), shown.duration(us, ZH)) == (english, chinese)


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [(0, 0, "—"), (0, 9, "0.0%"), (9, 9, "100.0%"), (1, 3, "33.3%"), (9999, 10_000, ">99.9%"), (1, 100_000, "<0.1%")],
)
def test_a_share_never_claims_all_or_nothing_wrongly(part: int, whole: int, text: str) -> None:
    assert shown.share(part, whole) == text


@given(st.integers(0, 10**6), st.integers(1, 10**6))
def test_a_share_is_whole_only_when_it_is(part: int, more: int) -> None:
    assert shown.share(part, part + more) != "100.0%"
    assert shown.share(more, part + more) != "0.0%"


@pytest.mark.parametrize(
    ("minor", "currency", "language", "text"),
    [
        (120_450, "GBP", EN, "GBP 1,204.50"),
        (120_450, "CNY", ZH, "1,204.50 元"),
        (1_204, "JPY", EN, "JPY 1,204"),
        (5, "KWD", ZH, "KWD 0.005"),
        (None, "CNY", ZH, "—"),
        (7, None, EN, "—"),
    ],
)
def test_money_has_its_currency_and_places(
    minor: int | None, currency: str | None, language: Language, text: str
) -> None:
    assert shown.money(minor, currency, language) == text


@given(st.integers(-(10**15), 10**15))
def test_exact_seconds_lose_nothing(us: int) -> None:
    whole, _, rest = shown.seconds(us).lstrip("-").partition(".")
    assert int(whole) * SECOND + int(rest.ljust(6, "0")) == abs(us)


@pytest.mark.parametrize(
    ("value", "text"), [("811/840", "0.9655"), ("24", "24"), ("1234.50", "1,234.5"), ("P3D", "P3D"), ("1/0", "1/0")]
)
def test_measured_values_are_rounded_only_to_be_read(value: str, text: str) -> None:
    assert shown.measured(value) == text


def test_moments_beyond_the_calendar_are_left_out() -> None:
    assert shown.clock_time(10**19, shown.zone_of("UTC")) == "—"
    assert shown.clock_time(0, shown.zone_of("Nowhere/Never")) == "1970-01-01 00:00"


@given(st.integers(0, 10**15))
def test_a_scale_reaches_the_greatest_value_in_few_round_steps(greatest: int) -> None:
    for steps in ((), (SECOND, MINUTE, HOUR, DAY)):
        values = charts.scale(greatest, steps)
        assert values[0] == 0
        assert values[-1] >= greatest
        assert 2 <= len(values) <= 5


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=5))
def test_a_stacked_bar_is_as_long_as_its_whole(counts: list[int]) -> None:
    segments = charts.stacked([(str(index), count) for index, count in enumerate(counts)])
    total = sum(float(segment.width) for segment in segments)
    assert total == pytest.approx(charts.BAR if sum(counts) else 0, abs=0.5)


def stored(figures: Figures) -> dict[str, Any]:
    return json.loads(json.dumps(figures.as_json()))


def later() -> Figures:
    first, _, third, *_ = (before := sample()).promises
    quicker = replace(
        first,
        kept=5100,
        broken=194,
        owed_minor=3_000_000,
        elapsed=distribution(5294, 10.42, 6.5, 18.25, 23.9, 61.2, 212.75),
    )
    return replace(before, promises=(quicker, third), baton=replace(before.baton, transfers=12_000, ping_pong=700))


def test_comparison_tells_difference_and_direction() -> None:
    text = Page(compare(stored(sample()), stored(later()), EN)).text
    promise = text.partition("repair-24h")[2].partition("business-reply-3h")[0]
    assert "Share kept 93.0% 95.2% +2.2 points ▲ better" in promise
    assert "broken 311 194 −117 ▲ better" in promise
    assert "Mean 11 h 25 min 10 h 25 min −1 h ▲ better" in promise
    assert "P80 17 h 15 min 18 h 15 min +1 h ▼ worse" in promise
    assert "P95 23 h 54 min 23 h 54 min same" in promise
    assert "Owed CNY 48,230.50 CNY 30,000.00 −CNY 18,230.50 ▲ better" in promise
    assert "Transfers 14,032 12,000 −2,032 ▲ better" in text
    assert "Ping-pong 611 700 +89 ▼ worse" in text
    assert "预约上门" in text.partition("The three costliest stages")[2]


def test_comparison_in_chinese_says_what_only_one_side_has() -> None:
    text = Page(compare(stored(sample()), stored(later()), ZH)).text
    assert "城镇用户障碍修复（法定） repair-urban-48h 仅甲有此承诺。" in text
    assert "履约率 93.0% 95.2% +2.2 个百分点 ▲ 变好" in text


def test_comparison_warns_of_another_pack_and_currency() -> None:
    abroad = replace(
        sample(), pack="uk", currency="GBP", promises=tuple(replace(one, currency="GBP") for one in sample().promises)
    )
    text = Page(compare(stored(sample()), stored(abroad), EN)).text
    assert "judged by different packs" in text
    assert "Owed CNY 49,350.50 GBP 49,350.50 —" in text
    assert "judged by different packs" not in Page(compare(stored(sample()), stored(sample()), EN)).text


def test_comparison_of_empty_audits_says_so() -> None:
    assert "Neither audit opened a promise" in Page(compare(stored(empty()), stored(empty()), EN)).text


def test_comparison_escapes_names_and_refuses_what_is_no_audit() -> None:
    hostile = replace(sample(), pack=HOSTILE)
    tags = [tag for tag, _ in Page(compare(stored(hostile), stored(sample()), EN)).elements]
    assert not {"script", "style"} & set(tags)
    with pytest.raises(ValidationError):
        compare({}, stored(sample()), EN)

"""What `check` says of values of the wrong shape and of keys in the wrong place: words for people, in both languages."""

from __future__ import annotations

import pytest

from kapok.kernel import promises
from kapok.kernel.promises import PackRefused
from tests.packs.small import text

REPAIR = "opens: fault.reported\ncloses: fault.restored\nallowance: 24 hours\n"


def words(terms: str, calendars: str = "") -> tuple[str, str]:
    """The one finding on a pack with these terms, in Chinese and in English, without file and line."""
    with pytest.raises(PackRefused) as refusal:
        promises.parse(text(REPAIR + terms, calendars=calendars), "small.yaml")
    (finding,) = refusal.value.findings
    return finding.zh, finding.en


def test_a_key_known_elsewhere_has_no_place_here() -> None:
    assert words("up_to: 5") == (
        "此处不能用键“up_to”：请移到所属之处，或删去",
        "key 'up_to' has no place here: move it, or remove it",
    )


@pytest.mark.parametrize(
    ("terms", "field", "zh", "en"),
    [
        ("population: 5", "population", "列表，如 [a, b]", "a list such as [a, b]"),
        ("applies: urban", "applies", "键值，如 {key: value}", "keys with values such as {key: value}"),
        ("days: 5", "days", "键值，如 {key: value}", "keys with values such as {key: value}"),
        ("pauses: {a: b}\nresumes: customer.returned", "pauses", "文字", "text"),
        (
            "effective: {from: yesterday}",
            "effective.from",
            "实有的日期，如 2026-10-01",
            "a day that exists, such as 2026-10-01",
        ),
        (
            "effective: {to: 2021-06-31}",
            "effective.to",
            "实有的日期，如 2026-10-01",
            "a day that exists, such as 2026-10-01",
        ),
    ],
)
def test_a_value_of_the_wrong_shape_is_told_what_to_write(terms: str, field: str, zh: str, en: str) -> None:
    assert words(terms) == (
        f"“promises.0.{field}”的写法不对：请写{zh}",
        f"'promises.0.{field}' has the wrong shape: write {en}",
    )


@pytest.mark.parametrize("calendar", ["{week: {}}", "{week: {}, special: {2026-05-01: []}}"])
def test_a_calendar_without_any_working_time_is_refused(calendar: str) -> None:
    assert words("", calendars=f"  never: {calendar}\n") == (
        "日历 never：没有任何工作时间，时限无法计算：请写出工作时段，或删去此日历",
        "calendar never: it has no working time, so nothing in it ever falls due: give it windows, or remove it",
    )


def test_a_calendar_of_single_days_may_stand() -> None:
    fair = '  fair: {week: {}, special: {2026-05-01: [["09:00", "17:00"]]}}\n'
    assert len(promises.parse(text(REPAIR, calendars=fair), "small.yaml").promises) == 1

"""One form of a telephone number, however it is written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kapok.kernel.numbering import Numbering

PLAN = Numbering(country="86", trunk="0", area="20", local=8, longest=11)
NOWHERE = Numbering()
LINES = st.from_regex(r"(20[2-9][0-9]{7}|1[3-9][0-9]{9}|755[2-9][0-9]{7})", fullmatch=True)


@pytest.mark.parametrize(
    "typed",
    [
        "2038880000", "020-38880000", "(020) 3888 0000", "+86 20 38880000", "+86 (0)20 38880000", "0086-20-38880000",
        "862038880000", "38880000", "３８８８００００", "020-38880000转8", "38880000 ext. 12", "+86-20-3888-0000#3",
    ],
)  # fmt: skip
def test_a_number_has_one_form(typed: str) -> None:
    assert PLAN.national(typed) == "2038880000"


@pytest.mark.parametrize(
    ("typed", "form"),
    [
        ("138 0013 8000", "13800138000"), ("+8613800138000", "13800138000"), ("8613800138000", "13800138000"), ("10000", "10000"),
        ("0100", "0100"), ("13800138", "13800138"), ("+44 20 7946 0000", "00442079460000"), ("+1 380 013 8000", "0013800138000"),
        ("0755-26001234", "75526001234"), ("8670001", "8670001"), ("", ""), ("+", ""), ("none", ""),
    ],
)  # fmt: skip
def test_other_numbers_keep_what_they_are(typed: str, form: str) -> None:
    assert PLAN.national(typed) == form


@given(LINES)
def test_every_spelling_of_a_line_is_the_same_and_the_form_is_its_own(line: str) -> None:
    spelt = [f"+86{line}", f"+86 {line}", f"0086{line}", f"0086 {line}", f"86{line}", PLAN.dialled(line)]
    assert {PLAN.national(each) for each in [line, *spelt]} == {line}


@given(st.text(max_size=24))
def test_the_form_of_a_form_is_itself(typed: str) -> None:
    assert PLAN.national(PLAN.national(typed)) == PLAN.national(typed)


@given(LINES, st.integers(3, 11))
def test_what_is_typed_from_the_beginning_finds_the_line(line: str, length: int) -> None:
    for spelt in (line, f"+86{line}", PLAN.dialled(line), line.removeprefix("20") if line.startswith("20") else line):
        assert any(line.startswith(begun) for begun in PLAN.begun(spelt[:length]))


def test_the_beginning_of_a_number_is_looked_for_as_a_local_one_first() -> None:
    assert PLAN.begun("3888") == ("203888", "3888")
    assert PLAN.begun("020-3888") == ("203888",)
    assert PLAN.begun("138001") == ("138001",)
    assert PLAN.begun("+44 20") == ("004420",)
    assert PLAN.begun("") == ("",)


def test_a_number_is_dialled_with_its_trunk_prefix() -> None:
    dialled = [PLAN.dialled(each) for each in ("2038880000", "13800138000", "10000", "00442079460000", "38880000")]
    assert dialled == ["02038880000", "13800138000", "10000", "00442079460000", "38880000"]


def test_a_number_may_stand_somewhere_with_its_prefix_or_without_its_area() -> None:
    assert PLAN.spellings("2038880000") == {"2038880000", "02038880000", "38880000"}
    assert PLAN.spellings("13800138000") == {"13800138000"}
    assert PLAN.spellings("75526001234") == {"75526001234", "075526001234"}


def test_without_a_plan_digits_are_digits() -> None:
    assert NOWHERE.national("020-3888 0000") == "02038880000"
    assert NOWHERE.national("+86 20 1234") == "0086201234"
    assert (NOWHERE.begun("020"), NOWHERE.dialled("2038880000")) == (("020",), "2038880000")

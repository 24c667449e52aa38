"""Bilingual text, and the refusals that speak it."""

from __future__ import annotations

import pytest

from kapok.kernel.errors import KapokError
from kapok.kernel.text import Language, Text, joined

GREETING = Text(zh="你好，{name}", en="Hello {name}")


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("zh", Language.ZH),
        ("zh_CN.UTF-8", Language.ZH),
        ("ZH-Hans", Language.ZH),
        ("en-GB", Language.EN),
        ("de", Language.EN),
        ("C", Language.EN),
        ("", Language.EN),
        (None, Language.EN),
    ],
)
def test_a_tag_means_one_of_the_two_languages(tag: str | None, language: Language) -> None:
    assert Language.of(tag) is language


def test_each_reader_gets_their_own_wording() -> None:
    assert GREETING.in_(Language.ZH) == "你好，{name}"
    assert GREETING.in_(Language.EN) == "Hello {name}"
    assert str(GREETING) == "Hello {name}"


def test_places_are_filled_in_both_wordings() -> None:
    assert GREETING.format(name="Lin") == Text(zh="你好，Lin", en="Hello Lin")


def test_a_number_chooses_the_form_of_its_word() -> None:
    sealed = Text(zh="{n} 个封印", en="{n:>3} {n:seal|seals}")
    assert [sealed.format(n=number).en for number in (0, 1, 2)] == ["  0 seals", "  1 seal", "  2 seals"]
    assert sealed.format(n=1).zh == "1 个封印"


def test_a_text_within_a_text_speaks_the_same_language() -> None:
    assert GREETING.format(name=Text(zh="世界", en="world")) == Text(zh="你好，世界", en="Hello world")


def test_texts_in_a_row_have_the_signs_of_their_language_between_them() -> None:
    parts = (Text(zh="甲", en="A"), Text(zh="乙", en="B"))
    assert joined(parts) == Text(zh="甲、乙", en="A, B")
    assert joined(parts, zh="；", en="; ") == Text(zh="甲；乙", en="A; B")
    assert joined([]) == Text(zh="", en="")


def test_a_place_without_a_value_is_a_mistake() -> None:
    with pytest.raises(KeyError, match="name"):
        GREETING.format(other="Lin")


class TooLoud(KapokError):
    """The neighbours complained."""

    wording = Text(zh="{where}太吵，请关窗。", en="It is too loud in {where}; close the window.")


def test_a_refusal_carries_its_data_and_says_them_in_both_languages() -> None:
    refused = TooLoud(where=Text(zh="茶水间", en="the pantry"), decibels=80)
    assert refused.data == {"where": Text(zh="茶水间", en="the pantry"), "decibels": 80}
    assert refused.text == Text(zh="茶水间太吵，请关窗。", en="It is too loud in the pantry; close the window.")
    assert str(refused) == "It is too loud in the pantry; close the window."


def test_a_refusal_without_words_of_its_own_still_says_something() -> None:
    assert KapokError().text == Text(zh="操作被拒绝。", en="This was refused.")


@pytest.mark.parametrize(
    ("words", "zh", "en"),
    [
        ("附近没有接入点 / no access point near", "附近没有接入点", "no access point near"),
        ("新装 光纤宽带 100M / install Fibre broadband 100 M", "新装 光纤宽带 100M", "install Fibre broadband 100 M"),
        ("缺端口", "缺端口", "缺端口"), ("A / B", "A / B", "A / B"), ("客户 / 家人", "客户 / 家人", "客户 / 家人"),
        ("缺端口 / ", "缺端口 / ", "缺端口 / "), ("", "", ""),
        ("端口坏 / SW2-P3", "端口坏 / SW2-P3", "端口坏 / SW2-P3"), ("光猫坏 / OLT-3", "光猫坏 / OLT-3", "光猫坏 / OLT-3"),
    ],
)  # fmt: skip
def test_what_was_kept_in_both_languages_is_read_in_one(words: str, zh: str, en: str) -> None:
    assert Text.kept(words) == Text(zh=zh, en=en)


def test_what_is_kept_comes_back() -> None:
    assert Text.kept(GREETING.both) == GREETING
    assert Text.kept(Text(zh="好", en="好").both) == Text(zh="好", en="好")

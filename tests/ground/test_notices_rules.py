"""Who is told, and in which words, decided without a database."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from kapok.config import environment
from kapok.ground.notices.rules import Around, Told, person_of, recipients, words
from kapok.kernel.text import Text

EVERYBODY = frozenset(Told)
LI = Around("li", ("mei",), ("lead", "head", "centre"), ("wu",))


@pytest.mark.parametrize(
    ("told", "above", "people"),
    [
        ({Told.OWNER, Told.DEPUTY, Told.HEAD}, 1, ["li", "mei", "lead"]),
        ({Told.OWNER, Told.DEPUTY, Told.HEAD, Told.ABOVE}, 1, ["li", "mei", "lead", "head"]),
        ({Told.HEAD, Told.ABOVE}, 9, ["lead", "head", "centre"]),
        ({Told.ABOVE}, 1, ["head"]),
        ({Told.HEAD, Told.ABOVE}, 0, ["lead"]),
        ({Told.BEFORE}, 1, ["wu"]),
        (set(), 1, []),
    ],
)
def test_who_is_told(told: set[Told], above: int, people: list[str]) -> None:
    assert recipients(LI, told, above=above) == people


def test_everybody_is_told_once() -> None:
    around = Around("li", ("mei",), ("li", "mei", "mei"), ("li", "wu"))
    assert recipients(around, EVERYBODY, above=2) == ["li", "mei", "wu"]


def test_where_no_person_answers_only_the_nearest_head_is_told_and_who_was_before() -> None:
    around = Around("", (), ("lead", "head"), ("wu",))
    assert recipients(around, EVERYBODY, above=1) == ["lead", "wu"]
    assert recipients(around, {Told.OWNER, Told.DEPUTY, Told.ABOVE}, above=1) == []


@pytest.mark.parametrize(("owner", "number"), [("staff/li", "li"), ("system/dispatch", ""), ("system", "")])
def test_only_staff_is_a_person(owner: str, number: str) -> None:
    assert person_of(owner) == number


TITLE = {"title": {"zh": "24 小时修复", "en": "Repaired in time"}}
NOTHING: dict[str, Any] = {"amount_minor": 0, "currency": "CNY", "extension_days": 0, "missing": None}


@pytest.mark.parametrize(
    ("kind", "data", "said"),
    [
        ("warned", {}, Text(zh="24 小时修复", en="Repaired in time")),
        ("breached", {}, Text(zh="24 小时修复", en="Repaired in time")),
        (
            "owed",
            {**NOTHING, "amount_minor": 1050, "extension_days": 3},
            Text(zh="24 小时修复：10.50 元，顺延 3 天", en="Repaired in time: CNY 10.50, 3 more days"),
        ),
        (
            "owed",
            {**NOTHING, "missing": "monthly_fee"},
            Text(zh="24 小时修复：金额待定", en="Repaired in time: amount not known yet"),
        ),
        ("owed", NOTHING, Text(zh="24 小时修复：无应付金额", en="Repaired in time: no amount due")),
        (
            "corrected",
            {"before_name": {"zh": "违约", "en": "broken"}, "after_name": {"zh": "履约", "en": "kept"}},
            Text(zh="24 小时修复：违约→履约", en="Repaired in time: broken → kept"),
        ),
    ],
)
def test_what_a_notice_says(kind: str, data: dict[str, Any], said: Text) -> None:
    assert words(f"commitments.{kind}", TITLE | data) == said


def test_the_setting_takes_known_words_and_names_the_remedy_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    assert environment.choices("KAPOK_TELL_OF_TEST", "owner, head", Told) == {Told.OWNER, Told.HEAD}
    monkeypatch.setenv("KAPOK_TELL_OF_TEST", "nobody")
    assert environment.choices("KAPOK_TELL_OF_TEST", "owner", Told) == frozenset()
    monkeypatch.setenv("KAPOK_TELL_OF_TEST", "owner,boss")
    with pytest.raises(
        ImproperlyConfigured, match="'boss'; use words of owner, deputy, head, above, before, or nobody"
    ):
        environment.choices("KAPOK_TELL_OF_TEST", "owner", Told)

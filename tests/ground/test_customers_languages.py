"""The languages that customers speak: kept in their order, corrected, loaded from a table, forgotten; others are refused."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from kapok.config import environment
from kapok.ground.customers import api, queries
from kapok.ground.customers.languages import LANGUAGES, named, read, tidy
from kapok.ground.customers.models import Party
from kapok.ground.customers.refusals import UnknownLanguage
from kapok.ground.journal.models import Entry
from kapok.kernel.text import Text
from tests.ground.conftest import WHO
from tests.ground.test_customers import person

KNOWN = ("zh", "yue", "en", "ja", "ko")


@pytest.mark.parametrize(
    ("cell", "kept"),
    [
        ("", []), ("yue", ["yue"]), ("粤语；普通话", ["yue", "zh"]), ("English, Cantonese", ["en", "yue"]),
        ("EN / yue en", ["en", "yue"]), ("zh、yue、en、ja", ["zh", "yue", "en", "ja"]),
    ],
)  # fmt: skip
def test_a_cell_names_languages_by_code_or_by_name(cell: str, kept: list[str]) -> None:
    assert read(cell, KNOWN) == kept


@pytest.mark.parametrize("cell", ["tlh", "zh-hans", "fr", "zh yue en ja ko"])
def test_what_is_none_of_the_list_or_too_many_is_refused(cell: str) -> None:
    with pytest.raises(UnknownLanguage) as refused:
        read(cell, KNOWN)
    assert refused.value.data["languages"] == "zh, yue, en, ja, ko"


def test_languages_are_kept_once_in_their_order_and_are_named_in_both_languages() -> None:
    assert tidy(["YUE ", "zh", "yue", ""], KNOWN) == ["yue", "zh"]
    assert named(["yue", "xx"]) == [Text(zh="粤语", en="Cantonese"), Text(zh="xx", en="xx")]
    assert all(text.zh and text.en for text in LANGUAGES.values())


def test_the_list_is_the_operators(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAPOK_SPOKEN_LANGUAGES", "yue, en")
    assert environment.row("KAPOK_SPOKEN_LANGUAGES", "zh", LANGUAGES) == ("yue", "en")
    monkeypatch.setenv("KAPOK_SPOKEN_LANGUAGES", "zh, tlh")
    with pytest.raises(ImproperlyConfigured, match="names 'tlh'"):
        environment.row("KAPOK_SPOKEN_LANGUAGES", "zh", LANGUAGES)


@pytest.mark.django_db
class TestKept:
    """Over the verbs."""

    @pytest.fixture(autouse=True)
    def _office(self, office: Any) -> None:
        """The operator's units."""

    def test_they_are_noted_corrected_and_shown(self) -> None:
        number = person(languages=["yue", "zh"])
        view = queries.customer(number)
        assert (view.languages, view.languages_name) == (
            ("yue", "zh"),
            Text(zh="粤语、普通话", en="Cantonese, Mandarin"),
        )
        assert api.change_customer(customer=number, languages=["zh", "yue"], **WHO) == {"languages"}
        assert api.change_customer(customer=number, languages=["zh", "yue"], **WHO) == frozenset()
        assert api.change_customer(customer=number, languages=None, **WHO) == frozenset()
        assert queries.customer(number).languages == ("zh", "yue")
        (entry,) = Entry.objects.filter(kind="customers.changed", subject=f"customer/{number}")
        assert entry.data == {"details": ["languages"], "changes": {"zh": "语言", "en": "languages"}}

    def test_one_that_is_not_known_is_refused_and_nothing_is_written(self) -> None:
        before = (Party.objects.count(), Entry.objects.count())
        with pytest.raises(UnknownLanguage):
            person(languages=["tlh"])
        assert (Party.objects.count(), Entry.objects.count()) == before
        number = person(languages=["yue"])
        with pytest.raises(UnknownLanguage):
            api.change_customer(customer=number, languages=["zh", "yue", "en", "ja", "ko"], **WHO)
        assert queries.customer(number).languages == ("yue",)

    def test_they_are_loaded_from_a_table_and_a_wrong_one_is_said(self) -> None:
        lines = ["name,segment,unit,语言\n", "何太,public,hall,粤语;普通话\n", "王伟,public,hall,\n"]
        loaded = api.import_customers(lines=lines, file="a.csv", **WHO)
        assert loaded.added == 2
        assert sorted(Party.objects.values_list("languages", flat=True)) == [[], ["yue", "zh"]]
        tried = api.import_customers(lines=[*lines[:2], "李四,public,hall,tlh\n"], file="b.csv", dry_run=True, **WHO)
        (fault,) = tried.faults
        assert (fault.line, fault.field) == (3, "languages")
        assert fault.reason.zh == "语言“tlh”不可用；请用 zh, yue, en, ja, ko，最多 4 种。"

    def test_they_follow_a_merge_and_are_forgotten_with_the_person(self) -> None:
        keep, drop = person(), person(languages=["en"])
        api.merge(keep=keep, drop=drop, reason="重复登记", **WHO)
        assert queries.customer(keep).languages == ("en",)
        assert api.export_person(customer=keep, reason="本人申请", **WHO)["party"]["languages"] == ["en"]
        api.erase_person(customer=keep, reason="本人申请", **WHO)
        assert set(map(tuple, Party.objects.values_list("languages", flat=True))) == {()}

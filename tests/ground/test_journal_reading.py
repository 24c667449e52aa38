"""Rows read by a question that is put together once: what the mapper would bring, by one statement."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kapok.ground.catalog.models import FlowTemplate, FlowVersion
from kapok.ground.journal.reading import read
from tests.ground.test_journal_writing import template, version

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _written() -> None:
    for code, number in (("first", 1), ("second", 3)):
        row = version(template(code), number=number)
        row.template.save(force_insert=True)
        row.save(force_insert=True)


def values(row: Any) -> dict[str, Any]:
    return {name: value for name, value in vars(row).items() if name != "_state"}


def test_the_rows_are_what_the_mapper_would_bring() -> None:
    ours = read(FlowVersion, "this.number = ANY(%s) ORDER BY this.number", [1, 3])
    theirs = FlowVersion.objects.order_by("number")
    assert [values(row) for row in ours] == [values(row) for row in theirs]
    assert (ours[0].document, ours[0].segment) == ({"a": [1, None]}, ["business", "a,b"])
    ours[0].revision = 2
    ours[0].save()
    assert FlowVersion.objects.get(id=ours[0].id).revision == 2


def test_what_is_joined_takes_no_further_statement() -> None:
    with CaptureQueriesContext(connection) as asked:
        (row,) = read(FlowVersion, "this.number = %s", 3, joined="template")
        assert row.template.code == "second"
    assert len(asked) == 1
    assert values(row.template) == values(FlowTemplate.objects.get(code="second"))


def test_a_value_is_never_words_of_the_question() -> None:
    assert read(FlowTemplate, "this.code = %s", "' OR true --") == []
    assert FlowTemplate.objects.count() == 2


def test_a_row_can_be_held() -> None:
    with CaptureQueriesContext(connection) as asked:
        assert len(read(FlowTemplate, "this.code = %s FOR NO KEY UPDATE", "first")) == 1
    assert asked[0]["sql"].endswith("FOR NO KEY UPDATE")

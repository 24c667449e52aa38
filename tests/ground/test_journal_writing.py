"""Rows of several tables in one statement: the same rows as one by one, or none."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from kapok.ground.catalog.models import FlowTemplate, FlowVersion
from kapok.ground.commitments import api as commitments
from kapok.ground.commitments.models import Commitment, PackVersion, Revision
from kapok.ground.journal import api as journal
from kapok.ground.journal.events import WordsForgotten
from kapok.ground.journal.models import Entry
from kapok.ground.journal.nesting import Whole
from kapok.ground.journal.writing import fresh, write
from kapok.kernel.ids import uuid7
from kapok.kernel.promises import find

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 1, 0, 0, 250, tzinfo=UTC)


def template(code: str) -> FlowTemplate:
    return FlowTemplate(id=uuid7(AT), code=code, line="assurance", drafted_at=AT)


def version(of: FlowTemplate, **said: Any) -> FlowVersion:
    known = {
        "number": 1,
        "state": "draft",
        "title_zh": "“流程”",
        "title_en": "a 'flow'\n",
        "document": {"a": [1, None]},
    }
    return FlowVersion(id=uuid7(AT), template=of, drafted_at=AT, segment=["business", "a,b"], **known | said)


def values(row: Any) -> dict[str, Any]:
    return {
        name: value for name, value in vars(type(row).objects.get(id=row.id)).items() if name not in {"_state", "id"}
    }


def test_two_tables_are_written_by_one_statement() -> None:
    first, second = template("first"), template("second")
    rows = [version(first), version(second, number=3)]
    with CaptureQueriesContext(connection) as asked:
        write([first, second], rows, [])
    assert len(asked) == 1
    assert [(each.template.code, each.number) for each in FlowVersion.objects.order_by("number")] == [
        ("first", 1),
        ("second", 3),
    ]
    assert not rows[0]._state.adding
    rows[0].revision = 2
    rows[0].save()
    assert FlowVersion.objects.get(id=rows[0].id).revision == 2


def test_nothing_takes_no_statement() -> None:
    with CaptureQueriesContext(connection) as asked:
        write()
        write([], [])
    assert len(asked) == 0


def test_the_rows_are_what_the_mapper_would_write() -> None:
    ours, theirs = version(template("same")), version(template("other"))
    write([ours.template], [ours])
    theirs.template.save(force_insert=True)
    theirs.save(force_insert=True)
    assert values(ours) | {"template_id": None} == values(theirs) | {"template_id": None}


def test_what_a_commitment_holds_is_kept_to_the_microsecond() -> None:
    def commitment(number: int) -> Commitment:
        return Commitment(
            id=uuid7(AT), subject="fault/1", number=number, pack=pack, promise="x", tier="contract", direction="within",
            state="kept", unit="", owner="staff/a", opened_at=AT, due_at=AT, closed_at=AT, zone="Asia/Shanghai",
            elapsed=timedelta(days=-1, microseconds=3), late_by=timedelta(days=40, hours=1), pauses=[["a", None]],
            facts={"area": "“urban”"}, warn_at=[AT, AT], owed=None, calendar_version="2026",
        )  # fmt: skip

    commitments.adopt_pack(document=find("guangzhou-pledges").read_text(encoding="utf-8"), actor="staff/tester", at=AT)
    pack = PackVersion.objects.defer("document").first()
    ours, theirs = commitment(1), commitment(2)
    write([ours])
    theirs.save(force_insert=True)
    assert values(ours) | {"number": 0} == values(theirs) | {"number": 0}
    assert Commitment.objects.filter(id=ours.id, owed__isnull=True, elapsed=timedelta(days=-1, microseconds=3)).exists()


def test_what_is_there_already_is_refused_and_nothing_is_written() -> None:
    write([template("taken")])
    with pytest.raises(IntegrityError), transaction.atomic():
        write([template("fresh"), template("taken")])
    assert list(FlowTemplate.objects.values_list("code", flat=True)) == ["taken"]


def test_what_no_column_can_take_is_refused() -> None:
    with pytest.raises(TypeError, match="cannot be written"):
        write([version(template("odd"), document={"a": object()})])
    assert not FlowVersion.objects.exists()


def test_what_fills_itself_is_not_written_here() -> None:
    row = Revision(id=uuid7(AT), commitment_id=uuid7(AT), at=AT, entry=uuid7(AT), before={}, after={})
    with pytest.raises(TypeError, match="recorded_at fills itself"):
        write([row])
    assert not Revision.objects.exists()


def test_a_fresh_row_is_what_the_mapper_would_make() -> None:
    said: dict[str, Any] = {"id": uuid7(AT), "template_id": uuid7(AT), "number": 1, "segment": ["business"]}
    ours, theirs = fresh(FlowVersion, **said), FlowVersion(**said)
    names = [field.attname for field in FlowVersion._meta.concrete_fields]
    assert [getattr(ours, name) for name in names] == [getattr(theirs, name) for name in names]
    assert (ours._state.adding, ours._state.db) == (True, None)
    with pytest.raises(TypeError, match="FlowVersion has no colour"):
        fresh(FlowVersion, id=uuid7(AT), colour="red")


# ---- what the parts of a verb leave to it ----

SEEN: list[tuple[str, bool]] = []


def see(entries: Sequence[Entry]) -> None:
    SEEN.extend((entry.subject, entry.begins) for entry in entries)


def told(subject: str, at: datetime = AT) -> WordsForgotten:
    return WordsForgotten(subject=subject, actor="staff/lin", at=at, count=1, subjects=[subject])


def test_the_rows_and_entries_of_a_whole_are_written_by_one_statement(settings: Settings) -> None:
    SEEN.clear()
    settings.JOURNAL_WITNESSES = [f"{__name__}.see"]
    one, two = template("one"), template("two")
    whole = Whole(rows=[one, version(one), two], told=[told("order/1"), told("order/2")], new={"order/2"})
    with CaptureQueriesContext(connection) as asked:
        whole.record()
    assert len(asked) == 1
    assert FlowVersion.objects.get().template == one
    assert list(FlowTemplate.objects.order_by("code").values_list("code", flat=True)) == ["one", "two"]
    assert list(Entry.objects.order_by("position").values_list("subject", flat=True)) == ["order/1", "order/2"]
    assert SEEN == [("order/1", False), ("order/2", True)]
    assert (whole.rows, whole.told, whole.new) == ([], [], set())
    with CaptureQueriesContext(connection) as asked:
        whole.record()
    assert len(asked) == 0


def test_a_whole_that_tells_of_the_far_future_leaves_nothing() -> None:
    with pytest.raises(journal.TooFarAhead), transaction.atomic():
        Whole(rows=[template("one")], told=[told("order/1"), told("order/1", AT + timedelta(days=9999))]).record()
    assert not FlowTemplate.objects.exists()
    assert not Entry.objects.exists()


def test_a_whole_may_write_before_it_tells() -> None:
    whole = Whole(rows=[template("one")], told=[told("order/1")])
    whole.write()
    assert FlowTemplate.objects.filter(code="one").exists()
    assert not Entry.objects.exists()
    whole.record()
    assert Entry.objects.get().subject == "order/1"

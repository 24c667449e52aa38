"""The journal at its doors: record, timeline, and what the database refuses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction
from pytest_django.fixtures import Settings

from kapok.ground.journal import api as journal
from kapok.ground.journal.models import Entry
from kapok.ground.journal.queries import timeline
from kapok.ground.journal.rules import payload, sentence
from kapok.kernel.text import Text

AT = datetime(2026, 3, 2, 9, 30, tzinfo=timezone(timedelta(hours=8)))


@dataclass(frozen=True, kw_only=True)
class KettleBoiled(journal.Event):
    kind: ClassVar[str] = "test.kettle_boiled"
    wording: ClassVar[Text] = Text(zh="{room}的水开了，{litres}升", en="{litres} l boiled in {room}")
    room: Text
    litres: Decimal
    cups: tuple[int, ...] = ()
    since: datetime | None = None
    day: date | None = None
    notes: dict[str, UUID] | None = None


def boiled(subject: str = "kettle/1", at: datetime = AT, litres: str = "1.5") -> KettleBoiled:
    return KettleBoiled(
        subject=subject, actor="staff/lin", at=at, room=Text(zh="茶水间", en="the pantry"), litres=Decimal(litres)
    )


def test_fields_become_plain_json() -> None:
    event = KettleBoiled(
        subject="kettle/1", actor="staff/lin", at=AT, room=Text(zh="甲", en="A"), litres=Decimal("0.10"), cups=(1, 2),
        since=AT, day=date(2026, 3, 2), notes={"note": UUID(int=5)},
    )  # fmt: skip
    assert payload(event) == {
        "room": {"zh": "甲", "en": "A"},
        "litres": "0.10",
        "cups": [1, 2],
        "since": "2026-03-02T01:30:00+00:00",
        "day": "2026-03-02",
        "notes": {"note": "00000000-0000-0000-0000-000000000005"},
    }


def test_a_sentence_is_said_in_both_languages() -> None:
    assert sentence("test.kettle_boiled", payload(boiled())) == Text(
        zh="茶水间的水开了，1.5升", en="1.5 l boiled in the pantry"
    )


def test_a_kind_that_no_module_knows_any_more_is_still_shown() -> None:
    assert sentence("gone.thing_happened", {"x": 1}) == Text(zh="gone.thing_happened", en="gone.thing_happened")


def test_two_events_cannot_share_a_kind() -> None:
    with pytest.raises(TypeError, match=r"test\.kettle_boiled"):
        type("Other", (journal.Event,), {"kind": "test.kettle_boiled", "__module__": __name__})


@pytest.mark.django_db
def test_what_is_recorded_is_read_back() -> None:
    key = journal.record(boiled())
    [line] = timeline("kettle/1")
    assert (line.id, line.kind, line.actor, line.at) == (key, "test.kettle_boiled", "staff/lin", AT)
    assert key.version == 7
    assert line.sentence.en == "1.5 l boiled in the pantry"
    assert abs(line.recorded_at - datetime.now(UTC)) < timedelta(minutes=5)


@pytest.mark.django_db
def test_a_time_line_is_its_subject_only_latest_first_and_paged() -> None:
    moments = [AT + timedelta(minutes=n) for n in range(5)]
    for at in [*moments, AT]:  # two at the same moment
        journal.record(boiled(at=at))
    journal.record(boiled(subject="kettle/2"))
    first = timeline("kettle/1", limit=2)
    assert [line.at for line in first] == [moments[4], moments[3]]
    rest = timeline("kettle/1", before=first[-1])
    assert [line.at for line in rest] == [moments[2], moments[1], AT, AT]
    last = timeline("kettle/1", before=rest[2])
    assert [line.id for line in last] == [rest[3].id]


@pytest.mark.django_db
def test_what_one_transaction_records_for_one_moment_stands_in_that_order() -> None:
    later = AT + timedelta(minutes=1)
    for number in range(50):  # another moment comes between each two
        journal.record(boiled(litres=str(number)))
        journal.record(boiled(at=later, litres=str(number)))
    lines = timeline("kettle/1", limit=100)
    assert [(line.at, line.data["litres"]) for line in lines] == [
        (at, str(number)) for at in (later, AT) for number in reversed(range(50))
    ]


SEEN: list[str] = []


def see(entries: Sequence[Entry]) -> None:
    SEEN.extend(entry.subject for entry in entries)


@pytest.mark.django_db
def test_those_are_witnesses_whom_the_settings_name_at_the_time(settings: Settings) -> None:
    SEEN.clear()
    settings.JOURNAL_WITNESSES = []
    journal.record(boiled("kettle/1"))
    settings.JOURNAL_WITNESSES = ["tests.ground.test_journal.see"]
    journal.record(boiled("kettle/2"))
    assert SEEN == ["kettle/2"]


@pytest.mark.django_db(transaction=True)
def test_nothing_is_recorded_outside_a_transaction() -> None:
    with pytest.raises(journal.OutsideTransaction) as refused:
        journal.record(boiled())
    assert "test.kettle_boiled" in refused.value.text.zh
    assert Entry.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_an_entry_vanishes_with_the_change_it_tells_about() -> None:
    with transaction.atomic():
        journal.record(boiled())
        transaction.set_rollback(True)
    assert Entry.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    ["UPDATE journal_entry SET actor = 'nobody'", "DELETE FROM journal_entry", "TRUNCATE journal_entry CASCADE"],
)
def test_the_database_refuses_to_change_or_remove_an_entry(change: str) -> None:
    journal.record(boiled())
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "ALTER TABLE journal_entry ENABLE TRIGGER journal_entry_is_never_emptied"
        )  # test databases let it rest
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            cursor.execute(change)
    assert Entry.objects.get().actor == "staff/lin"

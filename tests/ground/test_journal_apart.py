"""What a person typed is kept apart from the entry: it is read with it, seen to be another, and forgotten."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from kapok.ground.journal import api as journal
from kapok.ground.journal.models import Apart, Entry
from kapok.ground.journal.queries import line, line_of, timeline
from kapok.ground.journal.rules import ALTERED, FORGOTTEN
from kapok.ground.journal.seals import Breach, Verified, seal, verify
from kapok.kernel.text import Text

AT = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
WORDS = "张伟 13900001005 着急"


@dataclass(frozen=True, kw_only=True)
class Pressed(journal.Event):
    kind: ClassVar[str] = "test.pressed"
    wording: ClassVar[Text] = Text(zh="催办：{note}（{why}）", en="Pressed for: {note} ({why})")
    typed: ClassVar[frozenset[str]] = frozenset({"note", "why"})
    note: str = ""
    why: Text | None = None
    count: int = 1


def pressed(note: str = WORDS, subject: str = "order/1", why: Text | None = None) -> Any:
    return journal.record(Pressed(subject=subject, actor="staff/lin", at=AT, note=note, why=why))


def written(key: Any) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT data::text FROM journal_entry WHERE id = %s", [key])
        return str(cursor.fetchone()[0])


@pytest.mark.django_db
def test_an_entry_holds_a_digest_and_is_read_with_the_words() -> None:
    key = pressed(why=Text(zh="住院", en="in hospital"))
    assert "13900001005" not in written(key)
    assert "住院" not in written(key)
    [told] = timeline("order/1")
    assert told.data == {"note": WORDS, "why": {"zh": "住院", "en": "in hospital"}, "count": 1}
    assert told.sentence == Text(zh=f"催办：{WORDS}（住院）", en=f"Pressed for: {WORDS} (in hospital)")
    assert line_of(key) == told
    entry = Entry.objects.get(id=key)
    assert sorted(entry.data["note"]) == ["apart"]
    assert line(entry).sentence.en == "Pressed for: … (…)"


@pytest.mark.django_db
def test_nothing_is_kept_apart_where_nothing_was_typed() -> None:
    key = pressed("")
    assert Apart.objects.count() == 0
    assert Entry.objects.get(id=key).data == {"note": "", "why": None, "count": 1}


@pytest.mark.django_db
def test_the_same_words_have_another_digest_each_time() -> None:
    one, other = pressed(), pressed()
    assert Entry.objects.get(id=one).data["note"] != Entry.objects.get(id=other).data["note"]


@pytest.mark.django_db(transaction=True)
def test_words_are_forgotten_and_the_seals_hold() -> None:
    with transaction.atomic():
        pressed()
        pressed(subject="order/2")
    assert seal(at=AT) == 2
    with transaction.atomic(), journal.forgetting() as gone:
        assert journal.forget(["order/1", "order/9"]) == 1
        assert gone == {"order/1"}
        journal.record(
            journal.WordsForgotten(subject="customer/C1", actor="staff/lin", at=AT, count=1, subjects=["order/1"])
        )
    assert timeline("order/1")[0].data["note"] == FORGOTTEN
    assert timeline("order/1")[0].sentence.en == "Pressed for: （已删除 · erased） (None)"
    assert timeline("order/2")[0].data["note"] == WORDS
    assert verify().finding is None


@pytest.mark.django_db
def test_words_that_are_not_what_was_typed_are_seen() -> None:
    key = pressed()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Apart.objects.filter(entry=key).update(words={"note": "无事"})
    kept = Apart.objects.get(entry=key)
    kept.delete()
    Apart.objects.create(entry=key, subject=kept.subject, salt=kept.salt, words={"note": "无事"})
    assert timeline("order/1")[0].data["note"] == ALTERED


def taken_away(key: Any) -> Apart:
    kept = Apart.objects.get(entry=key)
    Apart.objects.filter(entry=key).delete()
    return kept


@pytest.mark.django_db(transaction=True)
def test_words_that_were_changed_are_reported_with_their_entry(capsys: pytest.CaptureFixture[str]) -> None:
    with transaction.atomic():
        pressed("说“好”\n\t\\ \x01 /", why=Text(zh="住院", en="in hospital"))
        key = pressed()
        last = pressed(subject="order/2")
    assert verify() == Verified(0, 0, None)
    assert seal(at=AT, limit=2) == 2
    for each, number in ((last, 0), (key, 1)):
        kept = taken_away(each)
        Apart.objects.create(entry=each, subject=kept.subject, salt=kept.salt, words={"note": "无事"})
        finding = verify().finding
        assert finding is not None
        assert (finding.breach, finding.number, finding.entry) == (Breach.WORDS_ALTERED, number, each)
    with pytest.raises(SystemExit):
        call_command("journal", "verify", "--language=en")
    assert f"The seals agree, but of entry {key} the words that a person typed were changed." in capsys.readouterr().out


@pytest.mark.django_db(transaction=True)
def test_words_that_are_gone_without_an_erasure_are_reported(capsys: pytest.CaptureFixture[str]) -> None:
    with transaction.atomic():
        key = pressed()
        pressed(subject="order/2")
    seal(at=AT)
    kept = taken_away(key)
    finding = verify().finding
    assert finding is not None
    assert (finding.breach, finding.number, finding.entry) == (Breach.WORDS_GONE, 1, key)
    Apart.objects.create(entry=key, subject=kept.subject, salt=kept.salt, words=kept.words)
    assert verify().finding is None


@pytest.mark.django_db(transaction=True)
def test_an_erasure_accounts_only_for_what_was_written_before() -> None:
    with transaction.atomic(), journal.forgetting() as gone:
        pressed()
        journal.forget(["order/1"])
        journal.record(
            journal.WordsForgotten(subject="customer/C1", actor="staff/lin", at=AT, count=1, subjects=sorted(gone))
        )
        later = pressed()
    assert verify().finding is None
    taken_away(later)
    finding = verify().finding
    assert finding is not None
    assert (finding.breach, finding.entry) == (Breach.WORDS_GONE, later)


@pytest.mark.django_db
def test_many_entries_are_read_with_one_query_more(django_assert_num_queries: Any) -> None:
    for _ in range(5):
        pressed()
    with django_assert_num_queries(2):
        assert [each.data["note"] for each in timeline("order/1")] == [WORDS] * 5

"""Seals find out what somebody did to the journal past our code, with every right in the database."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from pytest_django.fixtures import Settings

from kapok.ground.journal import seals
from kapok.ground.journal.models import Entry, Seal
from kapok.ground.journal.seals import Breach, Finding
from kapok.host.binaries import fitting
from kapok.kernel.ids import uuid7
from tests.ground.journal_lab import AT, elsewhere, ring

DAY = date(2026, 3, 2)
NEXT_DAY = date(2026, 3, 3)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _quiet(transactional_db: None, settings: Settings) -> None:
    settings.JOURNAL_WITNESSES = []


@contextmanager
def tampering() -> Iterator[None]:
    """As the owner of the tables can: with the triggers put to rest."""
    for table in ("journal_entry", "journal_seal"):
        execute(f"ALTER TABLE {table} DISABLE TRIGGER {table}_is_append_only")
    yield
    for table in ("journal_entry", "journal_seal"):
        execute(f"ALTER TABLE {table} ENABLE TRIGGER {table}_is_append_only")


def execute(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def three_seals() -> list[Entry]:
    """Ten entries: 1-4 in the first seal of the day, 5-8 in the second, 9 and 10 in the first of the next."""
    for number in range(1, 11):
        ring(number)
    assert [seals.seal(at=at, limit=4) for at in (AT, AT, AT + timedelta(days=1))] == [4, 4, 2]
    return list(Entry.objects.order_by("transaction", "position"))


def found() -> Finding | None:
    return seals.verify().finding


def test_an_untouched_journal_agrees() -> None:
    three_seals()
    assert seals.verify() == seals.Verified(3, 10, None)
    assert seals.verify(since=NEXT_DAY) == seals.Verified(1, 2, None)
    assert seals.seal(at=AT) == 0
    assert [(day.day, day.seals, day.entries) for day in seals.days()] == [(DAY, 2, 8), (NEXT_DAY, 1, 2)]


def test_an_empty_journal_agrees() -> None:
    assert seals.seal(at=AT) == 0
    assert seals.verify() == seals.Verified(0, 0, None)


def test_a_digest_goes_on_from_the_one_before() -> None:
    three_seals()
    execute("SET TIME ZONE 'America/St_Johns'")  # what is sealed does not depend on the session
    before = b""
    for each in Seal.objects.order_by("day", "number"):
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {seals.CANONICAL} FROM journal_entry ORDER BY transaction, position OFFSET %s LIMIT %s",
                [{(DAY, 1): 0, (DAY, 2): 4, (NEXT_DAY, 1): 8}[each.day, each.number], each.entries],
            )
            hashes = b"".join(bytes(row[0]) for row in cursor.fetchall())
        before = sha256(before + hashes).digest()
        assert bytes(each.digest) == before
    execute("SET TIME ZONE 'UTC'")


@pytest.mark.parametrize(
    "change",
    ["actor = 'staff/none'", "data = '{\"times\": 60}'", "at = at + interval '1 microsecond'", "correlation = id"],
)
def test_a_changed_entry_is_named(change: str) -> None:
    entries = three_seals()
    with tampering():
        execute(f"UPDATE journal_entry SET {change} WHERE id = %s", entries[5].id)
    assert found() == Finding(Breach.CHANGED, DAY, 2, 2, entries[5].id)


def test_a_removed_entry_leaves_its_place() -> None:
    entries = three_seals()
    with tampering():
        execute("DELETE FROM journal_entry WHERE id = %s", entries[1].id)
    assert found() == Finding(Breach.REMOVED, DAY, 1, 2, entries[2].id)


def test_an_inserted_entry_is_named() -> None:
    entries = three_seals()
    with tampering():
        execute(
            "INSERT INTO journal_entry (id, kind, subject, at, actor, data, transaction, position)"
            " SELECT gen_random_uuid(), kind, subject, at, 'psql', data, transaction, position FROM journal_entry WHERE id = %s",
            entries[6].id,
        )
        execute("UPDATE journal_entry SET position = position + 0 WHERE actor = 'psql'")
    finding = found()
    assert finding
    assert (finding.breach, finding.day, finding.number) == (Breach.INSERTED, DAY, 2)
    assert finding.place in {3, 4}  # two have the same place in the order now


def test_entries_that_change_places_are_found() -> None:
    entries = three_seals()
    with tampering():
        execute("UPDATE journal_entry SET transaction = %s WHERE id = %s", entries[3].transaction, entries[2].id)
        execute("UPDATE journal_entry SET transaction = %s WHERE id = %s", entries[2].transaction, entries[3].id)
    finding = found()
    assert finding
    assert (finding.breach, finding.day, finding.number, finding.place) == (Breach.CHANGED, DAY, 1, 3)


@pytest.mark.parametrize(
    ("day", "number", "expected"), [(DAY, 1, (DAY, 1)), (DAY, 2, (NEXT_DAY, 1))], ids=["within", "last of its day"]
)
def test_a_removed_seal_is_found(day: date, number: int, expected: tuple[date, int]) -> None:
    three_seals()
    with tampering():
        execute("DELETE FROM journal_seal WHERE day = %s AND number = %s", day, number)
    finding = found()
    assert finding
    assert (finding.breach, finding.day, finding.number) == (Breach.SEAL_MISSING, *expected)


def test_a_changed_seal_is_found() -> None:
    three_seals()
    with tampering():
        execute("UPDATE journal_seal SET digest = sha256('x') WHERE day = %s AND number = 1", DAY)
    assert found() == Finding(Breach.SEAL_CHANGED, DAY, 1)


def test_seals_that_were_all_made_anew_are_found_by_the_digests_kept_elsewhere() -> None:
    entries = three_seals()
    kept = {day.day: day.digest for day in seals.days()}
    assert seals.verify(expected=kept).finding is None
    with tampering():
        execute("DELETE FROM journal_seal")
        execute("UPDATE journal_entry SET actor = 'staff/none' WHERE id = %s", entries[0].id)
    for at in (AT, AT, AT + timedelta(days=1)):
        seals.seal(at=at, limit=4)
    assert seals.verify().finding is None
    assert seals.verify(expected=kept).finding == Finding(Breach.OTHER_DIGEST, DAY, 2)
    assert seals.verify(expected={date(2026, 3, 9): "00"}).finding == Finding(Breach.NO_SUCH_DAY, date(2026, 3, 9), 1)


def test_the_database_refuses_to_change_or_remove_a_seal() -> None:
    three_seals()
    for change in ("UPDATE journal_seal SET entries = 0", "DELETE FROM journal_seal"):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            execute(change)
    assert Seal.objects.count() == 3


def test_what_is_still_open_is_sealed_later_and_not_left_out() -> None:
    ring(1)
    with elsewhere(lambda: ring(2)):
        ring(3)
        assert seals.seal(at=AT) == 1
        assert seals.seal(at=AT) == 0
    assert seals.seal(at=AT) == 2
    assert seals.verify() == seals.Verified(2, 3, None)


def test_a_seal_is_due_after_its_time_or_when_the_last_was_full(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SEAL_EVERY = timedelta(seconds=60)
    ring(1)
    assert seals.seal_due(at=AT) == 1
    ring(2)
    assert seals.seal_due(at=AT + timedelta(seconds=59)) == 0
    assert seals.seal_due(at=AT + timedelta(seconds=60)) == 1
    ring(3)
    monkeypatch.setattr(seals, "BATCH", 1)
    assert seals.seal_due(at=AT + timedelta(seconds=61)) == 1


def test_a_clock_that_was_put_back_does_not_break_the_chain() -> None:
    three_seals()
    ring(11)
    assert seals.seal(at=AT) == 1
    assert Seal.objects.filter(day=NEXT_DAY).count() == 2
    assert found() is None


def command(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    code = 0
    try:
        call_command("journal", *words)
    except SystemExit as left:
        code = int(str(left.code))
    return code, capsys.readouterr().out


def test_the_command_says_that_all_agrees_and_prints_digests_to_keep(capsys: pytest.CaptureFixture[str]) -> None:
    three_seals()
    assert command(capsys, "verify", "--language=en") == (
        0,
        "3 seals over 10 entries: all as it was sealed.\nNothing waits to be sealed.\n",
    )
    code, lines = command(capsys, "digests")
    first, second = (line.split() for line in lines.splitlines())
    assert (code, first[0], first[2:], second[2:]) == (0, "2026-03-02", ["2", "8"], ["1", "2"])
    assert command(capsys, "digests", "--since=2026-03-03")[1].split()[0] == "2026-03-03"
    assert command(capsys, "verify", f"--expect={first[0]}={first[1]}")[0] == 0
    code, said = command(capsys, "verify", f"--expect={first[0]}={'0' * 64}", "--language=en")
    assert (code, "2026-03-02, seal 2: the day's digest is not the one that was kept." in said) == (1, True)


def test_the_command_names_what_was_changed(capsys: pytest.CaptureFixture[str]) -> None:
    entries = three_seals()
    with tampering():
        execute("UPDATE journal_entry SET actor = 'staff/none' WHERE id = %s", entries[5].id)
    assert command(capsys, "verify") == (
        1,
        f"2026-03-02 第 2 个封印：有条目被改动，其中第 2 条（{entries[5].id}）。在此之前的 4 条日志一致。"
        "请保全数据库与备份，并对照此前的备份查明。\n没有尚未封印的条目。\n",
    )
    assert command(capsys, "verify", "--since=2026-03-03")[0] == 0


@pytest.mark.parametrize("kept", ["2026-03-02", "2026-13-02=" + "0" * 64, "2026-03-02=xyz"])
def test_the_command_refuses_a_digest_that_is_none(kept: str) -> None:
    with pytest.raises(CommandError, match="DAY=DIGEST"):
        call_command("journal", "verify", f"--expect={kept}")


def test_the_unsealed_tail_is_said_with_its_beginning(capsys: pytest.CaptureFixture[str]) -> None:
    assert seals.tail() == seals.Tail(0, None)
    ring(1)
    assert seals.seal(at=AT) == 1
    for number in (2, 3):
        ring(number)
    first = Entry.objects.get(data__times=2)
    assert seals.tail() == seals.Tail(2, first.recorded_at)
    code, said = command(capsys, "verify", "--language=en")
    agrees, unsealed = said.splitlines()
    assert (code, agrees) == (0, "1 seal over 1 entry: all as it was sealed.")
    since = timezone.localtime(first.recorded_at).isoformat(" ", "seconds")
    assert unsealed.startswith(f"After them 2 entries, the first of {since}, not sealed yet")
    assert f"其后 2 条日志自 {since} 起尚未封印" in command(capsys, "verify")[1]
    seals.seal(at=AT)
    assert seals.tail() == seals.Tail(0, None)


def forge(recorded: timedelta, entry: UUID) -> Entry:
    """As the role of the program itself may: an entry that says it was recorded earlier, or later."""
    execute(
        "INSERT INTO journal_entry (id, kind, subject, at, actor, data, recorded_at) "
        "VALUES (%s, 'bell.rang', 'bell/9', %s, 'staff/lin', '{\"times\": 9}', statement_timestamp() + %s)",
        entry, AT, recorded,
    )  # fmt: skip
    return Entry.objects.get(id=entry)


@pytest.mark.parametrize("recorded", [timedelta(days=-2), timedelta(seconds=-1), timedelta(days=400)])
def test_when_it_was_recorded_is_said_by_the_clock_of_the_database_alone(recorded: timedelta) -> None:
    three_seals()
    before = timezone.now()
    forged = forge(recorded, uuid7(AT))
    assert before - timedelta(seconds=5) < forged.recorded_at < timezone.now() + timedelta(seconds=5)
    assert seals.tail() == seals.Tail(1, forged.recorded_at)


def test_what_the_program_writes_keeps_the_moment_of_its_statement() -> None:
    with transaction.atomic():
        ring(1)
        ring(2)
    first, second = Entry.objects.order_by("position")
    assert first.recorded_at <= second.recorded_at


def test_a_journal_without_any_seal_does_not_agree(capsys: pytest.CaptureFixture[str], settings: Settings) -> None:
    entries = three_seals()
    with tampering():
        execute("DELETE FROM journal_seal")
    assert found() is None, "so young that nothing need have been sealed"
    settings.SEAL_EVERY = timedelta(0)
    oldest = entries[0]
    assert found() == Finding(Breach.NOTHING_SEALED, timezone.localdate(oldest.recorded_at), 1, None, oldest.id)
    code, said = command(capsys, "verify", "--language=en")
    assert code == 1
    assert said.startswith("The journal cannot be vouched for: there is no seal at all, though entries should long")
    assert str(oldest.id) in said
    assert seals.seal(at=AT) == 10
    assert command(capsys, "verify", "--language=en")[0] == 0


def test_the_command_names_the_place_in_english(capsys: pytest.CaptureFixture[str]) -> None:
    entries = three_seals()
    with tampering():
        execute("DELETE FROM journal_entry WHERE id = %s", entries[5].id)
    code, said = command(capsys, "verify", "--language=en")
    assert code == 1
    assert said.startswith(
        "2026-03-02, seal 2: an entry was removed, once number 2 of those it covers, "
        f"just before {entries[6].id}. Before it 4 entries agree."
    )


def test_the_command_says_one_of_one(capsys: pytest.CaptureFixture[str]) -> None:
    for number in (1, 2):
        ring(number)
    assert [seals.seal(at=AT, limit=1) for _ in range(2)] == [1, 1]
    assert "2 seals over 2 entries: all as it was sealed." in command(capsys, "verify", "--language=en")[1]
    second = Entry.objects.order_by("transaction", "position")[1]
    with tampering():
        execute("DELETE FROM journal_entry WHERE id = %s", second.id)
    assert "Before it 1 entry agrees. Keep" in command(capsys, "verify", "--language=en")[1]


@pytest.mark.slow
def test_what_a_backup_brings_back_keeps_the_moments_at_which_it_was_recorded(tmp_path: Path) -> None:
    three_seals()
    columns = "SELECT id, recorded_at, transaction, position FROM journal_entry ORDER BY position"
    guarded = "SELECT count(*) FROM pg_trigger WHERE tgname = 'journal_entry_is_recorded_now' AND tgparentid = 0"
    at = connection.settings_dict
    name, where = at["NAME"], {"host": at["HOST"], "port": str(at["PORT"]), "user": at["USER"]}
    fresh, dump = f"{name}_restored", tmp_path / "dump"
    options = [f"--{'username' if key == 'user' else key}={value}" for key, value in where.items()]
    with psycopg.connect(**where, password=at["PASSWORD"], dbname=name, autocommit=True) as ground:
        tools = fitting(at_least=ground.info.server_version // 10000)[0]

        def run(program: str, *more: object) -> None:
            told = [tools / program, *options, "--no-owner", *map(str, more)]
            subprocess.run(told, env=os.environ | {"PGPASSWORD": at["PASSWORD"]}, check=True, timeout=600)

        before = ground.execute(columns).fetchall()
        assert len(before) == 10
        ground.execute(f'CREATE DATABASE "{fresh}"')
        try:
            run("pg_dump", "--format=custom", "--file", dump, name)
            run("pg_restore", "--exit-on-error", "--single-transaction", "--dbname", fresh, dump)
            with psycopg.connect(**where, password=at["PASSWORD"], dbname=fresh) as restored:
                assert restored.execute(columns).fetchall() == before
                assert restored.execute(guarded).fetchone() == (1,)
        finally:
            ground.execute(f'DROP DATABASE "{fresh}"')  # not by force: that may not end an autovacuum

"""Process mining at its verbs."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from kapok.batch.audit.map import MapRefused
from kapok.ground.journal.models import Entry
from kapok.ground.people.models import OrgUnit
from kapok.kernel.text import Text
from kapok.supervision.mining import api, queries, store, tasks
from kapok.supervision.mining.models import Audit, Log
from kapok.supervision.mining.rules import MOVES, State
from tests.supervision.conftest import ACTOR, LOG, MAP, PACK


def kinds(audit: UUID) -> list[str]:
    return list(
        Entry.objects.filter(subject=f"audit/{audit}").order_by("recorded_at", "id").values_list("kind", flat=True)
    )


def jobs() -> list[tuple[str, dict[str, object]]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name, args::text FROM procrastinate_jobs ORDER BY id")
        return [(name, json.loads(args)) for name, args in cursor.fetchall()]


def started(audit: UUID) -> None:
    api.start(audit=audit, pack=PACK, map_text=MAP, **ACTOR)


def test_an_upload_keeps_the_file_and_says_so(uploaded: UUID, bureau: UUID) -> None:
    assert [path.read_bytes() for path in queries.paths(uploaded)] == [LOG]
    log = Log.objects.get(audit=uploaded)
    assert (log.name, log.size) == ("faults.csv", len(LOG))
    assert kinds(uploaded) == ["mining.log_uploaded"]
    assert Audit.objects.get(id=uploaded).state == State.UPLOADED


@pytest.mark.parametrize(
    ("files", "refusal"),
    [
        ([], api.NoLog),
        ([("empty.csv", [b""])], api.EmptyLog),
        ([("virus.exe", [b"MZ"])], api.UnknownFormat),
        ([(".csv", [b"a"])], api.UnknownFormat),
        ([("x" * 197 + ".csv", [b"a"])], api.NameTooLong),
        ([("障碍工单" * 17 + ".csv", [b"a"])], api.NameTooLong),
        ([("a.csv", [b"x"]), ("a.csv", [b"y"])], api.SameName),
        ([("good.csv", [b"x"]), ("bad.docx", [b"y"])], api.UnknownFormat),
    ],
)
def test_a_refused_upload_leaves_nothing_behind(
    bureau: UUID, files: list[api.Upload], refusal: type[Exception], tmp_path: Path
) -> None:
    with pytest.raises(refusal):
        api.upload(unit=bureau, name="x", files=files, **ACTOR)
    assert not Audit.objects.exists()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert not Entry.objects.filter(kind__startswith="mining.").exists()


def test_a_file_over_the_limit_is_refused_while_it_arrives(bureau: UUID, settings: Settings, tmp_path: Path) -> None:
    settings.UPLOAD_MEGABYTES = 1
    arrived: list[int] = []

    def chunks() -> object:
        for number in range(100):
            arrived.append(number)
            yield b"x" * 2**19

    with pytest.raises(api.LogTooLarge) as refused:
        api.upload(unit=bureau, name="x", files=[("huge.csv", chunks())], **ACTOR)  # type: ignore[list-item]
    assert "KAPOK_UPLOAD_MB" in refused.value.text.zh
    assert len(arrived) == 3
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_full_disk_is_named_and_nothing_stays(bureau: UUID, tmp_path: Path) -> None:
    def chunks() -> Iterator[bytes]:
        yield b"case,at"
        raise OSError(28, "No space left on device")

    with pytest.raises(api.CannotKeep, match="No space left on device"):
        api.upload(unit=bureau, name="x", files=[("faults.csv", chunks())], **ACTOR)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert not Audit.objects.exists()


def test_a_name_cannot_leave_the_folder(bureau: UUID) -> None:
    audit = api.upload(
        unit=bureau, name="", files=[("../../../etc/passwd.csv", [b"x"]), ("..\\..\\b.csv", [b"y"])], **ACTOR
    )
    assert {path.parent for path in queries.paths(audit)} == {store.logs(audit)}
    assert Audit.objects.get(id=audit).name == "passwd.csv"


def test_starting_enqueues_exactly_one_job_in_the_same_transaction(uploaded: UUID) -> None:
    started(uploaded)
    assert jobs() == [("mining.judge", {"audit": str(uploaded), "run_number": 1})]
    with pytest.raises(api.AtWork):
        started(uploaded)
    assert len(jobs()) == 1
    assert kinds(uploaded) == ["mining.log_uploaded", "mining.audit_started"]


def test_a_bad_map_or_pack_starts_nothing(uploaded: UUID) -> None:
    with pytest.raises(MapRefused):
        api.start(audit=uploaded, pack=PACK, map_text="columns: {kase: a}", **ACTOR)
    with pytest.raises(api.UnknownPack):
        api.start(audit=uploaded, pack="../../secret", map_text=MAP, **ACTOR)
    assert jobs() == []
    assert Audit.objects.get(id=uploaded).state == State.UPLOADED


def test_a_run_judges_the_log(uploaded: UUID, bureau: UUID) -> None:
    started(uploaded)
    tasks.judge(audit=str(uploaded), run_number=1)
    audit = Audit.objects.get(id=uploaded)
    assert (audit.state, audit.failure) == (State.DONE, None)
    repair = next(row for row in queries.figures(uploaded, [bureau])["promises"] if row["code"] == "repair")
    assert (repair["opened"], repair["kept"], repair["broken"]) == (2, 1, 1)
    assert (store.report(uploaded) / "report.html").is_file()
    assert kinds(uploaded)[-1] == "mining.audit_finished"


def test_a_run_that_was_killed_is_done_again_by_the_next_worker(uploaded: UUID, bureau: UUID) -> None:
    started(uploaded)
    assert api.claim(audit=uploaded, run=1, actor="system/worker", at=ACTOR["at"])  # and then the worker dies
    tasks.judge(audit=str(uploaded), run_number=1)
    assert Audit.objects.get(id=uploaded).state == State.DONE


def test_an_old_run_cannot_finish_a_new_one(uploaded: UUID) -> None:
    started(uploaded)
    api.fail(audit=uploaded, run=1, reason=Text(zh="断电", en="power cut"), actor="system/worker", at=ACTOR["at"])
    started(uploaded)
    assert not api.claim(audit=uploaded, run=1, actor="system/worker", at=ACTOR["at"])
    assert not api.finish(
        audit=uploaded,
        run=1,
        figures={"reading": {"cases": 1}, "breaches_total": 0},
        actor="system/worker",
        at=ACTOR["at"],
    )
    assert Audit.objects.get(id=uploaded).state == State.WAITING


def test_what_cannot_be_judged_says_why_in_both_languages(bureau: UUID) -> None:
    audit = api.upload(unit=bureau, name="Broken", files=[("broken.csv", [b"a,b\n1,2\n"])], **ACTOR)
    started(audit)
    tasks.judge(audit=str(audit), run_number=1)
    failed = Audit.objects.get(id=audit)
    assert failed.state == State.FAILED
    assert failed.failure is not None
    assert "ticket" in failed.failure["en"]
    assert "ticket" in failed.failure["zh"]
    assert failed.failure["zh"] != failed.failure["en"]
    assert not store.report(audit).exists()


def test_nothing_changes_under_a_run(uploaded: UUID) -> None:
    started(uploaded)
    with pytest.raises(api.AtWork):
        api.discard(audit=uploaded, **ACTOR)
    assert store.logs(uploaded).is_dir()


def test_deleting_takes_the_files_along(uploaded: UUID, django_capture_on_commit_callbacks: object) -> None:
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        api.discard(audit=uploaded, **ACTOR)
    assert not store.folder(uploaded).exists()
    with pytest.raises(api.UnknownAudit):
        api.discard(audit=uploaded, **ACTOR)
    assert kinds(uploaded) == ["mining.log_uploaded", "mining.audit_discarded"]


def test_another_unit_sees_nothing_of_it(uploaded: UUID) -> None:
    hall = OrgUnit.objects.get(code="hall").id
    assert list(queries.audits([hall])) == []
    with pytest.raises(api.UnknownAudit):
        queries.audit(uploaded, [hall])


def test_every_state_is_reached_and_none_is_a_trap() -> None:
    reached = {State.UPLOADED} | {to for targets in MOVES.values() for to in targets}
    assert reached == set(State)
    assert all(MOVES.values())


# One log, judged twice.

COPY = {"name": "Faults (copy)", **ACTOR}


def test_a_copy_shares_the_logs_and_begins_with_the_same_map(uploaded: UUID, bureau: UUID) -> None:
    api.draft(audit=uploaded, pack=PACK, map_text=MAP)
    copied = api.copy_audit(audit=uploaded, **COPY)
    row = Audit.objects.get(id=copied)
    assert (row.name, row.unit_id, row.state, row.pack, row.map) == ("Faults (copy)", bureau, "uploaded", PACK, MAP)
    assert [path.stat().st_ino for path in queries.paths(copied)] == [
        path.stat().st_ino for path in queries.paths(uploaded)
    ]
    assert [log.sha256 for log in queries.logs(copied)] == [log.sha256 for log in queries.logs(uploaded)]
    assert kinds(copied) == ["mining.audit_copied"]
    entry = Entry.objects.get(subject=f"audit/{copied}")
    assert entry.data == {"name": "Faults", "source": str(uploaded)}


@pytest.mark.parametrize("first_to_go", [0, 1])
def test_of_two_audits_that_share_a_log_each_can_be_deleted(
    uploaded: UUID, bureau: UUID, first_to_go: int, django_capture_on_commit_callbacks: object
) -> None:
    pair = [uploaded, api.copy_audit(audit=uploaded, **COPY)]
    gone, stays = pair[first_to_go], pair[1 - first_to_go]
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        api.discard(audit=gone, **ACTOR)
    assert not store.folder(gone).exists()
    assert [path.read_bytes() for path in queries.paths(stays)] == [LOG]
    started(stays)
    tasks.judge(audit=str(stays), run_number=1)
    assert queries.figures(stays, [bureau])["reading"]["cases"] == 2


def test_a_copy_may_be_judged_by_another_pack_and_leaves_the_first_alone(uploaded: UUID, bureau: UUID) -> None:
    started(uploaded)
    tasks.judge(audit=str(uploaded), run_number=1)
    before = queries.figures(uploaded, [bureau])
    copied = api.copy_audit(audit=uploaded, **COPY)
    api.start(audit=copied, pack="cn-telecom-regulations", map_text=MAP, **ACTOR)
    tasks.judge(audit=str(copied), run_number=1)
    assert queries.figures(uploaded, [bureau]) == before
    assert queries.figures(copied, [bureau])["pack"] != before["pack"]


def test_a_refused_copy_leaves_nothing_behind(uploaded: UUID, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def no_links(*_paths: Path) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    with pytest.raises(api.CannotShare) as refused:
        api.copy_audit(audit=uploaded, **COPY)
    assert "Operation not permitted" in refused.value.text.en
    with pytest.raises(api.UnknownAudit):
        api.copy_audit(audit=UUID(int=0), **COPY)
    assert Audit.objects.count() == 1
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["faults.csv"]
    assert [path.name for path in (tmp_path / "files" / "audits").iterdir()] == [str(uploaded)]
    assert not Entry.objects.filter(kind="mining.audit_copied").exists()

"""The journal as an event log: what is in it, what is not, and that the audit reads it with its map."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from pyarrow import parquet

from kapok.batch.audit import map as maps
from kapok.batch.audit.run import run
from kapok.ground.commitments import api as commitments
from kapok.ground.commitments.models import Commitment
from kapok.ground.journal import api as journal
from kapok.ground.journal.export import CannotWrite, NothingToExport, UnknownEnding, export
from kapok.kernel.promises import parse
from tests.ground.packs import DESK

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 3, 2, 1, 0, 0, 250, tzinfo=UTC)
HOUR = timedelta(hours=1)


def happen(kind: str, subject: str, hours: float, *, unit: str = "", owner: str = "", **facts: Any) -> None:
    with transaction.atomic():
        at = MONDAY + hours * HOUR
        journal.record(
            journal.happening(kind, subject=subject, actor="staff/lin", at=at, facts=facts, unit=unit, owner=owner)
        )


@pytest.fixture
def month(db: None) -> None:
    commitments.adopt_pack(document=DESK, actor="staff/lin", at=MONDAY - HOUR)
    happen("fault.reported", "fault/F1", 0, unit="hotline", owner="staff/chen", service="fixed_voice", fee=9.5)
    happen("clock.paused", "fault/F1", 1, stops="pledge", reason="秘密", requested_by="a", approved_by="b", evidence="")
    happen("clock.resumed", "fault/F1", 30, reason="x")
    happen("fault.restored", "fault/F1", 50)
    happen("fault.reported", "fault/F2", 200, service="fixed_voice")
    happen("fault.restored", "fault/F2", 224.5)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_every_entry_of_a_matter_is_a_row(month: None, tmp_path: Path) -> None:
    written = export(tmp_path / "log.csv")
    found = rows(written.log)
    assert written.entries == len(found) == 6
    assert found[0] == {
        "case": "fault/F1", "at": "2026-03-02T01:00:00.000250Z", "kind": "fault.reported", "unit": "hotline",
        "person": "staff/chen", "stops": "", "fact.fee": "9.5", "fact.service": "fixed_voice",
    }  # fmt: skip
    assert (found[1]["stops"], found[1]["person"]) == ("pledge", "staff/lin")
    assert "秘密" not in written.log.read_text(encoding="utf-8")  # why a clock was stopped is no fact of the matter
    assert sorted(path.name for path in tmp_path.iterdir()) == ["log.csv", "log.map.yaml"]


def test_parquet_says_the_same(month: None, tmp_path: Path) -> None:
    found = parquet.read_table(export(tmp_path / "log.parquet").log).to_pylist()
    told = rows(export(tmp_path / "log.csv").log)
    assert [row["at"] for row in found] == [datetime.fromisoformat(row["at"]) for row in told]
    assert [[row[name] or "" for name in row if name != "at"] for row in found] == [
        [row[name] for name in row if name != "at"] for row in told
    ]


def test_matters_are_chosen_whole_by_their_beginning(month: None, tmp_path: Path) -> None:
    assert {row["case"] for row in rows(export(tmp_path / "a.csv", since=MONDAY + HOUR).log)} == {"fault/F2"}
    assert len(rows(export(tmp_path / "b.csv", until=MONDAY + HOUR).log)) == 4


def test_the_audit_of_the_export_says_what_the_ledger_says(month: None, tmp_path: Path) -> None:
    written = export(tmp_path / "log.parquet")
    at = MONDAY + timedelta(days=30)
    figures = run([written.log], parse(DESK, "desk"), maps.load(written.map), tmp_path / "report", at=at)
    broken = Commitment.objects.filter(state="broken").values_list("subject", "promise").order_by("subject", "promise")
    assert list(broken) == [("fault/F1", "law-repair"), ("fault/F2", "pledge-repair")]
    breaches = rows(tmp_path / "report" / "breaches.csv")
    settled = {(row["case"], row["promise"]) for row in breaches if row["promise"] != "stage-diagnose"}
    assert settled == set(broken)
    assert figures is not None


def test_nothing_is_written_where_something_is_wrong(month: None, tmp_path: Path) -> None:
    with pytest.raises(UnknownEnding):
        export(tmp_path / "log.xlsx")
    with pytest.raises(NothingToExport):
        export(tmp_path / "log.csv", since=MONDAY + timedelta(days=300))
    with pytest.raises(CannotWrite):
        export(tmp_path / "nowhere" / "log.csv")
    assert list(tmp_path.iterdir()) == []


def test_the_command_writes_and_says_how_to_judge(month: None, tmp_path: Path) -> None:
    said = StringIO()
    call_command("exportjournal", str(tmp_path / "log.csv"), "--since=2026-03-05", "--language=zh-hans", stdout=said)
    assert said.getvalue().startswith("已写出2条：")
    assert "kapok audit" in said.getvalue()
    with pytest.raises(CommandError, match=r"end it in \.csv or \.parquet"):
        call_command("exportjournal", str(tmp_path / "log.txt"))

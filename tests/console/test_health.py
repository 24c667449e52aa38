"""System health, the probe, and what is kept of an error."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.test import Client, RequestFactory
from pytest_django.fixtures import Settings

from kapok.edges.console.health import failures, measure
from kapok.ground.commitments import beats
from kapok.ground.commitments.events import SchedulerCaughtUp
from kapok.ground.commitments.scheduler import ACTOR
from kapok.ground.journal import api as journal
from kapok.kernel.text import Language
from tests.console.conftest import SignedIn

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.mark.django_db
def test_the_probe_answers_anybody(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"database": "ok"})


@pytest.mark.django_db
def test_the_probe_says_when_the_database_is_away(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kapok.edges.console.health.views.database_answers", lambda: False)
    assert client.get("/healthz").status_code == 503


def test_without_a_database_the_probe_says_no() -> None:
    """No `db` mark: pytest-django refuses the connection."""
    assert measure.database_answers() is False


@pytest.mark.django_db
def test_the_worker_is_alive_by_its_heartbeat() -> None:
    assert measure.measure(NOW).workers == 0
    assert not measure.measure(NOW).is_well
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (%s)", [NOW - timedelta(seconds=59)])
    sign_of_life()
    alive = measure.measure(NOW)
    assert (alive.workers, alive.last_heartbeat) == (1, NOW - timedelta(seconds=59))
    assert alive.is_well
    assert measure.measure(NOW + timedelta(seconds=2)).workers == 0


def sign_of_life(late: timedelta | None = None) -> None:
    beats.beat(name="scheduler@here", started_at=NOW, at=NOW, fired=9, late_p99=late, jumps=0)


@pytest.mark.django_db
def test_the_keeper_is_alive_by_its_sign_of_life() -> None:
    assert not measure.measure(NOW).keeper_is_alive
    sign_of_life(timedelta(milliseconds=6))
    assert (measure.measure(NOW).keeper_is_alive, measure.measure(NOW).late_ms) == (True, 6)
    assert not measure.measure(NOW + beats.SILENT_AFTER).keeper_is_alive


@pytest.mark.django_db
def test_the_last_catching_up_is_shown_with_the_way_to_its_time_line(signed_in: SignedIn) -> None:
    admin = signed_in("administrator", Language.EN)
    assert "caught up" not in admin.get("/system").content.decode()
    first, last, at = NOW - timedelta(days=2), NOW - timedelta(hours=1), NOW - timedelta(minutes=5)
    with transaction.atomic():
        journal.record(
            SchedulerCaughtUp(
                subject=ACTOR, actor=ACTOR, at=at, silent_since=first, first=first, last=last, warned=3, breached=2, fulfilled=1
            )
        )  # fmt: skip
    page = admin.get("/system").content.decode()
    said = "Last caught up 03-02 16:55: 6 clocks, due from 02-28 17:00 to 03-02 16:00"
    assert f'<a href="/matters/system/scheduler">{said}</a>' in page
    assert "6 warnings" not in page
    line = admin.get("/matters/system/scheduler").content.decode()
    assert "3 warnings, 2 breaches, 1 kept" in line
    assert signed_in("noc_engineer").get("/matters/system/scheduler").status_code == 200
    assert signed_in("agent").get("/matters/system/scheduler").status_code == 403
    assert "03-02 16:55 补发完毕" in signed_in("administrator", Language.ZH).get("/system").content.decode()


@pytest.mark.django_db
def test_the_queue_is_counted_and_failed_jobs_are_named() -> None:
    with connection.cursor() as cursor:
        for status, name in (("todo", "a"), ("todo", "b"), ("failed", "mining.run_audit")):
            cursor.execute(
                "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, attempts) VALUES ('q', %s, '{}', %s, 0)",
                [name, status],
            )
    health = measure.measure(NOW)
    assert (health.waiting, health.running) == (2, 0)
    assert [name for name, _at in health.failed_jobs] == ["mining.run_audit"]


@pytest.mark.django_db
def test_a_missing_migration_is_named() -> None:
    [(_, latest)] = MigrationLoader(connection).graph.leaf_nodes("journal")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'journal' AND name = %s", [latest])
    health = measure.measure(NOW)
    assert health.pending_migrations == (f"journal.{latest}",)
    assert not health.is_well


def test_a_full_disk_is_seen(monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    monkeypatch.setattr(measure.shutil, "disk_usage", lambda _: type("", (), {"free": 9, "total": 100}))
    assert measure.measure(NOW).disk_is_low


def test_the_page_is_whole_or_only_its_panel(signed_in: SignedIn) -> None:
    client = signed_in("administrator", Language.EN)
    page = client.get("/system").content.decode()
    assert "No worker is alive" in page
    assert "Nobody fires the clocks" in page
    assert "PostgreSQL 1" in page
    part = client.get("/system", headers={"HX-Request": "true", "HX-Target": "health"}).content.decode()
    assert "No worker is alive" in part
    assert "<html" not in part


def log_failure(file: Path, request: object) -> None:
    handler = failures.FailureFile(file)
    handler.setFormatter(failures.FailureFormatter())
    try:
        int("13800138000 was typed here")
    except ValueError:
        record = logging.LogRecord(
            "django.request", logging.ERROR, "", 0, "Internal Server Error", None, sys.exc_info()
        )
    record.request = request
    handler.emit(record)
    handler.close()


def test_an_error_is_found_by_its_number_and_holds_nothing_that_was_typed(tmp_path: Path) -> None:
    file, request = tmp_path / "log" / "failures.jsonl", RequestFactory().get("/people?phone=13800138000")
    log_failure(file, request)
    [failure] = failures.latest(file)
    assert failure.number == failures.reference(request)
    assert (failure.place, failure.error) == ("/people", "ValueError")
    assert "log_failure" in failure.trace
    assert "13800138000" not in file.read_text()


@pytest.mark.django_db
def test_what_a_stranger_sends_amiss_is_no_failure_of_ours(client: Client, tmp_path: Path) -> None:
    handler = failures.FailureFile(tmp_path / "f.jsonl")
    logging.getLogger().addHandler(handler)
    try:
        answer = client.get("/sign-in", headers={"Host": "elsewhere.example"})
    finally:
        logging.getLogger().removeHandler(handler)
        handler.close()
    assert answer.status_code == 400
    assert not (tmp_path / "f.jsonl").exists()


def test_latest_first_and_a_torn_line_is_passed_over(tmp_path: Path) -> None:
    file = tmp_path / "failures.jsonl"
    for number in range(12):
        log_failure(file, RequestFactory().get(f"/{number}"))
    with file.open("a") as stream:
        stream.write('{"at": "2026-')
    assert [failure.place for failure in failures.latest(file)] == [f"/{number}" for number in range(11, 1, -1)]
    assert failures.latest(tmp_path / "none") == []


def test_a_page_that_fails_shows_the_number_under_which_it_is_kept(
    signed_in: SignedIn, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr("kapok.edges.console.health.measure.shutil.disk_usage", broken)
    client = signed_in("administrator")
    client.raise_request_exception = False
    handler = failures.FailureFile(tmp_path / "f.jsonl")
    handler.setFormatter(failures.FailureFormatter())
    logger = logging.getLogger("django.request")
    logger.addHandler(handler)
    try:
        answer = client.get("/system")
    finally:
        logger.removeHandler(handler)
        handler.close()
    [line] = (tmp_path / "f.jsonl").read_text().splitlines()
    assert answer.status_code == 500
    assert f"<code>{json.loads(line)['number']}</code>" in answer.content.decode()
    assert "secret" not in answer.content.decode() + line
    steps = [step.split(":")[0] for step in json.loads(line)["trace"].split(" > ")]
    assert steps == ["screen", "views", "measure", "test_health"]

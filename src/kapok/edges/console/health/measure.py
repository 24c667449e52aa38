"""Measures the system: database, background work, disk, versions."""

from __future__ import annotations

import platform
import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path

import django
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

import kapok
from kapok.edges.console.health import failures
from kapok.ground.commitments.beats import Beating, beating
from kapok.ground.commitments.catching_up import CaughtUp, latest
from kapok.ground.journal.seals import Tail, tail

WORKER_SILENT_AFTER = timedelta(seconds=60)
DISK_IS_LOW_BELOW = 0.10


@dataclass(frozen=True)
class Health:
    """How the system is at one moment. Sizes in bytes."""

    at: datetime
    database_version: str
    database_bytes: int
    pending_migrations: tuple[str, ...]
    workers: int
    last_heartbeat: datetime | None
    waiting: int
    running: int
    failed_jobs: tuple[tuple[str, datetime | None], ...]
    disk_free: int
    disk_total: int
    versions: tuple[tuple[str, str], ...]
    failures: tuple[failures.Failure, ...]
    beating: Beating
    caught_up: CaughtUp | None
    unsealed: Tail

    @property
    def keeper_is_alive(self) -> bool:
        """Whether clocks are being fired."""
        return self.beating.alive > 0

    @property
    def late_ms(self) -> int | None:
        """How late the slowest hundredth of the latest firings came, in milliseconds."""
        late = self.beating.late_p99
        return None if late is None else round(late / timedelta(milliseconds=1))

    @property
    def worker_is_alive(self) -> bool:
        """Whether a worker has given a sign of life within the last minute."""
        return self.workers > 0

    @property
    def disk_is_low(self) -> bool:
        """Whether less than a tenth of the disk is free."""
        return self.disk_free < DISK_IS_LOW_BELOW * self.disk_total

    @property
    def is_well(self) -> bool:
        """Whether nothing needs anybody's attention now."""
        alive = self.worker_is_alive and self.keeper_is_alive
        return alive and not self.disk_is_low and not self.pending_migrations


def measure(at: datetime) -> Health:
    """Look at everything once; a few milliseconds."""
    disk = shutil.disk_usage(_existing(Path(settings.HOME)))
    workers, heartbeat = _workers(at)
    waiting, running = _queue()
    return Health(
        at=at,
        database_version=_one("SHOW server_version").split(" ")[0],
        database_bytes=int(_one("SELECT pg_database_size(current_database())")),
        pending_migrations=_pending_migrations(),
        workers=workers,
        last_heartbeat=heartbeat,
        waiting=waiting,
        running=running,
        failed_jobs=_failed_jobs(),
        disk_free=disk.free,
        disk_total=disk.total,
        versions=_versions(),
        failures=tuple(failures.latest(settings.FAILURES)),
        beating=beating(at),
        caught_up=latest(),
        unsealed=tail(),
    )


def database_answers() -> bool:
    """Whether the database answers at all."""
    try:
        return _one("SELECT 1") == "1"
    except Exception:
        return False


def _one(query: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(query)
        row = cursor.fetchone()
    return str(row[0]) if row else ""


def _workers(at: datetime) -> tuple[int, datetime | None]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE last_heartbeat > %s), max(last_heartbeat) FROM procrastinate_workers",
            [at - WORKER_SILENT_AFTER],
        )
        alive, heartbeat = cursor.fetchone() or (0, None)
    return alive, heartbeat


def _queue() -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE status = 'todo'), count(*) FILTER (WHERE status = 'doing')"
            " FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"
        )
        waiting, running = cursor.fetchone() or (0, 0)
    return waiting, running


def _failed_jobs() -> tuple[tuple[str, datetime | None], ...]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT task_name, max(event.at) FROM procrastinate_jobs job"
            " LEFT JOIN procrastinate_events event ON event.job_id = job.id AND event.type = 'failed'"
            " WHERE status = 'failed' GROUP BY job.id ORDER BY max(event.at) DESC NULLS LAST LIMIT 10"
        )
        return tuple(cursor.fetchall())


def _pending_migrations() -> tuple[str, ...]:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return tuple(f"{migration.app_label}.{migration.name}" for migration, _backwards in plan)


def _versions() -> tuple[tuple[str, str], ...]:
    return (
        ("Kapok", kapok.__version__),
        ("Python", platform.python_version()),
        ("Django", django.get_version()),
        *((name, version(name)) for name in ("procrastinate", "psycopg", "granian", "duckdb", "pyarrow")),
    )


def _existing(folder: Path) -> Path:
    return next(place for place in (folder, *folder.parents) if place.exists())

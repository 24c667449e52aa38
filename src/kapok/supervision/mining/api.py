"""Process mining: anybody's log, judged by a pack.

Promises that an audit's figures belong to the logs, the map and the pack it names, and that a run that broke off (a worker
killed, a full disk) is taken up again or says why it failed. Refuses to change an audit while it is at work.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from kapok.batch.audit import map as audit_map
from kapok.ground.journal import api as journal
from kapok.ground.people.models import Staff
from kapok.kernel.ids import uuid7
from kapok.kernel.text import Text
from kapok.supervision.mining import events, library, rules, store
from kapok.supervision.mining.models import Audit, Log, subject
from kapok.supervision.mining.refusals import (
    AtWork,
    CannotKeep,
    CannotShare,
    EmptyLog,
    LogTooLarge,
    NameTooLong,
    NoLog,
    NotDone,
    SameName,
    UnknownAudit,
    UnknownFormat,
    UnknownPack,
)

__all__ = [
    "AtWork",
    "CannotKeep",
    "CannotShare",
    "EmptyLog",
    "LogTooLarge",
    "NameTooLong",
    "NoLog",
    "NotDone",
    "SameName",
    "UnknownAudit",
    "UnknownFormat",
    "UnknownPack",
    "claim",
    "copy_audit",
    "discard",
    "draft",
    "fail",
    "finish",
    "start",
    "tell",
    "upload",
]

Upload = tuple[str, Iterable[bytes]]


def upload(*, unit: UUID, name: str, files: Sequence[Upload], actor: str, at: datetime) -> UUID:
    """Take logs into a new audit of `unit` and say under which identifier.

    Raises `NoLog`, `SameName`, `NameTooLong`, `EmptyLog`, `LogTooLarge`, `UnknownFormat`, `CannotKeep`; a refused upload leaves
    nothing behind.
    """
    if not files:
        raise NoLog
    audit = uuid7(at)
    try:
        stored = _keep_all(audit, files)
        _open(audit, unit=unit, name=name.strip() or stored[0].name, stored=stored, actor=actor, at=at)
    except BaseException:
        store.discard(audit)
        raise
    return audit


def _keep_all(audit: UUID, files: Sequence[Upload]) -> list[store.Stored]:
    stored: list[store.Stored] = []
    for name, chunks in files:
        kept = store.keep(audit, name, chunks)
        if kept.name in {other.name for other in stored}:
            raise SameName(name=kept.name)
        stored.append(kept)
    return stored


@transaction.atomic
def _open(audit: UUID, *, unit: UUID, name: str, stored: list[store.Stored], actor: str, at: datetime) -> None:
    row = _new(audit, unit=unit, name=name, actor=actor, at=at)
    row.save(force_insert=True)
    for kept in stored:
        Log.objects.create(id=uuid7(at), audit=row, name=kept.name, size=kept.size, sha256=kept.sha256)
        journal.record(events.LogUploaded(subject=row.subject, actor=actor, at=at, name=kept.name, sha256=kept.sha256))


def _new(audit: UUID, *, unit: UUID, name: str, actor: str, at: datetime) -> Audit:
    opened_by = Staff.objects.get(username=actor.removeprefix("staff/"))
    return Audit(id=audit, unit_id=unit, name=name[:200], opened_by=opened_by, opened_at=at)


def copy_audit(*, audit: UUID, name: str, actor: str, at: datetime) -> UUID:
    """A new audit of the same logs, with the same map and pack to begin with, so that one log can be judged twice and compared.

    The logs are shared, not copied; deleting one audit leaves the other whole. It may be made while the other is at work.
    Raises `UnknownAudit`, `CannotShare`; a refused copy leaves nothing behind.
    """
    copied = uuid7(at)
    try:
        _copy(audit, copied, name=name, actor=actor, at=at)
    except BaseException:
        store.discard(copied)
        raise
    return copied


@transaction.atomic
def _copy(audit: UUID, copied: UUID, *, name: str, actor: str, at: datetime) -> None:
    source = _locked(audit)  # so that it is not deleted meanwhile
    row = _new(copied, unit=source.unit_id, name=name, actor=actor, at=at)
    row.pack, row.map = source.pack, source.map
    row.save(force_insert=True)
    logs = list(Log.objects.filter(audit=audit))
    store.share(audit, copied, [log.name for log in logs])
    for log in logs:
        Log.objects.create(id=uuid7(at), audit=row, name=log.name, size=log.size, sha256=log.sha256)
    journal.record(events.AuditCopied(subject=row.subject, actor=actor, at=at, name=source.name, source=audit))


def draft(*, audit: UUID, pack: str, map_text: str) -> bool:
    """Keep what has been said so far about an audit that never ran; False when it has. Not a fact of the business."""
    never_ran = Audit.objects.filter(id=audit, state=rules.State.UPLOADED)
    return bool(never_ran.update(pack=pack, map=map_text))


@transaction.atomic
def start(*, audit: UUID, pack: str, map_text: str, actor: str, at: datetime) -> None:
    """Judge the logs of an audit by `pack` as soon as a worker is free.

    Raises `UnknownAudit`, `AtWork`, `UnknownPack`, and what `kapok.batch.audit` refuses in the map, or in map and pack together.
    """
    from kapok.supervision.mining import tasks  # the task calls the verbs below  # noqa: PLC0415

    library.check(library.pack(pack), audit_map.parse(map_text, "map"))
    row = _locked(audit)
    moved = _move(
        audit,
        rules.State.WAITING,
        pack=pack,
        map=map_text,
        run=row.run + 1,
        stage=None,
        rows_done=0,
        rows_expected=None,
        failure=None,
    )
    if not moved:
        raise AtWork
    journal.record(events.AuditStarted(subject=row.subject, actor=actor, at=at, pack=pack, run=row.run + 1))
    tasks.judge.defer(audit=str(audit), run_number=row.run + 1)


@transaction.atomic
def claim(*, audit: UUID, run: int, actor: str, at: datetime) -> bool:
    """Take a waiting (or broken off) run to work; False when another run has taken its place."""
    moved = Audit.objects.filter(id=audit, run=run, state__in=rules.sources(rules.State.RUNNING))
    return bool(moved.update(state=rules.State.RUNNING, started_at=at))


def tell(*, audit: UUID, run: int, stage: Text, rows_done: int, rows_expected: int | None) -> None:
    """Say how far a run has come. Not a fact of the business: nothing is journalled."""
    at_work = Audit.objects.filter(id=audit, run=run, state=rules.State.RUNNING)
    at_work.update(stage={"zh": stage.zh, "en": stage.en}, rows_done=rows_done, rows_expected=rows_expected)


@transaction.atomic
def finish(*, audit: UUID, run: int, figures: dict[str, Any], actor: str, at: datetime) -> bool:
    """Keep the figures of a run; False when the run was no longer the audit's own."""
    if not _move(audit, rules.State.DONE, run_is=run, figures=figures, finished_at=at):
        return False
    cases, breaches = figures["reading"]["cases"], figures["breaches_total"]
    journal.record(
        events.AuditFinished(subject=subject(audit), actor=actor, at=at, cases=cases, breaches=breaches, run=run)
    )
    return True


@transaction.atomic
def fail(*, audit: UUID, run: int, reason: Text, actor: str, at: datetime) -> bool:
    """Say why a run could not be finished; False when the run was no longer the audit's own."""
    if not _move(audit, rules.State.FAILED, run_is=run, failure={"zh": reason.zh, "en": reason.en}, finished_at=at):
        return False
    journal.record(events.AuditFailed(subject=subject(audit), actor=actor, at=at, reason=reason, run=run))
    return True


@transaction.atomic
def discard(*, audit: UUID, actor: str, at: datetime) -> None:
    """Delete an audit with its logs and figures. Raises `UnknownAudit`, `AtWork`."""
    row = _locked(audit)
    if row.state in rules.AT_WORK:
        raise AtWork
    journal.record(events.AuditDiscarded(subject=row.subject, actor=actor, at=at, name=row.name))
    row.delete()
    transaction.on_commit(lambda: store.discard(audit))


def _locked(audit: UUID) -> Audit:
    row = Audit.objects.select_for_update().filter(id=audit).first()
    if row is None:
        raise UnknownAudit
    return row


def _move(audit: UUID, to: rules.State, *, run_is: int | None = None, **changes: Any) -> bool:
    rows = Audit.objects.filter(id=audit, state__in=rules.sources(to))
    if run_is is not None:
        rows = rows.filter(run=run_is)
    return bool(rows.update(state=to, **changes))

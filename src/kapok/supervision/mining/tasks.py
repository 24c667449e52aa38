"""What the worker does for process mining: judge the logs of one audit.

A run may be done twice (its worker was killed): it reads the same files, writes the report aside and renames it, and only the
run that the audit still names can finish.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from asgiref.sync import sync_to_async
from django.conf import settings
from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.jobs import Job, Status

from kapok.batch.audit import map as audit_map
from kapok.kernel import promises
from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text
from kapok.supervision.mining import api, queries, store
from kapok.supervision.mining.models import Audit

if TYPE_CHECKING:
    from kapok.batch.audit.progress import Progress

ACTOR = "system/worker"
BROKEN = Text(
    zh="审计中断：{what}。日志未受影响；请重试，仍不成请把这句话告诉管理员。",
    en="The audit broke off: {what}. The log is untouched; try again, and show this sentence to the administrator if it recurs.",
)
DEADLY = Text(
    zh="审计中断：后台进程在审计途中屡次被终止，多因内存不足。日志未受影响；请缩小日志或增加内存，再重试。",
    en="The audit broke off: the worker was killed again and again while judging, most often for want of memory. The log is"
    " untouched; make the log smaller or the memory larger, then try again.",
)
TELL_EVERY = timedelta(milliseconds=500)
TAKEN_UP_AT_MOST = 3
"""A job whose worker has died so often after it was taken up is given up: it may be what kills them."""

log = logging.getLogger(__name__)


@app.task(queue="audits", name="mining.judge")
def judge(*, audit: str, run_number: int) -> None:
    """Run one audit from its files to its figures."""
    key = UUID(audit)
    if not api.claim(audit=key, run=run_number, actor=ACTOR, at=_now()):
        return
    try:
        figures = _figures(key, run_number)
    except KapokError as refusal:
        api.fail(audit=key, run=run_number, reason=refusal.text, actor=ACTOR, at=_now())
    except Exception as accident:  # whatever it is, the audit must not stay at work for ever
        log.exception("The audit %s broke off", key)
        api.fail(audit=key, run=run_number, reason=BROKEN.format(what=accident), actor=ACTOR, at=_now())
    else:
        api.finish(audit=key, run=run_number, figures=figures, actor=ACTOR, at=_now())
        store.clear_drafts(key)


@app.periodic(cron="* * * * * */10")  # every ten seconds
@app.task(queue="audits", queueing_lock="mining.take_up", name="mining.take_up", pass_context=True)
async def take_up(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - the queue passes the moment it is for
    """Give the jobs of dead workers to live ones, in every queue."""
    jobs = context.app.job_manager
    for job in await jobs.get_stalled_jobs(seconds_since_heartbeat=settings.STALLED_WORKER_SECONDS):
        if job.task_name == judge.name and job.attempts >= TAKEN_UP_AT_MOST:
            await sync_to_async(_give_up)(job)
            await jobs.finish_job(job, status=Status.FAILED, delete_job=False)
        else:
            await jobs.retry_job(job)


def _give_up(job: Job) -> None:
    key, number = UUID(str(job.task_kwargs["audit"])), int(str(job.task_kwargs["run_number"]))
    api.fail(audit=key, run=number, reason=DEADLY, actor=ACTOR, at=_now())


def _figures(key: UUID, number: int) -> dict[str, Any]:
    from kapok.batch.audit.run import run  # noqa: PLC0415 - columns are loaded only where they are computed

    audit = Audit.objects.get(id=key)
    pack = promises.load(promises.find(audit.pack))
    judged = run(
        queries.paths(key), pack, audit_map.parse(audit.map, "map"), store.report(key), progress=_teller(key, number)
    )
    return judged.as_json()


def _teller(key: UUID, number: int) -> Callable[[Progress], None]:
    """Writes progress to the audit, a new stage at once and the rest now and then."""
    told: list[tuple[Text, datetime]] = []

    def tell(progress: Progress) -> None:
        now = _now()
        if told and told[-1][0] == progress.stage and now - told[-1][1] < TELL_EVERY:
            return
        told[:] = [(progress.stage, now)]
        api.tell(audit=key, run=number, stage=progress.stage, rows_done=progress.done, rows_expected=progress.total)

    return tell


def _now() -> datetime:
    return datetime.now(UTC)

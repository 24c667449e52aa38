"""Clocks that make firing fail: set aside so that those behind them fire in time, tried again, given up, mended by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from kapok.ground.commitments import events
from kapok.ground.commitments.models import Commitment, StuckClock
from kapok.ground.commitments.refusals import NotStuck
from kapok.ground.commitments.rules import STUCK_STATES, StuckState
from kapok.ground.journal import api as journal
from kapok.ground.journal.rules import wait_before_next
from kapok.kernel.text import Text

OPEN = (StuckState.WAITING, StuckState.DEAD)
ORDER = ("fire_at", "commitment_id")


@dataclass(frozen=True)
class Stuck:
    """A clock that could not fire, as a person sees it."""

    commitment: UUID
    subject: str
    promise: str
    fire_at: datetime
    state: StuckState
    attempts: int
    next_try_at: datetime
    error: str

    @property
    def state_name(self) -> Text:
        """Its state in words."""
        return STUCK_STATES[self.state]


@dataclass(frozen=True)
class Page:
    """One page of clocks set aside; `after`, its last, leads to the next; None where this is the last page."""

    clocks: Sequence[Stuck]
    after: UUID | None


def clocks(*, after: UUID | None = None, limit: int = 50) -> Page:
    """Those set aside, the earliest moment first, one page after one of them; each state is read no further than a page is long."""
    rows = StuckClock.objects.select_related("commitment").order_by(*ORDER)
    place = StuckClock.objects.filter(pk=after).values_list(*ORDER).first() if after else None
    if place:
        later = Q(fire_at__gt=place[0]) | Q(fire_at=place[0], commitment_id__gt=place[1])
        rows = rows.filter(later, fire_at__gte=place[0])
    found = sorted(
        (row for state in OPEN for row in rows.filter(state=state)[: limit + 1]),
        key=lambda row: (row.fire_at, row.commitment_id),
    )
    page = [_stuck(row) for row in found[:limit]]
    return Page(page, page[-1].commitment if len(found) > limit else None)


def _stuck(row: StuckClock) -> Stuck:
    return Stuck(
        row.commitment_id, row.commitment.subject, row.commitment.promise, row.fire_at, StuckState(row.state),
        row.attempts, row.next_try_at, row.error,
    )  # fmt: skip


def due(at: datetime, limit: int) -> list[UUID]:
    """Those whose next attempt has come."""
    rows = StuckClock.objects.filter(state=StuckState.WAITING, next_try_at__lte=at).order_by("next_try_at")
    return list(rows.values_list("commitment_id", flat=True)[:limit])


def locked(key: UUID, at: datetime) -> StuckClock | None:
    """One that still waits for an attempt by `at` and that no other scheduler has in hand."""
    rows = StuckClock.objects.select_for_update(skip_locked=True, of=("self",))
    return rows.filter(commitment_id=key, state=StuckState.WAITING, next_try_at__lte=at).first()


def set_aside(clock: UUID, moment: datetime, error: str, *, at: datetime, counts: bool = True) -> None:
    """Write down that a clock could not fire for its moment: once more, or for the first time.

    Where it is no fault of the clock (`counts` false) the attempt is none of those after which it is given up.
    """
    known = StuckClock.objects.filter(commitment_id=clock, fire_at=moment).exclude(state=StuckState.DONE).first()
    attempts = (known.attempts if known else 0) + counts
    dead = counts and attempts >= settings.FIRING_ATTEMPTS
    StuckClock.objects.update_or_create(
        commitment_id=clock,
        defaults={
            "fire_at": moment, "state": StuckState.DEAD if dead else StuckState.WAITING, "attempts": attempts,
            "next_try_at": at + wait_before_next(max(attempts, 1), settings.FIRING_RETRY_AFTER), "error": error,
            "written_at": known.written_at if known else at, "settled_at": None,
        },
    )  # fmt: skip


def is_past(row: StuckClock) -> bool:
    """Whether its clock has nothing to say for that moment any more: it is over, or was judged anew for another one."""
    return not Commitment.objects.filter(id=row.commitment_id, next_fire_at=row.fire_at).exists()


def settle(row: StuckClock, at: datetime) -> None:
    """It has fired, or has nothing to say any more."""
    row.state, row.settled_at, row.attempts = StuckState.DONE.value, at, row.attempts + 1
    row.save(update_fields=["state", "settled_at", "attempts"])


@transaction.atomic
def retry_clock(*, commitment: UUID, actor: str, at: datetime) -> None:
    """Let a clock that was set aside be tried once more, now. Raises `NotStuck`."""
    row = StuckClock.objects.select_related("commitment").select_for_update(of=("self",)).filter(
        commitment_id=commitment, state__in=OPEN
    ).first()  # fmt: skip
    if row is None:
        raise NotStuck
    row.state, row.next_try_at = StuckState.WAITING.value, at
    row.save(update_fields=["state", "next_try_at"])
    journal.record(
        events.ClockRetried(
            subject=row.commitment.subject, actor=actor, at=at, commitment=commitment, promise=row.commitment.promise
        )
    )


@transaction.atomic
def retry_clocks(*, actor: str, at: datetime) -> int:
    """Let all that were set aside be tried once more, now; how many. Raises `NotStuck` where there is none."""
    rows = StuckClock.objects.select_for_update(of=("self",)).filter(state__in=OPEN).order_by("commitment_id")
    found = list(rows.values_list("commitment_id", flat=True))
    if not found:
        raise NotStuck
    StuckClock.objects.filter(commitment_id__in=found).update(state=StuckState.WAITING, next_try_at=at)
    journal.record(events.ClocksRetried(subject="system/scheduler", actor=actor, at=at, clocks=len(found)))
    return len(found)

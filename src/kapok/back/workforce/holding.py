"""Holds: why work stands still, and whether the customer's clock does. Within the `transaction.atomic` of a verb."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from kapok.back.workforce import events, rules
from kapok.back.workforce.models import Hold, WorkOrder
from kapok.back.workforce.refusals import NoteNeeded, NothingToApprove, UnknownReason
from kapok.back.workforce.rules import State
from kapok.ground.commitments import api as commitments
from kapok.ground.commitments.refusals import NothingPaused, NothingStops
from kapok.ground.journal import api as journal
from kapok.ground.people.models import Staff
from kapok.ground.work import queries as work
from kapok.ground.work.rules import LIVE
from kapok.kernel.ids import uuid7
from kapok.kernel.text import Text

NOTE, EVIDENCE = Text(zh="备注", en="note"), Text(zh="客户原因的凭据", en="evidence that the customer is the cause")
GIVEN, REFUSED = Text(zh="已批准", en="approved"), Text(zh="未批准", en="not approved")


def write(row: WorkOrder, me: Staff, reason: str, note: str, evidence: str, *, at: datetime) -> Hold:
    """Write the hold down. Raises `UnknownReason`, `NoteNeeded`."""
    if reason not in rules.HOLDS:
        raise UnknownReason(reason=reason[:40], reasons=", ".join(rules.HOLDS))
    words, proof = " ".join(note.split()), " ".join(evidence.split())
    if len(words) > rules.NOTE or (reason == rules.OTHER and not words):
        raise NoteNeeded(field=NOTE, most=rules.NOTE)
    customers = bool(rules.HOLDS[reason].pauses)
    if len(proof) > rules.NOTE or (customers and not proof):
        raise NoteNeeded(field=EVIDENCE, most=rules.NOTE)
    return Hold.objects.create(
        id=uuid7(at), order=row, reason=reason, note=words, evidence=proof, asked_by=me, since=at,
        approval="waiting" if customers else "none",
    )  # fmt: skip


def tell(row: WorkOrder, held: Hold, *, actor: str, at: datetime) -> None:
    """Say in the journal why it is held."""
    journal.record(
        events.Held(
            subject=row.item.subject, actor=actor, at=at, correlation=row.item.matter_id, reason=held.reason,
            reason_name=rules.HOLDS[held.reason].title, note=held.note,
        )
    )  # fmt: skip


def running(row: WorkOrder) -> bool:
    """Whether it is held for a reason of its own; what was put off or waits for plant has none."""
    return Hold.objects.filter(order=row, until=None).exists()


def waiting(row: WorkOrder) -> Hold:
    """The hold that waits for approval, locked until the verb's `transaction.atomic` ends. Raises `NothingToApprove`."""
    rows = Hold.objects.select_related("asked_by").select_for_update(no_key=True, of=("self",))
    found = rows.filter(order=row, until=None, approval="waiting").first()
    if found is None:
        raise NothingToApprove
    return found


def approve(row: WorkOrder, held: Hold, approver: Staff, *, actor: str, at: datetime) -> None:
    """The customer's clock has stood still since the hold, as far as its promises allow that; the actor is the approver.

    Raises what `commitments.pause` does of the approver.
    """
    kind, subject = rules.HOLDS[held.reason].pauses, row.item.matter.subject
    reason = rules.HOLDS[held.reason].title
    try:
        stopped = commitments.pause(
            subject=subject, kind=kind, end=row.item.end, reason=f"{reason.both} {held.note}".strip(),
            requested_by=held.asked_by.username, evidence=held.evidence, actor=approver.subject, at=held.since,
        )  # fmt: skip
    except NothingStops:
        stopped = []
    held.approval, held.approved_by, held.paused_with = "given", approver, kind if stopped else ""
    held.save(update_fields=["approval", "approved_by", "paused_with"])
    _answer(row, actor=actor, at=at, approved=True, clocks=len(stopped))


def refuse(row: WorkOrder, held: Hold, by: Staff, *, actor: str, at: datetime) -> None:
    """The customer's clock runs on; the work is held all the same."""
    held.approval, held.approved_by = "refused", by
    held.save(update_fields=["approval", "approved_by"])
    _answer(row, actor=actor, at=at, approved=False, clocks=0)


def _answer(row: WorkOrder, *, actor: str, at: datetime, approved: bool, clocks: int) -> None:
    journal.record(
        events.HoldAnswered(
            subject=row.item.subject, actor=actor, at=at, correlation=row.item.matter_id, approved=approved,
            answer_name=GIVEN if approved else REFUSED, clocks=clocks,
        )
    )  # fmt: skip


def lift(row: WorkOrder, *, actor: str, at: datetime) -> None:
    """The hold is over, and so is the pause that came with it; the matter's only where none stands at its other end."""
    held = Hold.objects.filter(order=row, until=None).first()
    if held is None:
        return
    held.until = at
    held.save(update_fields=["until"])
    if held.paused_with:
        title = rules.HOLDS[held.reason].title
        alone = {"subject": row.item.subject, "end": row.item.end}
        whole = {"subject": row.item.matter.subject, "also": _in_hand(row)}
        over: dict[str, Any] = alone if _at_other_end(row).exclude(paused_with="").exists() else whole
        with suppress(NothingPaused):  # where something that happened to the matter has let it run before
            commitments.resume(**over, kind=held.paused_with, reason=title.both, actor=actor, at=at)
    journal.record(events.HoldLifted(subject=row.item.subject, actor=actor, at=at, correlation=row.item.matter_id))


def stands_elsewhere(row: WorkOrder) -> bool:
    """Whether the customer's clock stands still for the other end of what has two, or will where that is approved."""
    return _at_other_end(row).filter(~Q(paused_with="") | Q(approval="waiting")).exists()


def _at_other_end(row: WorkOrder) -> QuerySet[Hold]:
    """The holds that run at the other end of what has two."""
    running = Hold.objects.filter(until=None, order__state=State.HELD, order__item__matter=row.item.matter_id)
    return running.exclude(order__item__end__in=["", row.item.end]) if row.item.end else running.none()


def _in_hand(row: WorkOrder) -> list[str]:
    """The work whose clocks the customer's pause held: they run again even where the matter has no clock any more."""
    return [item.subject for item in work.items_of(row.item.matter.subject) if item.state in LIVE]

"""Pauses and waivers that somebody asks for and somebody else approves.

The clocks run on while the request waits. Approved, they stand still from the moment of asking on, as if the entry had come
late; refused, withdrawn, or unanswered until it lapses, they have never stopped. The matters are locked first: of many answers
one counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from kapok.ground.commitments import approving, events, judging, rules
from kapok.ground.commitments.models import Commitment, PauseRequest
from kapok.ground.commitments.naming import ALL_TIERS, tiers_named
from kapok.ground.commitments.refusals import (
    AlreadyAsked,
    AnsweredBefore,
    NoAsker,
    NothingStops,
    NothingWaived,
    NotYourRequest,
    ReasonMissing,
    RequestAnswered,
    SaidTooLong,
    UnknownApprover,
    UnknownPause,
    UnknownRequest,
    UnknownRequester,
    UnknownTier,
)
from kapok.ground.commitments.rules import RequestState, State
from kapok.ground.commitments.standing import stoppable, waivable
from kapok.ground.journal import api as journal
from kapok.ground.people.models import Staff
from kapok.kernel.ids import uuid7
from kapok.kernel.promises import ALSO, EVENTS, STOPS, Tier
from kapok.kernel.text import Text

WAIVED = "clock.waived"
SYSTEM = "system/scheduler"


@dataclass(frozen=True)
class Asked:
    """What is asked for, of which clocks of a matter."""

    subject: str
    also: Sequence[str]
    kind: str
    stops: Sequence[str]
    said: dict[str, str]
    clocks: list[Commitment]


@transaction.atomic
def ask_pause(
    *, subject: str, also: Sequence[str] = (), kind: str = "clock.paused", stops: Sequence[str] = (), reason: str,
    requested_by: str, evidence: str, actor: str, at: datetime,
) -> UUID:  # fmt: skip
    """Ask that the clocks of a matter, and of its work items in `also`, stop from now on; under which identifier.

    Until somebody with authority over their units approves they run on; `KAPOK_PAUSE_APPROVAL_HOURS` later the request lapses.
    Raises `UnknownPause`, `UnknownTier`, `ReasonMissing`, `SaidTooLong`, `UnknownRequester`, `NoAsker`, `NothingStops`,
    `AlreadyAsked`, `NobodyApproves`.
    """
    refuse_vague(kind, stops)
    said = _said(reason=reason, requested_by=requested_by, evidence=evidence)
    judging.lock(subject, *also)
    clocks = [clock for each in (subject, *also) for clock in stoppable(each, kind, stops)]
    if not clocks:
        raise NothingStops(subject=subject, kind=EVENTS[kind], tiers=tiers_named(stops))
    return _ask(Asked(subject, also, kind, stops, said, clocks), actor, at)


@transaction.atomic
def ask_waiver(*, subject: str, reason: str, requested_by: str, evidence: str, actor: str, at: datetime) -> UUID:
    """Ask that the promises of a matter fall away whose packs hear `clock.waived`; under which identifier.

    Raises `ReasonMissing`, `SaidTooLong`, `UnknownRequester`, `NoAsker`, `NothingWaived`, `AlreadyAsked`, `NobodyApproves`.
    """
    said = _said(reason=reason, requested_by=requested_by, evidence=evidence)
    judging.lock(subject)
    clocks = waivable(subject)
    if not clocks:
        raise NothingWaived(subject=subject)
    return _ask(Asked(subject, (), WAIVED, (), said, clocks), actor, at)


@transaction.atomic
def approve_request(*, request: UUID, word: str = "", actor: str, at: datetime) -> list[UUID]:
    """Approve it: its clocks stand still from the moment of asking on, or its promises fell away then; which.

    Raises `UnknownRequest`, `RequestAnswered`, `AnsweredBefore`, `SaidTooLong`, `UnknownApprover`, `OwnApproval`, `MayNotApprove`,
    and `NothingStops` where all of it has fallen away meanwhile.
    """
    row, person = _answerable(request, word, actor, at)
    clocks = list(Commitment.objects.filter(id__in=row.clocks).exclude(state=State.VOID))
    if not clocks:
        raise NothingStops(subject=row.subject, kind=EVENTS[row.kind], tiers=tiers_named(row.stops))
    _record(row, person, {clock.subject for clock in clocks})
    _answer(row, RequestState.APPROVED, word, by=person.subject, at=at)
    return [clock.id for clock in clocks]


@transaction.atomic
def refuse_request(*, request: UUID, word: str, actor: str, at: datetime) -> None:
    """Refuse it with a word: the clocks have never stopped.

    Raises `ReasonMissing`, `SaidTooLong`, `UnknownRequest`, `RequestAnswered`, `AnsweredBefore`, `UnknownApprover`, `OwnApproval`,
    `MayNotApprove`.
    """
    if not word.strip():
        raise ReasonMissing(field=rules.PAUSE_FIELDS["word"])
    row, person = _answerable(request, word, actor, at)
    _answer(row, RequestState.REFUSED, word, by=person.subject, at=at)


@transaction.atomic
def withdraw_request(*, request: UUID, word: str = "", actor: str, at: datetime) -> None:
    """Take back what one has asked for while nobody has answered it: the clocks have never stopped.

    Raises `UnknownRequest`, `NotYourRequest`, `RequestAnswered`, `AnsweredBefore`, `SaidTooLong`.
    """
    row = _waiting(request, word, at)
    if actor != row.asked_by:
        raise NotYourRequest(asked_by=row.asked_by.partition("/")[2])
    _answer(row, RequestState.WITHDRAWN, word, by=actor, at=at)


def lapse_requests(*, at: datetime, limit: int = 100) -> int:
    """Let lapse what nobody has answered in time, each at its own moment; how many."""
    due = PauseRequest.objects.filter(state=RequestState.WAITING, lapses_at__lte=at).order_by("lapses_at", "id")
    return sum(_lapse(id_) for id_ in list(due.values_list("id", flat=True)[:limit]))


@transaction.atomic
def _lapse(request: UUID) -> bool:
    row = _locked(request)
    if row.state != RequestState.WAITING:
        return False
    _answer(row, RequestState.LAPSED, "", by="", at=row.lapses_at)
    return True


def reached(subject: str, kind: str) -> set[str]:
    """The matters that a request for a pause of `kind` would stop that still waits for its answer."""
    row = PauseRequest.objects.filter(subject=subject, kind=kind, state=RequestState.WAITING).first()
    return {row.subject, *row.also} if row else set()


def refuse_vague(kind: str, stops: Sequence[str]) -> None:
    """Refuse what is no pause, and what is no tier. Raises `UnknownPause`, `UnknownTier`."""
    if kind not in rules.RESUMES:
        raise UnknownPause(kind=kind, kinds=", ".join(rules.RESUMES))
    for tier in stops:
        if tier not in set(Tier):
            raise UnknownTier(tier=tier, tiers=ALL_TIERS)


def refuse_unsaid(said: dict[str, str]) -> None:
    """Refuse what leaves a field empty, or fills it beyond measure. Raises `ReasonMissing`, `SaidTooLong`."""
    for name, value in said.items():
        if not value.strip():
            raise ReasonMissing(field=rules.PAUSE_FIELDS[name])
        _refuse_long(name, value)


def _refuse_long(name: str, value: str) -> None:
    if len(value) > rules.SAID_AT_MOST:
        raise SaidTooLong(field=rules.PAUSE_FIELDS[name], most=rules.SAID_AT_MOST)


def _said(**said: str) -> dict[str, str]:
    refuse_unsaid(said)
    return said | {"requested_by": approving.requester(said["requested_by"])}


def _ask(asked: Asked, actor: str, at: datetime) -> UUID:
    for waiting in PauseRequest.objects.filter(subject=asked.subject, kind=asked.kind, state=RequestState.WAITING):
        if at < waiting.lapses_at:
            raise AlreadyAsked(subject=asked.subject, kind=EVENTS[asked.kind])
        _answer(waiting, RequestState.LAPSED, "", by="", at=waiting.lapses_at)
    asker, units = _asker(actor), {clock.unit for clock in asked.clocks}
    approving.refuse_without_approver(units, not_of={asker, asked.said["requested_by"]})
    row = PauseRequest.objects.create(
        id=uuid7(at), subject=asked.subject, also=list(asked.also), kind=asked.kind, stops=list(asked.stops), **asked.said,
        asked_by=asker, asked_at=at, lapses_at=at + settings.PAUSE_APPROVAL_WITHIN,
        clocks=[clock.id for clock in asked.clocks], units=approving.authorities(units),
    )  # fmt: skip
    said = asked.said | {"stops": " ".join(asked.stops), "lapses_at": row.lapses_at, "clocks": len(asked.clocks)}
    _tell(events.PauseAsked, row, actor=actor, at=at, **said)
    return row.id


def _asker(actor: str) -> str:
    try:
        return approving.working(actor, UnknownRequester).subject
    except UnknownRequester:
        raise NoAsker(actor=actor[:60]) from None


def _locked(request: UUID) -> PauseRequest:
    """The request, its matters under lock. Raises `UnknownRequest`."""
    row = PauseRequest.objects.filter(id=request).first()
    if row is None:
        raise UnknownRequest
    judging.lock(row.subject, *row.also)
    row.refresh_from_db()
    return row


def _answerable(request: UUID, word: str, actor: str, at: datetime) -> tuple[PauseRequest, Staff]:
    """A request that waits for an answer, and the person who may give it."""
    row = _waiting(request, word, at)
    person = approving.working(actor, UnknownApprover)
    now = Commitment.objects.filter(id__in=row.clocks).values_list("unit", flat=True)
    return row, approving.with_authority(person, not_of={row.asked_by, row.requested_by}, units={*row.units, *now})


def _waiting(request: UUID, word: str, at: datetime) -> PauseRequest:
    """A request that waits for an answer, its matters under lock. Raises `UnknownRequest`, `RequestAnswered`, `AnsweredBefore`."""
    _refuse_long("word", word)
    row = _locked(request)
    if row.state != RequestState.WAITING:
        raise RequestAnswered(state_name=rules.REQUEST_STATES[RequestState(row.state)])
    if at >= row.lapses_at:
        raise RequestAnswered(state_name=rules.REQUEST_STATES[RequestState.LAPSED])
    if at < row.asked_at:
        raise AnsweredBefore(asked=row.asked_at)
    return row


def _record(row: PauseRequest, person: Staff, subjects: set[str]) -> None:
    """Record on the matters, as of the moment of asking, what has been approved."""
    facts = {
        "reason": row.reason,
        "requested_by": row.requested_by,
        "approved_by": person.subject,
        "evidence": row.evidence,
    }
    facts |= {STOPS: " ".join(row.stops)} if row.stops else {}
    facts |= {ALSO: " ".join([row.subject, *row.also])} if row.also else {}
    for subject in (row.subject, *row.also):
        if subject in subjects:
            matter = judging.locked(subject)
            if any(each.kind == row.kind and each.at == row.asked_at for each in matter.entries):
                continue  # what was told of the matter has reached it
            journal.record(judging.told(matter, row.kind, actor=row.asked_by, at=row.asked_at, facts=facts))


def _answer(row: PauseRequest, state: RequestState, word: str, *, by: str, at: datetime) -> None:
    row.state, row.word, row.answered_by, row.answered_at = state.value, word.strip(), by, at
    row.save(update_fields=["state", "word", "answered_by", "answered_at"])
    _tell(
        events.PauseAnswered, row, actor=by or SYSTEM, at=at, commitment=row.clocks[0], asked_at=row.asked_at,
        asked_by=row.asked_by, requested_by=row.requested_by, state=state.value,
        state_name=rules.REQUEST_STATES[state], word=row.word, clocks=len(row.clocks) if state is RequestState.APPROVED else 0,
    )  # fmt: skip


def _tell(event: type[events.PauseAsked | events.PauseAnswered], row: PauseRequest, **said: Any) -> None:
    what: Text = EVENTS[row.kind]
    journal.record(event(subject=row.subject, request=row.id, what=row.kind, what_name=what, **said))

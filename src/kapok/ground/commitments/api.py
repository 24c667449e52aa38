"""Commitments: promises made to somebody, each with one clock and one accountable person.

Promises that the commitments of a matter are at every moment what the packs in force make of all its entries, whatever order they
arrived in; that a pause stops only what its pack allows; and that what was promised before a change stays readable. Refuses to
stop a clock without a reason, and to put a pack into force whose text makes no sense.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from django.db import transaction

from kapok.ground.catalog import queries as flows
from kapok.ground.catalog.offering import queries as offers
from kapok.ground.catalog.versions import one_publisher
from kapok.ground.commitments import approving, asking, events, judging, rules
from kapok.ground.commitments.asking import (
    approve_request,
    ask_pause,
    ask_waiver,
    lapse_requests,
    refuse_request,
    withdraw_request,
)
from kapok.ground.commitments.models import Commitment, PackVersion
from kapok.ground.commitments.naming import tiers_named
from kapok.ground.commitments.refusals import (
    AdoptedLater,
    AlreadyAdopted,
    AlreadyAsked,
    AnsweredBefore,
    MayNotApprove,
    NoAsker,
    NobodyApproves,
    NothingPaused,
    NothingStops,
    NothingWaived,
    NotYourRequest,
    OwnApproval,
    OwnerMissing,
    PackNeeded,
    PackNotInForce,
    PackOfFlow,
    ReasonMissing,
    RequestAnswered,
    SaidTooLong,
    SameVersion,
    UnknownApprover,
    UnknownCommitment,
    UnknownPause,
    UnknownRequest,
    UnknownRequester,
    UnknownTier,
)
from kapok.ground.commitments.registry import pack_of
from kapok.ground.commitments.standing import resumable, stoppable
from kapok.ground.journal import api as journal
from kapok.ground.journal import queries as journal_queries
from kapok.kernel.ids import uuid7
from kapok.kernel.promises import ALSO, AT_END, EVENTS, STOPS, Pack, parse
from kapok.kernel.text import joined

__all__ = [
    "AdoptedLater",
    "AlreadyAdopted",
    "AlreadyAsked",
    "AnsweredBefore",
    "MayNotApprove",
    "NoAsker",
    "NobodyApproves",
    "NotYourRequest",
    "NothingPaused",
    "NothingStops",
    "NothingWaived",
    "OwnApproval",
    "OwnerMissing",
    "PackNeeded",
    "PackNotInForce",
    "PackOfFlow",
    "ReasonMissing",
    "RequestAnswered",
    "SaidTooLong",
    "SameVersion",
    "UnknownApprover",
    "UnknownCommitment",
    "UnknownPause",
    "UnknownRequest",
    "UnknownRequester",
    "UnknownTier",
    "adopt_pack",
    "answer_for",
    "approve_request",
    "ask_pause",
    "ask_waiver",
    "lapse_requests",
    "pause",
    "refuse_request",
    "resume",
    "retire_pack",
    "withdraw_request",
]

MOST_NAMED = 8
"""More of what needs a pack is not named."""


@transaction.atomic
def adopt_pack(*, document: str, scope: Mapping[str, str] = MappingProxyType({}), actor: str, at: datetime) -> UUID:
    """Put a pack into force for what is opened from `at` on; the version in force until then ends, and judges on what it opened.

    `document` is the pack's YAML; with a `scope` it is asked only of matters whose facts hold these values.
    Raises `PackRefused`, `AlreadyAdopted`, `SameVersion`, `AdoptedLater`.
    """
    pack, digest = parse(document, "pack"), hashlib.sha256(document.encode()).hexdigest()
    judging.keep_packs()
    _supersede(pack, digest, at)
    row = PackVersion.objects.create(
        id=uuid7(at),
        code=pack.code,
        version=pack.version,
        document=document,
        digest=digest,
        kinds=sorted({kind for promise in pack.promises for kind in promise.roles}),
        scope=dict(scope),
        adopted_at=at,
    )
    title = pack.title
    journal.record(
        events.PackAdopted(
            subject=f"pack/{pack.code}", actor=actor, at=at, title=title, version=pack.version, digest=digest
        )
    )
    judging.judge_again(journal_queries.subjects_since(row.kinds, at))
    return row.id


@transaction.atomic
def retire_pack(*, code: str, actor: str, at: datetime) -> None:
    """Let a pack open nothing from `at` on; what it opened before runs on and is judged by it to its end.

    Raises `PackNotInForce`, `AdoptedLater`, `PackOfFlow` for the stages of a flow, `PackNeeded` while an offer on sale or a flow
    in force names one of its promises.
    """
    one_publisher()
    judging.keep_packs()
    row = PackVersion.objects.filter(code=code, superseded_at=None).first()
    if row is None:
        raise PackNotInForce(pack=code[:60])
    if row.scope:
        raise PackOfFlow(pack=code)
    if at < row.adopted_at:
        raise AdoptedLater(pack=code, since=row.adopted_at)
    if named := [*offers.promising(code), *(each.title for each in flows.in_force() if each.serves_pack == code)]:
        raise PackNeeded(pack=code, named=joined(named[:MOST_NAMED]))
    PackVersion.objects.filter(id=row.id).update(superseded_at=at)
    title = pack_of(row).title
    journal.record(events.PackRetired(subject=f"pack/{code}", actor=actor, at=at, title=title, version=row.version))
    judging.judge_again(journal_queries.subjects_since(row.kinds, at))


@transaction.atomic
def pause(
    *,
    subject: str,
    also: Sequence[str] = (),
    kind: str = "clock.paused",
    stops: Sequence[str] = (),
    end: str = "",
    reason: str,
    requested_by: str,
    evidence: str,
    actor: str,
    at: datetime,
) -> list[UUID]:
    """Stop the clocks of a matter, and of its work items in `also`, that the packs let `kind` stop; which ones stand now.

    The actor approves by doing it: they have authority over the units of those clocks, and it is another's wish (`requested_by`, a
    staff number or one of `REQUESTERS`). Who has not asks (`ask_pause`). `stops` names tiers (none: all).
    At one `end` of a matter that has two (`a`, `b`) it holds the work at that end alone, and the matter.
    Raises `UnknownPause`, `UnknownTier`, `ReasonMissing`, `SaidTooLong`, `NothingStops`, `UnknownRequester`, `UnknownApprover`,
    `OwnApproval`, `MayNotApprove`.
    """
    said = {"reason": reason, "requested_by": requested_by, "evidence": evidence}
    asking.refuse_vague(kind, stops)
    asking.refuse_unsaid(said)
    matters = {matter.subject: matter for matter in judging.locked_together([subject, *also])}
    stopping = [clock for each in matters for clock in stoppable(each, kind, stops, end=end)]
    if not stopping:
        raise NothingStops(subject=subject, kind=EVENTS[kind], tiers=tiers_named(stops))
    facts = _approved(said, actor, stopping) | ({STOPS: " ".join(stops)} if stops else {})
    facts |= {ALSO: " ".join([subject, *also])} if also else {}
    facts |= {AT_END: end} if end else {}
    for each, matter in matters.items():
        if not stoppable(each, kind, stops, end=end):
            continue  # nothing there to stop, or what happened to the matter has reached it
        journal.record(judging.told(matter, kind, actor=actor, at=at, facts=facts))
    return [clock.id for clock in stopping]


@transaction.atomic
def resume(
    *,
    subject: str,
    also: Sequence[str] = (),
    kind: str = "clock.paused",
    end: str = "",
    reason: str,
    actor: str,
    at: datetime,
) -> None:
    """Let the clocks of a matter, and of its work items in `also`, run again that a pause of `kind` had stopped.

    A pause that is only asked for ends, too: approved later, it stands until now. At one `end` of a matter that has two nothing
    is over at the other. Raises `UnknownPause`, and `NothingPaused`
    where no paused clock hears of its end.
    """
    if kind not in rules.RESUMES:
        raise UnknownPause(kind=kind, kinds=", ".join(rules.RESUMES))
    matters = judging.locked_together([subject, *also])
    asked = asking.reached(subject, kind)
    if not asked and not any(resumable(matter.subject, kind) for matter in matters):
        raise NothingPaused(subject=subject, kind=EVENTS[kind])
    facts = {"reason": reason} | ({AT_END: end} if end else {})
    for matter in matters:
        if matter.subject not in asked and not resumable(matter.subject, kind):
            continue  # nothing there to let run, or what happened to the matter has reached it
        journal.record(judging.told(matter, rules.RESUMES[kind], actor=actor, at=at, facts=facts))


def answer_for(*, subject: str, unit: str, owner: str, actor: str, at: datetime) -> int:
    """Make somebody else answer for the open commitments of a matter; how many there are. Raises `OwnerMissing`."""
    if not owner:
        raise OwnerMissing
    with transaction.atomic(savepoint=False):  # nothing below refuses: there is nothing to go back to
        judging.lock(subject)
        rows = Commitment.objects.filter(subject=subject, state__in=rules.RUNNING).exclude(unit=unit, owner=owner)
        passed = rows.update(unit=unit, owner=owner)
        if passed:
            journal.record(
                events.AccountabilityPassed(
                    subject=subject, actor=actor, at=at, unit=unit, owner=owner, commitments=passed
                )
            )
    return passed


def _supersede(pack: Pack, digest: str, at: datetime) -> None:
    """End the version in force, if there is one that differs."""
    if PackVersion.objects.filter(code=pack.code, version=pack.version).exclude(digest=digest).exists():
        raise SameVersion(pack=pack.code, version=pack.version)
    row = PackVersion.objects.filter(code=pack.code, superseded_at=None).first()
    if row is None:
        return
    if row.digest == digest:
        raise AlreadyAdopted(pack=pack.code, version=pack.version)
    if at < row.adopted_at:
        raise AdoptedLater(pack=pack.code, since=row.adopted_at)
    PackVersion.objects.filter(id=row.id).update(superseded_at=at)


def _approved(said: Mapping[str, str], actor: str, clocks: Sequence[Commitment]) -> dict[str, str]:
    """What the entry says of it, people by their numbers; the actor may approve it."""
    asked = approving.requester(said["requested_by"])
    person = approving.approver(actor, asked=asked, clocks=clocks)
    return {**said, "requested_by": asked, "approved_by": person.subject}

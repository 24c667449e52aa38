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

from kapok.ground.commitments import events, judging, rules
from kapok.ground.commitments.models import Commitment, PackVersion
from kapok.ground.commitments.refusals import (
    AdoptedLater,
    AlreadyAdopted,
    NothingPaused,
    NothingStops,
    OwnerMissing,
    ReasonMissing,
    SameVersion,
    UnknownCommitment,
    UnknownPause,
    UnknownTier,
)
from kapok.ground.commitments.standing import stoppable
from kapok.ground.journal import api as journal
from kapok.ground.journal import queries as journal_queries
from kapok.kernel.ids import uuid7
from kapok.kernel.promises import STOPS, Pack, Tier, parse

__all__ = [
    "AdoptedLater",
    "AlreadyAdopted",
    "NothingPaused",
    "NothingStops",
    "OwnerMissing",
    "ReasonMissing",
    "SameVersion",
    "UnknownCommitment",
    "UnknownPause",
    "UnknownTier",
    "adopt_pack",
    "answer_for",
    "pause",
    "resume",
    "waive",
]


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
def pause(
    *,
    subject: str,
    kind: str = "clock.paused",
    stops: Sequence[str] = (),
    reason: str,
    requested_by: str,
    approved_by: str,
    evidence: str = "",
    actor: str,
    at: datetime,
) -> list[UUID]:
    """Stop the clocks of a matter that the packs let `kind` stop, of the tiers in `stops` (none named: all); which ones stand now.

    Raises `UnknownPause`, `UnknownTier`, `ReasonMissing`, `NothingStops`.
    """
    said = {"reason": reason, "requested_by": requested_by, "approved_by": approved_by}
    _refuse_vague(kind, stops, said)
    judging.lock(subject)
    clocks = stoppable(subject, kind, stops)
    if not clocks:
        raise NothingStops(subject=subject, kind=kind, tiers=" ".join(stops) or "*")
    facts = said | {"evidence": evidence} | ({STOPS: " ".join(stops)} if stops else {})
    journal.record(journal.happening(kind, subject=subject, actor=actor, at=at, facts=facts))
    return [clock.id for clock in clocks]


@transaction.atomic
def resume(*, subject: str, kind: str = "clock.paused", reason: str, actor: str, at: datetime) -> None:
    """Let the clocks of a matter run again that a pause of `kind` had stopped. Raises `UnknownPause`, `NothingPaused`."""
    if kind not in rules.RESUMES:
        raise UnknownPause(kind=kind, kinds=", ".join(rules.RESUMES))
    judging.lock(subject)
    if not Commitment.objects.filter(subject=subject, pauses__0__isnull=False, state__in=rules.RUNNING).exists():
        raise NothingPaused(subject=subject)
    journal.record(
        journal.happening(rules.RESUMES[kind], subject=subject, actor=actor, at=at, facts={"reason": reason})
    )


@transaction.atomic
def waive(
    *, subject: str, reason: str, requested_by: str, approved_by: str, evidence: str = "", actor: str, at: datetime
) -> None:
    """Let the promises of a matter fall away whose packs hear `clock.waived`; what was late already stays broken.

    Raises `ReasonMissing`.
    """
    said = {"reason": reason, "requested_by": requested_by, "approved_by": approved_by}
    _refuse_unsaid(said)
    journal.record(
        journal.happening("clock.waived", subject=subject, actor=actor, at=at, facts=said | {"evidence": evidence})
    )


@transaction.atomic
def answer_for(*, subject: str, unit: str, owner: str, actor: str, at: datetime) -> int:
    """Make somebody else answer for the open commitments of a matter; how many there are. Raises `OwnerMissing`."""
    if not owner:
        raise OwnerMissing
    judging.lock(subject)
    rows = Commitment.objects.filter(subject=subject, state__in=rules.RUNNING).exclude(unit=unit, owner=owner)
    passed = rows.update(unit=unit, owner=owner)
    if passed:
        journal.record(
            events.AccountabilityPassed(subject=subject, actor=actor, at=at, unit=unit, owner=owner, commitments=passed)
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


def _refuse_vague(kind: str, stops: Sequence[str], said: Mapping[str, str]) -> None:
    if kind not in rules.RESUMES:
        raise UnknownPause(kind=kind, kinds=", ".join(rules.RESUMES))
    for tier in stops:
        if tier not in set(Tier):
            raise UnknownTier(tier=tier, tiers=" ".join(Tier))
    _refuse_unsaid(said)


def _refuse_unsaid(said: Mapping[str, str]) -> None:
    for name, value in said.items():
        if not value.strip():
            raise ReasonMissing(field=rules.PAUSE_FIELDS[name])

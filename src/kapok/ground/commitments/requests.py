"""Reading what is asked of clocks: what waits for somebody's answer, and what became of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from kapok.ground.commitments.approving import REQUESTERS
from kapok.ground.commitments.models import Commitment, PauseRequest
from kapok.ground.commitments.rules import REQUEST_STATES, RequestState
from kapok.ground.people import queries as people
from kapok.ground.people.models import OrgUnit, Staff
from kapok.ground.people.roles import Permission
from kapok.kernel.promises import EVENTS, Tier
from kapok.kernel.promises.terms import TIERS
from kapok.kernel.text import Text, joined


@dataclass(frozen=True)
class Request:
    """A request as a person sees it."""

    id: UUID
    subject: str
    also: Sequence[str]
    kind: str
    stops: Sequence[str]
    reason: str
    requested_by: str
    evidence: str
    asked_by: str
    asked_at: datetime
    lapses_at: datetime
    clocks: Sequence[UUID]
    units: Sequence[str]
    state: RequestState
    answered_by: str
    answered_at: datetime | None
    word: str

    @property
    def what(self) -> Text:
        """What is asked for."""
        return EVENTS[self.kind]

    @property
    def state_name(self) -> Text:
        """Its state in words."""
        return REQUEST_STATES[self.state]

    @property
    def waits(self) -> bool:
        """Whether it waits for an answer."""
        return self.state is RequestState.WAITING

    @property
    def wish_of(self) -> Text:
        """Whose wish it is, where it is not that of a member of staff."""
        return REQUESTERS.get(self.requested_by, Text(zh="", en=""))

    @property
    def tiers(self) -> Text:
        """Which tiers it would stop; empty for every one whose pack allows it."""
        return joined([TIERS[Tier(each)] for each in self.stops])


def request(id_: UUID) -> Request | None:
    """The request of that identifier, if there is one."""
    row = PauseRequest.objects.filter(id=id_).first()
    return _request(row) if row else None


def of_matter(subject: str) -> list[Request]:
    """What has been asked of a matter, the latest first."""
    return [_request(row) for row in PauseRequest.objects.filter(subject=subject).order_by("-asked_at", "-id")]


def waiting(subjects: Collection[str]) -> list[Request]:
    """What waits for an answer of these matters, the first asked in front."""
    return [_request(row) for row in _waiting().filter(subject__in=subjects).order_by("asked_at", "id")]


def to_answer(staff: Staff) -> list[Request]:
    """What waits for this person's answer, what lapses first in front: one has authority over all its units and has not asked.

    The units are those of asking, and those that answer for the clocks now.
    """
    open_ = _waiting().exclude(asked_by=staff.subject).exclude(requested_by=staff.subject)
    if not open_.exists():
        return []
    held = people.units_where(staff.id, Permission.LEDGER_APPROVE)
    codes = list(OrgUnit.objects.filter(id__in=held).values_list("code", flat=True))
    rows = list(open_.filter(units__contained_by=codes).order_by("lapses_at", "id"))
    now = dict(Commitment.objects.filter(id__in={id_ for row in rows for id_ in row.clocks}).values_list("id", "unit"))
    beyond = set(now.values()) - set(codes)
    if beyond and people.top() in codes:  # what no known unit answers for is the top unit's
        beyond &= set(OrgUnit.objects.filter(code__in=beyond).values_list("code", flat=True))
    return [_request(row) for row in rows if not any(now.get(id_) in beyond for id_ in row.clocks)]


def _waiting() -> QuerySet[PauseRequest]:
    return PauseRequest.objects.filter(state=RequestState.WAITING)


def _request(row: PauseRequest) -> Request:
    return Request(
        id=row.id, subject=row.subject, also=row.also, kind=row.kind, stops=row.stops, reason=row.reason,
        requested_by=row.requested_by, evidence=row.evidence, asked_by=row.asked_by, asked_at=row.asked_at,
        lapses_at=row.lapses_at, clocks=row.clocks, units=row.units, state=RequestState(row.state),
        answered_by=row.answered_by, answered_at=row.answered_at, word=row.word,
    )  # fmt: skip

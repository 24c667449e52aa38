"""Reading the baton: its time line, who burned the time of a commitment, and what is left unanswered."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from kapok.ground.commitments.explaining import known_at
from kapok.ground.commitments.models import Commitment
from kapok.ground.commitments.registry import pack_of
from kapok.ground.commitments.standing import promise_of
from kapok.ground.people.models import OrgUnit, Staff
from kapok.ground.posts import queries as posts
from kapok.ground.work import queries, rules
from kapok.ground.work.attribution import Clock, Party, Share, Span, attribute
from kapok.ground.work.models import Handoff, Matter, Tenure, Turn
from kapok.ground.work.queries import Offer
from kapok.ground.work.rules import HandoffState, Part, Side
from kapok.kernel.hours import Measure
from kapok.kernel.promises.deadlines import Clock as PromiseClock
from kapok.kernel.text import Text

WORK = "work/"
EVER = datetime.min.replace(tzinfo=UTC)
TURNS = (
    "item", "unit", "answers", "acted_by", "handoff__from_unit", "handoff__from_answers", "handoff__to_unit",
    "handoff__to_answers",
)  # fmt: skip


@dataclass(frozen=True)
class Leg:
    """One stretch of the baton's time line: whose turn it was, with what."""

    item: UUID
    stage: str
    title: Text
    part: rules.Part
    unit: str
    unit_name: Text
    answers: str
    answers_name: str
    acted_by: str
    acted_by_name: str
    since: datetime
    until: datetime | None
    handoff: UUID | None

    @property
    def part_name(self) -> Text:
        """What the time was spent on."""
        return rules.PARTS[self.part]


def baton(subject: str) -> list[Leg]:
    """The hand-overs of a matter, or of one work item (`work/…`), on one time line, in two queries."""
    return [_leg(row) for row in _turns(subject)]


def attribution(
    commitment: UUID, at: datetime, *, since: datetime | None = None, until: datetime | None = None
) -> tuple[Share, ...]:
    """Who burned the time of a commitment, as known at `at`: the parts add up exactly to what its clock has run.

    Of its whole life up to now, or of the part of it from `since` to `until`; the shares of parts that follow on each other add up
    to those of the whole. The deputy who acted is named beside who answers; work waits for nobody who is only asked to be the first
    contact. Empty where there is no such commitment, or it was
    never opened.
    """
    row = Commitment.objects.select_related("pack").filter(id=commitment).first()
    clock = _clock(row, at) if row else None
    if row is None or clock is None:
        return ()
    turns = _turns(row.subject)
    spans = [_span(turn) for turn in turns if row.subject.startswith(WORK) or not turn.item.contact]
    return attribute(clock, spans, _owners(row), since=since, until=until)


def _clock(row: Commitment, at: datetime) -> Clock | None:
    """The clock of a commitment up to where it stands still for good, or to what is known; None where it was never opened."""
    judged, known_until = known_at(row, at)
    if judged is None or judged.opened_at is None:
        return None
    end = judged.closed_at or judged.stopped_at or known_until
    promise = promise_of(row)
    running = PromiseClock(promise, pack_of(row.pack)).running
    return Clock(judged.opened_at, max(end, judged.opened_at), running, judged.pauses, Measure(promise.pause_measure))


def _turns(subject: str) -> QuerySet[Turn]:
    one = {"item": subject.removeprefix(WORK)} if subject.startswith(WORK) else {"item__matter__subject": subject}
    return Turn.objects.filter(**one).select_related(*TURNS).order_by("since", "item", "number")


def _span(turn: Turn) -> Span:
    """A turn with whom it is charged to: the waiting of a judged refusal to who lost, what is not judged to neither."""
    party = Party(
        turn.unit.code, turn.answers.username, turn.acted_by.username if turn.acted_by else "", Part(turn.part)
    )
    neither = Span(turn.since, turn.until, Party("", "", "", Part.DISPUTE))
    if turn.part == Part.DISPUTE:
        return neither
    if turn.part == Part.WAITING and turn.handoff:
        side = rules.loser(HandoffState(turn.handoff.state))
        if side is None:
            return neither
        if side is Side.OFFERER:
            offerer = turn.handoff
            party = Party(offerer.from_unit.code, offerer.from_answers.username, "", Part.WAITING)
    return Span(turn.since, turn.until, party)


def _owners(row: Commitment) -> list[Span]:
    """Who is charged where nobody's turn ran: the first contact of the matter then, or who answers for the commitment."""
    matter = Matter.objects.filter(subject=row.subject).select_related("unit", "first_contact", "acting").first()
    if matter is None:
        return [Span(EVER, None, Party(row.unit, row.owner.removeprefix("staff/"), "", Part.BETWEEN))]
    before = Tenure.objects.filter(matter=matter).select_related("unit", "answers", "acted_by").order_by("until", "id")
    owners, since = list[Span](), EVER
    for each in before:
        owners.append(Span(since, each.until, _between(each.unit, each.answers, each.acted_by)))
        since = each.until
    return [*owners, Span(since, None, _between(matter.unit, matter.first_contact, matter.acting))]


def _between(unit: OrgUnit, answers: Staff, acting: Staff | None) -> Party:
    return Party(unit.code, answers.username, acting.username if acting else "", Part.BETWEEN)


@dataclass(frozen=True)
class Unanswered:
    """An offer that nobody has accepted in time, and whom to turn to, in this order."""

    offer: Offer
    overdue_by: timedelta
    ladder: tuple[posts.Step, ...]


def unanswered(at: datetime, *, units: Collection[UUID] | None = None, limit: int = 200) -> list[Unanswered]:
    """Offers that nobody has accepted in time (they count against the receiver), the oldest first, with their ladders."""
    rows = Handoff.objects.filter(state=HandoffState.OFFERED, accept_by_at__lt=at)
    if units is not None:
        rows = rows.filter(to_unit__in=units)
    page = queries.offers(rows.order_by("accept_by_at", "id")[:limit])
    ladders = {unit: _ladder(unit, at) for unit in {offer.to_unit for offer in page}}
    return [Unanswered(offer, at - offer.accept_by_at, ladders[offer.to_unit]) for offer in page]


def left_unanswered(person: UUID, unit: UUID, at: datetime) -> bool:
    """Whether an offer to the unit for which this person answers has passed its time unaccepted."""
    waiting = Handoff.objects.filter(state=HandoffState.OFFERED, to_answers=person, to_unit=unit)
    return waiting.filter(accept_by_at__lt=at).exists()


def _ladder(unit: str, at: datetime) -> tuple[posts.Step, ...]:
    post = posts.acting_for_unit(unit, at)
    return tuple(posts.escalation(post.code, at)) if post else ()


def _leg(row: Turn) -> Leg:
    return Leg(
        item=row.item_id, stage=row.item.stage, title=row.item.title, part=Part(row.part), unit=row.unit.code,
        unit_name=row.unit.name, answers=row.answers.username, answers_name=row.answers.name,
        acted_by=row.acted_by.username if row.acted_by else "", acted_by_name=row.acted_by.name if row.acted_by else "",
        since=row.since, until=row.until, handoff=row.handoff_id,
    )  # fmt: skip

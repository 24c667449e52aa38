"""Reading the baton: its time line, who burned the time of a commitment, who keeps whom waiting, and what is left unanswered."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Count, F, Q, QuerySet
from django.db.models.aggregates import Aggregate

from kapok.ground.commitments.explaining import known_at
from kapok.ground.commitments.models import Commitment
from kapok.ground.commitments.registry import pack_of
from kapok.ground.commitments.standing import promise_of
from kapok.ground.people.models import OrgUnit, Staff
from kapok.ground.posts import queries as posts
from kapok.ground.work import queries, rules, urging
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
    to those of the whole. The deputy who acted is named beside who answers. Empty where there is no such commitment, or it was
    never opened.
    """
    row = Commitment.objects.select_related("pack").filter(id=commitment).first()
    clock = _clock(row, at) if row else None
    if row is None or clock is None:
        return ()
    spans = [_span(turn) for turn in _turns(row.subject)]
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


class _Median(Aggregate):
    function = "percentile_cont"
    template = "percentile_cont(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"


@dataclass(frozen=True)
class Pairing:
    """How hand-offs went from one unit (whom the other serves) to another."""

    consumer: str
    consumer_name: Text
    provider: str
    provider_name: Text
    offered: int
    accepted_in_time: int
    late: int
    """Accepted after its time, or still unanswered after it."""
    refused: int
    disputed: int
    upheld: int
    overruled: int
    median_wait: timedelta | None


def matrix(at: datetime, *, since: datetime, until: datetime, units: Collection[UUID] | None = None) -> list[Pairing]:
    """Provider by consumer, for what was offered in [since, until), in two queries; `at` decides what is late by now."""
    rows = queries.handoff_rows(units=units, since=since, until=until).order_by("from_unit", "to_unit")
    accepted = Q(state=HandoffState.ACCEPTED)
    in_time = Q(answered_at__lte=F("accept_by_at"))
    unanswered = Q(state=HandoffState.OFFERED) | Q(way=rules.Way.RETURN, state=HandoffState.WITHDRAWN)
    counted = rows.values("from_unit", "to_unit").annotate(
        offered=Count("id"),
        in_time=Count("id", filter=accepted & in_time),
        late=Count("id", filter=_late(at)),
        refused=Count("id", filter=~Q(reason="") & ~accepted & ~unanswered),
        disputed=Count("id", filter=Q(disputed_at__isnull=False)),
        upheld=Count("id", filter=Q(state=HandoffState.UPHELD)),
        overruled=Count("id", filter=Q(state=HandoffState.OVERRULED)),
        wait=_Median(F("answered_at") - F("offered_at"), filter=Q(answered_at__isnull=False)),
    )
    found = list(counted)
    names = OrgUnit.objects.in_bulk([unit for row in found for unit in (row["from_unit"], row["to_unit"])])
    return [
        Pairing(
            names[row["from_unit"]].code, names[row["from_unit"]].name, names[row["to_unit"]].code,
            names[row["to_unit"]].name, row["offered"], row["in_time"], row["late"], row["refused"], row["disputed"],
            row["upheld"], row["overruled"], row["wait"],
        )
        for row in found
    ]  # fmt: skip


def _late(at: datetime) -> Q:
    """Offers that were answered too late, whatever the answer, or are not answered by now though they should be."""
    return Q(answered_at__gt=F("accept_by_at")) | Q(state=HandoffState.OFFERED, accept_by_at__lt=at)


@dataclass(frozen=True)
class Conduct:
    """The measurable events of a unit (rule FC6), and the points that judgements took from it."""

    unit: str
    unit_name: Text
    unanswered: int
    """Offers that it accepted late, or has not answered in time."""
    lost_as_receiver: int
    lost_as_offerer: int
    returns: int
    passed_on: int
    """Its transfers in matters that were transferred more often than is tolerated."""
    urged: int
    """How often its work was urged."""

    @property
    def points(self) -> int:
        """One for each of these events; returns and urges are counted and cost nothing by themselves."""
        return self.unanswered + self.lost_as_receiver + self.lost_as_offerer + self.passed_on


def conduct(at: datetime, *, since: datetime, until: datetime, units: Collection[UUID] | None = None) -> list[Conduct]:
    """How the units conducted themselves with what was offered in [since, until), in a few queries."""
    rows = Handoff.objects.filter(offered_at__gte=since, offered_at__lt=until).order_by()
    unanswered = _counted(rows.filter(_late(at)), "to_unit")
    as_receiver = _counted(rows.filter(state=HandoffState.OVERRULED), "to_unit")
    as_offerer = _counted(rows.filter(state=HandoffState.UPHELD), "from_unit")
    returns = _counted(rows.filter(way=rules.Way.RETURN), "from_unit")
    passed_on = _counted(rows.filter(way=rules.Way.TRANSFER, item__matter__in=_passed_on(rows, until)), "from_unit")
    columns = (unanswered, as_receiver, as_offerer, returns, passed_on, urging.by_unit(since, until))
    concerned = {unit for column in columns for unit in column}
    wanted = concerned if units is None else concerned & set(units)
    return [
        Conduct(unit.code, unit.name, *(column.get(unit.id, 0) for column in columns))
        for unit in OrgUnit.objects.filter(id__in=wanted).order_by("code")
    ]


def _counted(rows: QuerySet[Handoff], side: str) -> dict[UUID, int]:
    return {row[side]: row["n"] for row in rows.values(side).annotate(n=Count("id"))}


def _passed_on(rows: QuerySet[Handoff], until: datetime) -> list[UUID]:
    """The matters of `rows` that had been transferred more often than is tolerated by `until`, whenever that began."""
    of_them = rows.filter(way=rules.Way.TRANSFER).values("item__matter")
    ever = Handoff.objects.filter(way=rules.Way.TRANSFER, offered_at__lt=until, item__matter__in=of_them).order_by()
    transfers = ever.values("item__matter").annotate(n=Count("id"))
    return [row["item__matter"] for row in transfers if row["n"] > settings.WORK_TRANSFERS_TOLERATED]


def _leg(row: Turn) -> Leg:
    return Leg(
        item=row.item_id, stage=row.item.stage, title=row.item.title, part=Part(row.part), unit=row.unit.code,
        unit_name=row.unit.name, answers=row.answers.username, answers_name=row.answers.name,
        acted_by=row.acted_by.username if row.acted_by else "", acted_by_name=row.acted_by.name if row.acted_by else "",
        since=row.since, until=row.until, handoff=row.handoff_id,
    )  # fmt: skip

"""Dispatch: who of those who could go is sent, and why; or whom the leader names. Within the `transaction.atomic` of a verb."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Count

from kapok.back.workforce import booking, crews, events, holding, orders, rules, scoring
from kapok.back.workforce.capacity import Visit, worked
from kapok.back.workforce.crews import Technician
from kapok.back.workforce.models import BOOKED, Appointment, Helper, WorkOrder
from kapok.back.workforce.refusals import InHands, NobodyFits, NotATechnician, NoTimeThen, NotNow
from kapok.back.workforce.rules import Deed, Kind, State
from kapok.back.workforce.scoring import Candidate, Weights
from kapok.ground.journal import api as journal
from kapok.ground.people.models import Staff
from kapok.ground.places.models import Address
from kapok.ground.work import rows as work_rows
from kapok.ground.work.baton import api as baton
from kapok.ground.work.queries import clocks
from kapok.kernel.text import Text, joined

REPEATS = timedelta(days=30)
UNKNOWN_MINUTES = 60
WITHIN = timedelta(days=1)
SKILL = Text(zh="{count} 人无此技能", en="{count} without the skill")
SHIFT = Text(zh="{count} 人该时段不当班或无余量", en="{count} off shift or without room then")
LOAD = Text(zh="{count} 人在手工单已满", en="{count} with enough in hand")
THIRD = Text(zh="{count} 人因第三次上门须换人", en="{count} barred, as the third visit takes somebody else")
ASSIGN, REASSIGN = Text(zh="指派", en="Assigned"), Text(zh="改派", en="Reassigned")
DESPITE = Text(zh="{deed}（{why}，坚持指派）：{reason}", en="{deed}, though {why}: {reason}")
PLAINLY = Text(zh="{deed}：{reason}", en="{deed}: {reason}")
NOBODY = Text(zh="该单位没有装维人员", en="the unit has nobody who does field work")


@dataclass(frozen=True)
class Explanation:
    """Who is sent (staff number), and why in one line."""

    technician: str
    text: Text


@dataclass(frozen=True)
class Named:
    """Whom a leader names, and why; `insist` sends them though they cannot keep the window."""

    username: str
    technician: Staff | None
    reason: str
    insist: bool = False

    def found(self, row: WorkOrder) -> Staff:
        """The technician. Raises `NotATechnician`."""
        if self.technician is None:
            raise NotATechnician(username=self.username[:50], unit_name=row.unit.name)
        return self.technician

    def why(self, deed: Text, *, despite: Text | None) -> Text:
        """What the work order and the journal say of it."""
        wording = DESPITE if despite else PLAINLY
        return wording.format(deed=deed, why=despite or NOBODY, reason=self.reason)


def weights() -> Weights:
    """What this installation weighs."""
    return Weights(
        float(settings.WORKFORCE_WEIGH_SLACK), float(settings.WORKFORCE_WEIGH_TRAVEL),
        float(settings.WORKFORCE_WEIGH_CONTINUITY),
    )  # fmt: skip


def must_be_open(row: WorkOrder) -> None:
    """Refuse to send somebody where somebody has it, or it is over. Raises `InHands`, `NotNow`."""
    state = State(row.state)
    if state in rules.IN_HAND and row.technician is not None:
        raise InHands(username=row.technician.username)
    if state not in rules.OPEN:
        raise NotNow(state_name=rules.STATES[state], deed_name=Text(zh="派工", en="Dispatch"))


def dispatch(row: WorkOrder, *, actor: str, at: datetime) -> Explanation:
    """Send who fits best. Raises `InHands`, `NotNow`, `NobodyFits`."""
    must_be_open(row)
    everybody = crews.members(crews.around(_ground(row)), "", at, at)
    booking.lock(each.id for each in everybody)
    visit = _wanted(row, at)
    able, why = _able(row, everybody, visit, at)
    choice = scoring.choose(able, weights())
    if choice is None:
        raise NobodyFits(why=joined(why) if why else NOBODY)
    by_name = {each.username: each for each in everybody}
    send(row, by_name[choice.id], choice.text, actor=actor, at=at)
    return Explanation(choice.id, choice.text)


def assign(row: WorkOrder, named: Named, *, actor: str, at: datetime) -> None:
    """Send whom the leader names. Raises `InHands`, `NotNow`, `NotATechnician`, `NoTimeThen`."""
    must_be_open(row)
    technician = named.found(row)
    send(row, technician, named.why(ASSIGN, despite=_despite(row, technician, named, at)), actor=actor, at=at)


def reassign(row: WorkOrder, named: Named, *, actor: str, at: datetime) -> None:
    """Take it out of the hands of who has it, and offer it to whom the dispatcher names. What was held goes on first.

    Raises `NotNow`, `NotATechnician`, `NoTimeThen`, and what `baton.carry_over` does.
    """
    before = row.technician
    if (
        State(row.state) not in rules.IN_HAND
        or before is None
        or (row.state == State.HELD and not holding.running(row))
    ):
        raise NotNow(state_name=rules.STATES[State(row.state)], deed_name=Text(zh="改派", en="Reassign"))
    technician = named.found(row)
    why = named.why(REASSIGN, despite=_despite(row, technician, named, at))
    if row.state == State.HELD:
        holding.lift(row, actor=actor, at=at)
    unit = row.item.unit if work_rows.works_for(technician, row.item.unit) else technician.unit
    baton.carry_over(item=row.item_id, unit=unit.code, to=technician.username, note=named.reason, actor=actor, at=at)
    keep_time(row, technician)
    WorkOrder.objects.filter(id=row.id).update(explanation_zh=why.zh[:500], explanation_en=why.en[:500])
    told = (before.subject, technician.subject)
    journal.record(
        events.Reassigned(
            subject=row.item.matter.subject, actor=actor, at=at, correlation=row.item.matter_id, work=row.item.subject,
            title=row.item.title, before=before.username, technician=technician.username, told=told,
            note=named.reason,
        )
    )  # fmt: skip


def _despite(row: WorkOrder, technician: Staff, named: Named, at: datetime) -> Text | None:
    """Why whom the leader insists on cannot keep the window that is to come. Raises `NoTimeThen` where nobody insists.

    Whose time is kept for it already keeps it.
    """
    window = row.appointment
    if window is None or window.state != BOOKED or window.ends_at <= at or window.kept_for_id == technician.id:
        return None
    why = crews.hindrance(technician, crews.visit_of(window), without=window.id)
    if why and not named.insist:
        raise NoTimeThen(username=technician.username, window=booking.spoken(window.starts_at, window.ends_at), why=why)
    return why


def keep_time(row: WorkOrder, technician: Staff) -> None:
    """The appointment takes this technician's time from now on; whoever goes does not help besides."""
    Helper.objects.filter(order=row, staff=technician).delete()
    if row.appointment_id:
        Appointment.objects.filter(id=row.appointment_id, state=BOOKED).update(kept_for=technician)


def technician_of(row: WorkOrder, username: str, at: datetime) -> Staff | None:
    """The technician with this number who works on the ground of the visit or around the unit; None where there is none."""
    people = crews.members(crews.around(row.unit_id) | crews.around(_ground(row)), "", at, at)
    return next((each for each in people if each.username == username.lower()), None)


def send(row: WorkOrder, technician: Staff, why: Text, *, actor: str, at: datetime) -> None:
    """The work order is this technician's to accept, their unit's if it was another's, and the appointment takes their time."""
    if not work_rows.works_for(technician, row.item.unit):
        baton.carry_to(item=row.item_id, unit=technician.unit.code, actor=actor, at=at)
        row = orders.called(row.item_id)  # as it stands now: the other unit has been offered the work
    said = {"explanation_zh": why.zh[:500], "explanation_en": why.en[:500]}
    if not orders.move(row, State.DISPATCHED, at, technician=technician, **said):
        raise NotNow(state_name=rules.STATES[State(row.state)], deed_name=rules.DEEDS[Deed.ACCEPT])
    keep_time(row, technician)
    journal.record(
        events.Dispatched(
            subject=row.item.subject, actor=actor, at=at, correlation=row.item.matter_id,
            technician=technician.username, why=why,
        )
    )  # fmt: skip


def _ground(row: WorkOrder) -> UUID:
    """The unit around which somebody is looked for: the one whose people the window was promised of, else who has the work."""
    booked = row.appointment if row.appointment and row.appointment.state == BOOKED else None
    return booked.unit_id if booked else row.unit_id


def _wanted(row: WorkOrder, at: datetime) -> Visit:
    """The visit: in its window, else from now until it is due."""
    length = timedelta(minutes=row.minutes or UNKNOWN_MINUTES)
    if row.appointment is not None and row.appointment.state == BOOKED and row.appointment.ends_at > at:
        return Visit(max(row.appointment.starts_at, at), row.appointment.ends_at, length)
    clock = clocks([row.item.subject]).get(row.item.subject)
    due = clock.due_at if clock and clock.due_at and clock.due_at > at + length else at + WITHIN
    return Visit(at, due, length)


def _able(row: WorkOrder, everybody: Sequence[Staff], visit: Visit, at: datetime) -> tuple[list[Candidate], list[Text]]:
    """Who could go, and how many could not for what reason."""
    left, why = list(everybody), list[Text]()
    skilled = {each.id for each in crews.members({each.unit_id for each in left}, row.skill, at, visit.until)}
    left = _without([each for each in left if each.id not in skilled], left, SKILL, why)
    busy = _loads(left)
    left = _without([each for each in left if busy[each.id] >= settings.WORKFORCE_OPEN_LOAD], left, LOAD, why)
    crew = {each.staff.id: each for each in crews.at_work(left, at, visit.until, without=row.appointment_id)}
    left = _without([each for each in left if not crew[each.id].can(visit)], left, SHIFT, why)
    before = _visits(row, at)
    places = _places(row, left, visit)
    found = {
        each.id: _candidate(crew[each.id], visit, _way(row.address, places.get(each.id)), before[each.id], at)
        for each in left
    }
    barred = _barred(before, left)
    left = _without([each for each in left if each.id in barred], left, THIRD, why)
    return [found[each.id] for each in left], why


def _without(gone: Sequence[Staff], left: Sequence[Staff], said: Text, why: list[Text]) -> list[Staff]:
    if gone:
        why.append(said.format(count=len(gone)))
    lost = {each.id for each in gone}
    return [each for each in left if each.id not in lost]


def _barred(before: Counter[UUID], left: Sequence[Staff]) -> set[UUID]:
    """Whoever was there before, where this is the third visit."""
    if sum(before.values()) < scoring.THIRD - 1:
        return set()
    return {each.id for each in left if before[each.id]}


def _loads(people: Sequence[Staff]) -> Counter[UUID]:
    mine = WorkOrder.objects.filter(technician__in=people, state__in=[each.value for each in rules.LIVE])
    return Counter(dict(mine.values_list("technician").annotate(n=Count("id"))))


def _visits(row: WorkOrder, at: datetime) -> Counter[UUID]:
    """How often each was at the address lately."""
    if row.address_id is None:
        return Counter()
    there = WorkOrder.objects.filter(address=row.address_id, kind=Kind.VISIT, replied_at__gte=at - REPEATS)
    counted = there.filter(technician__isnull=False).values_list("technician").annotate(n=Count("id"))
    return Counter({staff: number for staff, number in counted if staff is not None})


def _candidate(technician: Technician, visit: Visit, way: float | None, visits: int, at: datetime) -> Candidate:
    kept = sum((each.length for each in technician.visits if at < each.until <= visit.until), timedelta(0))
    spare = worked(technician.spans, max(visit.since, at), visit.until) - kept - visit.length
    hours = max(spare.total_seconds(), 0.0) / 3600
    return Candidate(technician.staff.username, technician.staff.name, hours, way, visits)


def _places(row: WorkOrder, people: Sequence[Staff], visit: Visit) -> dict[UUID, Address]:
    """Where each of them is before the visit, as far as an appointment says it; one query."""
    near = Appointment.objects.filter(
        kept_for__in=people, ends_at__lte=visit.until, starts_at__gte=visit.since - WITHIN
    )
    others = near.exclude(holder=row.item.matter.subject, end=row.item.end).select_related("address")
    return {each.kept_for_id: each.address for each in others.order_by("starts_at")}


def _way(here: Address | None, there: Address | None) -> float | None:
    """Kilometres between two places, as far as both are known."""
    points = [(each.longitude, each.latitude) for each in (here, there) if each is not None]
    known = [(east, north) for east, north in points if east is not None and north is not None]
    return scoring.distance(known[0], known[1]) if len(known) == 2 else None

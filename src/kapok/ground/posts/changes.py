"""The changes that several verbs of posts share; each within the verb's transaction, under the locks the verb has taken."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import IntegrityError, models, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from kapok.ground.journal import api as journal
from kapok.ground.people import api as people
from kapok.ground.people.models import Staff
from kapok.ground.people.rules import State
from kapok.ground.posts import events, rows
from kapok.ground.posts.models import Absence, Post, PostHolder, Skill, StaffSkill, TakeOver
from kapok.ground.posts.refusals import (
    AbsenceSettled,
    AbsentAlready,
    Deactivated,
    NoteMissing,
    PlaceTaken,
    SamePerson,
    TakenOver,
    TooEarly,
    WrongPeriod,
)
from kapok.ground.posts.rules import (
    ABSENCE_STATES,
    PLACES,
    AbsenceKind,
    AbsenceState,
    Cause,
    Place,
    sources,
    tidy_note,
)
from kapok.kernel.errors import KapokError
from kapok.kernel.ids import uuid7

NOTE_LENGTH = 1000
AbsenceTold = events.LeaveRequested | events.LeaveGranted | events.LeaveWithdrawn | events.DeclaredAbsent


def insert(row: models.Model, refusal: KapokError) -> None:
    """Write the row; where a constraint of the database forbids it, raise the refusal."""
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise refusal from None


def period_of(since: datetime, until: datetime | None) -> DateTimeTZRange:
    """[since, until). Raises `WrongPeriod`."""
    if until is not None and until <= since:
        raise WrongPeriod
    return DateTimeTZRange(since, until)


def note_of(typed: str) -> str:
    """A hand-over note as it is kept. Raises `NoteMissing`."""
    note = tidy_note(typed)[:NOTE_LENGTH]
    if len(note) < 4:
        raise NoteMissing
    return note


def seat(post: Post, people: Mapping[Place, Staff], *, actor: str, at: datetime) -> None:
    """Let these people hold these places from `at` on, with the post's roles; whoever holds them now holds them until then.

    All the places are emptied before any is filled: A and B may change places.
    Raises `PlaceTaken`, `SamePerson`, `Deactivated`, `BothAbsent`, `TooEarly`, `LastAdministrator`.
    """
    leaving = [(place, holder) for place in people if (holder := rows.holder_of(post, place))]
    for place, holder in leaving:
        if holder.staff_id == people[place].id:
            raise PlaceTaken(post_title=post.title, place_name=PLACES[place], holder=holder.staff.username)
    for _, holder in leaving:
        empty(holder, actor=actor, at=at)
    for place, staff in people.items():
        _fill(post, place, staff, actor=actor, at=at)


def _fill(post: Post, place: Place, staff: Staff, *, actor: str, at: datetime) -> None:
    other = rows.holder_of(post, place.other)
    if other is not None and other.staff_id == staff.id:
        raise SamePerson(username=staff.username, post_title=post.title)
    if not Staff.objects.filter(id=staff.id, state=State.ACTIVE).exists():  # under the lock: as it is now
        raise Deactivated(username=staff.username)
    holding = PostHolder(id=uuid7(at), post=post, staff=staff, place=place, period=DateTimeTZRange(at, None))
    rows.refuse_both_absent(staff, rows.absences_of(staff, at), [holding])
    insert(holding, PlaceTaken(post_title=post.title, place_name=PLACES[place], holder="—"))
    lend(post, staff, rows.roles_of(post), actor=actor, at=at)
    journal.record(
        events.Appointed(
            subject=post.subject, actor=actor, at=at, username=staff.username, place=place, place_name=PLACES[place]
        )
    )


def empty(holder: PostHolder, *, actor: str, at: datetime) -> None:
    """Let a holder go, with the post's roles; a take-over ends. Raises `TooEarly`, `LastAdministrator`."""
    post, staff, place = holder.post, holder.staff, Place(holder.place)
    rows.end(holder, at)
    end_take_over(post, "", at=at)
    take_back(post, staff, rows.roles_of(post), actor=actor, at=at)
    journal.record(
        events.Released(
            subject=post.subject, actor=actor, at=at, username=staff.username, place=place, place_name=PLACES[place]
        )
    )


def lend(post: Post, staff: Staff, roles: Iterable[str], *, actor: str, at: datetime) -> None:
    """Let a holder act in the roles of the post."""
    for role in roles:
        people.grant_role(
            username=staff.username, role=role, unit=post.unit.code, through=post.subject, actor=actor, at=at
        )


def take_back(post: Post, staff: Staff, roles: Iterable[str], *, actor: str, at: datetime) -> None:
    """End the roles that came with the post. Raises `LastAdministrator`."""
    for role in roles:
        people.revoke_role(
            username=staff.username, role=role, unit=post.unit.code, through=post.subject, actor=actor, at=at
        )


def note_absence(
    staff: Staff, since: datetime, until: datetime, *, kind: AbsenceKind, reason: str, note: str, at: datetime
) -> Absence:
    """Write down that somebody asks to be away. Raises `WrongPeriod`."""
    return Absence.objects.create(
        id=uuid7(at),
        staff=staff,
        period=period_of(since, until),
        kind=kind,
        state=AbsenceState.REQUESTED,
        reason=tidy_note(reason)[:200],
        note=tidy_note(note)[:NOTE_LENGTH],
        asked_at=at,
    )


def refuse_absence(staff: Staff, period: DateTimeTZRange) -> None:
    """Refuse where the person is away already, or the other of a post is. Raises `AbsentAlready`, `BothAbsent`."""
    if rows.is_absent(staff, period):
        raise AbsentAlready(username=staff.username)
    rows.refuse_both_absent(staff, [period], rows.holdings_of(staff, period))


def move(absence: Absence, to: AbsenceState) -> None:
    """One move of an absence; the database's triggers follow with `PostAbsence`. Raises `AbsenceSettled`."""
    if not Absence.objects.filter(id=absence.id, state__in=sources(to)).update(state=to):
        absence.refresh_from_db()
        raise AbsenceSettled(state_name=ABSENCE_STATES[AbsenceState(absence.state)])


def cut(absence: Absence, at: datetime) -> None:
    """Let an absence that has begun end now. Raises `AbsenceSettled` once it is over."""
    if absence.period.upper <= at:
        raise AbsenceSettled(state_name=ABSENCE_STATES[AbsenceState.GRANTED])
    absence.period = DateTimeTZRange(absence.period.lower, at)
    Absence.objects.filter(id=absence.id).update(period=absence.period)


def told(event: type[AbsenceTold], absence: Absence, *, actor: str, at: datetime) -> AbsenceTold:
    """What the person's time line says of an absence."""
    return event(
        subject=absence.staff.subject,
        actor=actor,
        at=at,
        absence=str(absence.id),
        since=rows.spoken(absence.period.lower),
        until=rows.spoken(absence.period.upper),
    )


def tell_who_stands_in(absence: Absence, *, actor: str, at: datetime) -> None:
    """Write on the time line of each post whose A is away who acts meanwhile."""
    for holding in rows.holdings_of(absence.staff, absence.period):
        deputy = rows.holder_of(holding.post, Place.B)
        time = rows.common(holding.period, absence.period)
        if holding.place == Place.A and deputy is not None and time is not None:
            journal.record(
                events.StandingIn(
                    subject=holding.post.subject,
                    actor=actor,
                    at=at,
                    absent=absence.staff.username,
                    acting=deputy.staff.username,
                    since=rows.spoken(time.lower),
                    until=rows.spoken(time.upper),
                    note=absence.note,
                )
            )


def begin_take_over(post: Post, owner: Staff | None, deputy: Staff, cause: Cause, note: str, *, at: datetime) -> None:
    """Write the take-over down. Raises `TakenOver`."""
    row = TakeOver(
        id=uuid7(at),
        post=post,
        from_staff=owner,
        to_staff=deputy,
        period=DateTimeTZRange(at, None),
        cause=cause,
        note=note,
    )
    insert(row, TakenOver(post_title=post.title))


def end_take_over(post: Post, note: str, *, at: datetime) -> TakeOver | None:
    """End the take-over that is open, if one is, and return it. Raises `TooEarly`."""
    row = TakeOver.objects.select_related("to_staff").filter(post=post, period__upper_inf=True).first()
    if row is None:
        return None
    if at < row.period.lower:
        raise TooEarly(since=rows.spoken(row.period.lower))
    TakeOver.objects.filter(id=row.id).update(period=DateTimeTZRange(row.period.lower, at), back_note=note)
    return row


def end_skill(staff: Staff, skill: Skill, at: datetime) -> bool:
    """End the level at which a person masters a skill at `at`; whether there was one."""
    ended = False
    for row in StaffSkill.objects.filter(staff=staff, skill=skill, period__endswith__gt=at) | StaffSkill.objects.filter(
        staff=staff, skill=skill, period__upper_inf=True
    ):
        StaffSkill.objects.filter(id=row.id).update(period=DateTimeTZRange(min(row.period.lower, at), at))
        ended = True
    return ended

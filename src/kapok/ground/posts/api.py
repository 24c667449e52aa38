"""Posts: who answers for a function of a unit, and who deputises, at every moment.

Promises that an open post has exactly one A and one B, two people; that they are never both absent; and that whoever holds
a post has its roles, no longer and no shorter. Refuses the second leave, that whoever holds a post is deactivated, a take-over
by anybody but B, and two shifts at once.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone

from kapok.ground.journal import api as journal
from kapok.ground.people import rows as people_rows
from kapok.ground.posts import causes, changes, events, rows, rules
from kapok.ground.posts.models import (
    Post,
    PostRole,
    RosterEntry,
    Shift,
    Skill,
    StaffSkill,
)
from kapok.ground.posts.refusals import (
    AbsenceSettled,
    AbsentAlready,
    BothAbsent,
    ClosedPost,
    CodeInUse,
    Deactivated,
    DeputyAbsent,
    HoldsPosts,
    NotAway,
    NotDeclared,
    NotDeputy,
    NoteMissing,
    NotPlanned,
    NotSilent,
    NotTakenOver,
    OnDutyAlready,
    OnLeave,
    OwnLeave,
    PersonnelRefused,
    PlaceTaken,
    PostTaken,
    RoleOfPostHeld,
    RoleOfPostMissing,
    SamePerson,
    SkillNotHeld,
    TakenOver,
    TooEarly,
    UnknownAbsence,
    UnknownLevel,
    UnknownPost,
    UnknownShift,
    UnknownSkill,
    WrongAcceptTime,
    WrongPeriod,
)
from kapok.kernel.ids import uuid7
from kapok.kernel.text import Text

__all__ = [
    "AbsenceSettled", "AbsentAlready", "BothAbsent", "ClosedPost", "CodeInUse", "Deactivated", "DeputyAbsent", "HoldsPosts",
    "NotAway", "NotDeclared", "NotDeputy", "NotPlanned", "NotSilent", "NotTakenOver", "NoteMissing",
    "OnDutyAlready", "OnLeave", "OwnLeave", "PersonnelRefused", "PlaceTaken", "PostTaken", "RoleOfPostHeld",
    "RoleOfPostMissing", "SamePerson", "SkillNotHeld", "TakenOver", "TooEarly", "UnknownAbsence", "UnknownLevel",
    "UnknownPost", "UnknownShift", "UnknownSkill", "WrongAcceptTime", "WrongPeriod", "appoint", "award_skill",
    "change_accept_time", "clear_shift", "close_post",
    "declare_absent", "define_shift", "define_skill", "exchange", "grant_leave", "grant_to_post", "hand_back", "open_post",
    "plan_shift", "request_leave", "revoke_from_post", "take_over", "withdraw_leave",
    "withdraw_skill",
]  # fmt: skip


@transaction.atomic
def open_post(
    *,
    code: str,
    function: str,
    title: Text,
    unit: str,
    a: str,
    b: str,
    accept_ttl: timedelta | None = None,
    actor: str,
    at: datetime,
) -> None:
    """Set up a post of a unit, one for each function, with the people who are A and B.

    Raises `UnknownUnit`, `EndedUnit`, `PostTaken`, `UnknownStaff`, `Deactivated`, `SamePerson`, `BothAbsent`, `WrongAcceptTime`.
    """
    home, people = people_rows.living_unit(unit), {rules.Place.A: rows.working(a), rules.Place.B: rows.working(b)}
    rows.hold(staff.id for staff in people.values())
    post = Post(
        id=uuid7(at), code=code, function=function, title_zh=title.zh, title_en=title.en, unit=home,
        accept_ttl=rules.accept_ttl(accept_ttl), valid_from=at,
    )  # fmt: skip
    changes.insert(post, PostTaken(post=code, function=function))
    journal.record(
        events.PostOpened(
            subject=post.subject,
            actor=actor,
            at=at,
            title=title,
            function=function,
            unit=home.code,
            unit_name=home.name,
        )
    )
    changes.seat(post, people, actor=actor, at=at)


@transaction.atomic
def change_accept_time(*, post: str, accept_ttl: timedelta | None, actor: str, at: datetime) -> None:
    """Let offers to the post wait so long from now on, or as the general rule has it (None); what is offered keeps its time.

    Where that holds already, nothing is recorded. Raises `UnknownPost`, `ClosedPost`, `WrongAcceptTime`.
    """
    row, now = rows.living_post(post), rules.accept_ttl(accept_ttl)
    rows.hold((), row)
    row.refresh_from_db(fields=["accept_ttl"])
    if row.accept_ttl == now:
        return
    Post.objects.filter(id=row.id).update(accept_ttl=now)
    journal.record(
        events.AcceptTimeChanged(
            subject=row.subject, actor=actor, at=at, minutes=None if now is None else round(now / rules.MINUTE),
            before_name=rules.spoken_ttl(row.accept_ttl), after_name=rules.spoken_ttl(now),
        )
    )  # fmt: skip


@transaction.atomic
def close_post(*, post: str, actor: str, at: datetime) -> None:
    """End a post, and that A and B hold it. Raises `UnknownPost`, `ClosedPost`, `TooEarly`, `LastAdministrator`."""
    row = rows.living_post(post)
    rows.hold([holder.staff_id for holder in rows.holders(row)], row)
    for holder in rows.holders(row):
        changes.empty(holder, actor=actor, at=at)
    Post.objects.filter(id=row.id).update(valid_to=at)
    journal.record(events.PostClosed(subject=row.subject, actor=actor, at=at))


@transaction.atomic
def appoint(
    *, post: str, place: rules.Place, username: str, instead_of: str | None = None, actor: str, at: datetime
) -> None:
    """Let a person hold a place of a post from `at` on, with its roles; whoever held it holds it until then, without a gap.

    `instead_of` is whom one means to replace: where somebody else holds the place by now, nobody is appointed.
    Raises `UnknownPost`, `ClosedPost`, `UnknownStaff`, and what `changes.seat` raises.
    """
    row, staff = rows.living_post(post), rows.working(username)
    rows.hold([staff.id, *(holder.staff_id for holder in rows.holders(row))], row)
    holder = rows.holder_of(row, place)
    if instead_of is not None and holder is not None and holder.staff.username != instead_of.lower():
        raise PlaceTaken(post_title=row.title, place_name=rules.PLACES[place], holder=holder.staff.username)
    changes.seat(row, {place: staff}, actor=actor, at=at)


@transaction.atomic
def exchange(*, post: str, actor: str, at: datetime) -> None:
    """Let A and B change places from `at` on. Raises `UnknownPost`, `ClosedPost`, `TooEarly`."""
    row = rows.living_post(post)
    rows.hold([holder.staff_id for holder in rows.holders(row)], row)
    people = {rules.Place(holder.place).other: holder.staff for holder in rows.holders(row)}
    changes.seat(row, people, actor=actor, at=at)


@transaction.atomic
def grant_to_post(*, post: str, role: str, actor: str, at: datetime) -> None:
    """Let A and B act in `role` for the post's unit while they hold it.

    Raises `UnknownPost`, `ClosedPost`, `UnknownRole`, `RoleOfPostHeld`, `EndedUnit`.
    """
    row, title = rows.living_post(post), people_rows.role_called(role).title
    rows.hold((), row)
    try:
        with transaction.atomic():
            PostRole.objects.create(id=uuid7(at), post=row, role=role, granted_at=at)
    except IntegrityError:
        raise RoleOfPostHeld(post_title=row.title, role_name=title) from None
    for holder in rows.holders(row):
        changes.lend(row, holder.staff, [role], actor=actor, at=at)
    journal.record(events.RoleAttached(subject=row.subject, actor=actor, at=at, role=role, role_name=title))


@transaction.atomic
def revoke_from_post(*, post: str, role: str, actor: str, at: datetime) -> None:
    """Take a role from the post and from its holders; what they hold in their own right stays.

    Raises `UnknownPost`, `ClosedPost`, `UnknownRole`, `RoleOfPostMissing`, `LastAdministrator`.
    """
    row, title = rows.living_post(post), people_rows.role_called(role).title
    rows.hold((), row)
    if not PostRole.objects.filter(post=row, role=role, revoked_at=None).update(revoked_at=at):
        raise RoleOfPostMissing(post_title=row.title, role_name=title)
    for holder in rows.holders(row):
        changes.take_back(row, holder.staff, [role], actor=actor, at=at)
    journal.record(events.RoleDetached(subject=row.subject, actor=actor, at=at, role=role, role_name=title))


@transaction.atomic
def request_leave(
    *,
    username: str,
    since: datetime,
    until: datetime,
    kind: rules.AbsenceKind = rules.AbsenceKind.LEAVE,
    reason: str = "",
    note: str = "",
    actor: str,
    at: datetime,
) -> UUID:
    """Ask to be away in [since, until) and return the absence, which counts once it is granted; `note` is for who stands in.

    Raises `UnknownStaff`, `Deactivated`, `WrongPeriod`, `AbsentAlready`, `BothAbsent` (as far as leaves are granted by now).
    """
    staff = rows.working(username)
    absence = changes.note_absence(staff, since, until, kind=kind, reason=reason, note=note, at=at)
    changes.refuse_absence(staff, absence.period)
    journal.record(changes.told(events.LeaveRequested, absence, actor=actor, at=at))
    return absence.id


@transaction.atomic
def grant_leave(*, absence: UUID, actor: str, at: datetime) -> None:
    """Let a person be away; whoever is the other of their posts acts meanwhile, which each post's time line says.

    Raises `UnknownAbsence`, `OwnLeave`, `AbsenceSettled`, `AbsentAlready`, `BothAbsent`.
    """
    row = rows.absence_called(absence)
    if actor == row.staff.subject:
        raise OwnLeave
    rows.hold([row.staff_id])
    changes.refuse_absence(row.staff, row.period)
    changes.move(row, rules.AbsenceState.GRANTED)
    journal.record(changes.told(events.LeaveGranted, row, actor=actor, at=at))
    changes.tell_who_stands_in(row, actor=actor, at=at)


@transaction.atomic
def declare_absent(*, username: str, until: datetime, note: str = "", actor: str, at: datetime) -> UUID:
    """Note that a person is away from `at` on without having asked, and return the absence; of oneself too (an illness).

    Raises `UnknownStaff`, `Deactivated`, `WrongPeriod`, `AbsentAlready`, `BothAbsent`: then replace one of the two first.
    """
    staff = rows.working(username)
    rows.hold([staff.id])
    row = changes.note_absence(staff, at, until, kind=rules.AbsenceKind.UNPLANNED, reason="", note=note, at=at)
    changes.refuse_absence(staff, row.period)
    changes.move(row, rules.AbsenceState.GRANTED)
    journal.record(changes.told(events.DeclaredAbsent, row, actor=actor, at=at))
    changes.tell_who_stands_in(row, actor=actor, at=at)
    return row.id


@transaction.atomic
def withdraw_leave(*, absence: UUID, actor: str, at: datetime) -> None:
    """Undo an absence that was asked for or granted; one that has begun ends at `at`, and what was stays.

    Raises `UnknownAbsence`, `AbsenceSettled` (also once it is over).
    """
    row = rows.absence_called(absence)
    rows.hold([row.staff_id])
    row.refresh_from_db()
    if row.state == rules.AbsenceState.GRANTED and row.period.lower < at:
        changes.cut(row, at)
    else:
        changes.move(row, rules.AbsenceState.WITHDRAWN)
    journal.record(changes.told(events.LeaveWithdrawn, row, actor=actor, at=at))


@transaction.atomic
def take_over(*, post: str, username: str, cause: rules.Cause, note: str, actor: str, at: datetime) -> None:
    """Let B act for A from `at` on, until it is handed back; A still answers for it. The cause has to be true.

    Raises `UnknownPost`, `ClosedPost`, `UnknownStaff`, `Deactivated`, `NotDeputy`, `DeputyAbsent`, `NotDeclared`, `NotAway`,
    `NotSilent`, `TakenOver`, `NoteMissing`.
    """
    row, staff, note = rows.living_post(post), rows.working(username), changes.note_of(note)
    rows.hold([staff.id], row)
    deputy, owner = rows.holder_of(row, rules.Place.B), rows.holder_of(row, rules.Place.A)
    if deputy is None or deputy.staff_id != staff.id:
        raise NotDeputy(post_title=row.title, username=staff.username)
    if rows.is_absent(staff, DateTimeTZRange(at, at, "[]")):
        raise DeputyAbsent(post_title=row.title, username=staff.username)
    causes.must_hold(cause, row, owner.staff if owner else None, actor=actor, at=at)
    changes.begin_take_over(row, owner.staff if owner else None, staff, cause, note, at=at)
    journal.record(
        events.TookOver(
            subject=row.subject, actor=actor, at=at, username=staff.username, cause=cause.value,
            from_username=owner.staff.username if owner else "", cause_name=rules.CAUSES[cause], note=note,
        )
    )  # fmt: skip


@transaction.atomic
def hand_back(*, post: str, note: str, actor: str, at: datetime) -> None:
    """Let A act again. Raises `UnknownPost`, `ClosedPost`, `NotTakenOver`, `NoteMissing`, `TooEarly`."""
    row, note = rows.living_post(post), changes.note_of(note)
    rows.hold((), row)
    ended = changes.end_take_over(row, note, at=at)
    if ended is None:
        raise NotTakenOver(post_title=row.title)
    journal.record(
        events.HandedBack(subject=row.subject, actor=actor, at=at, username=ended.to_staff.username, note=note)
    )


@transaction.atomic
def define_skill(*, code: str, title: Text, actor: str, at: datetime) -> None:
    """Set up a skill. Raises `CodeInUse`."""
    changes.insert(Skill(id=uuid7(at), code=code, title_zh=title.zh, title_en=title.en), CodeInUse(code=code))
    journal.record(events.SkillDefined(subject=f"skill/{code}", actor=actor, at=at, title=title))


@transaction.atomic
def award_skill(
    *, username: str, skill: str, level: int, until: datetime | None = None, actor: str, at: datetime
) -> None:
    """Note that a person masters a skill at a level, until a certificate runs out; an earlier level ends.

    Raises `UnknownStaff`, `Deactivated`, `UnknownSkill`, `UnknownLevel`, `WrongPeriod`.
    """
    if level not in rules.LEVELS:
        raise UnknownLevel(level=level)
    staff, row = rows.working(username), rows.skill_called(skill)
    rows.hold([staff.id])
    changes.end_skill(staff, row, at)
    StaffSkill.objects.create(id=uuid7(at), staff=staff, skill=row, level=level, period=changes.period_of(at, until))
    journal.record(
        events.SkillAwarded(
            subject=staff.subject, actor=actor, at=at, skill=skill, title=row.title, level=level,
            level_name=rules.LEVEL_NAMES[level],
        )
    )  # fmt: skip


@transaction.atomic
def withdraw_skill(*, username: str, skill: str, actor: str, at: datetime) -> None:
    """Let a skill of a person end. Raises `UnknownStaff`, `UnknownSkill`, `SkillNotHeld`."""
    staff, row = people_rows.staff_called(username, lock=True), rows.skill_called(skill)
    if not changes.end_skill(staff, row, at):
        raise SkillNotHeld(username=staff.username, skill_title=row.title)
    journal.record(events.SkillWithdrawn(subject=staff.subject, actor=actor, at=at, skill=skill, title=row.title))


@transaction.atomic
def define_shift(*, code: str, title: Text, starts: time, ends: time, actor: str, at: datetime) -> None:
    """Set up a shift; one that does not end later than it starts ends the next day. Raises `CodeInUse`."""
    shift = Shift(id=uuid7(at), code=code, title_zh=title.zh, title_en=title.en, starts=starts, ends=ends)
    changes.insert(shift, CodeInUse(code=code))
    journal.record(
        events.ShiftDefined(
            subject=f"shift/{code}", actor=actor, at=at, title=title, starts=f"{starts:%H:%M}", ends=f"{ends:%H:%M}"
        )
    )


@transaction.atomic
def plan_shift(*, username: str, day: date, shift: str, actor: str, at: datetime) -> None:
    """Put a person on a shift of a day. Raises `UnknownStaff`, `Deactivated`, `UnknownShift`, `OnLeave`, `OnDutyAlready`."""
    staff, row = rows.working(username), rows.shift_called(shift)
    rows.hold([staff.id])
    zone = timezone.get_default_timezone()
    period = DateTimeTZRange(*rules.shift_period(day, row.starts, row.ends, zone))
    if rows.is_absent(staff, period):
        raise OnLeave(username=staff.username, day=day)
    entry = RosterEntry(id=uuid7(at), staff=staff, day=day, shift=row, period=period)
    changes.insert(entry, OnDutyAlready(username=staff.username, day=day))
    journal.record(
        events.ShiftPlanned(subject=staff.subject, actor=actor, at=at, shift=shift, title=row.title, day=day)
    )


@transaction.atomic
def clear_shift(*, username: str, day: date, shift: str, actor: str, at: datetime) -> None:
    """Take a person off a shift of a day. Raises `UnknownStaff`, `UnknownShift`, `NotPlanned`."""
    staff, row = people_rows.staff_called(username), rows.shift_called(shift)
    gone, _ = RosterEntry.objects.filter(staff=staff, day=day, shift=row).delete()
    if not gone:
        raise NotPlanned(username=staff.username, day=day)
    journal.record(
        events.ShiftCleared(subject=staff.subject, actor=actor, at=at, shift=shift, title=row.title, day=day)
    )

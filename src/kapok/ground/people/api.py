"""People: who works here, where, and what they may do.

Promises that every change of an account, a role or a unit is in the journal, and that somebody can always grant roles.
Refuses to deactivate or demote the last administrator, to reuse a staff number, and to show contact details without a purpose.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from axes.models import AccessAttempt
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction

from kapok.ground.journal import api as journal
from kapok.ground.people import events, history, queries, rows, rules
from kapok.ground.people.models import Grant, OrgUnit, Staff
from kapok.ground.people.passwords import hashed_one_time, one_time_password, refuse_weak
from kapok.ground.people.refusals import (
    AlreadyActive,
    AlreadyDeactivated,
    AlreadyHeld,
    AlreadyThere,
    BelowItself,
    CodeTaken,
    EndedUnit,
    FoundedLater,
    InvalidEmail,
    InvalidName,
    InvalidPhone,
    LastAdministrator,
    NotBefore,
    NotHeld,
    NotLocked,
    NotYet,
    PurposeMissing,
    TopUnit,
    UnitInUse,
    UnknownRole,
    UnknownStaff,
    UnknownUnit,
    UsedUntil,
    UsernameTaken,
    WeakPassword,
    WrongPassword,
)
from kapok.ground.people.roles import ADMINISTRATOR, ROLES
from kapok.kernel.ids import uuid7
from kapok.kernel.text import Language, Text, joined

__all__ = [
    "AlreadyActive", "AlreadyDeactivated", "AlreadyHeld", "AlreadyThere", "BelowItself", "CodeTaken", "Contact", "EndedUnit",
    "FoundedLater", "InvalidEmail", "InvalidName", "InvalidPhone", "LastAdministrator", "NotBefore", "NotHeld", "NotLocked",
    "NotYet", "PurposeMissing", "TopUnit", "UnitInUse", "UnknownRole", "UnknownStaff", "UnknownUnit", "UsedUntil",
    "UsernameTaken", "WeakPassword", "WrongPassword", "add_unit", "change_details", "change_language", "change_password",
    "change_theme", "deactivate", "end_unit", "grant_role", "move_unit", "open_account", "reactivate", "record_lock_out",
    "record_sign_in", "rename_unit", "reset_password", "revoke_role", "see_contact", "unlock",
]  # fmt: skip


@dataclass(frozen=True)
class Contact:
    """How to reach a person, unmasked."""

    phone: str
    email: str


@transaction.atomic
def open_account(
    *,
    username: str,
    name: str,
    unit: str,
    language: Language,
    phone: str = "",
    email: str = "",
    password: str | None = None,
    actor: str,
    at: datetime,
) -> str:
    """Give a person an account and return the password to hand over.

    Without a `password` a one-time password is made, which the person must change at the first sign-in; a given one holds.
    Raises `UnknownUnit`, `EndedUnit`, `UsernameTaken`, `InvalidName`, `InvalidPhone`, `InvalidEmail`.
    """
    home = rows.living_unit(unit)
    staff = Staff(
        id=uuid7(at),
        username=username.lower(),
        name=rules.tidy_name(name),
        unit=home,
        phone=rules.tidy_phone(phone),
        email=rules.tidy_email(email),
        language=language,
        must_change_password=password is None,
        opened_at=at,
    )
    given, password = password, password or one_time_password()
    staff.password = make_password(given) if given else hashed_one_time(password)
    try:
        with transaction.atomic():
            staff.save(force_insert=True)
    except IntegrityError:
        raise UsernameTaken(username=staff.username) from None
    journal.record(events.AccountOpened(subject=staff.subject, actor=actor, at=at, unit=home.code, unit_name=home.name))
    return password


@transaction.atomic
def change_details(
    *,
    username: str,
    name: str | None = None,
    unit: str | None = None,
    phone: str | None = None,
    email: str | None = None,
    actor: str,
    at: datetime,
) -> frozenset[rules.Detail]:
    """Correct what is noted about a person and return what has changed; where nothing has, nothing is recorded.

    None leaves a detail as it is, an empty phone or e-mail removes it.
    Raises `UnknownStaff`, `InvalidName`, `UnknownUnit`, `EndedUnit`, `InvalidPhone`, `InvalidEmail`.
    """
    staff = rows.staff_called(username, lock=True)
    home = staff.unit if unit in {None, staff.unit.code} else rows.living_unit(unit)
    new: dict[rules.Detail, Any] = {
        rules.Detail.NAME: staff.name if name is None else rules.tidy_name(name),
        rules.Detail.UNIT: home,
        rules.Detail.PHONE: staff.phone if phone is None else rules.tidy_phone(phone),
        rules.Detail.EMAIL: staff.email if email is None else rules.tidy_email(email),
    }
    changed = tuple(detail for detail in rules.Detail if new[detail] != getattr(staff, detail))
    if changed:
        Staff.objects.filter(id=staff.id).update(**new)
        changes = rules.changes(changed, staff.unit.name, home.name)
        journal.record(
            events.DetailsChanged(
                subject=staff.subject, actor=actor, at=at, details=changed, unit=home.code, changes=changes
            )
        )
    return frozenset(changed)


@transaction.atomic
def record_sign_in(*, username: str, address: str, actor: str, at: datetime) -> None:
    """Note that a person came in. Raises `UnknownStaff`."""
    journal.record(events.SignedIn(subject=rows.staff_called(username).subject, actor=actor, at=at, address=address))


@transaction.atomic
def record_lock_out(*, username: str, address: str, actor: str, at: datetime) -> None:
    """Note that an account was locked after too many wrong passwords. Raises `UnknownStaff`."""
    journal.record(events.LockedOut(subject=rows.staff_called(username).subject, actor=actor, at=at, address=address))


@transaction.atomic
def unlock(*, username: str, actor: str, at: datetime) -> None:
    """Forget the wrong passwords of an account, from every address. Raises `UnknownStaff`, `NotLocked`."""
    staff = rows.staff_called(username)
    forgotten, _ = AccessAttempt.objects.filter(username=staff.username).delete()
    if not forgotten:
        raise NotLocked(username=staff.username)
    journal.record(events.Unlocked(subject=staff.subject, actor=actor, at=at))


@transaction.atomic
def change_password(*, username: str, present: str, new: str, actor: str, at: datetime) -> None:
    """Change one's own password. Raises `UnknownStaff`, `WrongPassword`, `WeakPassword`."""
    staff = rows.staff_called(username, lock=True)
    if not staff.check_password(present):
        raise WrongPassword
    refuse_weak(new, staff)
    _set_password(staff, new, must_change=False)
    journal.record(events.PasswordChanged(subject=staff.subject, actor=actor, at=at))


@transaction.atomic
def reset_password(*, username: str, actor: str, at: datetime) -> str:
    """Replace a lost password by a one-time password and return it; every open session ends. Raises `UnknownStaff`."""
    staff = rows.staff_called(username, lock=True)
    password = one_time_password()
    _set_password(staff, password, must_change=True)
    journal.record(events.PasswordReset(subject=staff.subject, actor=actor, at=at))
    return password


@transaction.atomic
def change_language(*, username: str, language: Language, actor: str, at: datetime) -> None:
    """Show the console to this person in `language`. Raises `UnknownStaff`."""
    staff = rows.staff_called(username)
    Staff.objects.filter(id=staff.id).update(language=language)
    journal.record(
        events.LanguageChanged(
            subject=staff.subject, actor=actor, at=at, language=language.value, language_name=rules.LANGUAGES[language]
        )
    )


@transaction.atomic
def change_theme(*, username: str, theme: rules.Theme, actor: str, at: datetime) -> None:
    """Show the console to this person light, dark or as the device is. Raises `UnknownStaff`."""
    staff = rows.staff_called(username)
    Staff.objects.filter(id=staff.id).update(theme=theme)
    journal.record(
        events.ThemeChanged(
            subject=staff.subject, actor=actor, at=at, theme=theme.value, theme_name=rules.THEMES[theme]
        )
    )


@transaction.atomic
def grant_role(*, username: str, role: str, unit: str, through: str = "", actor: str, at: datetime) -> None:
    """Let a person act in `role` for `unit` and everything below it; `through` names the post that brings the role, if one does.

    Raises `UnknownStaff`, `UnknownRole`, `UnknownUnit`, `EndedUnit`, `AlreadyHeld`.
    """
    staff, title, place = rows.staff_called(username), rows.role_called(role).title, rows.living_unit(unit)
    try:
        with transaction.atomic():
            Grant.objects.create(id=uuid7(at), staff=staff, role=role, unit=place, through=through, granted_at=at)
    except IntegrityError:
        raise AlreadyHeld(role_name=title, unit_name=place.name) from None
    journal.record(events.RoleGranted(subject=staff.subject, actor=actor, at=at, **_of(role, place, through)))


@transaction.atomic
def revoke_role(*, username: str, role: str, unit: str, through: str = "", actor: str, at: datetime) -> None:
    """Take back a role that was granted this way: to the person, or `through` a post. Held another way too, it stays.

    Raises `UnknownStaff`, `UnknownRole`, `UnknownUnit`, `NotHeld`, `LastAdministrator`.
    """
    staff, title, place = rows.staff_called(username), rows.role_called(role).title, rows.unit_called(unit)
    this_one = {"staff_id": staff.id, "role": role, "unit_id": place.id, "through": through}
    if role == ADMINISTRATOR:
        rows.keep_an_administrator(
            staff, lost=lambda grant: all(getattr(grant, name) == value for name, value in this_one.items())
        )
    if not Grant.objects.filter(**this_one, revoked_at=None).update(revoked_at=at):
        raise NotHeld(role_name=title, unit_name=place.name)
    journal.record(events.RoleRevoked(subject=staff.subject, actor=actor, at=at, **_of(role, place, through)))


@transaction.atomic
def deactivate(*, username: str, actor: str, at: datetime) -> None:
    """Keep a person out from now on; open sessions end. Raises `UnknownStaff`, `AlreadyDeactivated`, `LastAdministrator`."""
    staff = rows.staff_called(username)
    rows.keep_an_administrator(staff, lost=lambda grant: grant.staff_id == staff.id)
    if not _move(staff, rules.State.DEACTIVATED):
        raise AlreadyDeactivated(username=staff.username)
    journal.record(events.Deactivated(subject=staff.subject, actor=actor, at=at))


@transaction.atomic
def reactivate(*, username: str, actor: str, at: datetime) -> None:
    """Let a deactivated person in again, with the roles still held. Raises `UnknownStaff`, `EndedUnit`, `AlreadyActive`."""
    staff = rows.staff_called(username, lock=True)
    rows.living_unit(staff.unit.code)
    if not _move(staff, rules.State.ACTIVE):
        raise AlreadyActive(username=staff.username)
    journal.record(events.Reactivated(subject=staff.subject, actor=actor, at=at))


@transaction.atomic
def see_contact(*, username: str, purpose: str, actor: str, at: datetime) -> Contact:
    """A person's phone and e-mail in clear, for a stated purpose that is kept. Raises `UnknownStaff`, `PurposeMissing`."""
    staff, purpose = rows.staff_called(username), purpose.strip()
    if len(purpose) < 4:
        raise PurposeMissing
    journal.record(events.ContactSeen(subject=staff.subject, actor=actor, at=at, purpose=purpose))
    return Contact(phone=staff.phone, email=staff.email)


@transaction.atomic
def add_unit(
    *,
    code: str,
    kind: rules.UnitKind,
    name: Text,
    parent: str | None,
    since: date | None = None,
    actor: str,
    at: datetime,
) -> None:
    """Set up a unit below `parent`, valid from the day `since` on, or that of `at`.

    Raises `UnknownUnit`, `EndedUnit`, `NotYet`, `FoundedLater`, `CodeTaken`.
    """
    above, day = rows.living_unit(parent) if parent else None, history.day_of(since, at)
    if above:
        history.refuse_founded_later(above, day)
    unit = OrgUnit(
        id=uuid7(at), code=code, kind=kind, name_zh=name.zh, name_en=name.en, parent=above, valid_from=day
    )  # fmt: skip
    try:
        with transaction.atomic():
            unit.save(force_insert=True)
    except IntegrityError:
        raise CodeTaken(unit=code) from None
    journal.record(events.UnitAdded(subject=unit.subject, actor=actor, at=at, name=name, parent=parent, since=day))


@transaction.atomic
def rename_unit(*, code: str, name: Text, since: date | None = None, actor: str, at: datetime) -> None:
    """Give a unit another name in both languages, from the day `since` on, or that of `at`; what it was called stays known.

    Raises `UnknownUnit`, `EndedUnit`, `NotYet`, `NotBefore`.
    """
    unit, day = rows.living_unit(code), history.day_of(since, at)
    history.keep(unit, day, at)
    OrgUnit.objects.filter(id=unit.id).update(name_zh=name.zh, name_en=name.en)
    journal.record(
        events.UnitRenamed(subject=unit.subject, actor=actor, at=at, old_name=unit.name, name=name, since=day)
    )


@transaction.atomic
def move_unit(*, code: str, parent: str, since: date | None = None, actor: str, at: datetime) -> None:
    """Make a unit, with everything below it, part of another from the day `since` on, or that of `at`.

    The roles held above its new place reach it from `at` on, whatever the day.
    Raises `UnknownUnit`, `EndedUnit`, `TopUnit`, `AlreadyThere`, `BelowItself`, `NotYet`, `NotBefore`, `FoundedLater`.
    """
    tree = rows.parents()
    unit, above, day = rows.living_unit(code), rows.living_unit(parent), history.day_of(since, at)
    if unit.parent is None:
        raise TopUnit(unit_name=unit.name)
    if unit.parent == above:
        raise AlreadyThere(unit_name=unit.name, parent_name=above.name)
    history.refuse_founded_later(above, day)
    history.refuse_ring(unit, above, day, tree)
    history.keep(unit, day, at)
    OrgUnit.objects.filter(id=unit.id).update(parent=above)
    journal.record(
        events.UnitMoved(
            subject=unit.subject, actor=actor, at=at, old_parent=unit.parent.code, old_parent_name=unit.parent.name,
            parent=above.code, parent_name=above.name, since=day,
        )
    )  # fmt: skip


@transaction.atomic
def end_unit(*, code: str, since: date | None = None, actor: str, at: datetime) -> None:
    """Close a unit from the day `since` on, or that of `at`; what happened there stays.

    Raises `UnknownUnit`, `EndedUnit`, `UnitInUse` (posts too), `NotYet`, `NotBefore`, `UsedUntil`.
    """
    unit, day = rows.living_unit(code), history.day_of(since, at)
    left = queries.left_in(unit.id)
    if left:
        raise UnitInUse(unit_name=unit.name, left=joined(left, zh="；", en="; "))
    history.refuse_before(unit, day)
    history.refuse_used(unit, day)
    OrgUnit.objects.filter(id=unit.id).update(valid_to=day)
    journal.record(events.UnitEnded(subject=unit.subject, actor=actor, at=at, name=unit.name, since=day))


def _move(staff: Staff, to: rules.State) -> bool:
    return bool(Staff.objects.filter(id=staff.id, state__in=rules.sources(to)).update(state=to))


def _set_password(staff: Staff, password: str, *, must_change: bool) -> None:
    staff.set_password(password)
    staff.must_change_password = must_change
    staff.save(update_fields=["password", "must_change_password"])


def _of(role: str, place: OrgUnit, through: str) -> dict[str, Any]:
    """What the journal says of a grant."""
    return {
        "role": role,
        "role_name": ROLES[role].title,
        "unit": place.code,
        "unit_name": place.name,
        "through": through,
    }

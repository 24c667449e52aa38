"""People: who works here, where, and what they may do.

Promises that every change of an account, a role or a unit is in the journal, and that somebody can always grant roles.
Refuses to deactivate or demote the last administrator, to reuse a staff number, and to show contact details without a purpose.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from axes.models import AccessAttempt
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone, translation

from kapok.ground.journal import api as journal
from kapok.ground.people import events, rules
from kapok.ground.people.models import Grant, OrgUnit, Staff
from kapok.ground.people.refusals import (
    AlreadyActive,
    AlreadyDeactivated,
    AlreadyHeld,
    CodeTaken,
    LastAdministrator,
    NotHeld,
    NotLocked,
    PurposeMissing,
    UnknownRole,
    UnknownStaff,
    UnknownUnit,
    UsernameTaken,
    WeakPassword,
    WrongPassword,
)
from kapok.kernel.ids import uuid7
from kapok.kernel.text import Language, Text

__all__ = [
    "AlreadyActive",
    "AlreadyDeactivated",
    "AlreadyHeld",
    "CodeTaken",
    "Contact",
    "LastAdministrator",
    "NotHeld",
    "NotLocked",
    "PurposeMissing",
    "UnknownRole",
    "UnknownStaff",
    "UnknownUnit",
    "UsernameTaken",
    "WeakPassword",
    "WrongPassword",
    "add_unit",
    "change_language",
    "change_password",
    "change_theme",
    "deactivate",
    "grant_role",
    "open_account",
    "reactivate",
    "record_lock_out",
    "record_sign_in",
    "rename_unit",
    "reset_password",
    "revoke_role",
    "see_contact",
    "unlock",
]

ONE_TIME_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


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
    Raises `UnknownUnit`, `UsernameTaken`.
    """
    home = _unit(unit)
    staff = Staff(
        id=uuid7(at),
        username=username.lower(),
        name=name,
        unit=home,
        phone=phone,
        email=email,
        language=language,
        must_change_password=password is None,
        opened_at=at,
    )
    password = password or one_time_password()
    staff.set_password(password)
    try:
        with transaction.atomic():
            staff.save(force_insert=True)
    except IntegrityError:
        raise UsernameTaken(username=staff.username) from None
    journal.record(events.AccountOpened(subject=staff.subject, actor=actor, at=at, unit=home.code, unit_name=home.name))
    return password


@transaction.atomic
def record_sign_in(*, username: str, address: str, actor: str, at: datetime) -> None:
    """Note that a person came in. Raises `UnknownStaff`."""
    journal.record(events.SignedIn(subject=_staff(username).subject, actor=actor, at=at, address=address))


@transaction.atomic
def record_lock_out(*, username: str, address: str, actor: str, at: datetime) -> None:
    """Note that an account was locked after too many wrong passwords. Raises `UnknownStaff`."""
    journal.record(events.LockedOut(subject=_staff(username).subject, actor=actor, at=at, address=address))


@transaction.atomic
def unlock(*, username: str, actor: str, at: datetime) -> None:
    """Forget the wrong passwords of an account, from every address. Raises `UnknownStaff`, `NotLocked`."""
    staff = _staff(username)
    forgotten, _ = AccessAttempt.objects.filter(username=staff.username).delete()
    if not forgotten:
        raise NotLocked(username=staff.username)
    journal.record(events.Unlocked(subject=staff.subject, actor=actor, at=at))


@transaction.atomic
def change_password(*, username: str, present: str, new: str, actor: str, at: datetime) -> None:
    """Change one's own password. Raises `UnknownStaff`, `WrongPassword`, `WeakPassword`."""
    staff = _staff(username, lock=True)
    if not staff.check_password(present):
        raise WrongPassword
    _refuse_weak(new, staff)
    _set_password(staff, new, must_change=False)
    journal.record(events.PasswordChanged(subject=staff.subject, actor=actor, at=at))


@transaction.atomic
def reset_password(*, username: str, actor: str, at: datetime) -> str:
    """Replace a lost password by a one-time password and return it; every open session ends. Raises `UnknownStaff`."""
    staff = _staff(username, lock=True)
    password = one_time_password()
    _set_password(staff, password, must_change=True)
    journal.record(events.PasswordReset(subject=staff.subject, actor=actor, at=at))
    return password


@transaction.atomic
def change_language(*, username: str, language: Language, actor: str, at: datetime) -> None:
    """Show the console to this person in `language`. Raises `UnknownStaff`."""
    staff = _staff(username)
    Staff.objects.filter(id=staff.id).update(language=language)
    journal.record(
        events.LanguageChanged(
            subject=staff.subject, actor=actor, at=at, language=language.value, language_name=rules.LANGUAGES[language]
        )
    )


@transaction.atomic
def change_theme(*, username: str, theme: rules.Theme, actor: str, at: datetime) -> None:
    """Show the console to this person light, dark or as the device is. Raises `UnknownStaff`."""
    staff = _staff(username)
    Staff.objects.filter(id=staff.id).update(theme=theme)
    journal.record(
        events.ThemeChanged(
            subject=staff.subject, actor=actor, at=at, theme=theme.value, theme_name=rules.THEMES[theme]
        )
    )


@transaction.atomic
def grant_role(*, username: str, role: str, unit: str, actor: str, at: datetime) -> None:
    """Let a person act in `role` for `unit` and everything below it.

    Raises `UnknownStaff`, `UnknownRole`, `UnknownUnit`, `AlreadyHeld`.
    """
    staff, title, place = _staff(username), _role(role).title, _unit(unit)
    try:
        with transaction.atomic():
            Grant.objects.create(id=uuid7(at), staff=staff, role=role, unit=place, granted_at=at)
    except IntegrityError:
        raise AlreadyHeld(role_name=title, unit_name=place.name) from None
    journal.record(
        events.RoleGranted(
            subject=staff.subject, actor=actor, at=at, role=role, role_name=title, unit=place.code, unit_name=place.name
        )
    )


@transaction.atomic
def revoke_role(*, username: str, role: str, unit: str, actor: str, at: datetime) -> None:
    """Take a role back. Raises `UnknownStaff`, `UnknownRole`, `UnknownUnit`, `NotHeld`, `LastAdministrator`."""
    staff, title, place = _staff(username), _role(role).title, _unit(unit)
    held = Grant.objects.filter(staff=staff, role=role, unit=place, revoked_at=None)
    _keep_an_administrator(
        staff, lost=lambda grant: grant.staff_id == staff.id and grant.role == role and grant.unit_id == place.id
    )
    if not held.update(revoked_at=at):
        raise NotHeld(role_name=title, unit_name=place.name)
    journal.record(
        events.RoleRevoked(
            subject=staff.subject, actor=actor, at=at, role=role, role_name=title, unit=place.code, unit_name=place.name
        )
    )


@transaction.atomic
def deactivate(*, username: str, actor: str, at: datetime) -> None:
    """Keep a person out from now on; open sessions end. Raises `UnknownStaff`, `AlreadyDeactivated`, `LastAdministrator`."""
    staff = _staff(username)
    _keep_an_administrator(staff, lost=lambda grant: grant.staff_id == staff.id)
    if not _move(staff, rules.State.DEACTIVATED):
        raise AlreadyDeactivated(username=staff.username)
    journal.record(events.Deactivated(subject=staff.subject, actor=actor, at=at))


@transaction.atomic
def reactivate(*, username: str, actor: str, at: datetime) -> None:
    """Let a deactivated person in again, with the roles still held. Raises `UnknownStaff`, `AlreadyActive`."""
    staff = _staff(username)
    if not _move(staff, rules.State.ACTIVE):
        raise AlreadyActive(username=staff.username)
    journal.record(events.Reactivated(subject=staff.subject, actor=actor, at=at))


@transaction.atomic
def see_contact(*, username: str, purpose: str, actor: str, at: datetime) -> Contact:
    """A person's phone and e-mail in clear, for a stated purpose that is kept. Raises `UnknownStaff`, `PurposeMissing`."""
    staff, purpose = _staff(username), purpose.strip()
    if len(purpose) < 4:
        raise PurposeMissing
    journal.record(events.ContactSeen(subject=staff.subject, actor=actor, at=at, purpose=purpose))
    return Contact(phone=staff.phone, email=staff.email)


@transaction.atomic
def add_unit(*, code: str, kind: rules.UnitKind, name: Text, parent: str | None, actor: str, at: datetime) -> None:
    """Set up a unit below `parent`, valid from the day of `at`. Raises `UnknownUnit`, `CodeTaken`."""
    unit = OrgUnit(
        id=uuid7(at),
        code=code,
        kind=kind,
        name_zh=name.zh,
        name_en=name.en,
        parent=_unit(parent) if parent else None,
        valid_from=timezone.localdate(at),
    )
    try:
        with transaction.atomic():
            unit.save(force_insert=True)
    except IntegrityError:
        raise CodeTaken(unit=code) from None
    journal.record(events.UnitAdded(subject=unit.subject, actor=actor, at=at, name=name, parent=parent))


@transaction.atomic
def rename_unit(*, code: str, name: Text, actor: str, at: datetime) -> None:
    """Give a unit another name in both languages. Raises `UnknownUnit`."""
    unit = _unit(code)
    OrgUnit.objects.filter(id=unit.id).update(name_zh=name.zh, name_en=name.en)
    journal.record(events.UnitRenamed(subject=unit.subject, actor=actor, at=at, old_name=unit.name, name=name))


def one_time_password() -> str:
    """Twelve letters and digits that cannot be mistaken for each other (59 bits), in groups of four."""
    return "-".join("".join(secrets.choice(ONE_TIME_LETTERS) for _ in range(4)) for _ in range(3))


def _staff(username: str, *, lock: bool = False) -> Staff:
    rows = Staff.objects.select_for_update(no_key=True) if lock else Staff.objects.all()
    try:
        return rows.get(username=username.lower())
    except Staff.DoesNotExist:
        raise UnknownStaff(username=username) from None


def _unit(code: str) -> OrgUnit:
    try:
        return OrgUnit.objects.get(code=code)
    except OrgUnit.DoesNotExist:
        raise UnknownUnit(unit=code) from None


def _role(code: str) -> rules.Role:
    try:
        return rules.ROLES[code]
    except KeyError:
        raise UnknownRole(role=code, roles=", ".join(rules.ROLES)) from None


def _move(staff: Staff, to: rules.State) -> bool:
    return bool(Staff.objects.filter(id=staff.id, state__in=rules.sources(to)).update(state=to))


def _set_password(staff: Staff, password: str, *, must_change: bool) -> None:
    staff.set_password(password)
    staff.must_change_password = must_change
    staff.save(update_fields=["password", "must_change_password"])


def _refuse_weak(password: str, staff: Staff) -> None:
    reasons = Text(zh=_weaknesses(password, staff, Language.ZH), en=_weaknesses(password, staff, Language.EN))
    if reasons.en:
        raise WeakPassword(reasons=reasons)


def _weaknesses(password: str, staff: Staff, language: Language) -> str:
    # Django words its reasons in the language that is active when it checks.
    with translation.override(language.value):
        try:
            validate_password(password, staff)
        except ValidationError as weak:
            return " ".join(weak.messages)
    return ""


def _keep_an_administrator(staff: Staff, *, lost: Callable[[Grant], bool]) -> None:
    """Refuse a change after which nobody could grant roles at the top.

    All such grants and their holders are locked first, in one order: of two administrators who demote each other at the same
    moment the second waits, sees the first one's change and is refused.
    """
    held = list(
        Grant.objects.filter(
            role=rules.ADMINISTRATOR, revoked_at=None, unit__parent=None, staff__state=rules.State.ACTIVE
        )
        .select_related("staff")
        .select_for_update(no_key=True, of=("self", "staff"))
        .order_by("id")
    )
    if held and all(lost(grant) for grant in held):
        raise LastAdministrator(username=staff.username)

"""What people's verbs record in the journal. No personal data is ever written there but the staff number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from kapok.ground.journal.rules import Event
from kapok.kernel.text import Text


@dataclass(frozen=True, kw_only=True)
class AccountOpened(Event):
    """A person got an account."""

    kind: ClassVar[str] = "people.account_opened"
    wording: ClassVar[Text] = Text(zh="开户，归属{unit_name}", en="Account opened at {unit_name}")
    unit: str
    unit_name: Text


@dataclass(frozen=True, kw_only=True)
class DetailsChanged(Event):
    """A person's name, unit, phone or e-mail was corrected; `details` says which, never to what, `unit` where they belong now."""

    kind: ClassVar[str] = "people.details_changed"
    wording: ClassVar[Text] = Text(zh="资料变更：{changes}", en="Details changed: {changes}")
    details: tuple[str, ...]
    unit: str
    changes: Text


@dataclass(frozen=True, kw_only=True)
class SignedIn(Event):
    """A person came in."""

    kind: ClassVar[str] = "people.signed_in"
    wording: ClassVar[Text] = Text(zh="从 {address} 登录", en="Signed in from {address}")
    address: str


@dataclass(frozen=True, kw_only=True)
class LockedOut(Event):
    """Too many wrong passwords from one address."""

    kind: ClassVar[str] = "people.locked_out"
    wording: ClassVar[Text] = Text(
        zh="从 {address} 连续输错口令，暂时锁定", en="Locked for a while after wrong passwords from {address}"
    )
    address: str


@dataclass(frozen=True, kw_only=True)
class Unlocked(Event):
    """An administrator ended a lock-out."""

    kind: ClassVar[str] = "people.unlocked"
    wording: ClassVar[Text] = Text(zh="解除锁定", en="Unlocked")


@dataclass(frozen=True, kw_only=True)
class PasswordChanged(Event):
    """A person chose a new password."""

    kind: ClassVar[str] = "people.password_changed"
    wording: ClassVar[Text] = Text(zh="修改口令", en="Password changed")


@dataclass(frozen=True, kw_only=True)
class PasswordReset(Event):
    """An administrator replaced a lost password."""

    kind: ClassVar[str] = "people.password_reset"
    wording: ClassVar[Text] = Text(zh="口令重置为一次性口令", en="Password reset to a one-time password")


@dataclass(frozen=True, kw_only=True)
class LanguageChanged(Event):
    """A person reads the console in another language."""

    kind: ClassVar[str] = "people.language_changed"
    wording: ClassVar[Text] = Text(zh="界面语言改为{language_name}", en="Language changed to {language_name}")
    language: str
    language_name: Text


@dataclass(frozen=True, kw_only=True)
class ThemeChanged(Event):
    """A person sees the console in another theme."""

    kind: ClassVar[str] = "people.theme_changed"
    wording: ClassVar[Text] = Text(zh="界面外观改为{theme_name}", en="Theme changed to {theme_name}")
    theme: str
    theme_name: Text


@dataclass(frozen=True, kw_only=True)
class RoleGranted(Event):
    """A person may act in a role for a unit and everything below it; `through` names the post that brings it, if one does."""

    kind: ClassVar[str] = "people.role_granted"
    wording: ClassVar[Text] = Text(zh="在{unit_name}授予“{role_name}”", en="Granted {role_name} at {unit_name}")
    role: str
    role_name: Text
    unit: str
    unit_name: Text
    through: str = ""


@dataclass(frozen=True, kw_only=True)
class RoleRevoked(Event):
    """A role was taken back."""

    kind: ClassVar[str] = "people.role_revoked"
    wording: ClassVar[Text] = Text(zh="在{unit_name}收回“{role_name}”", en="Revoked {role_name} at {unit_name}")
    role: str
    role_name: Text
    unit: str
    unit_name: Text
    through: str = ""


@dataclass(frozen=True, kw_only=True)
class Deactivated(Event):
    """A person is kept out."""

    kind: ClassVar[str] = "people.deactivated"
    wording: ClassVar[Text] = Text(zh="停用", en="Deactivated")


@dataclass(frozen=True, kw_only=True)
class Reactivated(Event):
    """A person may come in again."""

    kind: ClassVar[str] = "people.reactivated"
    wording: ClassVar[Text] = Text(zh="恢复使用", en="Reactivated")


@dataclass(frozen=True, kw_only=True)
class ContactSeen(Event):
    """Somebody looked at a person's phone and e-mail in clear."""

    kind: ClassVar[str] = "people.contact_seen"
    wording: ClassVar[Text] = Text(zh="查看联系方式，用途：{purpose}", en="Contact details seen; purpose: {purpose}")
    purpose: str


@dataclass(frozen=True, kw_only=True)
class UnitAdded(Event):
    """A unit was set up."""

    kind: ClassVar[str] = "people.unit_added"
    wording: ClassVar[Text] = Text(zh="新设{name}", en="{name} added")
    name: Text
    parent: str | None
    since: date | None = None


@dataclass(frozen=True, kw_only=True)
class UnitRenamed(Event):
    """A unit got another name."""

    kind: ClassVar[str] = "people.unit_renamed"
    wording: ClassVar[Text] = Text(zh="由{old_name}更名为{name}", en="Renamed from {old_name} to {name}")
    old_name: Text
    name: Text
    since: date | None = None


@dataclass(frozen=True, kw_only=True)
class UnitMoved(Event):
    """A unit, with everything below it, became part of another one."""

    kind: ClassVar[str] = "people.unit_moved"
    wording: ClassVar[Text] = Text(
        zh="由“{old_parent_name}”划归“{parent_name}”", en="Moved from {old_parent_name} to {parent_name}"
    )
    old_parent: str
    old_parent_name: Text
    parent: str
    parent_name: Text
    since: date | None = None


@dataclass(frozen=True, kw_only=True)
class UnitEnded(Event):
    """A unit is no more; its history stays."""

    kind: ClassVar[str] = "people.unit_ended"
    wording: ClassVar[Text] = Text(zh="撤销{name}", en="{name} ended")
    name: Text
    since: date | None = None

"""People, decided without a database: roles, moves, details and their masks, the tree of units, lock-out. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from kapok.ground.people.refusals import InvalidEmail, InvalidName, InvalidPhone
from kapok.kernel.text import Language, Text, joined


class State(StrEnum):
    """Whether a person may sign in."""

    ACTIVE = "active"
    DEACTIVATED = "deactivated"


MOVES: Mapping[State, frozenset[State]] = {
    State.ACTIVE: frozenset({State.DEACTIVATED}),
    State.DEACTIVATED: frozenset({State.ACTIVE}),
}


def sources(to: State) -> frozenset[State]:
    """The states from which a person may move to `to`."""
    return frozenset(state for state, targets in MOVES.items() if to in targets)


class Theme(StrEnum):
    """How the console looks to a person; `auto` follows the device."""

    AUTO = "auto"
    LIGHT = "light"
    DARK = "dark"


THEMES: Mapping[Theme, Text] = {
    Theme.AUTO: Text(zh="跟随设备", en="as the device"),
    Theme.LIGHT: Text(zh="浅色", en="light"),
    Theme.DARK: Text(zh="深色", en="dark"),
}

LANGUAGES: Mapping[Language, Text] = {
    Language.ZH: Text(zh="中文", en="Chinese"),
    Language.EN: Text(zh="英文", en="English"),
}


class UnitKind(StrEnum):
    """The kinds of unit an operator is made of."""

    BRANCH = "branch"
    BUREAU = "bureau"
    SERVICE_CENTRE = "service_centre"
    PATCH = "patch"
    HALL = "hall"
    CENTRE = "centre"
    DEPARTMENT = "department"
    TEAM = "team"


UNIT_KINDS: Mapping[UnitKind, Text] = {
    UnitKind.BRANCH: Text(zh="市分公司", en="City branch"),
    UnitKind.BUREAU: Text(zh="区域分局", en="Regional bureau"),
    UnitKind.SERVICE_CENTRE: Text(zh="营服中心", en="Service centre"),
    UnitKind.PATCH: Text(zh="片区", en="Patch"),
    UnitKind.HALL: Text(zh="营业厅", en="Hall"),
    UnitKind.CENTRE: Text(zh="中心", en="Centre"),
    UnitKind.DEPARTMENT: Text(zh="部门", en="Department"),
    UnitKind.TEAM: Text(zh="班组", en="Team"),
}


class Detail(StrEnum):
    """What is noted about a person and may be corrected."""

    NAME = "name"
    UNIT = "unit"
    PHONE = "phone"
    EMAIL = "email"


DETAILS: Mapping[Detail, Text] = {
    Detail.NAME: Text(zh="姓名", en="name"),
    Detail.UNIT: Text(zh="单位", en="unit"),
    Detail.PHONE: Text(zh="电话", en="phone"),
    Detail.EMAIL: Text(zh="电子邮箱", en="e-mail"),
}


def changes(details: Iterable[Detail], old_unit: Text, new_unit: Text) -> Text:
    """Which details have changed, in a row. Units are named; what is personal is not."""
    transfer = Text(zh="单位（由{old}到{new}）", en="unit (from {old} to {new})").format(old=old_unit, new=new_unit)
    return joined(transfer if detail is Detail.UNIT else DETAILS[detail] for detail in details)


NAME_LENGTH, PHONE_LENGTH, EMAIL_LENGTH = 100, 30, 254
PHONE_DIGITS = range(3, 18)
"""From an internal short number to the fifteen digits of ITU-T E.164 behind the prefix 00."""
PHONE = re.compile(r"\+?[\d ()./-]+(?: ?(?:ext\.?|x|#|转) ?\d{1,6})?", re.ASCII | re.IGNORECASE)
EMAIL = re.compile(r"[^@\s,;:<>\"]+@[^@\s,;:<>\"]+\.[^@\s,;:<>\".]+")


def tidy_name(typed: str) -> str:
    """A name as it is kept: without blanks around it, and none doubled. Raises `InvalidName`."""
    name = " ".join(typed.split())
    if not name or len(name) > NAME_LENGTH or not name.isprintable():
        raise InvalidName(longest=NAME_LENGTH)
    return name


def tidy_phone(typed: str) -> str:
    """A phone number of any country as it is kept, full-width digits made plain; empty where there is none.

    Raises `InvalidPhone` for other signs than people put into numbers, and for fewer or more digits than a number has.
    """
    phone = _tidy(typed)
    digits = sum(sign.isdecimal() for sign in re.split("[ext#转]", phone.lower())[0])
    if phone and not (PHONE.fullmatch(phone) and digits in PHONE_DIGITS and len(phone) <= PHONE_LENGTH):
        raise InvalidPhone
    return phone


def tidy_email(typed: str) -> str:
    """An e-mail address as it is kept; empty where there is none. Raises `InvalidEmail` where it cannot be one."""
    email = _tidy(typed)
    if email and not (EMAIL.fullmatch(email) and email.isprintable() and len(email) <= EMAIL_LENGTH):
        raise InvalidEmail
    return email


def _tidy(typed: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", typed).split())


def is_within(unit: UUID, top: UUID, parents: Mapping[UUID, UUID | None]) -> bool:
    """Whether `unit` is `top` or lies anywhere below it."""
    step: UUID | None = unit
    while step is not None and step != top:
        step = parents[step]
    return step == top


@dataclass(frozen=True)
class FormerPlace:
    """What a unit was part of in [since, until)."""

    unit: UUID
    parent: UUID | None
    since: date
    until: date


def trees_since(
    since: date, parents: Mapping[UUID, UUID | None], former: Sequence[FormerPlace]
) -> Iterator[Mapping[UUID, UUID | None]]:
    """Of every unit the one above it: as it was on the day `since`, then after each later change, at last as it is now."""
    for day in sorted({since, *(each.until for each in former if each.until > since)}):
        yield {**parents, **{each.unit: each.parent for each in former if each.since <= day < each.until}}


NAMED = 5


def named(heading: Text, names: Sequence[Text]) -> Text:
    """`heading: a, b, c`, at most five by name and the rest by their number."""
    row = joined(names[:NAMED])
    more = len(names) - NAMED
    rest = Text(zh=f" 等{len(names)}个", en=f" and {more} more") if more > 0 else Text(zh="", en="")
    return Text(zh=f"{heading.zh}：{row.zh}{rest.zh}", en=f"{heading.en}: {row.en}{rest.en}")


def masked_phone(phone: str) -> str:
    """`13800138000` becomes `138****8000`; short numbers keep only their last two digits."""
    if len(phone) < 8:
        return "*" * max(len(phone) - 2, 0) + phone[-2:]
    return f"{phone[:3]}{'*' * (len(phone) - 7)}{phone[-4:]}"


def masked_email(email: str) -> str:
    """`zhang.wei@example.com` becomes `z***@example.com`."""
    name, at, host = email.partition("@")
    return f"{name[:1]}***{at}{host}" if email else ""


@dataclass(frozen=True)
class Failures:
    """Wrong passwords from one browser for one account: how many, and when the last one was."""

    count: int
    last_at: datetime


def locked_until(failures: Iterable[Failures], *, limit: int, cool_off: timedelta, at: datetime) -> datetime | None:
    """The moment an account may be tried again, or None where it may be tried at `at`.

    Failures are forgotten `cool_off` after the last one from the same browser; the account opens once fewer than `limit` are left.
    """
    recent = sorted((each for each in failures if each.last_at + cool_off > at), key=lambda each: each.last_at)
    left = sum(each.count for each in recent)
    if left < limit:
        return None
    for each in recent:
        left -= each.count
        if left < limit:
            return each.last_at + cool_off
    raise ValueError(f"A limit of {limit} failures locks everybody out; it must be at least 1.")

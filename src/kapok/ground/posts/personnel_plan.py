"""What a personnel file would change, row by row; nothing is changed here.

A row opens an account, corrects details, fills posts (whoever held the place is released) and awards skills. Nobody is deactivated
or released for standing in no row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from kapok.ground.people import rules as people_rules
from kapok.ground.people.models import Grant, OrgUnit, Staff
from kapok.ground.people.refusals import EndedUnit, UnknownUnit
from kapok.ground.posts import queries
from kapok.ground.posts.models import Post, PostHolder, Skill
from kapok.ground.posts.personnel_file import STAFF_NUMBER, Row, read
from kapok.ground.posts.refusals import (
    Deactivated,
    DuplicateRow,
    NotYours,
    PlaceClaimedTwice,
    SamePerson,
    UnknownLevel,
    UnknownPlace,
    UnknownPost,
    UnknownSkill,
)
from kapok.ground.posts.rules import LEVELS, PLACES, Place
from kapok.kernel.errors import KapokError
from kapok.kernel.text import Language, Text, joined


class Outcome(StrEnum):
    """What becomes of a row."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True)
class Planned:
    """A row with what it would do, and why it is refused where it is."""

    row: Row
    outcome: Outcome
    details: Mapping[str, str]
    language: Language | None
    posts: tuple[tuple[Post, Place], ...]
    skills: tuple[tuple[str, int], ...]
    reasons: tuple[Text, ...]
    says: Text


@dataclass(frozen=True)
class Plan:
    """What a file would do, in the order of its lines."""

    rows: tuple[Planned, ...]

    @property
    def counts(self) -> dict[str, int]:
        """How many rows of each outcome."""
        found = Counter(row.outcome.value for row in self.rows)
        return {outcome.value: found[outcome.value] for outcome in Outcome}


@dataclass(frozen=True)
class Known:
    """What there is and what the file claims, read once for all rows; `scope` are the units one manages (None: all)."""

    scope: frozenset[UUID] | None
    units: Mapping[str, OrgUnit]
    staff: Mapping[str, Staff]
    reach: Mapping[UUID, set[UUID]]
    """The units in which somebody holds a role."""
    posts: Mapping[str, Post]
    holders: Mapping[tuple[UUID, str], str]
    skills: Mapping[str, Skill]
    levels: Mapping[UUID, Mapping[str, int]]
    lines: Counter[str]
    """In how many rows a staff number stands."""
    claims: Counter[tuple[str, str]]
    """How many rows claim a place of a post."""
    wanted: Mapping[tuple[str, str], str]

    def reaches(self, units: set[UUID]) -> bool:
        """Whether all of these units are one's own."""
        return self.scope is None or units <= self.scope


def plan(name: str, content: bytes, *, units: frozenset[UUID] | None, at: datetime) -> Plan:
    """What the file would do, for somebody who manages these units (None: all). Raises `NotATable`."""
    rows = read(name, content)
    known = _known(rows, units, at)
    return Plan(tuple(_planned(row, known) for row in rows))


def _known(rows: list[Row], scope: frozenset[UUID] | None, at: datetime) -> Known:
    # What is no staff number is a fault of its row, and no question for the database, which refuses some signs.
    numbers = {row.staff_no for row in rows if STAFF_NUMBER.fullmatch(row.staff_no)}
    staff = {each.username: each for each in Staff.objects.select_related("unit").filter(username__in=numbers)}
    ids = {each.id for each in staff.values()}
    reach: dict[UUID, set[UUID]] = {}
    for person, unit in Grant.objects.filter(staff__in=ids, revoked_at=None).values_list("staff", "unit"):
        reach.setdefault(person, set()).add(unit)
    codes = {code for row in rows for code, _ in row.posts}
    posts = {post.code: post for post in Post.objects.filter(code__in=codes, valid_to=None)}
    held = PostHolder.objects.filter(post__in=posts.values(), period__upper_inf=True)
    return Known(
        scope=scope,
        units=_units(),
        staff=staff,
        reach=reach,
        posts=posts,
        holders={(post, place): name for post, place, name in held.values_list("post", "place", "staff__username")},
        skills={skill.code: skill for skill in Skill.objects.all()},
        levels=queries.skills_of(ids, at),
        lines=Counter(row.staff_no for row in rows),
        claims=Counter(pair for row in rows for pair in row.posts),
        wanted={(code, place): row.staff_no for row in rows for code, place in row.posts},
    )


def _units() -> dict[str, OrgUnit]:
    """The units by code and by name; a code goes before a name, and a name that two units have means neither."""
    rows = list(OrgUnit.objects.all())
    names = Counter(name for unit in rows for name in {unit.name_zh, unit.name_en.lower()})
    named = {name: unit for unit in rows for name in (unit.name_zh, unit.name_en.lower()) if names[name] == 1}
    return {**named, **{unit.code: unit for unit in rows}}


def _planned(row: Row, known: Known) -> Planned:
    reasons = list(row.faults)
    if known.lines[row.staff_no] > 1:
        reasons.append(DuplicateRow(username=row.staff_no).text)
    someone = known.staff.get(row.staff_no)
    details = _details(row, someone, known, reasons)
    posts, skills = _posts(row, known, reasons), _skills(row, someone, known, reasons)
    language = row.language if someone is None or someone.language != row.language else None
    if reasons:
        outcome = Outcome.REFUSED
    elif someone is None:
        outcome = Outcome.NEW
    else:
        outcome = Outcome.CHANGED if details or language or posts or skills else Outcome.UNCHANGED
    says = _says(details if someone else {}, language if someone else None, posts, skills, known)
    return Planned(row, outcome, details, language, posts, skills, tuple(reasons), says)


def _details(row: Row, someone: Staff | None, known: Known, reasons: list[Text]) -> dict[str, str]:
    """What is new of name, unit, phone and e-mail; of a new person all of it."""
    unit = _unit(row, someone, known, reasons)
    if someone is not None and not someone.is_active:
        reasons.append(Deactivated(username=someone.username).text)
    typed = {
        "name": _tidied(people_rules.tidy_name, row.name, reasons),
        "unit": unit.code if unit else None,
        "phone": _tidied(people_rules.tidy_phone, row.phone, reasons),
        "email": _tidied(people_rules.tidy_email, row.email, reasons),
    }
    present = {"unit": someone.unit.code} if someone else {}
    if someone:
        present |= {name: getattr(someone, name) for name in ("name", "phone", "email")}
    return {name: value for name, value in typed.items() if value is not None and value != present.get(name)}


def _unit(row: Row, someone: Staff | None, known: Known, reasons: list[Text]) -> OrgUnit | None:
    """The unit that the row names, by its code or its name."""
    unit = known.units.get(row.unit) or known.units.get(row.unit.lower())
    if unit is None:
        reasons.append(UnknownUnit(unit=row.unit[:50]).text)
    elif unit.valid_to is not None and (someone is None or someone.unit_id != unit.id):
        reasons.append(EndedUnit(unit_name=unit.name, ended_on=unit.valid_to).text)
    touched = {unit.id} if unit else set()
    if someone is not None:
        touched |= {someone.unit_id, *known.reach.get(someone.id, ())}
    if not known.reaches(touched):
        reasons.append(NotYours().text)
    return unit


def _tidied(tidy: Callable[[str], str], typed: str | None, reasons: list[Text]) -> str | None:
    try:
        return None if typed is None else tidy(typed)
    except KapokError as refused:
        reasons.append(refused.text)
        return None


def _posts(row: Row, known: Known, reasons: list[Text]) -> tuple[tuple[Post, Place], ...]:
    """The places that this row gives to the person anew."""
    found = []
    for code, letter in row.posts:
        post = known.posts.get(code)
        if post is None:
            reasons.append(UnknownPost(post=code).text)
        elif letter not in {place.value for place in Place}:
            reasons.append(UnknownPlace(place=letter[:20]).text)
        elif known.claims[code, letter] > 1:
            reasons.append(PlaceClaimedTwice(post_title=post.title, place_name=PLACES[Place(letter)]).text)
        elif not known.reaches({post.unit_id}):
            reasons.append(NotYours().text)
        else:
            found += _place(row, post, Place(letter), known, reasons)
    return tuple(found)


def _place(row: Row, post: Post, place: Place, known: Known, reasons: list[Text]) -> list[tuple[Post, Place]]:
    other = (Place.B if place is Place.A else Place.A).value
    if known.wanted.get((post.code, other), known.holders.get((post.id, other))) == row.staff_no:
        reasons.append(SamePerson(username=row.staff_no, post_title=post.title).text)
    return [] if known.holders.get((post.id, place.value)) == row.staff_no else [(post, place)]


def _skills(row: Row, someone: Staff | None, known: Known, reasons: list[Text]) -> tuple[tuple[str, int], ...]:
    """The levels that are new."""
    present = known.levels.get(someone.id, {}) if someone else {}
    found = {}
    for code, level in row.skills:
        if code not in known.skills:
            reasons.append(UnknownSkill(skill=code).text)
        elif level not in {str(each) for each in LEVELS}:
            reasons.append(UnknownLevel(level=level[:20]).text)
        elif present.get(code) != int(level):
            found[code] = int(level)
    return tuple(found.items())


def _says(
    details: Mapping[str, str],
    language: Language | None,
    posts: Iterable[tuple[Post, Place]],
    skills: Iterable[tuple[str, int]],
    known: Known,
) -> Text:
    """What the row changes, in words; personal details by their name only."""
    parts = [people_rules.DETAILS[people_rules.Detail(name)] for name in details]
    parts += [people_rules.LANGUAGES[language]] if language else []
    for post, place in posts:
        before = known.holders.get((post.id, place.value))
        replaced = Text(zh=f"（接替{before}）", en=f" (replaces {before})") if before else Text(zh="", en="")
        called = Text(zh="{title}{place}{replaced}", en="{title} {place}{replaced}")
        parts.append(called.format(title=post.title, place=PLACES[place], replaced=replaced))
    for code, level in skills:
        parts.append(
            Text(zh="{title}{level}级", en="{title} {level}").format(title=known.skills[code].title, level=level)
        )
    return joined(parts)

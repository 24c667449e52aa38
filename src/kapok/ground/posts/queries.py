"""Reading posts: who acts, who answers, who is asked next, who is on duty. A few queries, however many posts are asked for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from kapok.ground.people.models import OrgUnit, Staff
from kapok.ground.people.rules import State, UnitKind
from kapok.ground.posts import rules
from kapok.ground.posts.models import Absence, Post, PostHolder, RosterEntry, Skill, StaffSkill, TakeOver
from kapok.ground.posts.statements import DEALING, NEAREST_WITH_SKILL, WAY_UP
from kapok.kernel.text import Text


@dataclass(frozen=True)
class Person:
    """Somebody who holds a post or is on duty."""

    id: UUID
    username: str
    name: str
    active: bool
    """Not deactivated."""
    there: bool
    """Neither absent nor deactivated at the moment asked for."""

    @property
    def subject(self) -> str:
        """How the journal calls this person."""
        return f"staff/{self.username}"


@dataclass(frozen=True)
class Acting:
    """A post at a moment: `a` and `b`, who of them acts, and who answers for it (A, or B where there is no A)."""

    id: UUID
    code: str
    function: str
    title: Text
    unit: str
    unit_id: UUID
    unit_name: Text
    accept_ttl: timedelta | None
    a: Person | None
    b: Person | None
    place: rules.Place | None
    """Whose place it is that acts; None where nobody is there."""
    taken_over: bool

    @property
    def acting(self) -> Person | None:
        """Who acts now; None where nobody is there, and the ladder has to be climbed."""
        return {rules.Place.A: self.a, rules.Place.B: self.b, None: None}[self.place]

    @property
    def accountable(self) -> Person | None:
        """Who answers for it: A whether absent or not; B only where there is no A, or a deactivated one; None likewise."""
        return next((each for each in (self.a, self.b) if each and each.active), None)

    @property
    def subject(self) -> str:
        """How the journal calls this post."""
        return f"post/{self.code}"


def post_rows(units: Iterable[UUID] | None = None, *, search: str = "", closed: bool = False) -> QuerySet[Post]:
    """The posts, of `units` only where given, whose code or title contains every word of `search`, by unit and code."""
    rows = Post.objects.select_related("unit").order_by("unit__code", "code")
    for word in search.split():
        rows = rows.filter(Q(code__icontains=word) | Q(title_zh__icontains=word) | Q(title_en__icontains=word))
    if units is not None:
        rows = rows.filter(unit__in=units)
    return rows if closed else rows.filter(valid_to=None)


def acting_in(posts: Iterable[Post], at: datetime) -> list[Acting]:
    """The posts at that moment, in their order; one query more however many there are."""
    page = list(posts)
    away = Exists(_absences(at).filter(staff=OuterRef("staff")))
    taken = Exists(TakeOver.objects.filter(post=OuterRef("post"), period__contains=at))
    held = PostHolder.objects.filter(post__in=page, period__contains=at).annotate(away=away, taken=taken)
    people, taken_over = {}, set()
    for post, place, is_taken, *person in held.values_list("post", "place", "taken", *PERSON, "away"):
        people[post, place] = _told(*person)
        taken_over |= {post} if is_taken else set()
    return [
        _acting(
            post,
            people.get((post.id, rules.Place.A)),
            people.get((post.id, rules.Place.B)),
            taken_over=post.id in taken_over,
        )
        for post in page
    ]


PERSON = ("staff__id", "staff__username", "staff__name", "staff__state")


def _told(identifier: UUID, username: str, name: str, state: str, away: bool) -> Person:  # noqa: FBT001  # a row of columns
    active = state == State.ACTIVE
    return Person(identifier, username, name, active=active, there=active and not away)


def acting(post: str, at: datetime) -> Acting | None:
    """The post with this code at that moment, closed or not; None where there is no such post."""
    found = acting_in(Post.objects.select_related("unit").filter(code=post), at)
    return found[0] if found else None


def acting_for_unit(unit: str, at: datetime, function: str | None = None) -> Acting | None:
    """The post that has to deal with a matter of this function of a unit: a matter is never without somebody.

    Of the unit the post with that function, else its first other post, else the post that leads it; then the same of the unit
    above, where only the lead counts; a post at which nobody is there is passed over. None where all are empty.
    """
    (found,) = acting_for_units([(unit, function)], at)
    return found


def acting_for_units(asked: Sequence[tuple[str, str | None]], at: datetime) -> list[Acting | None]:
    """The same for several units, each with a function, in their order; one query however many there are."""
    given: dict[str, Any] = {
        "units": [unit for unit, _ in asked],
        "at": at,
        "granted": rules.AbsenceState.GRANTED,
        "lead": rules.LEAD,
    }
    rows: dict[tuple[str, UUID], list[tuple[Any, ...]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(DEALING, given)
        for row in cursor.fetchall():
            rows.setdefault((row[0], row[2]), []).append(row)
    found: dict[str, list[tuple[int, Acting]]] = {}
    for (home, _), held in rows.items():
        found.setdefault(home, []).append((held[0][1], _dealing(held)))
    return [_first_there(found.get(unit, []), function) for unit, function in asked]


def _dealing(rows: Sequence[tuple[Any, ...]]) -> Acting:
    """One post of `DEALING`, of which each holder is a row."""
    _home, _height, identifier, code, function, zh, en, ttl, unit, unit_id, unit_zh, unit_en, *_ = rows[0]
    people = {row[12]: _told(*row[13:18]) for row in rows if row[12]}
    a, b, taken = people.get(rules.Place.A), people.get(rules.Place.B), rows[0][18]
    present = rules.Present(a.there if a else None, b.there if b else None, taken)
    return Acting(
        id=identifier, code=code, function=function, title=Text(zh=zh, en=en), unit=unit, unit_id=unit_id,
        unit_name=Text(zh=unit_zh, en=unit_en), accept_ttl=ttl, a=a, b=b, place=rules.who_acts(present), taken_over=taken,
    )  # fmt: skip


def _first_there(found: Iterable[tuple[int, Acting]], function: str | None) -> Acting | None:
    """Of the posts on the way up the first at which somebody is there: of the unit any, above it those that lead."""
    way = sorted(
        found, key=lambda each: (each[0], each[1].function != function, each[1].function == rules.LEAD, each[1].code)
    )
    return next((post for _, post in way if post.acting), None)


def absent(staff: Collection[UUID], at: datetime) -> frozenset[UUID]:
    """Which of these people are on a granted absence at that moment."""
    return frozenset(_absences(at).filter(staff__in=staff).values_list("staff", flat=True))


def _absences(at: datetime) -> QuerySet[Absence]:
    return Absence.objects.filter(state=rules.AbsenceState.GRANTED, period__contains=at)


def is_absent(staff: UUID, at: datetime) -> bool:
    """Whether this person is on a granted absence at that moment."""
    return bool(absent({staff}, at))


def posts_of(staff: UUID, at: datetime) -> list[Acting]:
    """The posts in which this person is A or B at that moment."""
    held = PostHolder.objects.filter(staff=staff, period__contains=at).values("post")
    return acting_in(post_rows(closed=True).filter(id__in=held), at)


@dataclass(frozen=True)
class Step:
    """One step of the ladder: whom to turn to, as what, and by which post."""

    rung: rules.Rung
    person: Person
    post: Acting

    @property
    def title(self) -> Text:
        """What this step is called."""
        return rules.RUNGS[self.rung]


def escalation(post: str, at: datetime) -> list[Step]:
    """Whom to turn to, in this order, everybody once: A, B, the team leader, the heads above, the supervision centre.

    Of a lead or supervision post whoever acts is asked. Empty where there is no such post.
    """
    start = acting(post, at)
    if start is None:
        return []
    way = way_up(start.unit)
    height = _heights(way)
    ladder = _upward(acting_in(post_rows().filter(_above(height)).exclude(id=start.id), at), height)
    steps = [Step(rung, person, start) for rung, person in ((rules.Rung.A, start.a), (rules.Rung.B, start.b)) if person]
    team = bool(way) and way[0].kind == UnitKind.TEAM
    steps += [Step(_rung(each, height, team=team), each.acting, each) for each in ladder if each.acting]
    first = {step.person.id: step for step in reversed(steps)}
    return [first[person] for person in rules.each_once(step.person.id for step in steps)]


@dataclass(frozen=True)
class Around:
    """Who stands around a person at work for a unit."""

    partners: tuple[Person, ...]
    """Who shares a post with the person, there or not: B where the person is A, A where the person is B."""
    heads: tuple[Person, ...]
    """Whoever acts at the posts that lead, from the unit upward, at the end the supervision centre."""


def around(username: str, unit: str, at: datetime) -> Around:
    """Who shares a post with this person, and which heads there are from the unit upward; five queries.

    Of the person's posts only those of the unit count, where there are any. A head's post at which nobody is there is passed
    over, and so is a unit that has none: the next one above is the head then.
    """
    height = _heights(way_up(unit))
    held = PostHolder.objects.filter(staff__username=username, period__contains=at).values("post")
    found = acting_in(post_rows().filter(Q(id__in=held) | _above(height)), at)
    shared = [(post, partner) for post in found if (partner := _partner(post, username))]
    here = [(post, partner) for post, partner in shared if post.unit == unit]
    heads = _upward([post for post in found if post.function in {rules.LEAD, rules.SUPERVISION}], height)
    return Around(
        tuple(partner for _, partner in here or shared),
        tuple(post.acting for post in heads if post.acting and _leads(post, height)),
    )


def head_of(unit: str, at: datetime, *, but: UUID | None = None) -> Person | None:
    """Whoever acts as the nearest head of a unit, from it upward, but for this person; None where there is none."""
    height = _heights(way_up(unit))
    leads = _upward(acting_in(post_rows().filter(unit__in=list(height), function=rules.LEAD), at), height)
    return next((post.acting for post in leads if post.acting and post.acting.id != but), None)


@dataclass(frozen=True)
class OnDuty:
    """Somebody on shift: until when, and what they can do (skill code to level)."""

    person: Person
    shift: Text
    until: datetime
    skills: dict[str, int]


def duty(unit: str, at: datetime) -> list[OnDuty]:
    """The people of a unit who are on shift and there at that moment."""
    rows = RosterEntry.objects.select_related("staff", "shift").filter(
        period__contains=at, staff__unit__code=unit, staff__state=State.ACTIVE
    )
    entries = list(rows.order_by("period", "staff__username"))
    people = {entry.staff_id for entry in entries}
    away, able = absent(people, at), skills_of(people, at)
    return [
        OnDuty(_person(entry.staff, away), entry.shift.title, entry.period.upper, able.get(entry.staff_id, {}))
        for entry in entries
        if entry.staff_id not in away
    ]


def on_duty(units: Collection[str], at: datetime) -> list[UUID]:
    """Who of these units is on shift at that moment, absent or not, each once."""
    rows = RosterEntry.objects.filter(period__contains=at, staff__unit__code__in=units, staff__state=State.ACTIVE)
    return list(rows.order_by("staff__username").values_list("staff", flat=True).distinct())


def skills_of(staff: Collection[UUID], at: datetime) -> dict[UUID, dict[str, int]]:
    """Of each of these people the skills at that moment, by code, with the level."""
    held: dict[UUID, dict[str, int]] = {}
    for row in StaffSkill.objects.select_related("skill").filter(staff__in=staff, period__contains=at):
        held.setdefault(row.staff_id, {})[row.skill.code] = row.level
    return held


def unit_with_skill(skill: str, *, near: str, at: datetime, on_its_ground: bool = False) -> OrgUnit | None:
    """The unit of the same operator with somebody who has this skill; None where nobody has.

    One with somebody on duty goes before one where they are off duty, and this before one where they are absent; of equals the
    nearest to the unit `near` in the tree, then by code. `on_its_ground`: that unit, its service centre and the teams of this go
    before all others, whoever is on duty.
    """
    asked = {"skill": skill, "near": near, "at": at, "granted": rules.AbsenceState.GRANTED, "active": State.ACTIVE}
    asked |= {"ground": on_its_ground}
    return next(iter(OrgUnit.objects.raw(NEAREST_WITH_SKILL, asked)), None)


def skill_titles() -> dict[str, Text]:
    """What the skills are called, by code."""
    return {skill.code: skill.title for skill in Skill.objects.order_by("code")}


def way_up(unit: str) -> list[OrgUnit]:
    """The unit and the units above it, from below; empty where there is no such unit."""
    return _ways_up({unit}).get(unit, [])


def _ways_up(units: Collection[str]) -> dict[str, list[OrgUnit]]:
    """The same of several units, by code; those that there are."""
    ways: dict[str, list[OrgUnit]] = {}
    for each in OrgUnit.objects.raw(WAY_UP, [list(units)]):
        ways.setdefault(each.home, []).append(each)  # type: ignore[attr-defined]  # a column of WAY_UP
    return ways


def _heights(way: list[OrgUnit]) -> dict[UUID, int]:
    """How many steps up each unit of the way stands."""
    return {each.id: step for step, each in enumerate(way)}


def _above(height: dict[UUID, int]) -> Q:
    """The posts that lead a unit of the way, and those of the supervision centre."""
    return Q(unit__in=list(height), function=rules.LEAD) | Q(function=rules.SUPERVISION)


def _leads(post: Acting, height: dict[UUID, int]) -> bool:
    return post.function == rules.SUPERVISION or post.unit_id in height


def _upward(posts: list[Acting], height: dict[UUID, int]) -> list[Acting]:
    """The posts of the ladder in the order in which it is climbed."""
    return sorted(posts, key=lambda each: (each.function == rules.SUPERVISION, height.get(each.unit_id, 0), each.code))


def _partner(post: Acting, username: str) -> Person | None:
    """The other one of A and B; None where the person is neither."""
    places = (post.a, post.b)
    if not any(each and each.username == username for each in places):
        return None
    return next((each for each in places if each and each.username != username), None)


def _rung(post: Acting, height: dict[UUID, int], *, team: bool) -> rules.Rung:
    if post.function == rules.SUPERVISION:
        return rules.Rung.SUPERVISION
    return rules.rung_of(height[post.unit_id], team=team)


def _person(staff: Staff, away: Collection[UUID]) -> Person:
    return _told(staff.id, staff.username, staff.name, staff.state, staff.id in away)


def _acting(post: Post, a: Person | None, b: Person | None, *, taken_over: bool) -> Acting:
    present = rules.Present(a.there if a else None, b.there if b else None, taken_over)
    return Acting(
        id=post.id,
        code=post.code,
        function=post.function,
        title=post.title,
        unit=post.unit.code,
        unit_id=post.unit_id,
        unit_name=post.unit.name,
        accept_ttl=post.accept_ttl,
        a=a,
        b=b,
        place=rules.who_acts(present),
        taken_over=taken_over,
    )

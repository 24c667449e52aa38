"""Who answers for the work of a unit, and who stands in: the posts' word, and the first contact where no post has one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings

from kapok.ground.people.models import OrgUnit, Staff
from kapok.ground.posts import queries as posts
from kapok.ground.posts.models import PostHolder
from kapok.ground.posts.rules import Place
from kapok.ground.work.models import Matter
from kapok.ground.work.refusals import NotOwner


@dataclass(frozen=True)
class Answer:
    """Who answers for a unit's work at a moment.

    `accountable` is A of the post, or whoever acts at it where A has left, or the first contact of the matter where the unit
    has no post: never nobody. `post` is the one that was found, if it is the unit's own.
    """

    accountable: Staff
    post: posts.Acting | None

    @property
    def a_is_away(self) -> bool:
        """Whether the deputy acts now: A is absent, or has handed the post over."""
        return self.post is not None and self.post.place is Place.B

    def is_a(self, person: Staff) -> bool:
        """Whether this person is A of the post."""
        return self.post is not None and self.post.a is not None and self.post.a.id == person.id

    def is_deputy(self, person: Staff) -> bool:
        """Whether this person is B of the post."""
        return self.post is not None and self.post.b is not None and self.post.b.id == person.id


def of_unit(unit: OrgUnit, function: str, at: datetime, *, otherwise: Staff) -> Answer:
    """Who answers for work of this function in the unit; `otherwise` where nobody is named anywhere above."""
    (answer,) = of_units([(unit, function)], at, otherwise=otherwise)
    return answer


def of_units(asked: Sequence[tuple[OrgUnit, str]], at: datetime, *, otherwise: Staff) -> list[Answer]:
    """The same for several units, each with a function, in their order; two queries however many there are."""
    found = posts.acting_for_units([(unit.code, function or None) for unit, function in asked], at)
    people = {each.id for post in found if post for each in (post.a, post.acting) if each}
    known = {otherwise.id: otherwise}
    if others := people - known.keys():
        known |= Staff.objects.select_related("unit").in_bulk(others)
    return [_answer(unit, post, known, otherwise) for (unit, _), post in zip(asked, found, strict=True)]


def _answer(unit: OrgUnit, post: posts.Acting | None, known: Mapping[UUID, Staff], otherwise: Staff) -> Answer:
    if post is None or post.acting is None:
        return Answer(otherwise, None)
    a = known[post.a.id] if post.a else None
    person = a if a is not None and a.is_active else known[post.acting.id]
    return Answer(person, post if post.unit_id == unit.id else None)


def is_gone(person: Staff, at: datetime) -> bool:
    """Whether somebody is away: absent, or no longer active."""
    return not person.is_active or posts.is_absent(person.id, at)


def reached(person: Staff, at: datetime) -> str:
    """Who is there when this person is asked: themselves, else the deputy who acts for them; a staff number, empty for nobody."""
    if not is_gone(person, at):
        return person.username
    held = (post for post in posts.posts_of(person.id, at) if post.a is not None and post.a.id == person.id)
    return next((post.b.username for post in held if post.b is not None and post.place is Place.B), "")


def heads(unit: OrgUnit, at: datetime) -> set[UUID]:
    """Whom a unit's work can be taken to when its people have left: A and B of its post, the heads above, the supervision."""
    post = posts.acting_for_unit(unit.code, at)
    return {step.person.id for step in posts.escalation(post.code, at)} if post else set()


def stands_in(person: Staff, owner: Staff, at: datetime) -> bool:
    """Whether this person acts for `owner` now: B of a post of which `owner` is A, while B acts."""
    return any(
        post.place is Place.B and post.a is not None and post.a.id == owner.id
        for post in posts.posts_of(person.id, at)
        if post.b is not None and post.b.id == person.id
    )


def owns(person: Staff, matter: Matter, at: datetime) -> bool:
    """Whether this person is the owner of the matter, or acts for them now; of an owner who has left, a head of the unit."""
    owner = matter.first_contact
    if person.id in {owner.id, matter.acting_id} or stands_in(person, owner, at):
        return True
    return not owner.is_active and person.id in heads(matter.unit, at)


def must_own(person: Staff, matter: Matter, at: datetime) -> None:
    """Refuse who neither is the owner nor acts for them now. Raises `NotOwner`."""
    if not owns(person, matter, at):
        raise NotOwner(username=matter.first_contact.username)


def is_deputy_of(person: Staff, owner: Staff, at: datetime) -> bool:
    """Whether this person is B of a post of which `owner` is A."""
    held = PostHolder.objects.filter(staff=owner, place=Place.A, period__contains=at).values("post")
    return PostHolder.objects.filter(staff=person, place=Place.B, period__contains=at, post__in=held).exists()


def judges(at: datetime, *, otherwise: Staff) -> tuple[str, Staff]:
    """The unit that judges disputed hand-offs (`WORK_JUDGE_UNIT`), and who answers for its judgements."""
    unit = OrgUnit.objects.filter(code=settings.WORK_JUDGE_UNIT, valid_to=None).first()
    if unit is None:
        return otherwise.unit.code, otherwise
    return unit.code, of_unit(unit, "", at, otherwise=otherwise).accountable

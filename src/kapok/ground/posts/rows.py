"""The rows that the verbs act on: looked up, and locked where two people could contradict each other.

A lock holds until the `transaction.atomic` of the verb ends. Everybody locks in one order, first people, then posts, each by
identifier, so that nobody waits for each other in a ring. The database's trigger that keeps `PostAbsence` takes the same locks
in the same order.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Q
from django.utils import timezone

from kapok.ground.people.models import Staff
from kapok.ground.people.refusals import UnknownStaff
from kapok.ground.people.rules import State
from kapok.ground.posts.models import Absence, Post, PostAbsence, PostHolder, PostRole, Shift, Skill
from kapok.ground.posts.refusals import (
    BothAbsent,
    ClosedPost,
    Deactivated,
    TooEarly,
    UnknownAbsence,
    UnknownPost,
    UnknownShift,
    UnknownSkill,
)
from kapok.ground.posts.rules import AbsenceState, Place


def post_called(code: str) -> Post:
    """The post with this code, closed or not. Raises `UnknownPost`."""
    try:
        return Post.objects.select_related("unit").get(code=code)
    except Post.DoesNotExist:
        raise UnknownPost(post=code) from None


def living_post(code: str) -> Post:
    """The post with this code. Raises `UnknownPost`, `ClosedPost`."""
    post = post_called(code)
    if post.valid_to is not None:
        raise ClosedPost(post_title=post.title)
    return post


def working(username: str) -> Staff:
    """The person, who must be active. Raises `UnknownStaff`, `Deactivated`."""
    staff = Staff.objects.filter(username=username.lower()).first()
    if staff is None:
        raise UnknownStaff(username=username)
    if staff.state != State.ACTIVE:
        raise Deactivated(username=staff.username)
    return staff


def hold(people: Iterable[UUID], *posts: Post) -> None:
    """Lock these people and every post they hold, and `posts`, which must still be open. Raises `ClosedPost`."""
    ids = list(people)
    list(Staff.objects.filter(id__in=ids).order_by("id").select_for_update(no_key=True).values_list("id"))
    held = PostHolder.objects.filter(staff__in=ids).values("post")
    locked = Post.objects.filter(Q(id__in=held) | Q(id__in=[post.id for post in posts])).order_by("id")
    ended = dict(locked.select_for_update(no_key=True).values_list("id", "valid_to"))
    for post in posts:
        if ended[post.id] is not None:
            raise ClosedPost(post_title=post.title)


def holder_of(post: Post, place: Place) -> PostHolder | None:
    """Who holds the place until further notice."""
    return next((holder for holder in holders(post) if holder.place == place), None)


def holders(post: Post) -> list[PostHolder]:
    """A and B until further notice; nobody once the post is closed."""
    held = PostHolder.objects.select_related("staff", "post__unit").filter(post=post, period__upper_inf=True)
    return list(held.order_by("place"))


def hold_named(usernames: Iterable[str], posts: Collection[Post]) -> None:
    """Lock the people of these numbers who have an account, who holds these posts now, and the posts. Raises `ClosedPost`."""
    known = Staff.objects.filter(username__in=list(usernames)).values_list("id", flat=True)
    held = PostHolder.objects.filter(post__in=[post.id for post in posts], period__upper_inf=True)
    hold({*known, *held.values_list("staff", flat=True)}, *posts)


def end(holder: PostHolder, at: datetime) -> None:
    """Let a holding end. Raises `TooEarly`."""
    since = holder.period.lower
    if at < since:
        raise TooEarly(since=spoken(since))
    PostHolder.objects.filter(id=holder.id).update(period=DateTimeTZRange(since, at))


def roles_of(post: Post) -> list[str]:
    """The roles that come with the post now."""
    return list(
        PostRole.objects.filter(post=post, revoked_at=None).order_by("granted_at", "id").values_list("role", flat=True)
    )


def absence_called(identifier: UUID) -> Absence:
    """The absence. Raises `UnknownAbsence`."""
    try:
        return Absence.objects.select_related("staff").get(id=identifier)
    except Absence.DoesNotExist:
        raise UnknownAbsence from None


def refuse_both_absent(staff: Staff, periods: Iterable[DateTimeTZRange], holdings: Iterable[PostHolder]) -> None:
    """Refuse where in one of these periods the other of a post is away that this person holds then. Raises `BothAbsent`."""
    asked = [
        (holding.post_id, both) for holding in holdings for one in periods if (both := common(holding.period, one))
    ]
    away = PostAbsence.objects.filter(post__in={post for post, _ in asked}).exclude(staff=staff)
    for each in away.select_related("post", "staff").order_by("period", "id"):
        if any(post == each.post_id and common(each.period, one) for post, one in asked):
            raise BothAbsent(
                post_title=each.post.title,
                other=each.staff.username,
                since=spoken(each.period.lower),
                until=spoken(each.period.upper),
            )


def holdings_of(staff: Staff, period: DateTimeTZRange) -> list[PostHolder]:
    """What the person holds in any part of that time."""
    return list(PostHolder.objects.select_related("post").filter(staff=staff, period__overlap=period).order_by("post"))


def absences_of(staff: Staff, since: datetime) -> list[DateTimeTZRange]:
    """The times from then on in which the person is away."""
    open_ended = DateTimeTZRange(since, None)
    granted = Absence.objects.filter(staff=staff, state=AbsenceState.GRANTED, period__overlap=open_ended)
    return list(granted.order_by("period").values_list("period", flat=True))


def is_absent(staff: Staff, period: DateTimeTZRange) -> bool:
    """Whether the person is away in any part of that time."""
    return Absence.objects.filter(staff=staff, state=AbsenceState.GRANTED, period__overlap=period).exists()


def skill_called(code: str) -> Skill:
    """The skill. Raises `UnknownSkill`."""
    try:
        return Skill.objects.get(code=code)
    except Skill.DoesNotExist:
        raise UnknownSkill(skill=code) from None


def shift_called(code: str) -> Shift:
    """The shift. Raises `UnknownShift`."""
    try:
        return Shift.objects.get(code=code)
    except Shift.DoesNotExist:
        raise UnknownShift(shift=code) from None


def spoken(at: datetime) -> str:
    """A moment for people: local, to the minute."""
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}"


def common(one: DateTimeTZRange, other: DateTimeTZRange) -> DateTimeTZRange | None:
    """The time in both periods, or None."""
    if one.isempty or other.isempty:
        return None
    lower = max(one.lower, other.lower)
    upper = min((each.upper for each in (one, other) if each.upper is not None), default=None)
    return DateTimeTZRange(lower, upper) if upper is None or lower < upper else None

"""What posts have to say to a change of somebody or of a unit: heard as a witness of the journal, within the verb's transaction."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Max
from django.utils import timezone

from kapok.ground.journal.models import Entry
from kapok.ground.people import events as people
from kapok.ground.people.models import OrgUnit, Staff
from kapok.ground.people.refusals import UnitInUse, UsedUntil
from kapok.ground.people.rules import named
from kapok.ground.posts import rows
from kapok.ground.posts.models import Post, PostHolder
from kapok.ground.posts.refusals import HoldsPosts
from kapok.ground.posts.rules import PLACES, Place
from kapok.kernel.text import Text, joined


def witness(entries: Sequence[Entry]) -> None:
    """Undo a deactivation that would empty a place, and the end of a unit that has posts.

    Raises `HoldsPosts`, `UnitInUse`, `UsedUntil`.
    """
    for entry in entries:
        if entry.kind == people.Deactivated.kind:
            _refuse_holder(entry.subject.removeprefix("staff/"))
        elif entry.kind == people.UnitEnded.kind:
            _refuse_posts(OrgUnit.objects.get(code=entry.subject.removeprefix("unit/")))


def _refuse_holder(username: str) -> None:
    staff = Staff.objects.get(username=username)
    rows.hold([staff.id])
    held = PostHolder.objects.select_related("post").filter(staff=staff, period__upper_inf=True)
    if held:
        raise HoldsPosts(username=username, posts=joined(_place(each) for each in held.order_by("post__code")))


def _place(held: PostHolder) -> Text:
    return Text(zh="{post}{place}", en="{post} {place}").format(post=held.post.title, place=PLACES[Place(held.place)])


def _refuse_posts(unit: OrgUnit) -> None:
    of_unit = Post.objects.filter(unit=unit)
    if open_ones := of_unit.filter(valid_to=None).order_by("code"):
        left = named(Text(zh="岗位", en="Posts"), [post.title for post in open_ones])
        raise UnitInUse(unit_name=unit.name, left=left)
    closed = of_unit.aggregate(last=Max("valid_to"))["last"]
    if closed and unit.valid_to and unit.valid_to < (day := timezone.localdate(closed)):
        raise UsedUntil(unit_name=unit.name, day=day)

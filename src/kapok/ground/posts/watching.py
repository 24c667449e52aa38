"""What posts have to say to a change of somebody or of a unit: heard as a witness of the journal, within the verb's transaction."""

from __future__ import annotations

from collections.abc import Sequence

from kapok.ground.journal.models import Entry
from kapok.ground.people import events as people
from kapok.ground.people.models import Staff
from kapok.ground.people.refusals import UnitInUse
from kapok.ground.people.rules import named
from kapok.ground.posts import rows
from kapok.ground.posts.models import Post, PostHolder
from kapok.ground.posts.refusals import HoldsPosts
from kapok.ground.posts.rules import PLACES, Place
from kapok.kernel.text import Text, joined


def witness(entries: Sequence[Entry]) -> None:
    """Undo a deactivation that would empty a place, and the end of a unit that has posts. Raises `HoldsPosts`, `UnitInUse`."""
    for entry in entries:
        if entry.kind == people.Deactivated.kind:
            _refuse_holder(entry.subject.removeprefix("staff/"))
        elif entry.kind == people.UnitEnded.kind:
            _refuse_posts(entry.subject.removeprefix("unit/"))


def _refuse_holder(username: str) -> None:
    staff = Staff.objects.get(username=username)
    rows.hold([staff.id])
    held = PostHolder.objects.select_related("post").filter(staff=staff, period__upper_inf=True)
    if held:
        raise HoldsPosts(username=username, posts=joined(_place(each) for each in held.order_by("post__code")))


def _place(held: PostHolder) -> Text:
    return Text(zh="{post}{place}", en="{post} {place}").format(post=held.post.title, place=PLACES[Place(held.place)])


def _refuse_posts(code: str) -> None:
    open_ones = Post.objects.select_related("unit").filter(unit__code=code, valid_to=None).order_by("code")
    if open_ones:
        left = named(Text(zh="岗位", en="Posts"), [post.title for post in open_ones])
        raise UnitInUse(unit_name=open_ones[0].unit.name, left=left)

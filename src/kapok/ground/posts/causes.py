"""Whether a take-over has the cause that it states: nobody takes a post from A by a word that is not true."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import cast
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

from kapok.ground.people.models import Staff
from kapok.ground.posts import queries
from kapok.ground.posts.models import Post
from kapok.ground.posts.refusals import NotAway, NotDeclared, NotSilent
from kapok.ground.posts.rules import Cause

NOBODY = "—"


def must_hold(cause: Cause, post: Post, a: Staff | None, *, actor: str, at: datetime) -> None:
    """Refuse a cause that is none. Where the place of A is empty only a head can declare that B acts.

    Raises `NotDeclared`, `NotAway`, `NotSilent`.
    """
    named = {"post_title": post.title, "a": a.username if a else NOBODY}
    match cause:
        case Cause.DECLARED:
            head = queries.head_of(a.unit.code if a else post.unit.code, at, but=a.id if a else None)
            if actor not in {each.subject for each in (a, head) if each}:
                raise NotDeclared(**named, head=head.username if head else NOBODY)
        case Cause.LEAVE if a is None or (a.is_active and not queries.is_absent(a.id, at)):
            raise NotAway(**named)
        case Cause.SILENCE if a is None or not _left_unanswered(a.id, post.unit_id, at):
            raise NotSilent(**named)


def _left_unanswered(person: UUID, unit: UUID, at: datetime) -> bool:
    """What the composition root has named (`POSTS_SILENCE`) says: posts know nothing of the work above them."""
    return cast(Callable[[UUID, UUID, datetime], bool], import_string(settings.POSTS_SILENCE))(person, unit, at)

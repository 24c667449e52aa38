"""The views of the ledger that a person keeps: the verbs for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from kapok.ground.commitments.models import SavedView
from kapok.ground.journal import api as journal
from kapok.kernel.errors import KapokError
from kapok.kernel.ids import uuid7
from kapok.kernel.text import Text

NAME_LENGTH, QUERY_LENGTH, MOST_VIEWS = 60, 1000, 30


class ViewWithoutName(KapokError):
    """A view was to be kept under no name, or one too long."""

    wording = Text(
        zh="请为视图填写名称，1 到 {longest} 个字。", en="Give the view a name of one to {longest} characters."
    )


class TooManyViews(KapokError):
    """Somebody keeps more views than anybody looks at."""

    wording = Text(
        zh="最多保存 {most} 个视图；请先删除不用的。", en="At most {most} views are kept; remove one that is not used."
    )


class QueryTooLong(KapokError):
    """The filter of a view does not fit."""

    wording = Text(
        zh="筛选条件过长，无法保存；请减少条件。", en="The filter is too long to be kept; use fewer conditions."
    )


@dataclass(frozen=True, kw_only=True)
class ViewKept(journal.Event):
    """A person kept a view of the ledger."""

    kind = "commitments.view_kept"
    wording = Text(zh="保存台账视图“{name}”", en="Kept the view “{name}” of the ledger")

    name: str


@dataclass(frozen=True, kw_only=True)
class ViewRemoved(journal.Event):
    """A person removed a view of the ledger."""

    kind = "commitments.view_removed"
    wording = Text(zh="删除台账视图“{name}”", en="Removed the view “{name}” of the ledger")

    name: str


@transaction.atomic
def keep_view(*, name: str, query: str, actor: str, at: datetime) -> UUID:
    """Keep a filter of the ledger under a name; the same name again replaces it.

    Raises `ViewWithoutName`, `QueryTooLong` or `TooManyViews`.
    """
    tidy = " ".join(name.split())
    if not 0 < len(tidy) <= NAME_LENGTH:
        raise ViewWithoutName(longest=NAME_LENGTH)
    if len(query) > QUERY_LENGTH:
        raise QueryTooLong
    views = SavedView.objects.filter(owner=actor)
    if views.exclude(name=tidy).count() >= MOST_VIEWS:
        raise TooManyViews(most=MOST_VIEWS)
    view, _ = SavedView.objects.update_or_create(
        owner=actor, name=tidy, defaults={"query": query}, create_defaults={"id": uuid7(at), "query": query}
    )
    journal.record(ViewKept(subject=actor, actor=actor, at=at, name=tidy))
    return view.id


@transaction.atomic
def remove_view(*, view: UUID, actor: str, at: datetime) -> None:
    """Keep a view no longer. Of a view that is not one's own, or gone, nothing happens."""
    found = SavedView.objects.filter(id=view, owner=actor).first()
    if found is not None:
        found.delete()
        journal.record(ViewRemoved(subject=actor, actor=actor, at=at, name=found.name))

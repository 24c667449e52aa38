"""Reopening: what was closed was not done; the flow begins again where whoever reopens it says, or where it means to."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from kapok.ground.work import answering, following, rows, rules
from kapok.ground.work.models import Matter
from kapok.ground.work.moves import Act
from kapok.ground.work.refusals import UnknownKind
from kapok.kernel.text import Text


def reopening_of(subject: str) -> str:
    """The event that reopens matters of this kind, e.g. `fault.reopened`; empty where none does."""
    kind = f"{subject.partition('/')[0]}.reopened"
    return kind if kind in rules.REOPENS else ""


@transaction.atomic
def reopen_matter(*, matter: str, again_from: str = "", note: str, actor: str, at: datetime) -> None:
    """Open a matter again, with the same owner: its owner's (or the deputy's) word, and why.

    Its flow begins again at the stage `again_from`, else where the flow means it to (`catalog.rules.begins_again`): that stage and
    all after it are offered anew, with clocks of their own. Raises `UnknownMatter`, `UnknownKind`, `NotAPerson`, `NotOwner`,
    `NoteMissing`, `NoWayBack`.
    """
    row, act = rows.matter_called(matter, lock=True), Act(actor, at)
    answering.must_own(rows.person(actor), row, at)
    kind, said = reopening_of(matter), rules.tidy_note(note)
    if not kind:
        raise UnknownKind(kind=f"{matter.partition('/')[0]}.reopened")
    following.happened(row, kind, {}, act, note=said, again_from=again_from)
    act.record()


def may_begin_again(subject: str) -> list[tuple[str, Text]]:
    """The stages from which the flow of a matter may begin again, with their titles; the one that the flow means first."""
    row = Matter.objects.select_related("flow").get(subject=subject)
    flow = following.flow_of(row)
    return [(code, flow.stages[code].title) for code in following.may_begin_again(row)] if flow else []

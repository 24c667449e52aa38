"""What notices do on journal entries, as their subscriber: tell whom it concerns.

Who holds a post is asked for the moment at which the entry was recorded, so that another attempt finds the same people.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet

from kapok.ground.journal.queries import Line
from kapok.ground.notices import rules
from kapok.ground.notices.models import Notice
from kapok.ground.notices.rules import Told
from kapok.ground.people.models import Staff
from kapok.ground.people.rules import State
from kapok.ground.posts import queries as posts
from kapok.kernel.ids import uuid7


def tell(line: Line) -> None:
    """Write a notice to everybody whom the entry concerns; who has it already gets no second one."""
    numbers = WHOM.get(line.kind, _concerned)(line)
    here = Staff.objects.filter(username__in=numbers, state=State.ACTIVE).exclude(id__in=_told(line))
    people = here.values_list("id", flat=True)
    Notice.objects.bulk_create((_notice(line, person) for person in people), ignore_conflicts=True)


def _told(line: Line) -> QuerySet[Notice, UUID]:
    """Who has not seen yet that the same order will be late: while that is so, they are not told once more."""
    unseen = (
        Notice.objects.filter(kind=rules.JEOPARDY, seen_at=None)
        if line.kind == rules.JEOPARDY
        else Notice.objects.none()
    )
    return unseen.filter(subject=line.subject).values_list("recipient", flat=True)


def _asked(line: Line) -> list[str]:
    return rules.asked(line.data, by=line.actor)


def _urged(line: Line) -> list[str]:
    """Whoever has the work and answers for it, as the entry says; nobody of an entry of the work itself."""
    return [rules.person_of(each) for each in line.data.get("told", ())]


def _supervised(line: Line) -> list[str]:
    """The same, and the nearest head of each unit that has the work."""
    heads = [posts.around("", unit, line.recorded_at).heads[:1] for unit in line.data["units"]]
    actor = rules.person_of(line.actor)
    return [*_urged(line), *(head.username for found in heads for head in found if head.username != actor)]


WHOM = {rules.ANSWERED: _asked, rules.URGED: _urged, rules.REASSIGNED: _urged, rules.SUPERVISED: _supervised}
"""Of other kinds the settings say who is told."""


def _concerned(line: Line) -> list[str]:
    """Whom what became of a commitment, or of an order, concerns, as the settings say."""
    told = settings.NOTICES_TELL[line.kind]
    if told and line.kind in rules.OF_ORDERS and not rules.person_of(line.data["owner"]):
        told = frozenset({Told.HEAD})  # who took the order has left
    around = _around(line, before=Told.BEFORE in told)
    return rules.recipients(around, told, above=settings.NOTICES_ABOVE)


def _around(line: Line, *, before: bool) -> rules.Around:
    owner = rules.person_of(line.data["owner"])
    near = posts.around(owner, line.data["unit"], line.recorded_at)
    of = (
        {"subject": line.subject, "kind": line.kind}
        if line.kind in rules.OF_ORDERS
        else {"commitment": line.data["commitment"]}
    )
    earlier = Notice.objects.filter(**of).exclude(kind=rules.ANSWERED)
    return rules.Around(
        owner=owner,
        deputies=[person.username for person in near.partners],
        heads=[person.username for person in near.heads],
        before=list(earlier.values_list("recipient__username", flat=True).distinct()) if before else (),
    )


def _notice(line: Line, recipient: UUID) -> Notice:
    words, due_at = rules.words(line.kind, line.data), line.data.get("due_at") or line.data.get("due")
    return Notice(
        id=uuid7(line.at),
        recipient_id=recipient,
        commitment_id=line.data.get("commitment"),
        entry=line.id,
        subject=line.subject,
        kind=line.kind,
        title_zh=words.zh,
        title_en=words.en,
        due_at=due_at and datetime.fromisoformat(due_at),
        happened_at=line.at,
        at=line.recorded_at,
    )

"""What notices do on journal entries, as their subscriber: tell whom it concerns.

Who holds a post is asked for the moment at which the entry was recorded, so that another attempt finds the same people.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.conf import settings

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
    people = Staff.objects.filter(username__in=numbers, state=State.ACTIVE).values_list("id", flat=True)
    Notice.objects.bulk_create((_notice(line, person) for person in people), ignore_conflicts=True)


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


WHOM = {rules.ANSWERED: _asked, rules.URGED: _urged, rules.SUPERVISED: _supervised}
"""Of other kinds the settings say who is told."""


def _concerned(line: Line) -> list[str]:
    """Whom what became of a commitment concerns, as the settings say."""
    told = settings.NOTICES_TELL[line.kind]
    around = _around(line, before=Told.BEFORE in told)
    return rules.recipients(around, told, above=settings.NOTICES_ABOVE)


def _around(line: Line, *, before: bool) -> rules.Around:
    owner = rules.person_of(line.data["owner"])
    near = posts.around(owner, line.data["unit"], line.recorded_at)
    earlier = Notice.objects.filter(commitment=line.data["commitment"]).exclude(kind=rules.ANSWERED)
    return rules.Around(
        owner=owner,
        deputies=[person.username for person in near.partners],
        heads=[person.username for person in near.heads],
        before=list(earlier.values_list("recipient__username", flat=True).distinct()) if before else (),
    )


def _notice(line: Line, recipient: UUID) -> Notice:
    words, due_at = rules.words(line.kind, line.data), line.data.get("due_at")
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

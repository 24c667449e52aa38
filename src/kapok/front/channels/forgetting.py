"""What the channels forget when a person's data are erased: all that was written by them, to them and about them."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q

from kapok.front.channels.models import Case, Message, Note
from kapok.ground.journal.models import Entry

ERASED, FORGOTTEN = "customers.erased", "—"


def witness(entries: Sequence[Entry]) -> None:
    """Overwrite the words within the transaction that erases the person."""
    gone = [entry.subject.partition("/")[2] for entry in entries if entry.kind == ERASED]
    if not gone:
        return
    whose = Q(customer__number__in=gone) | Q(customer__merged_into__number__in=gone)
    for table in (Message, Note):
        table.objects.filter(whose).update(words=FORGOTTEN)
    cases = Case.objects.filter(whose)
    cases.exclude(reply="").update(reply=FORGOTTEN)
    cases.exclude(word="").update(word=FORGOTTEN)

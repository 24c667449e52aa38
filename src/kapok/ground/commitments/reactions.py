"""What commitments do on journal entries, within the transaction that records them."""

from __future__ import annotations

from kapok.ground.commitments import judging
from kapok.ground.journal.models import Entry


def witness(entry: Entry) -> None:
    """Judge the matter of an entry anew, if its kind is one by which promises are judged."""
    if judging.is_heard(entry.kind):
        judging.judge(entry.subject, entry)

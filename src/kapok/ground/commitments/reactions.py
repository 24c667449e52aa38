"""What commitments do on journal entries, within the transaction that records them."""

from __future__ import annotations

from kapok.ground.journal.models import Entry


def witness(entry: Entry) -> None:
    """Judge the matter of an entry anew."""

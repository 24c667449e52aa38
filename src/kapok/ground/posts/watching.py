"""What posts have to say where people changes somebody: heard as a witness of the journal, in the transaction of the verb."""

from __future__ import annotations

from collections.abc import Sequence

from kapok.ground.journal.models import Entry
from kapok.ground.people import events as people
from kapok.ground.people.models import Staff
from kapok.ground.posts import rows


def witness(entries: Sequence[Entry]) -> None:
    """Undo a deactivation that would leave a post of the person to nobody. Raises `NobodyLeft`."""
    for entry in entries:
        if entry.kind == people.Deactivated.kind:
            _refuse_gap(entry)


def _refuse_gap(entry: Entry) -> None:
    staff = Staff.objects.get(username=entry.subject.removeprefix("staff/"))
    rows.hold([staff.id])
    for holding in rows.present_holdings(staff):
        rows.refuse_gap(holding, entry.at)

"""What announcements do on entries of the journal: one ends when its matter is closed."""

from __future__ import annotations

from kapok.front.channels.announcing import api
from kapok.front.channels.models import Announcement
from kapok.ground.journal.queries import Line

CLOSED = "work.matter_closed"
HEARS = frozenset({CLOSED})
"""What announcements subscribe to."""
ACTOR = "system"


def hear(line: Line) -> None:
    """The matter is closed: what was announced of it before is over. Of one that was ended already nothing is said again."""
    open_of_it = Announcement.objects.filter(matter=line.subject, ended_at=None, announced_at__lte=line.at)
    for identifier in open_of_it.values_list("id", flat=True):
        api.end(announcement=identifier, actor=ACTOR, at=line.at)

"""Who may say what of a matter: pauses need an approval, the end belongs to the owner, the rest to whoever has the work. Pure."""

from __future__ import annotations

from kapok.ground.commitments.rules import RESUMES
from kapok.ground.work.refusals import PausesClocks
from kapok.kernel.promises import EVENTS

BY_HANDS = frozenset(
    [
        "fault.diagnosed", "fault.dispatched", "fault.repaired", "fault.tested", "fault.restored", "fault.backup_activated",
        "order.configured", "order.installed", "order.tested", "service.activated",
        "visit.requested", "visit.offered", "visit.appointed", "visit.started", "visit.done", "visit.missed_by_provider",
        "visit.cancelled_by_provider", "customer.informed", "customer.wrote",
    ]
)  # fmt: skip
"""What the people of a unit that has, or had, the work may say besides the owner: what they did themselves."""


def pauses(kind: str) -> bool:
    """Whether an event stops clocks: it is recorded with an approval (`commitments.api.pause`), never in passing."""
    return kind in RESUMES


def must_not_pause(kind: str) -> None:
    """Refuse what stops clocks. Raises `PausesClocks`."""
    if pauses(kind):
        raise PausesClocks(kind=EVENTS[kind])


def may_tell(kind: str, *, owner: bool) -> bool:
    """Whether somebody who is the matter's owner, or only has its work, may say this of it."""
    return not pauses(kind) and (owner or kind in BY_HANDS)

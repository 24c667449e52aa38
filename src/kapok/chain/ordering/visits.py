"""Appointments of legs: the one place from which ordering reaches those who keep them (`back.workforce`).

Nothing is asked of them where a leg needs no visit, or no window was chosen: then the field team agrees one with the customer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from kapok.chain.ordering.refusals import NoVisits


@dataclass(frozen=True)
class Wanted:
    """A visit that a leg takes: for whom, where, what it takes, and the window that the customer chose."""

    holder: str
    address: str
    skill: str
    minutes: int
    starts_at: datetime
    ends_at: datetime


def book(wanted: Sequence[Wanted], *, actor: str, at: datetime) -> None:  # noqa: ARG001  # what the keepers will be told
    """Book the visits, all or none. Raises `NoVisits` while nobody keeps appointments."""
    if wanted:
        raise NoVisits


def cancel(holder: str, *, actor: str, at: datetime) -> None:
    """Give up the appointment of a leg, if it has one."""

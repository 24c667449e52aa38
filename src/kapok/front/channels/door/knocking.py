"""One-time codes, and how often somebody may knock at the customers' door. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

CODE_DIGITS = 6
CODE_LASTS = timedelta(minutes=10)
CODE_TRIES = 5
WITHIN = timedelta(hours=1)


class Knock(StrEnum):
    """What somebody did at the customers' door, or behind it: of what is counted there are only so many an hour."""

    ASKED = "asked"
    TRIED = "tried"
    LOOKED = "looked"
    LEFT = "left"
    WROTE = "wrote"
    PLACED = "placed"


MOST: Mapping[tuple[Knock, bool], int] = {
    (Knock.ASKED, True): 5, (Knock.ASKED, False): 20, (Knock.TRIED, True): 10, (Knock.TRIED, False): 30,
    (Knock.LOOKED, True): 120, (Knock.LOOKED, False): 120, (Knock.LEFT, True): 3, (Knock.LEFT, False): 6,
    (Knock.WROTE, True): 20, (Knock.WROTE, False): 60, (Knock.PLACED, True): 10, (Knock.PLACED, False): 30,
}  # fmt: skip
"""How often within `WITHIN`: for one order number, customer or telephone (True), from one address of the network (False)."""


def too_often(kind: Knock, of_order: int, of_address: int) -> bool:
    """Whether the next knock is one too many, after so many within `WITHIN`."""
    return of_order >= MOST[kind, True] or of_address >= MOST[kind, False]

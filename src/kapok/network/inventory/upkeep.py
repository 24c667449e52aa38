"""What the inventory needs from time to time: reservations that are over end, and who waits is told when there is plant again."""

from __future__ import annotations

from datetime import datetime, timedelta

from kapok.network.inventory import api

ACTOR = "system/keeper"
LOOKS_EVERY = timedelta(seconds=30)


class Upkeep:
    """Ends reservations as they fall due; looks for plant for those who wait after that, and every half minute besides."""

    def __init__(self) -> None:
        self._looked: datetime | None = None

    def __call__(self, at: datetime) -> int:
        """How many reservations ended and how many were told."""
        expired = api.expire_reservations(actor=ACTOR, at=at)
        if not expired and self._looked is not None and at - self._looked < LOOKS_EVERY:
            return 0
        self._looked = at
        return expired + api.resolve_shortages(actor=ACTOR, at=at)

"""What the inventory needs from time to time: reservations that are over end, and who waits is told when there is plant again."""

from __future__ import annotations

from datetime import datetime, timedelta

from kapok.kernel.cadence import Cadence
from kapok.network.inventory import api

ACTOR = "system/keeper"
LOOKS_EVERY = timedelta(seconds=30)


class Upkeep:
    """Ends reservations as they fall due; looks for plant for those who wait after that, and every half minute besides."""

    def __init__(self) -> None:
        self._looks = Cadence(LOOKS_EVERY)

    def __call__(self, at: datetime) -> int:
        """How many reservations ended and how many were told."""
        expired = api.expire_reservations(actor=ACTOR, at=at)
        if not self._looks.due(at, anyway=expired > 0):
            return 0
        return expired + api.resolve_shortages(actor=ACTOR, at=at)

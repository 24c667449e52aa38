"""Looking again from time to time. Pure: whoever looks says what time it is."""

from __future__ import annotations

from datetime import datetime, timedelta


class Cadence:
    """When to look again: `every` so long after the last look, at once where the clock was set back."""

    def __init__(self, every: timedelta) -> None:
        self._every = every
        self._looked: datetime | None = None

    def due(self, at: datetime, *, anyway: bool = False) -> bool:
        """Whether to look now, or `anyway`; then the next look is due `every` so long after this."""
        if not anyway and self._looked is not None and timedelta(0) <= at - self._looked < self._every:
            return False
        self._looked = at
        return True

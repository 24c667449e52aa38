"""The orders as a loop of the keeper: what the system does for them, and the look at which of them will be late."""

from __future__ import annotations

from datetime import UTC, datetime
from threading import Event

from django.conf import settings

from kapok.chain.ordering import engine, forecast
from kapok.config.subscriptions import Duty, do_all


def carry_orders(stop: Event) -> None:
    """Do the steps that are due, and look now and then at what will be late, until `stop` is set. Several may run at once."""
    do_all([Duty("ordering-steps", lambda at: engine.advance(at=at)), Duty("ordering-forecast", Lookout().look)], stop)


class Lookout:
    """Looks at what will be late, every `ORDERING_FORECAST_EVERY`."""

    def __init__(self) -> None:
        self._again_at = datetime.min.replace(tzinfo=UTC)

    def look(self, at: datetime) -> int:
        """0 until it is time again: what it sees is no reason to look again at once."""
        if at >= self._again_at:
            self._again_at = at + settings.ORDERING_FORECAST_EVERY
            forecast.watch(at=at)
        return 0

"""The orders as a loop of the keeper: the system's steps, what goes on or ends by itself, which orders will be late."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from threading import Event

from django.conf import settings

from kapok.chain.ordering import deferrals, engine, forecast, trials, unpaid
from kapok.config.subscriptions import Duty, do_all


def carry_orders(stop: Event) -> None:
    """Do what is due: steps, ends of deferrals and trials, unpaid orders, what will be late; until `stop`.

    Several may run at once.
    """
    duties = [
        Duty("ordering-steps", lambda at: engine.advance(at=at)),
        Duty("ordering-deferrals", lambda at: deferrals.end(at=at)),
        Duty("ordering-forecast", Lookout(lambda at: forecast.watch(at=at)).look),
        Duty("ordering-unpaid", Lookout(lambda at: unpaid.look(at=at)).look),
        Duty("ordering-trials", Lookout(lambda at: trials.end(at=at)).look),
    ]
    do_all(duties, stop)


class Lookout:
    """Takes a look every `ORDERING_FORECAST_EVERY`."""

    def __init__(self, sees: Callable[[datetime], int]) -> None:
        self._sees = sees
        self._again_at = datetime.min.replace(tzinfo=UTC)

    def look(self, at: datetime) -> int:
        """0 until it is time again: what it sees is no reason to look again at once."""
        if at >= self._again_at:
            self._again_at = at + settings.ORDERING_FORECAST_EVERY
            self._sees(at)
        return 0

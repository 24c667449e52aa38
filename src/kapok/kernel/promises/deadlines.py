"""When a promise falls due: allowance, way of counting days, agreed date and pauses, on the clock of `kernel.hours`.

Everything here is in UTC; dates are those of the promise's calendar.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache

from kapok.kernel.hours import (
    KEEP,
    ClosedStart,
    DayPolicy,
    Hours,
    Landing,
    Pause,
    add_days,
    add_months,
    due,
    due_back,
    elapsed,
)
from kapok.kernel.promises import facts as known
from kapok.kernel.promises.allowance import Allowance, Unit
from kapok.kernel.promises.facts import Facts
from kapok.kernel.promises.pack import Pack, Promise
from kapok.kernel.promises.terms import Agreed, DayCounting

MONTHS = {Unit.MONTH: 1, Unit.YEAR: 12}
DAYS = {Unit.DAY: 1, Unit.WEEK: 7, Unit.WORKING_DAY: 1}


class Clock:
    """The calendars of one promise: `hours` in which it is counted, `running` in which its clock runs, `dates` of its zone."""

    def __init__(self, promise: Promise, pack: Pack) -> None:
        self.promise = promise
        self.hours: Hours = pack.calendar(promise.calendar)
        self.dates = _round_the_clock(self.hours.zone.key)
        self.running = self.hours if promise.working else self.dates

    def due(self, opened: datetime, facts: Facts) -> datetime | None:
        """The due moment of a clock that starts at `opened`; None if it hangs on an agreed date that is not known."""
        promise = self.promise
        agreed = None if promise.agreed is None else self.agreed(promise.agreed, facts)
        if promise.agreed is not None and promise.agreed.means == "is_the_promise":
            return agreed if agreed is None or promise.allowance is None else self.after(agreed, promise.allowance)
        if agreed is not None and promise.agreed is not None and promise.agreed.means == "replaces":
            return agreed
        allowed = None if promise.allowance is None else self.after(opened, promise.allowance)
        return min((moment for moment in (allowed, agreed) if moment is not None), default=None)

    def target(self, opened: datetime) -> datetime | None:
        """The moment at which the operator aims, if the promise names one."""
        return None if self.promise.target is None else self.after(opened, self.promise.target)

    def agreed(self, agreed: Agreed, facts: Facts) -> datetime | None:
        """The agreed moment; a plain date ends where the promise's days end, or at the end of that day."""
        value = known.moment(facts.get(agreed.fact, ""))
        if value is None or isinstance(value, datetime):
            return value if value is None else value.astimezone(UTC)
        return add_days(self.midnight(value), 0, self.dates, DayPolicy(ends_at=self._end_of_day))

    @property
    def _end_of_day(self) -> str:
        ends_at = self.promise.days.ends_at
        return ends_at if ends_at is not None and ends_at != "closing" else "24:00"

    def midnight(self, day: date) -> datetime:
        """The moment at which `day` begins on the wall."""
        return datetime.combine(day, time(), self.hours.zone).astimezone(UTC)

    def day(self, moment: datetime) -> date:
        """The local date of `moment`."""
        return moment.astimezone(self.hours.zone).date()

    def last_day(self, moment: datetime) -> date:
        """The local date that `moment` ends: a day that ends at 24:00 is still that day."""
        return self.day(moment - timedelta(microseconds=1))

    def after(self, start: datetime, allowance: Allowance) -> datetime:
        """The moment at which `allowance` has run since `start`."""
        number = int(allowance.number)
        if allowance.unit is Unit.WORKING_HOUR:
            return due(start, allowance.span, self.hours)
        if not allowance.by_the_date:
            return start.astimezone(UTC) + allowance.span
        if allowance.unit is Unit.WORKING_DAY:
            return add_days(start, number, self.hours, policy(self.promise.days))
        start = self._taken_as(start)
        if allowance.unit in MONTHS:
            landed = add_months(start, number * MONTHS[allowance.unit], self.hours.zone)
            return (
                landed
                if self.promise.days.ends_at is None
                else add_days(landed, 0, self.dates, policy(self.promise.days))
            )
        return add_days(start, number * DAYS[allowance.unit], self.dates, policy(self.promise.days))

    def before(self, end: datetime, allowance: Allowance) -> datetime:
        """The last moment from which `allowance` is left until `end`."""
        number = int(allowance.number)
        if allowance.unit is Unit.WORKING_HOUR:
            return due_back(end, allowance.span, self.hours)
        if not allowance.by_the_date:
            return end.astimezone(UTC) - allowance.span
        if allowance.unit in MONTHS:
            return add_months(end, -number * MONTHS[allowance.unit], self.hours.zone)
        hours = self.hours if allowance.working else self.dates
        return add_days(end, -number * DAYS[allowance.unit], hours, policy(self.promise.days))

    def days_after(self, day: date, allowance: Allowance) -> date:
        """The last day of `allowance` counted from `day`, which is day 0. Hours count as the whole days that they make."""
        start = self.midnight(day)
        if allowance.unit is Unit.WORKING_DAY:
            return self.day(add_days(start, int(allowance.number), self.hours, KEEP))
        if allowance.unit in MONTHS:
            return self.day(add_months(start, int(allowance.number) * MONTHS[allowance.unit], self.hours.zone))
        return day + timedelta(days=allowance.span.days)

    def _taken_as(self, start: datetime) -> datetime:
        """Calendar days too may start on the next working day: an opening after the cut-off, or on a closed day that rolls."""
        days = self.promise.days
        if days.cutoff is None and days.closed_start == "stays":
            return start
        return add_days(start, 0, self.hours, policy(days.model_copy(update={"ends_at": None})))

    def held(self, begins: datetime, ends: datetime) -> timedelta:
        """What a pause takes off the clock, by the promise's measure."""
        return ends - begins if self.promise.pause_measure == "wall" else elapsed(begins, ends, self.running)

    def moved(self, due_at: datetime, begins: datetime, ends: datetime) -> datetime:
        """The due moment after a pause. A pause that begins at or after it, or holds no running time, leaves it."""
        if begins >= due_at:
            return due_at
        held = self.held(begins, ends)
        return due(due_at, held, self.running) if held else due_at

    def ran(self, start: datetime, end: datetime) -> timedelta:
        """Running time from `start` to `end`."""
        return elapsed(start, end, self.running)

    def warnings(self, opened: datetime, due_at: datetime, pauses: Sequence[Pause] = ()) -> list[datetime]:
        """The warning points of a clock, in the order in which the promise lists them, never before its opening.

        A share is one of the running time; `pauses` that have ended are left out of it.
        """
        held = [pause for pause in pauses if pause[1] is not None]
        moments = []
        for point in self.promise.warn:
            if point.before is not None:
                moments.append(max(opened.astimezone(UTC), self.before(due_at, point.before)))
            else:
                span = elapsed(opened, due_at, self.running, held) // timedelta(microseconds=1)
                moments.append(due(opened, timedelta(microseconds=int(span * point.share / 100)), self.running, held))
        return moments


def policy(days: DayCounting) -> DayPolicy:
    """The day-counting policy of the clock that a promise's words mean."""
    return DayPolicy(
        closed_start=ClosedStart.ROLL if days.closed_start == "rolls" else ClosedStart.DAY_ZERO,
        landing=Landing.SNAP if days.outside_hours == "snaps" else Landing.KEEP,
        ends_at=days.ends_at or "wall",
        cut_off=None if days.cutoff is None else f"{days.cutoff:%H:%M}",
        treated_as=None if days.treated_as is None else f"{days.treated_as:%H:%M}",
        counts_start_day=days.report_day == "1",
    )


@cache
def _round_the_clock(zone: str) -> Hours:
    """Worked out once for each zone: a clock is made for every judgement and every award."""
    return Hours.always(zone)

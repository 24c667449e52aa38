"""The clock: business hours, due times and elapsed working time, exact to the microsecond, in any zone.

`Hours` says when an organisation works. `due`, `due_back` and `elapsed` reckon in working time, `add_days` in working days by
a `DayPolicy`, `add_calendar_days`, `add_weeks` and `add_months` on the wall; the `_many` forms do the same over columns.
"""

from kapok.kernel.hours.case_fields import BrokenCases
from kapok.kernel.hours.case_files import read_cases
from kapok.kernel.hours.cases import Case, Failure, judge
from kapok.kernel.hours.clock import due, due_back, elapsed
from kapok.kernel.hours.columns import due_many, elapsed_many, worked_many
from kapok.kernel.hours.day_columns import add_days_many
from kapok.kernel.hours.days import add_days
from kapok.kernel.hours.errors import (
    BadDate,
    BadPolicy,
    BadTime,
    CalendarError,
    EmptyWindow,
    HoursError,
    NaiveMoment,
    NegativeAllowance,
    NotMicroseconds,
    NoWorkingTime,
    OutsideHorizon,
    OverlappingWindows,
    ReversedPause,
    StillPaused,
    UnknownField,
    UnknownZone,
    WrongShape,
)
from kapok.kernel.hours.hours import Hours
from kapok.kernel.hours.pauses import Measure, Pause
from kapok.kernel.hours.policy import CLOSING, KEEP, ROLL, SNAP, WALL, ClosedStart, DayPolicy, Landing
from kapok.kernel.hours.wall import add_calendar_days, add_months, add_weeks

__all__ = [
    "CLOSING",
    "KEEP",
    "ROLL",
    "SNAP",
    "WALL",
    "BadDate",
    "BadPolicy",
    "BadTime",
    "BrokenCases",
    "CalendarError",
    "Case",
    "ClosedStart",
    "DayPolicy",
    "EmptyWindow",
    "Failure",
    "Hours",
    "HoursError",
    "Landing",
    "Measure",
    "NaiveMoment",
    "NegativeAllowance",
    "NoWorkingTime",
    "NotMicroseconds",
    "OutsideHorizon",
    "OverlappingWindows",
    "Pause",
    "ReversedPause",
    "StillPaused",
    "UnknownField",
    "UnknownZone",
    "WrongShape",
    "add_calendar_days",
    "add_days",
    "add_days_many",
    "add_months",
    "add_weeks",
    "due",
    "due_back",
    "due_many",
    "elapsed",
    "elapsed_many",
    "judge",
    "read_cases",
    "worked_many",
]

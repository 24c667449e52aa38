"""Hours: a calendar ready for the clock, with the version that a commitment remembers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from kapok.kernel.hours import lint
from kapok.kernel.hours.calendar import Calendar
from kapok.kernel.hours.instants import EPOCH_ORDINAL
from kapok.kernel.hours.timeline import Timeline
from kapok.kernel.hours.workdays import Workdays
from kapok.kernel.text import Text


class Hours:
    """When an organisation works: read once, shared by all threads, never changed.

    `Hours.parse` reads what people type::

        {"zone": "Asia/Shanghai",
         "week": {"mon": [["08:30", "12:00"], ["14:00", "18:00"]], "fri": [["22:00", "06:00"]]},
         "holidays": ["2026-10-01", "01-01"],
         "special": {"2026-10-10": [["08:30", "18:00"]]}}
    """

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self.timeline = Timeline(calendar)
        self.workdays = Workdays(calendar)

    @classmethod
    def parse(cls, spec: Mapping[str, Any]) -> Hours:
        """Hours from their typed form; raises a `CalendarError` that names the field and the remedy.

        `zone` is an IANA name (UTC when left out). `week` maps mon to sun to windows of wall time, or `always` is true.
        `holidays` are "YYYY-MM-DD", or "MM-DD" for every year; `special` maps such days to their own windows.
        """
        return cls(Calendar.parse(spec))

    @classmethod
    def always(cls, zone: str = "UTC") -> Hours:
        """Round the clock; `zone` matters where days are counted."""
        return cls.parse({"zone": zone, "always": True})

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the wall clock."""
        return self.calendar.zone

    @cached_property
    def spec(self) -> dict[str, Any]:
        """The canonical typed form, ready for JSON."""
        return self.calendar.spec()

    @cached_property
    def version(self) -> str:
        """Twelve hexadecimal digits that change when any rule of the calendar does."""
        canonical = json.dumps(self.spec, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()[:12]

    @cached_property
    def warnings(self) -> tuple[Text, ...]:
        """What is allowed but probably not meant, such as a day that ends at 23:59."""
        return lint.warnings(self.calendar)

    def is_working_day(self, day: date) -> bool:
        """Whether a window starts on that local date. A date that the zone skipped is none. Raises `OutsideHorizon`."""
        return self.workdays.includes(day.toordinal() - EPOCH_ORDINAL)

    def __eq__(self, other: object) -> bool:
        return self.version == other.version if isinstance(other, Hours) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.version)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickled as the typed form: the other process works out its own windows."""
        return Hours.parse, (self.spec,)

    def __repr__(self) -> str:
        return f"<Hours {self.version} {self.zone.key}>"

"""Reading a file of clock cases.

Two forms are known. The long one is a mapping with `calendars` and `cases`: each case names a calendar, an operation, what
goes in and what must come out (a moment, seconds, or the name of a refusal such as NoWorkingTime). Times ending in Z are UTC,
others are wall time in the calendar's zone. The short one is a list of rows: name, zone, windows by weekday (0 is Monday),
holidays, start in seconds since the Unix epoch, working minutes to add, and the second at which it is due.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import yaml

from kapok.kernel.hours.calendar import DAYS
from kapok.kernel.hours.case_fields import BrokenCases, Fields, broken, choice
from kapok.kernel.hours.cases import Amount, Case
from kapok.kernel.hours.errors import CalendarError
from kapok.kernel.hours.hours import Hours
from kapok.kernel.hours.instants import EPOCH, LATEST
from kapok.kernel.text import Text

_FIELD_OF = {"tz": "zone", "hours": "week"}  # what a file of cases calls two fields of a calendar
_COMMON = ("id", "op", "cal", "start", "expect", "source", "note")
_HELD = ("pauses", "paused_seconds", "hold_seconds", "measure")
_FIELDS = {
    "due": (*_COMMON, "amount", *_HELD, "level"),
    "due_back": (*_COMMON, "amount", "level"),
    "days_snap": (*_COMMON, "amount", "level"),
    "days_roll": (*_COMMON, "amount", "level"),
    "days_then_pause": (*_COMMON, "amount", *_HELD, "level", "end_of_working_day"),
    "elapsed": (*_COMMON, "end", *_HELD),
}
_ROW = ("name", "zone", "week", "holidays", "start", "minutes", "due")

_FILE = Text(zh="文件", en="the file")
_CALENDARS = Text(zh="日历", en="calendars")
_CALENDAR = Text(zh="日历 {name}", en="calendar {name}")
_CASE = Text(zh="案例 {name}", en="case {name}")
_NO_YAML = Text(
    zh="不是有效的 YAML 或 JSON（{detail}）。请更正该处。", en="this is no YAML or JSON ({detail}). Mend that place."
)
_NO_CASES = Text(
    zh="没有案例。文件应是含 calendars 与 cases 的映射，或由七值行组成的列表。",
    en="there are no cases. A file is a mapping with 'calendars' and 'cases', or a list of rows of seven values.",
)
_NO_MAPPING = Text(zh="应为映射（字段：值）。", en="this must be a mapping of fields to values.")
_NO_ROW = Text(
    zh="一行应有七个值：{fields}，时间为整数。", en="a row has seven values: {fields}; its times are whole numbers."
)


class _AsWritten(yaml.SafeLoader):
    """YAML 1.2: only true, false, null and numbers are not text. By YAML 1.1, 22:00 would be 1320 and `off` no name but false."""


_AsWritten.yaml_implicit_resolvers = {}
_AsWritten.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("(true|false)$"), list("tf"))
_AsWritten.add_implicit_resolver("tag:yaml.org,2002:null", re.compile("(~|null)?$"), ["~", "n", ""])
_AsWritten.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"-?(0|[1-9][0-9]*)$"), list("-0123456789"))
_AsWritten.add_implicit_resolver("tag:yaml.org,2002:float", re.compile(r"-?[0-9]+\.[0-9]+$"), list("-0123456789"))


def read_cases(text: str) -> list[Case]:
    """The cases of a file; raises `BrokenCases`, which names the case and the remedy."""
    try:
        content = _AsWritten(text).get_single_data()
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise broken(_FILE, _NO_YAML, detail=" ".join(str(error).split())) from None
    if isinstance(content, list):
        return [_of_row(row, n) for n, row in enumerate(content, 1)]
    if not isinstance(content, Mapping) or not isinstance(content.get("cases"), list):
        raise broken(_FILE, _NO_CASES)
    calendars = _mapping(_CALENDARS, content.get("calendars") or {})
    hours = {str(name): _hours(_CALENDAR.format(name=name), calendar) for name, calendar in calendars.items()}
    return [_of_mapping(case, n, hours) for n, case in enumerate(content["cases"], 1)]


def _hours(where: Text, calendar: object) -> Hours:
    fields = {_FIELD_OF.get(key, key): value for key, value in _mapping(where, calendar).items() if key != "note"}
    try:
        return Hours.parse(fields)
    except CalendarError as refusal:
        raise BrokenCases(where=where, problem=refusal.text) from None


def _of_mapping(values: object, n: int, calendars: Mapping[str, Hours]) -> Case:
    case = _mapping(_CASE.format(name=f"#{n}"), values)
    where = _CASE.format(name=case.get("id", f"#{n}"))
    op = choice(where, "op", case.get("op"), _FIELDS)
    for field in case:
        choice(where, "field", field, _FIELDS[op])
    hours = calendars[choice(where, "cal", case.get("cal"), calendars)]
    return _read(Fields(where, case, hours.zone), op, hours)


def _read(fields: Fields, op: str, hours: Hours) -> Case:
    paused, held = fields.seconds("paused_seconds"), fields.seconds("hold_seconds") or timedelta()
    pauses = fields.pauses()
    measures_length = op == "elapsed"
    return Case(
        id=str(fields.required("id")),
        op=op,
        hours=hours,
        start=fields.moment("start"),
        end=fields.moment("end") if measures_length else LATEST,
        expect=fields.expected(length=measures_length),
        amount=Amount() if measures_length else fields.days() if op.startswith("days") else fields.working_time(),
        pauses=pauses,
        paused=paused if pauses else None,
        held=held if pauses else held + (paused or timedelta()),
        end_of_working_day=fields.flag("end_of_working_day"),
        measure=fields.measure(),
        level=fields.level(),
    )


def _of_row(row: object, n: int) -> Case:
    where = _CASE.format(name=f"#{n}")
    if not isinstance(row, list) or len(row) != len(_ROW) or not all(type(value) is int for value in row[4:]):
        raise broken(where, _NO_ROW, fields=", ".join(_ROW))
    name, zone, week, holidays, start, minutes, due = row
    where = _CASE.format(name=name)
    days = {_weekday(where, key): windows for key, windows in _mapping(where, week).items()}
    return Case(
        id=str(name),
        op="due",
        hours=_hours(where, {"zone": zone, "week": days, "holidays": holidays}),
        start=EPOCH + timedelta(seconds=start),
        end=LATEST,
        expect=EPOCH + timedelta(seconds=due),
        amount=Amount(time=timedelta(minutes=minutes)),
    )


def _weekday(where: Text, key: object) -> str:
    return DAYS[int(choice(where, "weekday", str(key), map(str, range(len(DAYS)))))]


def _mapping(where: Text, value: object) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise broken(where, _NO_MAPPING)
    return value

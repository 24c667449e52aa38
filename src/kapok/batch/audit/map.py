"""The map: what the columns of somebody's log mean.

A map is a short YAML file. It names the columns that hold case, activity, time, unit, person and facts, and says which rows are
which events of the vocabulary in `kernel.promises` (a row may be several events, or none).

    columns:
      case: number
      activity: incident_state
      time: {column: sys_updated_at, format: "%d-%m-%Y %H:%M", zone: Europe/London}
      unit: assignment_group
      person: assigned_to
    missing: ["?"]
    facts: {service: fixed_broadband}            # the same for every case
    fact_columns: {area: location}               # or from a column (the case's first known value)
    events:
      - {kind: fault.reported, first: true}
      - {kind: customer.deferred, activity: [Awaiting User Info]}
      - {kind: fault.restored, activity: [Resolved], last: true}

`load` reads one and names every mistake by file and line; docs/modules/audit-intake.md explains each key.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationError, field_validator, model_validator

from kapok.kernel.errors import KapokError
from kapok.kernel.promises import document
from kapok.kernel.promises.fields import EventKind, Names, Strict, refuse
from kapok.kernel.promises.findings import Finding, PackRefused, Problem, keys, wording
from kapok.kernel.promises.findings import Path as Place
from kapok.kernel.text import Text

EPOCH_UNITS = {"epoch s": 1e6, "epoch ms": 1e3, "epoch us": 1.0, "epoch ns": 1e-3}  # in microseconds
_DIRECTIVES = re.compile(r"%-?[aAbBdfHIjmMpSyYzZ%]")


class MapRefused(KapokError):
    """A map that cannot be used; `findings` says why, line by line."""

    wording = Text(zh="{lines}", en="{lines}")

    def __init__(self, findings: list[Finding]) -> None:
        self.findings = tuple(sorted(findings))
        lines = [finding.text for finding in self.findings]
        super().__init__(lines=Text(zh="\n".join(line.zh for line in lines), en="\n".join(line.en for line in lines)))


class TimeColumn(Strict):
    """Where the time of an event stands and how it is written."""

    column: Names
    """The column; several (a date and a clock) are read one after the other with a space between."""
    format: str | None = None
    """How it is written, in `strptime` letters, or `epoch s`, `epoch ms`, `epoch us`, `epoch ns`. Absent: the file's own time type,
    or year first (ISO 8601, 2026/1/5 8:05)."""
    zone: str | None = None
    """The IANA zone of times that carry none themselves."""
    zone_column: str | None = None
    """The column that names the zone of each row."""

    @field_validator("column")
    @classmethod
    def _some_column(cls, columns: tuple[str, ...]) -> tuple[str, ...]:
        if not columns:
            raise refuse("no_column", "没有写列名：请至少写一列", "names no column: write at least one")
        return columns

    @field_validator("format")
    @classmethod
    def _readable_format(cls, form: str | None) -> str | None:
        if form is None or form in EPOCH_UNITS:
            return form
        if "%" not in form or "%" in _DIRECTIVES.sub("", form):
            raise refuse(
                "time_format",
                f"“{form}”不是时间格式：请用 strptime 写法，例如 %Y-%m-%d %H:%M:%S，或 {'、'.join(EPOCH_UNITS)}",
                f"'{form}' is no time format: write strptime letters, e.g. %Y-%m-%d %H:%M:%S, or {', '.join(EPOCH_UNITS)}",
            )
        return form

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, zone: str | None) -> str | None:
        try:
            return zone and ZoneInfo(zone).key
        except (OSError, ValueError, KeyError):
            raise refuse(
                "zone",
                f"没有时区“{zone}”：请用 IANA 名称，例如 Asia/Shanghai",
                f"there is no time zone '{zone}': write an IANA name, e.g. Asia/Shanghai",
            ) from None


class Columns(Strict):
    """Which column holds what. Only case and time are needed; without an activity every event is called the same."""

    case: str
    """The column that says which case (order, ticket, complaint) an event belongs to."""
    time: TimeColumn
    """The time of the event: a column name, or a column with its format and zone."""
    activity: str | None = None
    """What happened."""
    lifecycle: str | None = None
    """The transition within the activity (start, complete, ...)."""
    unit: str | None = None
    """The unit that holds the baton."""
    person: str | None = None
    """The person who holds the baton."""
    stops: str | None = None
    """The tiers that a pausing event stops, e.g. `stage pledge`; where it is empty, every promise that the kind pauses."""

    @model_validator(mode="before")
    @classmethod
    def _time_may_be_a_name(cls, data: object) -> object:
        if isinstance(data, dict) and isinstance(data.get("time"), str):
            return data | {"time": {"column": data["time"]}}
        return data


class EventRule(Strict):
    """Rows that are one kind of event: all named conditions hold. `first` and `last` look among the rows that meet the others."""

    kind: EventKind
    """The event kind of the vocabulary, e.g. fault.reported."""
    activity: Names = ()
    """Any of these activities."""
    lifecycle: Names = ()
    """Any of these transitions."""
    unit: Names = ()
    """Any of these units."""
    attributes: dict[str, Names] = Field(default_factory=dict)
    """Column -> values that count."""
    first: bool = False
    """Only the first such row of a case."""
    last: bool = False
    """Only the last such row of a case."""


class FileFormat(Strict):
    """How the file is written; whatever is absent is found out from the file."""

    kind: str | None = Field(None, pattern="^(csv|parquet|jsonl|xes)$")
    """csv, parquet, jsonl or xes."""
    encoding: str | None = None
    """The encoding of a text file, e.g. utf-8, gb18030, utf-16, latin-1."""
    delimiter: str | None = Field(None, min_length=1, max_length=1)
    """What stands between the fields of a CSV file."""
    quote: str | None = Field(None, max_length=1)
    """What stands around a field that holds a delimiter; empty: nothing does."""

    @field_validator("delimiter", "quote")
    @classmethod
    def _one_byte(cls, mark: str | None) -> str | None:
        if mark and (not mark.isascii() or mark in "\r\n\0"):
            raise refuse(
                "mark", f"{mark!r} 不是一个 ASCII 字符：请更换", f"{mark!r} is not one ASCII character: choose another"
            )
        return mark


class AuditMap(Strict):
    """A whole map."""

    columns: Columns
    """Which column holds what."""
    events: tuple[EventRule, ...]
    """Which rows are which events."""
    file: FileFormat = FileFormat()
    """How the file is written."""
    missing: Names = ("",)
    """Values that mean that there is none, e.g. "?". An empty field always does."""
    facts: dict[str, str] = Field(default_factory=dict)
    """Facts that are the same for every case, e.g. service: fixed_broadband."""
    fact_columns: dict[str, str] = Field(default_factory=dict)
    """Facts that stand in a column: the case's first known value."""
    facts_by: Literal["case", "entry"] = "case"
    """`entry`: an event's own facts go before those of its case, and a matter.changed changes them, as in a journal."""
    promises: Names = ()
    """Only these promise codes; absent: every promise whose events occur."""
    calendar: str | None = None
    """Pack calendar in which the baton is counted; absent: round the clock."""
    duplicates: Literal["refuse", "keep"] | None = None
    """What becomes of an event that says the same as an earlier one in every column of the map. Absent: refused, for exports repeat
    rows; but kept in XES, where each event is one by itself."""

    @property
    def attributes(self) -> tuple[str, ...]:
        """The extra columns that are looked at event by event, in order of name."""
        stops = {self.columns.stops} if self.columns.stops is not None else set()
        return tuple(sorted({name for rule in self.events for name in rule.attributes} | stops))

    @property
    def wanted(self) -> tuple[str, ...]:
        """Every column of the input that the map names, once each."""
        named = self.columns
        single = (named.case, named.time.zone_column, named.activity, named.lifecycle, named.unit, named.person)
        several = (*named.time.column, *self.fact_columns.values(), *self.attributes)
        return tuple(dict.fromkeys(name for name in (*single, *several) if name is not None))


def load(path: Path) -> AuditMap:
    """The map in the YAML file `path`. Raises `MapRefused` with every finding."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or getattr(error, "reason", "")
        raise MapRefused([Finding(str(path), 1, "unreadable", *_pair(_UNREADABLE.format(why=why)))]) from None
    return parse(text, str(path))


def parse(text: str, name: str) -> AuditMap:
    """The map in the YAML `text` of a file called `name`. Raises `MapRefused` with every finding."""
    try:
        read = document.read(text, name)
    except PackRefused as refused:
        raise MapRefused([_of_a_map(finding) for finding in refused.findings]) from None
    if not isinstance(read.data, dict):
        raise MapRefused([read.finding(Problem((), "empty", _EMPTY.zh, _EMPTY.en))])
    try:
        return AuditMap.model_validate(read.data)
    except ValidationError as refused:
        raise MapRefused(_findings(read, refused.errors(include_url=False, include_input=False))) from None


_UNREADABLE = Text(
    zh="无法读取映射：{why}。请检查路径、权限，并以 UTF-8 保存",
    en="the map cannot be read: {why}. Check path and rights, save it as UTF-8",
)
_EMPTY = Text(
    zh="映射为空或不是键值形式：请先用 kapok audit --suggest LOG 生成一份",
    en="the map is empty or has no keys: let `kapok audit --suggest LOG` write one to start from",
)


def _pair(text: Text) -> tuple[str, str]:
    return text.zh, text.en


def _of_a_map(finding: Finding) -> Finding:
    return Finding(finding.file, finding.line, finding.code, *_pair(_EMPTY)) if finding.code == "empty" else finding


def _findings(read: document.Document, errors: list[Any]) -> list[Finding]:
    found: dict[Place, Finding] = {}
    for error in errors:
        place: Place = ()
        for part in error["loc"]:
            if (*place, part) in read.lines:
                place = (*place, part)
        path = (*place, error["loc"][-1]) if error["type"] == "missing" else place
        words = wording(error | {"loc": path}, _known_keys())
        found.setdefault(path, read.finding(Problem(place, error["type"], words.zh, words.en)))
    return list(found.values())


@cache
def _known_keys() -> frozenset[str]:
    return frozenset(keys(AuditMap))

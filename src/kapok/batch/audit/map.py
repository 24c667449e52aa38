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
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator


def _listed(value: object) -> object:
    return value if isinstance(value, list | tuple) else [value]


Words = Annotated[tuple[str, ...], BeforeValidator(_listed)]


class Strict(BaseModel):
    """A part of a map: frozen, and no key that Kapok does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class TimeColumn(Strict):
    """Where the time of an event stands and how it is written."""

    column: str
    format: str | None = Field(None, description="strptime format; absent: ISO 8601 or the file's own time type")
    zone: str | None = Field(None, description="IANA zone of times that carry none themselves")
    zone_column: str | None = Field(None, description="column that names the zone of each row")


class Columns(Strict):
    """Which column holds what. Only case and time are needed; without an activity every event is called the same."""

    case: str
    time: TimeColumn
    activity: str | None = None
    lifecycle: str | None = None
    unit: str | None = None
    person: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _time_may_be_a_name(cls, data: object) -> object:
        if isinstance(data, dict) and isinstance(data.get("time"), str):
            return data | {"time": {"column": data["time"]}}
        return data


class EventRule(Strict):
    """Rows that are one kind of event: all named conditions hold. `first` and `last` look among the rows that meet the others."""

    kind: str = Field(description="event kind of the vocabulary, e.g. fault.reported")
    activity: Words = ()
    lifecycle: Words = ()
    unit: Words = ()
    attributes: dict[str, Words] = Field(default_factory=dict, description="column -> values that count")
    first: bool = Field(False, description="only the first such row of a case")
    last: bool = Field(False, description="only the last such row of a case")


class FileFormat(Strict):
    """How the file is written; whatever is absent is found out from the file."""

    kind: str | None = Field(None, pattern="^(csv|parquet|jsonl|xes)$")
    encoding: str | None = None
    delimiter: str | None = Field(None, min_length=1, max_length=1)
    quote: str | None = None


class AuditMap(Strict):
    """A whole map."""

    columns: Columns
    events: tuple[EventRule, ...]
    file: FileFormat = FileFormat()
    missing: tuple[str, ...] = ("",)
    facts: dict[str, str] = Field(default_factory=dict)
    fact_columns: dict[str, str] = Field(default_factory=dict)
    promises: tuple[str, ...] = Field(
        (), description="only these promise codes; absent: every promise whose events occur"
    )
    calendar: str | None = Field(
        None, description="pack calendar in which the baton is counted; absent: round the clock"
    )

    @property
    def attributes(self) -> tuple[str, ...]:
        """The extra columns that the event rules look at, in order of name."""
        return tuple(sorted({name for rule in self.events for name in rule.attributes}))

"""The result of an audit: plain figures, the same from every engine, to the last digit.

Durations are whole microseconds (`_us`), moments are microseconds since the Unix epoch UTC (`_at`), money is minor units. A
ratio is kept as its two counts; only the report divides. `as_json` is what `--json` prints and what the console reads.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from pydantic import TypeAdapter

Bilingual = dict[str, str]  # {"zh": ..., "en": ...}


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What was read and what was refused."""

    files: tuple[str, ...]
    rows: int
    events: int
    cases: int
    refused: int
    refused_by_reason: dict[str, int]  # reason code -> rows
    first_at: int | None
    last_at: int | None


@dataclass(frozen=True, kw_only=True)
class Distribution:
    """Statistics of closed commitments by `quality_parameters`: nearest-rank percentiles, exact sums."""

    count: int
    total_us: int
    p50_us: int | None
    p80_us: int | None
    p95_us: int | None
    p99_us: int | None
    max_us: int | None


@dataclass(frozen=True, kw_only=True)
class PopulationVerdict:
    """A rule on the whole population (mean <= X, share >= Y), judged per period."""

    rule: Bilingual
    period: str  # "all", "2026-10", "2026Q4"
    measured: str  # exact decimal or fraction, as text
    limit: str
    held: bool | None  # None: too few cases, or none
    cases: int


@dataclass(frozen=True, kw_only=True)
class PromiseFigures:
    """One promise over the whole log: `opened` = `kept` + `broken` + `open` + `overdue` + `void`.

    `broken` closed too late, `overdue` still runs past its due moment, `open` still runs and is not yet due; `within_target`
    counts the closed ones that also met the internal target. `unpriced` counts breaches that a compensation is laid down for but
    no sum can be stated: what it takes is not in the log, or it is no money.
    """

    code: str
    title: Bilingual
    tier: str
    clause: str
    instrument: Bilingual
    evidence: str
    verified: bool
    allowance: Bilingual
    opened: int
    kept: int
    broken: int
    open: int
    overdue: int
    void: int
    within_target: int | None  # None: no target is set
    elapsed: Distribution
    population: tuple[PopulationVerdict, ...]
    owed_minor: int | None  # sum of awards in `currency`
    unpriced: int
    currency: str | None
    by_week: tuple[
        tuple[str, int, int, int | None], ...
    ]  # ISO week of opening: (week, opened, broken or overdue, mean us)
    anomalies: dict[str, int]

    @property
    def owed_known(self) -> int | None:
        """`owed_minor`; None also where breaches cost something and not one sum can be stated."""
        return self.owed_minor or (None if self.unpriced else self.owed_minor)


@dataclass(frozen=True, kw_only=True)
class Breach:
    """One broken promise, with what it costs and why."""

    case: str
    promise: str
    clause: str
    opened_at: int
    due_at: int
    closed_at: int | None
    late_us: int
    unit: str | None  # who held the baton when it fell due
    person: str | None
    service: str | None
    owed_minor: int | None
    currency: str | None
    reckoning: Bilingual


@dataclass(frozen=True, kw_only=True)
class Total:
    """Breaches and their cost for one month, unit or service."""

    key: str
    opened: int
    broken: int
    owed_minor: int


@dataclass(frozen=True, kw_only=True)
class Holder:
    """How long one unit or person held the baton, in working time. All holders of a kind add up to `Baton.total_us`."""

    unit: str | None
    person: str | None
    cases: int
    held_us: int
    received: int  # hand-overs in
    passed_on: int  # hand-overs out
    held_when_broken: int


@dataclass(frozen=True, kw_only=True)
class Baton:
    """Who held the work, and how often it changed hands."""

    calendar: str
    total_us: int
    by_unit: tuple[Holder, ...]
    by_person: tuple[Holder, ...]
    transfers: int
    ping_pong: int  # A -> B -> A, next to each other
    returns: int  # back to a unit that had it before
    first_contact_lost: int  # cases whose first person did not also have the last word
    cases_with_person: int


@dataclass(frozen=True, kw_only=True)
class Arc:
    """`source` directly followed by `target`: how often, and how long in between (working time)."""

    source: str
    target: str
    count: int
    total_us: int
    max_us: int


@dataclass(frozen=True, kw_only=True)
class Stage:
    """An activity and the time that passed until the next event."""

    activity: str
    count: int
    total_us: int
    starts: int  # cases that begin here
    ends: int  # cases that end here


@dataclass(frozen=True, kw_only=True)
class Chain:
    """The log as a directly-follows map."""

    stages: tuple[Stage, ...]
    arcs: tuple[Arc, ...]
    costliest: tuple[str, ...]  # the three activities with the greatest total time
    variants: int
    by_week: tuple[tuple[str, int, int], ...]  # ISO week of the case's start: (week, cases, total time us)


@dataclass(frozen=True, kw_only=True)
class Figures:
    """The whole audit."""

    pack: str
    pack_title: Bilingual
    pack_version: str
    pack_label: Bilingual | None  # e.g. "contains unverified rows"
    judged_at: int  # commitments still running are judged as of this moment (the log's last event unless told)
    engine: str
    reading: Reading
    promises: tuple[PromiseFigures, ...]
    breaches_total: int
    breaches: tuple[
        Breach, ...
    ]  # the costliest and latest first, at most `BREACHES_SHOWN`; all of them stand in breaches.csv
    by_month: tuple[Total, ...]
    by_unit: tuple[Total, ...]
    by_service: tuple[Total, ...]
    baton: Baton
    chain: Chain
    currency: str | None
    definitions: dict[str, Bilingual] = field(default_factory=dict)  # statistic -> its definition in words
    zone: str = "UTC"  # IANA zone in which the report shows moments

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Figures:
        """The figures that `as_json` gave, also after a way through a JSON file; `pydantic.ValidationError` for anything else."""
        return TypeAdapter(cls).validate_python(data)

    def as_json(self) -> dict[str, Any]:
        """The figures as plain lists, dictionaries, texts and integers."""
        return asdict(self)


BREACHES_SHOWN = 200

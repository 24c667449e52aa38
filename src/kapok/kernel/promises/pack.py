"""A pack: one body of rules as data, exactly as its YAML file states it (docs/schema/pack.schema.json)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from kapok.kernel.hours import Hours
from kapok.kernel.promises.allowance import Allowance
from kapok.kernel.promises.compensation import Compensation
from kapok.kernel.promises.evidence import Evidence
from kapok.kernel.promises.facts import FACTS, Fact, FactKind
from kapok.kernel.promises.fields import ALWAYS, Code, EventKinds, Names, Number, Period, Strict, Words, listed
from kapok.kernel.promises.moves import Role, roles
from kapok.kernel.promises.selector import Selector
from kapok.kernel.promises.terms import (
    Agreed,
    Budget,
    DayCounting,
    Direction,
    Limit,
    PopulationRule,
    Reopening,
    Tier,
    WarningPoint,
)
from kapok.kernel.text import Text

ROUND_THE_CLOCK = "always"
UNVERIFIED = Text(
    zh="含未经核实的条款，不得作为官方规则使用",
    en="contains unverified rows: not to be used as the official rule",
)


class Status(StrEnum):
    """What a pack claims to be."""

    DRAFT = "draft"
    OFFICIAL = "official"


class Instrument(Strict):
    """The law, regulation, pledge or contract that a promise stands in."""

    title: Words
    """Its name."""
    number: str | None = None
    """Its number, e.g. `MII Order 36`."""
    in_force: date | None = None
    """The first day on which it is in force."""
    until: date | None = None
    """The last day on which it is in force."""
    source: Names = ()
    """Where its text can be read."""
    note: Words | None = None
    """Revisions and what else a reader should know."""

    @cached_property
    def period(self) -> Period:
        """The days on which it is in force."""
        return Period.model_construct(from_=self.in_force, to=self.until)


class DatedRate(Strict):
    """A rate from one day on, until the next one begins or `to`."""

    from_: date = Field(alias="from")
    """The first day of this rate."""
    to: date | None = None
    """The last day, where it ends before the next begins."""
    amount: Number
    """Major units of the pack's currency."""
    evidence: Evidence
    """Where the figure comes from."""


class CalendarSpec(Strict):
    """Opening hours: what `kernel.hours` parses."""

    zone: str | None = None
    """IANA time zone; absent: the pack's."""
    always: bool | None = None
    """True: round the clock, every day."""
    week: dict[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], list[tuple[str, str]]] | None = None
    """Windows by weekday, e.g. `mon: [["08:30", "12:00"], ["14:00", "18:00"]]`; 22:00 to 06:00 runs over midnight."""
    holidays: list[str] | None = None
    """Closed days, `YYYY-MM-DD`, or `MM-DD` for every year."""
    special: dict[str, list[tuple[str, str]]] | None = None
    """Days with windows of their own."""


class DeclaredFact(Strict):
    """A fact that this pack asks about besides the known ones, or more values of a known choice."""

    kind: FactKind = FactKind.CHOICE
    """How its value is read."""
    title: Words
    """What it is called."""
    values: Names = ()
    """The values of a choice."""


class Promise(Strict):
    """One promise. Times run in the zone of its calendar."""

    code: Code
    """Its name; several rows may share a code if their effective dates do not overlap."""
    title: Words
    """One line for people."""
    tier: Tier
    """Who made it: law, pledge, contract, stage (internal)."""
    instrument: str
    """The key of an instrument of this pack."""
    clause: str = ""
    """Article or paragraph."""
    note: Words | None = None
    """What a reader should know."""
    effective: Period = ALWAYS
    """Openings on these days fall under this row."""
    evidence: Evidence
    """Where it comes from."""
    applies: Selector = Field({})
    """To which matters it applies; all conditions must hold."""
    unless: Selector = Field({})
    """To which it does not apply; one condition is enough."""
    direction: Direction = Direction.WITHIN
    """`within`: closes at the latest when due. `notice`: opens that long before it closes. `wait`, `keep`: closes at the earliest
    when due. `never`: every opening is a breach. `limit`: a measured fact stays within `limit`."""
    opens: EventKinds
    """Events that start the clock. For `notice`: the giving of the notice."""
    closes: EventKinds = ()
    """Events that fulfil it. For `notice`: the announced event."""
    voids: EventKinds = ()
    """Events that take the promise away without fulfilling or breaking it."""
    pauses: EventKinds = ()
    """Events that pause the clock."""
    resumes: EventKinds = ()
    """Events that let it run again."""
    reopens: EventKinds = ()
    """Events that reopen a matter that was closed."""
    reopening: Reopening = Reopening.CONTINUE
    """`restart`: a new clock. `continue`: the old one, less the time it was closed. `through`: as if never closed. `ignore`."""
    allowance: Allowance | None = None
    """How long."""
    target: Allowance | None = None
    """The shorter time the operator aims at."""
    warn: Annotated[tuple[WarningPoint, ...], BeforeValidator(listed)] = ()
    """When to warn, e.g. `75 %` or `1 hour before`."""
    calendar: str = ROUND_THE_CLOCK
    """A calendar of this pack, for working hours and working days; `always` is round the clock."""
    days: DayCounting = DayCounting()
    """How days are counted."""
    agreed: Agreed | None = None
    """A date agreed with the customer that changes the due moment."""
    pause_measure: Literal["working", "wall"] = "working"
    """A pause moves the due moment by its working time, or by its length on the wall."""
    limit: Limit | None = None
    """For direction `limit`."""
    population: tuple[PopulationRule, ...] = ()
    """Rules on all cases of a period together."""
    budget: Budget | None = None
    """The internal stages that must fit into it."""
    chain: Code | None = None
    """Promises with the same chain start from one event, e.g. the oral, brief and final report of an incident."""
    compensation: Annotated[tuple[Compensation, ...], BeforeValidator(listed)] = ()
    """What a breach costs; the first whose `when` holds is paid."""
    on_change: Literal["from_start", "from_now"] = "from_start"
    """When facts change: judge by the new facts from the original opening, or from the change on."""

    @cached_property
    def roles(self) -> Mapping[str, frozenset[Role]]:
        """What each event kind does to this promise's clock."""
        return roles(self)

    @cached_property
    def begins(self) -> frozenset[str]:
        """By which kinds of events something may come of it: what opens it, and for a notice what it should have preceded."""
        return frozenset((*self.opens, *(self.closes if self.direction is Direction.NOTICE else ())))

    @property
    def working(self) -> bool:
        """True if its clock runs in its calendar."""
        return self.allowance is not None and self.allowance.working


class Figure(Strict):
    """A figure in a duty, kept as the regulation states it."""

    what: Words
    """What is measured."""
    at_most: Number | None = None
    """The figure is this or less."""
    at_least: Number | None = None
    """The figure is this or more."""
    unit: str = ""
    """E.g. `%`, `s`, `days`."""


class Duty(Strict):
    """A duty or target without a clock, so that nothing of a regulation is lost."""

    code: Code
    """Its name."""
    title: Words
    """One line for people."""
    instrument: str
    """The key of an instrument of this pack."""
    clause: str = ""
    """Article or paragraph."""
    text: Words
    """The duty in words."""
    effective: Period = ALWAYS
    """The days on which it is in force."""
    applies: Selector = Field({})
    """To which matters it applies."""
    figures: tuple[Figure, ...] = ()
    """The figures of the duty, if it has any."""
    evidence: Evidence
    """Where it comes from."""


class Pack(Strict):
    """One body of rules."""

    code: Code
    """Its name, the same as the file's."""
    version: str = Field(min_length=1, max_length=40)
    """Changes with every change of content."""
    title: Words
    """One line for people."""
    jurisdiction: str = Field(min_length=2, max_length=20)
    """ISO 3166 code, or EU."""
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    """ISO 4217 code of all amounts."""
    zone: str
    """IANA time zone in which its days are counted."""
    status: Status = Status.DRAFT
    """`official` is refused while any row is unverified."""
    note: Words | None = None
    """What a reader should know."""
    effective: Period = ALWAYS
    """The days on which the pack is in force."""
    facts: dict[str, DeclaredFact] = Field({})
    """Facts of its own."""
    instruments: dict[str, Instrument] = Field(min_length=1)
    """The laws, pledges and contracts that its rows stand in."""
    calendars: dict[str, CalendarSpec] = Field({})
    """Its calendars; `always` is there without being named."""
    rates: dict[str, tuple[DatedRate, ...]] = Field({})
    """Dated rates, oldest first."""
    promises: tuple[Promise, ...] = ()
    """Its promises."""
    duties: tuple[Duty, ...] = ()
    """Its duties without a clock."""

    def calendar(self, name: str) -> Hours:
        """The calendar of that name. Raises `KeyError` when the pack has none, `CalendarError` when it is no calendar."""
        return self._calendars[name] if name in self._calendars else self._parsed(name)

    @cached_property
    def _calendars(self) -> dict[str, Hours]:
        return {ROUND_THE_CLOCK: Hours.parse({"zone": self.zone, "always": True})}

    def _parsed(self, name: str) -> Hours:
        hours = Hours.parse(calendar_spec(self.calendars[name], self.zone))
        return self._calendars.setdefault(name, hours)

    @cached_property
    def declared(self) -> Mapping[str, Fact]:
        """Every fact that this pack may ask about: the known ones and its own."""
        own = {name: _fact(name, declared) for name, declared in self.facts.items()}
        return dict(FACTS) | own

    @cached_property
    def unverified(self) -> tuple[Promise, ...]:
        """The promises whose wording nobody has seen or answers for."""
        return tuple(promise for promise in self.promises if not promise.evidence.verified)

    @cached_property
    def evidence(self) -> Mapping[str, Evidence]:
        """The evidence of every row: promises, duties and rates."""
        rates = {f"rates.{name} {rate.from_}": rate.evidence for name, dated in self.rates.items() for rate in dated}
        duties = {duty.code: duty.evidence for duty in self.duties}
        return (
            {f"{row.code} {row.effective.from_ or ''}".strip(): row.evidence for row in self.promises} | duties | rates
        )

    @property
    def all_verified(self) -> bool:
        """True if every promise, duty and rate is verified."""
        return all(evidence.verified for evidence in self.evidence.values())

    @property
    def label(self) -> Text | None:
        """What must stand wherever this pack is shown, if a row of it is unverified."""
        return None if self.all_verified else UNVERIFIED

    @cached_property
    def by_code(self) -> Mapping[str, tuple[Promise, ...]]:
        """The promises of each code, oldest first."""
        found: dict[str, tuple[Promise, ...]] = {}
        for promise in sorted(self.promises, key=lambda row: row.effective.from_ or date.min):
            found[promise.code] = (*found.get(promise.code, ()), promise)
        return found


def calendar_spec(spec: CalendarSpec, zone: str) -> dict[str, Any]:
    """What `Hours.parse` takes; a calendar without a zone of its own stands in the pack's."""
    return {"zone": zone} | spec.model_dump(exclude_none=True)


def _fact(name: str, declared: DeclaredFact) -> Fact:
    known = FACTS.get(name)
    values = frozenset(declared.values) | (known.values if known else frozenset())
    return Fact(known.kind if known else declared.kind, Text(declared.title.zh, declared.title.en), values)

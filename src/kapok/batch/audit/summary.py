"""Partial results, added up, as the figures of the report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from kapok.batch.audit.breach_table import shown
from kapok.batch.audit.figures import (
    Arc,
    Baton,
    Bilingual,
    Chain,
    Distribution,
    Figures,
    Holder,
    PopulationVerdict,
    PromiseFigures,
    Reading,
    Stage,
    Total,
)
from kapok.batch.audit.partial import BatonPart, ChainPart, Partial, PromisePart, Sums
from kapok.batch.audit.periods import Periods
from kapok.batch.audit.plan import Plan
from kapok.batch.audit.refused import RefusedRows
from kapok.batch.audit.request import Read
from kapok.kernel.promises import statistics
from kapok.kernel.promises.allowance import Allowance
from kapok.kernel.promises.judgement import Outcome
from kapok.kernel.promises.pack import ROUND_THE_CLOCK, Promise
from kapok.kernel.promises.population import Population, Verdict, length, population
from kapok.kernel.promises.terms import PopulationRule
from kapok.kernel.promises.wording import term
from kapok.kernel.text import Text

MONTHS = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
COSTLIEST = 3
SHOWN_STATISTICS = (
    "count",
    "mean",
    "max",
    "percentile",
    "share_within",
    "share_kept",
    "share_by_agreed_date",
    "started_units",
)


def figures_of(whole: Partial, plan: Plan, read: Read, refused: RefusedRows, engine: str) -> Figures:
    """The figures of a whole log."""
    currency = plan.pack.currency
    return Figures(
        pack=plan.pack.code,
        pack_title=both(plan.pack.title),
        pack_version=plan.pack.version,
        pack_label=both(plan.pack.label) if plan.pack.label else None,
        judged_at=plan.judged_at,
        engine=engine,
        reading=_reading(whole, read, refused),
        promises=tuple(_promises(whole, plan)),
        breaches_total=sum(len(table) for table in whole.breaches),
        breaches=shown(whole.breaches),
        by_month=_totals(whole.months),
        by_unit=_totals(whole.units),
        by_service=_totals(whole.services),
        baton=_baton(whole.baton, whole.breached_in_hand, plan.map.calendar or ROUND_THE_CLOCK),
        chain=_chain(whole.chain),
        currency=currency,
        definitions={name: both(statistics.DEFINITIONS[name]) for name in SHOWN_STATISTICS},
        zone=plan.pack.zone,
    )


def both(text: Text) -> Bilingual:
    """A text in both languages, ready for JSON."""
    return {"zh": text.zh, "en": text.en}


def _reading(whole: Partial, read: Read, refused: RefusedRows) -> Reading:
    return Reading(
        files=refused.files,
        rows=read.rows,
        events=whole.events,
        cases=whole.cases,
        refused=refused.total,
        refused_by_reason=refused.counts(),
        first_at=read.span.first_at,
        last_at=read.span.last_at,
    )


def _promises(whole: Partial, plan: Plan) -> Iterator[PromiseFigures]:
    """The promises that were made to somebody; of those that the map names, all."""
    for code in dict.fromkeys(promise.code for promise in plan.promises):
        part = whole.promises.get(code, PromisePart())
        row = [promise for promise in plan.promises if promise.code == code][-1]
        if part.states or part.anomalies or code in plan.map.promises:
            yield _promise(row, part, plan)


def _promise(promise: Promise, part: PromisePart, plan: Plan) -> PromiseFigures:
    states = {outcome: part.states.get((outcome.value,), (0,))[0] for outcome in Outcome}
    pays = bool(promise.compensation)
    return PromiseFigures(
        code=promise.code,
        title=both(promise.title),
        tier=promise.tier.value,
        clause=promise.clause,
        instrument=both(plan.pack.instruments[promise.instrument].title),
        evidence=promise.evidence.level.value,
        verified=promise.evidence.verified,
        allowance=both(term(promise, plan.pack.declared)),
        opened=sum(states.values()),
        kept=states[Outcome.KEPT],
        broken=states[Outcome.BROKEN],
        open=states[Outcome.OPEN],
        overdue=states[Outcome.OVERDUE],
        void=states[Outcome.VOID],
        within_target=part.within_target if promise.target is not None else None,
        elapsed=_distribution(_whole(part.elapsed_us)),
        population=tuple(_verdicts(promise, part)),
        owed_minor=part.owed_minor if pays else None,
        unpriced=part.unpriced if pays else 0,
        currency=plan.pack.currency if pays else None,
        by_week=tuple(
            (str(week), opened, breached, _mean_us(time, closed))
            for (week,), (opened, breached, closed, time) in _in_order(part.weeks)
        ),
        anomalies={str(reason): cases for (reason,), (cases,) in _in_order(part.anomalies)},
    )


def _mean_us(total: int, count: int) -> int | None:
    """The mean in whole microseconds, halves upward; None of nothing."""
    return (2 * total + count) // (2 * count) if count else None


def _whole(parts: Sequence[npt.NDArray[np.integer]]) -> npt.NDArray[np.int64]:
    return np.concatenate([np.empty(0, np.int64), *parts]).astype(np.int64)


def _distribution(lengths: npt.NDArray[np.int64]) -> Distribution:
    ordered = np.sort(lengths)
    places = {percent: -(-percent * len(ordered) // 100) - 1 for percent in (50, 80, 95, 99, 100)}
    values = {percent: int(ordered[place]) if len(ordered) else None for percent, place in places.items()}
    return Distribution(
        count=len(ordered),
        total_us=statistics.total(ordered),
        p50_us=values[50],
        p80_us=values[80],
        p95_us=values[95],
        p99_us=values[99],
        max_us=values[100],
    )


def _verdicts(promise: Promise, part: PromisePart) -> Iterator[PopulationVerdict]:
    """Each rule over each of its periods, and over the whole log where there are several."""
    elapsed, months, days = _whole(part.elapsed_us), _whole(part.months), _whole(part.working_days)
    decided = {_month_number(month or ""): row for (month,), row in part.decided.items()}
    for rule in promise.population:
        size = MONTHS[rule.period]
        periods = sorted({month // size for month in [*np.unique(months).tolist(), *decided]})
        for period in [*periods, None] if len(periods) > 1 else periods:
            here = np.ones(len(months), np.bool_) if period is None else months // size == period
            rows = [row for month, row in decided.items() if period is None or month // size == period]
            kept, all_decided, by_date, with_date = (sum(column) for column in zip((0, 0, 0, 0), *rows, strict=True))
            cases = Population(
                elapsed=elapsed[here],
                working_days=days[here] if len(days) else (),
                kept=kept,
                decided=all_decided,
                by_agreed_date=by_date,
                with_agreed_date=with_date,
            )
            yield _verdict(population([rule], cases)[0], _period_name(period, rule))


def _month_number(name: str) -> int:
    year, month = name.split("-")
    return (int(year) - 1970) * 12 + int(month) - 1


def _period_name(period: int | None, rule: PopulationRule) -> str:
    if period is None:
        return "all"
    if rule.period == "month":
        return Periods.month_name(period)
    per_year = 12 // MONTHS[rule.period]
    year, part = 1970 + period // per_year, period % per_year + 1
    return {"quarter": f"{year}Q{part}", "half_year": f"{year}H{part}", "year": str(year)}[rule.period]


def _verdict(verdict: Verdict, period: str) -> PopulationVerdict:
    unit = _unit(verdict.rule)
    return PopulationVerdict(
        rule=both(verdict.text),
        period=period,
        measured="" if verdict.measured is None else _exact(verdict.measured / unit),
        limit=_exact(verdict.limit / unit),
        held=verdict.held,
        cases=verdict.cases,
    )


def _unit(rule: PopulationRule) -> int:
    """What a measured length is divided by to stand in the unit of the limit; a share stands for itself."""
    return 1 if rule.at_most is None else length(Allowance(Decimal(1), rule.at_most.unit))


def _exact(value: Fraction) -> str:
    """A whole number, or a fraction such as `4983/5294`."""
    return str(value)


def _totals(sums: Sums) -> tuple[Total, ...]:
    return tuple(
        Total(key=key or "", opened=opened, broken=broken, owed_minor=owed)
        for (key,), (opened, broken, owed) in _in_order(sums)
    )


def _baton(part: BatonPart, in_hand: Sums, calendar: str) -> Baton:
    units: dict[str | None, int] = {}
    for (unit, _), (breaches,) in in_hand.items():
        units[unit] = units.get(unit, 0) + breaches
    return Baton(
        calendar=calendar,
        total_us=part.total_us,
        by_unit=tuple(_holder((unit, None), row, units.get(unit, 0)) for (unit,), row in _by_time(part.units)),
        by_person=tuple(
            _holder((unit, person), row, in_hand.get((unit, person), (0,))[0])
            for (unit, person), row in _by_time(part.people)
        ),
        transfers=part.transfers,
        ping_pong=part.ping_pong,
        returns=part.returns,
        first_contact_lost=part.first_contact_lost,
        cases_with_person=part.cases_with_person,
    )


def _holder(names: tuple[str | None, str | None], row: tuple[int, ...], breaches: int) -> Holder:
    cases, held_us, received, passed_on = row
    return Holder(
        unit=names[0],
        person=names[1],
        cases=cases,
        held_us=held_us,
        received=received,
        passed_on=passed_on,
        held_when_broken=breaches,
    )


def _chain(part: ChainPart) -> Chain:
    time: dict[str | None, int] = {}
    for (source, _), (_, total_us) in part.arcs.items():
        time[source] = time.get(source, 0) + total_us
    stages = [
        Stage(activity=str(activity), count=count, total_us=time.get(activity, 0), starts=starts, ends=ends)
        for (activity,), (count, starts, ends) in part.stages.items()
    ]
    stages.sort(key=lambda stage: (-stage.count, stage.activity))
    costly = sorted(stages, key=lambda stage: (-stage.total_us, stage.activity))[:COSTLIEST]
    return Chain(
        stages=tuple(stages),
        arcs=tuple(_arcs(part)),
        costliest=tuple(stage.activity for stage in costly),
        variants=len(part.variants.values),
        by_week=tuple((str(week), cases, time_us) for (week,), (cases, time_us) in _in_order(part.weeks)),
    )


def _arcs(part: ChainPart) -> Iterator[Arc]:
    for (source, target), (count, total_us) in sorted(part.arcs.items(), key=lambda arc: (-arc[1][0], arc[0])):
        longest = part.longest[(source, target)]
        yield Arc(source=str(source), target=str(target), count=count, total_us=total_us, max_us=longest)


def _by_time(sums: Sums) -> list[tuple[tuple[str | None, ...], tuple[int, ...]]]:
    """The longest held first."""
    return sorted(sums.items(), key=lambda item: (-item[1][1], [name or "" for name in item[0]]))


def _in_order(sums: Sums) -> list[tuple[tuple[str | None, ...], tuple[int, ...]]]:
    return sorted(sums.items(), key=lambda item: [name or "" for name in item[0]])

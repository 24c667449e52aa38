"""The judgement of one bucket: every promise, the baton and the chain, as a partial that adds up with the others."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from kapok.batch.audit.awards import owed
from kapok.batch.audit.baton import Holders, baton, event_at, holders
from kapok.batch.audit.breach_table import breach_table
from kapok.batch.audit.chain import chain
from kapok.batch.audit.columns import Bucket, Log, Words
from kapok.batch.audit.commitments import NEVER
from kapok.batch.audit.entries import Occurrences
from kapok.batch.audit.grouping import Groups
from kapok.batch.audit.judging import commitments
from kapok.batch.audit.partial import Partial, Places, Promises, Sums
from kapok.batch.audit.plan import Plan
from kapok.batch.audit.promise_figures import counted
from kapok.batch.audit.result import Result
from kapok.kernel.hours import worked_many
from kapok.kernel.promises.pack import Promise

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class _Scene:
    """What every promise is judged in."""

    bucket: Bucket
    held: Holders
    occurrences: Occurrences


def judged(log: Log, span: tuple[int, int], plan: Plan) -> Partial:
    """The cases of one span of a log."""
    by_entry = plan.map.facts_by == "entry"
    bucket = _with_constants(log.bucket(span, plan.repeating, facts_by_entry=by_entry), plan)
    held = holders(bucket)
    worked = bucket.at if plan.hours.calendar.is_always else worked_many(bucket.at, plan.hours)
    scene = _Scene(bucket, held, Occurrences.of(bucket, plan.map.events, plan.map.columns.stops))
    whole = Partial(
        cases=len(bucket.lengths),
        events=bucket.events,
        baton=baton(bucket, held, worked),
        chain=chain(bucket, worked, plan.periods),
        twice=(log.places(bucket.twice, [""] * len(bucket.twice)),),
    )
    for promise in plan.promises:
        whole += _of_one_promise(promise, log, scene, plan)
    return whole


def _with_constants(bucket: Bucket, plan: Plan) -> Bucket:
    """The bucket with the facts that the map gives to every case."""
    everywhere = np.zeros(len(bucket.lengths), np.int32)
    constants = {name: Words(everywhere, pa.array([value])) for name, value in plan.map.facts.items()}
    return replace(bucket, facts={**constants, **bucket.facts})


def _of_one_promise(promise: Promise, log: Log, scene: _Scene, plan: Plan) -> Partial:
    result = _result(promise, scene, plan)
    found = _totals(result, plan)
    return Partial(
        promises=Promises({promise.code: counted(result, plan)}),
        months=found["months"],
        units=found["units"],
        services=found["services"],
        breached_in_hand=_in_hand(result),
        breaches=(breach_table(result, plan.pack.currency),),
        early=(_early(result, log),),
    )


def _result(promise: Promise, scene: _Scene, plan: Plan) -> Result:
    bucket, held = scene.bucket, scene.held
    made = commitments(promise, plan.pack, bucket, scene.occurrences, plan.judged_at)
    breaches = np.flatnonzero(made.breached)
    ended = np.where(made.closed == NEVER, plan.judged_at, made.closed)
    holding = event_at(bucket, made.case, np.where(made.breached, made.due, ended))
    costs = owed(promise, bucket, made, breaches, plan)
    return Result(promise, bucket, made, breaches, costs, held.unit.taken(holding), held.person.taken(holding))


def _totals(result: Result, plan: Plan) -> dict[str, Sums]:
    """Opened, breached and owed by month of opening, unit and service."""
    owed_minor, services = result.owed_minor, result.services
    month = plan.periods.months(result.began)
    found = {}
    for name, codes, names_of in (
        ("months", month, plan.periods.month_names),
        ("units", result.units.codes, result.units.of),
        ("services", services.codes, services.of),
    ):
        groups = Groups.single(codes)
        columns = (groups.counts(), groups.counts(result.made.breached), groups.sums(owed_minor))
        rows = zip(*(column.tolist() for column in columns), strict=True)
        found[name] = Sums(zip(zip(names_of(groups.right), strict=True), rows, strict=True))
    return found


def _in_hand(result: Result) -> Sums:
    units, people = result.units.taken(result.breaches), result.people.taken(result.breaches)
    groups = Groups.of(units.codes, people.codes, len(people.words))
    keys = zip(units.of(groups.left), people.of(groups.right), strict=True)
    return Sums(zip(keys, zip(groups.counts().tolist(), strict=True), strict=True))


def _early(result: Result, log: Log) -> Places:
    bucket, early = result.bucket, result.made.early
    cases = bucket.cases.of(bucket.cases.codes[bucket.case_of_event[early]])
    return log.places(bucket.rows[early], [f"{case}: {result.promise.code}" for case in cases])

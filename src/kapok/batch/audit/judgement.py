"""The judgement of one bucket: every promise, the baton and the chain, as a partial that adds up with the others."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from kapok.batch.audit.awards import NOT_IN_MONEY, Owed, owed
from kapok.batch.audit.baton import Holders, baton, event_at, holders
from kapok.batch.audit.breach_table import breach_table
from kapok.batch.audit.chain import chain
from kapok.batch.audit.columns import Bucket, Log, Words
from kapok.batch.audit.commitments import NEVER, Commitments
from kapok.batch.audit.entries import Occurrences
from kapok.batch.audit.grouping import Groups
from kapok.batch.audit.judging import commitments
from kapok.batch.audit.partial import Partial, Places, Promises, Sums
from kapok.batch.audit.plan import Plan
from kapok.batch.audit.promise_figures import counted
from kapok.kernel.hours import worked_many
from kapok.kernel.promises.pack import Promise

Integers = npt.NDArray[np.int64]

SERVICE = "service"


def judged(log: Log, span: tuple[int, int], plan: Plan) -> Partial:
    """The cases of one span of a log."""
    bucket = _with_constants(log.bucket(span), plan)
    held = holders(bucket)
    worked = bucket.at if plan.hours.calendar.is_always else worked_many(bucket.at, plan.hours)
    occurrences = Occurrences.of(bucket, plan.map.events)
    whole = Partial(
        cases=len(bucket.lengths),
        events=bucket.events,
        baton=baton(bucket, held, worked),
        chain=chain(bucket, worked, plan.periods),
        twice=(log.places(bucket.twice, [""] * len(bucket.twice)),),
    )
    for promise in plan.promises:
        whole += _of_one_promise(promise, log, bucket, held, occurrences, plan)
    return whole


def _with_constants(bucket: Bucket, plan: Plan) -> Bucket:
    """The bucket with the facts that the map gives to every case."""
    everywhere = np.zeros(len(bucket.lengths), np.int32)
    constants = {name: Words(everywhere, pa.array([value])) for name, value in plan.map.facts.items()}
    return replace(bucket, facts={**constants, **bucket.facts})


def _of_one_promise(
    promise: Promise, log: Log, bucket: Bucket, held: Holders, occurrences: Occurrences, plan: Plan
) -> Partial:
    made = commitments(promise, plan.pack, bucket, occurrences, plan.judged_at)
    breaches = np.flatnonzero(made.breached)
    costs = owed(promise, bucket, made, breaches, plan)
    ended = np.where(made.closed == NEVER, plan.judged_at, made.closed)
    holding = event_at(bucket, made.case, np.where(made.breached, made.due, ended))
    units, people = held.unit.taken(holding), held.person.taken(holding)
    return Partial(
        promises=Promises({promise.code: counted(promise, made, costs, plan)}),
        **_totals(bucket, made, breaches, costs, units, plan),
        breached_in_hand=_in_hand(units.taken(breaches), people.taken(breaches)),
        breaches=(breach_table(promise, bucket, made, breaches, units, people, costs, plan),),
        early=(_early(promise, log, bucket, made),),
    )


def _totals(
    bucket: Bucket, made: Commitments, breaches: Integers, costs: Owed, units: Words, plan: Plan
) -> dict[str, Sums]:
    """Opened, breached and owed by month of opening, unit and service."""
    owed_minor = np.zeros(len(made), np.int64)
    owed_minor[breaches] = np.where(costs.minor == NOT_IN_MONEY, 0, costs.minor)
    month = plan.periods.months(np.where(made.opened == NEVER, made.closed, made.opened))
    keys = {"months": month, "units": units.codes, "services": _services(bucket, made).codes}
    words = {"months": plan.periods.month_name, "units": units.word, "services": _services(bucket, made).word}
    found = {}
    for name, key in keys.items():
        groups = Groups.of(np.zeros(len(made), np.int64), key, int(key.max(initial=0)) + 1)
        rows = zip(groups.counts().tolist(), groups.counts(made.breached).tolist(), groups.sums(owed_minor).tolist(), strict=True)
        found[name] = Sums(zip(((words[name](code),) for code in groups.right.tolist()), rows, strict=True))
    return found


def _services(bucket: Bucket, made: Commitments) -> Words:
    nothing = Words(np.full(len(bucket.lengths), -1, np.int32), pa.array([], pa.string()))
    return bucket.facts.get(SERVICE, nothing).taken(made.case)


def _in_hand(units: Words, people: Words) -> Sums:
    groups = Groups.of(units.codes, people.codes, len(people.words))
    pairs = zip(groups.left.tolist(), groups.right.tolist(), strict=True)
    keys = [(units.word(unit), people.word(person)) for unit, person in pairs]
    return Sums(zip(keys, ((count,) for count in groups.counts().tolist()), strict=True))


def _early(promise: Promise, log: Log, bucket: Bucket, made: Commitments) -> Places:
    cases = bucket.cases.taken(bucket.case_of_event()[made.early]).spelled().to_pylist()
    return log.places(bucket.rows[made.early], [f"{case}: {promise.code}" for case in cases])

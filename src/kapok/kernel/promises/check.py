"""Whether a pack makes sense: everything that the schema alone cannot see.

Each check yields problems; `findings` adds the lines.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from kapok.kernel.promises import budgets, ladders, references
from kapok.kernel.promises.document import Document
from kapok.kernel.promises.fields import Period
from kapok.kernel.promises.findings import Finding, Path, Problem
from kapok.kernel.promises.pack import DatedRate, Duty, Pack, Promise, Status
from kapok.kernel.promises.terms import Direction

TIMED = frozenset({Direction.WITHIN, Direction.NOTICE, Direction.WAIT, Direction.KEEP})


def findings(pack: Pack, document: Document) -> Iterator[Finding]:
    """Every finding on a pack whose shape is right."""
    for problem in problems(pack):
        yield document.finding(problem)


def problems(pack: Pack) -> Iterator[Problem]:
    """Every problem of a pack whose shape is right."""
    yield from references.problems(pack)
    yield from _rates(pack)
    yield from _repeated_codes(pack)
    yield from _official(pack)
    for number, promise in enumerate(pack.promises):
        place: Path = ("promises", number)
        yield from _in_force(pack, promise, place)
        yield from _direction(promise, place)
        yield from _pauses(promise, place)
        yield from _target(promise, place)
        yield from budgets.problems(pack, promise, place)
        yield from ladders.problems(pack, promise, place)
    for number, duty in enumerate(pack.duties):
        yield from _in_force(pack, duty, ("duties", number))


def _rates(pack: Pack) -> Iterator[Problem]:
    for name, rates in pack.rates.items():
        for number, (earlier, later) in enumerate(pairwise(rates), start=1):
            place: Path = ("rates", name, number)
            if later.from_ <= earlier.from_ or (earlier.to and later.from_ <= earlier.to):
                yield _dates_overlap(place, name, later)
            elif earlier.to and (later.from_ - earlier.to).days > 1:
                yield Problem(
                    place,
                    "rates_gap",
                    zh=f"费率 {name} 在 {earlier.to} 之后至 {later.from_} 之前无值：请补上或删去 to",
                    en=f"rate {name} has no value after {earlier.to} and before {later.from_}: fill the gap or drop `to`",
                )


def _dates_overlap(place: Path, name: str, later: DatedRate) -> Problem:
    return Problem(
        place,
        "rates_overlap",
        zh=f"费率 {name} 自 {later.from_} 起的一行与前一行日期重叠：请按日期先后排列，并改正 from 或 to",
        en=f"rate {name}: the row from {later.from_} overlaps the one before: order them by date and correct `from` or `to`",
    )


def _repeated_codes(pack: Pack) -> Iterator[Problem]:
    seen: dict[str, list[Period]] = {}
    sections: dict[str, Sequence[Promise | Duty]] = {"promises": pack.promises, "duties": pack.duties}
    for section, rows in sections.items():
        for number, row in enumerate(rows):
            periods = seen.setdefault(row.code, [])
            if any(row.effective.meets(earlier) for earlier in periods):
                yield Problem(
                    (section, number, "code"),
                    "code_twice",
                    zh=f"代码“{row.code}”重复且生效日期重叠：请换代码，或用 effective 分开日期",
                    en=f"code '{row.code}' stands twice with overlapping dates: rename it, or part the dates by `effective`",
                )
            periods.append(row.effective)


def _official(pack: Pack) -> Iterator[Problem]:
    if pack.status is Status.OFFICIAL and not pack.all_verified:
        unverified = ", ".join([row for row, evidence in pack.evidence.items() if not evidence.verified][:5])
        yield Problem(
            ("status",),
            "official_unverified",
            zh=f"有未经核实的条款（{unverified} 等），不得标为 official：请核实并填写 verified_by/verified_on，或改为 draft",
            en=f"not official with unverified rows ({unverified}): verify them (verified_by, verified_on) or make it a draft",
        )


def _in_force(pack: Pack, row: Promise | Duty, place: Path) -> Iterator[Problem]:
    instrument = pack.instruments.get(row.instrument)
    windows: list[tuple[str, Period]] = [("the pack", pack.effective)]
    windows += [(f"instrument {row.instrument}", instrument.period)] if instrument else []
    for name, window in windows:
        if not row.effective.meets(window):
            yield Problem(
                (*place, "effective"),
                "never_in_force",
                zh=f"“{row.code}”的生效日期与{'规则包' if name == 'the pack' else '其文件'}的有效期不相交：请改正日期",
                en=f"'{row.code}' is never in force together with {name}: correct the dates",
            )


def _direction(promise: Promise, place: Path) -> Iterator[Problem]:
    timed = promise.direction in TIMED
    if timed and promise.allowance is None and promise.agreed is None:
        yield Problem(
            place,
            "no_allowance",
            zh=f"“{promise.code}”没有时限：请写 allowance，或 agreed（约定日期）",
            en=f"'{promise.code}' says no time: give `allowance`, or `agreed` for an agreed date",
        )
    if timed and not promise.closes:
        yield Problem(
            place,
            "no_closes",
            zh=f"“{promise.code}”没有完成事件：请写 closes",
            en=f"'{promise.code}' can never be fulfilled: give `closes`",
        )
    if (promise.direction is Direction.LIMIT) != (promise.limit is not None):
        yield Problem(
            place,
            "limit_direction",
            zh=f"“{promise.code}”：direction: limit 与 limit 须同时出现",
            en=f"'{promise.code}': direction limit and `limit` go together",
        )
    if not timed and (promise.allowance or promise.closes or promise.pauses or promise.reopens):
        yield Problem(
            place,
            "clockless",
            zh=f"“{promise.code}”的方向 {promise.direction} 没有时钟：请删去 allowance、closes、pauses、reopens",
            en=f"'{promise.code}' of direction {promise.direction} has no clock: drop allowance, closes, pauses, reopens",
        )


def _pauses(promise: Promise, place: Path) -> Iterator[Problem]:
    if bool(promise.pauses) != bool(promise.resumes):
        key = "pauses" if promise.pauses else "resumes"
        yield Problem(
            (*place, key),
            "pause_without_end",
            zh=f"“{promise.code}”的 pauses 与 resumes 须同时写明：否则暂停永不结束或从不开始",
            en=f"'{promise.code}': give both pauses and resumes, or a pause never ends or never begins",
        )


def _target(promise: Promise, place: Path) -> Iterator[Problem]:
    if promise.target is None or promise.allowance is None:
        return
    target, allowance = budgets.comparable(promise.target), budgets.comparable(promise.allowance)
    if target is not None and allowance is not None and target[0] == allowance[0] and target[1] > allowance[1]:
        yield Problem(
            (*place, "target"),
            "target_longer",
            zh=f"内部目标 {promise.target.text.zh} 长于承诺 {promise.allowance.text.zh}：请缩短目标",
            en=f"the target of {promise.target} is longer than the promise of {promise.allowance}: shorten it",
        )

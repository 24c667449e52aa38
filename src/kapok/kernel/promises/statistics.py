"""Statistics of service quality, by published definitions, exact: whole microseconds in, integers and fractions out.

Definitions follow ETSI EG 201 769 and EG 202 057-1 as regulators transpose them (Tanzania GN 416; ANACOM; CPUC GO 133): percentiles
are nearest-rank over the completed cases of the period in ascending order. Columns may be any sequence of integers; numpy int64
arrays are taken as they are, and their sums do not overflow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from fractions import Fraction
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from kapok.kernel.text import Text

Lengths = npt.NDArray[np.int64] | Sequence[int]
_LOW = (1 << 20) - 1

DEFINITIONS: Mapping[str, Text] = MappingProxyType(
    {
        "count": Text(zh="期内完成的件数", en="cases completed in the period"),
        "mean": Text(
            zh="完成件历时之和除以件数，不作舍入",
            en="sum of the times of completed cases divided by their number, unrounded",
        ),
        "max": Text(zh="完成件历时的最大值", en="the longest time of a completed case"),
        "percentile": Text(
            zh="最近秩百分位：完成件按历时升序排列，取第 ⌈p×n/100⌉ 件（EG 202 057-1）",
            en="nearest rank: completed cases in ascending order of time, the one at place ceil(p x n / 100) (EG 202 057-1)",
        ),
        "share_within": Text(
            zh="历时不超过限值的完成件所占比例",
            en="completed cases that took no longer than the limit, as a share of all completed",
        ),
        "share_kept": Text(
            zh="履约件占已有结论件（履约、违约、逾期未完成）的比例",
            en="kept cases as a share of those decided: kept, broken, or overdue and still open",
        ),
        "share_by_agreed_date": Text(
            zh="在与客户约定日期（或客户最后改定日期）当日或之前完成的比例；运营商自行改期不算（GO 133）",
            en="cases completed on or before the date agreed with the customer, or last changed by the customer, as a share of all"
            " completed; dates changed by the provider do not count (GO 133)",
        ),
        "per_100_lines": Text(
            zh="期内有效故障申告数除以期内接入线数，乘以 100",
            en="valid fault reports of the period per 100 access lines",
        ),
        "share_of_bills": Text(
            zh="客户对账单正确性提出投诉的账单占已出账单的比例",
            en="bills whose correctness a customer complained of, as a share of bills issued",
        ),
        "unavailability": Text(
            zh="期内不可用时段之和，重叠只计一次；跨期中断在新期首日重新计",
            en="sum of the outages within the period, overlaps once; one that runs on counts anew in the next period",
        ),
        "availability": Text(
            zh="（约定时间-不可用时间）/约定时间", en="(agreed time - unavailable time) / agreed time"
        ),
        "mean_of_samples": Text(zh="期内测量样本的算术平均", en="arithmetic mean of the period's samples"),
        "started_units": Text(
            zh="不足一个单位的按一个单位计（向上取整）", en="a unit that has begun counts as a whole one (rounded up)"
        ),
    }
)
"""What each statistic means, printed wherever one is shown."""


def total(lengths: Lengths) -> int:
    """The exact sum, also where it exceeds 64 bits."""
    column = _column(lengths)
    return (int((column >> 20).sum()) << 20) + int((column & _LOW).sum())


def mean(lengths: Lengths) -> Fraction | None:
    """The mean, unrounded; None of no cases."""
    return Fraction(total(lengths), len(lengths)) if len(lengths) else None


def maximum(lengths: Lengths) -> int | None:
    """The greatest; None of no cases."""
    return int(_column(lengths).max()) if len(lengths) else None


def percentile(lengths: Lengths, percent: int) -> int | None:
    """The nearest-rank percentile, `percent` from 1 to 100; None of no cases. Partly sorts a copy."""
    if not len(lengths):
        return None
    place = -(-percent * len(lengths) // 100) - 1
    return int(np.partition(_column(lengths), place)[place])


def share_within(lengths: Lengths, limit: timedelta) -> Fraction | None:
    """The share of cases that took no longer than `limit`; None of no cases."""
    within = int(np.count_nonzero(_column(lengths) <= micros(limit)))
    return share(within, len(lengths))


def share(part: int, whole: int) -> Fraction | None:
    """`part` of `whole`; None of nothing."""
    return Fraction(part, whole) if whole else None


def per_100_lines(reports: int, lines: int) -> Fraction | None:
    """Valid fault reports per 100 access lines; None without lines."""
    return Fraction(100 * reports, lines) if lines else None


def unavailability(outages: Sequence[tuple[int, int]], begins: int, ends: int) -> int:
    """Microseconds of `[begins, ends)` that any of the outages covers; overlaps count once."""
    covered, reached = 0, begins
    for start, stop in sorted(outages):
        low, high = max(start, reached), min(stop, ends)
        if high > low:
            covered, reached = covered + high - low, high
    return covered


def availability(unavailable: int, agreed: int) -> Fraction | None:
    """The share of the agreed time in which the service could be used; None where no time was agreed."""
    return Fraction(agreed - unavailable, agreed) if agreed else None


def started(lengths: Lengths, unit: timedelta) -> npt.NDArray[np.int64]:
    """Each length rounded up to whole units."""
    each = micros(unit)
    return np.asarray(-(-_column(lengths) // each) * each, dtype=np.int64)


def micros(span: timedelta) -> int:
    """Whole microseconds."""
    return span // timedelta(microseconds=1)


def _column(lengths: Lengths) -> npt.NDArray[np.int64]:
    return np.asarray(lengths, dtype=np.int64)

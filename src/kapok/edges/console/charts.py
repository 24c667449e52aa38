"""Charts as data: what to draw (an ECharts option) together with the same figures as a table.

Colours, fonts and the dark theme are put in by `static/console/chart.js`; an option says only what is drawn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any, Literal

Number = int | float | None


@dataclass(frozen=True)
class Series:
    """One line or one colour of bars; None leaves a gap. `tone` colours what is good or bad by itself."""

    name: str
    values: Sequence[Number]
    tone: Literal["", "good", "bad"] = ""


@dataclass(frozen=True)
class Chart:
    """A drawing, its title, and the table that tells the same to whoever cannot see it."""

    title: str
    option: Mapping[str, Any]
    header: Sequence[str]
    rows: Sequence[Sequence[object]]
    tall: bool = False
    id: str = field(default_factory=lambda: f"chart-{token_hex(4)}")


def bars(
    title: str,
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    unit: str = "",
    stacked: bool = False,
    lying: bool = False,
) -> Chart:
    """Bars, standing or lying, side by side or stacked."""
    drawn = [_drawn(each, "bar") | ({"stack": "whole"} if stacked else {}) for each in series]
    return _with_axes(title, labels, series, drawn, unit=unit, lying=lying)


def lines(title: str, labels: Sequence[str], series: Sequence[Series], *, unit: str = "") -> Chart:
    """Lines over labels, such as weeks."""
    return _with_axes(title, labels, series, [_drawn(each, "line") for each in series], unit=unit, lying=False)


def _drawn(series: Series, kind: str) -> dict[str, Any]:
    return {"type": kind, "name": series.name, "data": list(series.values), "tone": series.tone}


def _with_axes(
    title: str,
    labels: Sequence[str],
    series: Sequence[Series],
    drawn: list[dict[str, Any]],
    *,
    unit: str,
    lying: bool,
) -> Chart:
    names: dict[str, Any] = {"type": "category", "data": list(labels), "inverse": lying}
    below = {"nameLocation": "middle", "nameGap": 28} if lying else {}
    values: dict[str, Any] = {"type": "value", "name": unit, **below}
    option = {
        "xAxis": values if lying else names,
        "yAxis": names if lying else values,
        "grid": {"bottom": 32 if lying and unit else 8, "top": 40 if len(series) > 1 or not lying else 8},
        "legend": {"show": len(series) > 1},
        "series": drawn,
    }
    headed = [f"{each.name} ({unit})" if unit else each.name for each in series]
    rows = [
        [label, *("" if each.values[place] is None else each.values[place] for each in series)]
        for place, label in enumerate(labels)
    ]
    return Chart(title, option, ["", *headed], rows)

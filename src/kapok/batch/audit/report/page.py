"""The report as a page: the fragment of one language, the style sheet, and the self-contained file with both languages."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from kapok.batch.audit.figures import Breach, Figures
from kapok.batch.audit.report import charts, map_drawing, ranking, summary, wording
from kapok.batch.audit.report.cards import Card, cards
from kapok.batch.audit.report.format import DAY, HOUR, MINUTE, SECOND, mean, measured, share
from kapok.batch.audit.report.reader import Reader
from kapok.kernel.text import Language

BREACHES_OPEN = 20  # the rest of the breaches unfolds on demand
UNITS_SHOWN, PERSONS_SHOWN, KEYS_SHOWN = 15, 25, 15
ROUND_DURATIONS = tuple(
    size * unit
    for unit, sizes in (
        (SECOND, (1, 5, 15, 30)),
        (MINUTE, (1, 5, 15, 30)),
        (HOUR, (1, 2, 6, 12)),
        (DAY, (1,)),
    )
    for size in sizes
)
# What could be unreadable, forbidden in XML, or turn the reading direction of the text around it.
_UNPRINTABLE = dict.fromkeys(
    [
        *(*range(9), 11, 12, *range(14, 32), *range(127, 160)),
        *(*range(0x202A, 0x202F), *range(0x2066, 0x206A)),
        *(*range(0xD800, 0xE000), 0xFFFE, 0xFFFF),
    ],
    "\ufffd",
)


@dataclass(frozen=True)
class Trend:
    """The weeks of the log: cases begun, and mean time from end to end."""

    cases: charts.Line
    means: charts.Line
    rows: tuple[tuple[str, int, int, int | None], ...]


@dataclass(frozen=True)
class Views:
    """Everything of the report that is computed from the figures and is the same in both languages."""

    cards: list[Card]
    breaches: tuple[Breach, ...]
    months: ranking.Tallies
    month_chart: charts.Columns | None
    units: ranking.Tallies
    services: ranking.Tallies
    held_by_unit: ranking.Holdings
    held_by_person: ranking.Holdings
    drawing: map_drawing.Drawing | None
    trend: Trend | None

    @classmethod
    def of(cls, figures: Figures) -> Views:
        """Prepare the figures for the templates."""
        months = ranking.chronicle(figures.by_month)
        bars = [(row.key, row.opened, row.broken) for row in months.rows]
        return cls(
            cards=cards(figures.promises),
            breaches=figures.breaches,
            months=months,
            month_chart=charts.columns(bars) if len(bars) > 1 else None,
            units=ranking.tallies(figures.by_unit, KEYS_SHOWN),
            services=ranking.tallies(figures.by_service, KEYS_SHOWN),
            held_by_unit=ranking.holdings(figures.baton.by_unit, UNITS_SHOWN),
            held_by_person=ranking.holdings(figures.baton.by_person, PERSONS_SHOWN),
            drawing=map_drawing.draw(figures.chain) if figures.chain.stages else None,
            trend=_trend(figures),
        )


def _trend(figures: Figures) -> Trend | None:
    rows = tuple((week, cases, total, mean(total, cases)) for week, cases, total in figures.chain.by_week)
    if len(rows) < 2:
        return None
    means = charts.line([(week, mean or 0) for week, _, _, mean in rows], ROUND_DURATIONS)
    return Trend(charts.line([(week, cases) for week, cases, _, _ in rows]), means, rows)


def body(figures: Figures, language: Language, files: str | None = None) -> str:
    """The report in one language as an HTML fragment: classes begin with `kr-`, no script, no style, no outside address.

    `files` is the address (relative or absolute, ending in `/` unless empty) below which the CSV files can be fetched;
    without it they are named but not linked.
    """
    return _fragment(figures, Views.of(figures), Reader.of(language, figures.zone), files)


def document(figures: Figures) -> str:
    """The self-contained file: both languages, the style sheet and the switch between them."""
    views = Views.of(figures)
    readers = [Reader.of(language, figures.zone) for language in Language]
    fragments = [(reader, _fragment(figures, views, reader, files="")) for reader in readers]
    style, script = css() + _own_file("document.css"), _own_file("switch.js")
    return render(
        "document.html",
        figures=figures,
        fragments=fragments,
        style=style,
        script=script,
        style_hash=_csp_hash(style),
        script_hash=_csp_hash(script),
    )


def css() -> str:
    """The style sheet of `body` and `compare`. The page around them sets `color-scheme`; dark and light follow it."""
    return _own_file("report.css")


def render(template: str, **values: Any) -> str:
    """A template of the report, filled; everything that is not `Markup` is escaped."""
    return _environment().get_template(template).render(**values)


def _fragment(figures: Figures, views: Views, reader: Reader, files: str | None) -> str:
    return render(
        "body.html",
        f=figures,
        v=views,
        r=reader,
        files=files,
        file_notes=wording.FILES,
        sentences=summary.sentences(figures, reader),
        key_figures=summary.key_figures(figures, reader),
        titles={promise.code: promise for promise in figures.promises},
        breaches_open=BREACHES_OPEN,
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("kapok.batch.audit.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_printable,
    )
    environment.globals.update(share=share, mean=mean, measured=measured, length=charts.length)
    return environment


def _printable(value: Any) -> Any:
    return value.translate(_UNPRINTABLE) if type(value) is str else value


@cache
def _own_file(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")


def _csp_hash(text: str) -> str:
    return "sha256-" + b64encode(sha256(text.encode()).digest()).decode()

"""One card per promise: what the template needs beside the figures themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kapok.batch.audit.figures import Bilingual, PopulationVerdict, PromiseFigures
from kapok.batch.audit.report import charts
from kapok.batch.audit.report.summary import Counts

PERIODS_SHOWN = 12


@dataclass(frozen=True)
class Rule:
    """A population rule with its verdicts, the latest periods last; `earlier` counts those that are not shown."""

    wording: Bilingual
    verdicts: tuple[PopulationVerdict, ...]
    earlier: int


@dataclass(frozen=True)
class Card:
    """A promise that was opened at least once."""

    figures: PromiseFigures
    counts: Counts
    segments: tuple[charts.Segment, ...]
    rules: tuple[Rule, ...]
    weeks: charts.Columns | None
    week_means: dict[str, int | None]

    @property
    def is_shaken(self) -> bool:
        """Whether a commitment was missed or a population rule not held."""
        return self.counts.failed > 0 or any(verdict.held is False for verdict in self.figures.population)


def cards(promises: Sequence[PromiseFigures]) -> list[Card]:
    """A card for every promise that the log opened, those with most to answer for first."""
    made = [_card(promise) for promise in promises if promise.opened]
    return sorted(made, key=lambda card: (-card.counts.failed, -card.counts.opened, card.figures.code))


def _card(promise: PromiseFigures) -> Card:
    counts = Counts.of(promise)
    weeks = [(week, opened, failed) for week, opened, failed, _ in promise.by_week]
    return Card(
        figures=promise,
        counts=counts,
        segments=charts.stacked(counts.parts),
        rules=_rules(promise.population),
        weeks=charts.columns(weeks, charts.SPARK) if len(weeks) > 1 else None,
        week_means={week: mean for week, _, _, mean in promise.by_week},
    )


def _rules(verdicts: Sequence[PopulationVerdict]) -> tuple[Rule, ...]:
    grouped: dict[tuple[str, ...], list[PopulationVerdict]] = {}
    for verdict in verdicts:
        grouped.setdefault((*verdict.rule.values(), verdict.limit), []).append(verdict)
    return tuple(_rule(sorted(group, key=lambda verdict: verdict.period)) for group in grouped.values())


def _rule(ordered: list[PopulationVerdict]) -> Rule:
    return Rule(ordered[0].rule, tuple(ordered[-PERIODS_SHOWN:]), max(len(ordered) - PERIODS_SHOWN, 0))

"""Who is sent: what speaks for each who could go, weighed, and the choice in one line. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt

from kapok.kernel.text import Text

EARTH_KM = 6371.0
MOST_SLACK_HOURS = 8.0
THIRD = 3
"""From the third visit to a place within the time that counts, who was there before is not sent again."""


@dataclass(frozen=True)
class Weights:
    """What an hour of slack, a kilometre of way and having been there before count."""

    slack: float
    travel: float
    continuity: float


@dataclass(frozen=True)
class Candidate:
    """Somebody who could go: hours to spare before it is due, kilometres of way (None: unknown), earlier visits there."""

    id: str
    name: str
    slack: float
    km: float | None
    visits: int


@dataclass(frozen=True)
class Choice:
    """Who is sent, and why."""

    id: str
    text: Text


def score(candidate: Candidate, weights: Weights) -> float:
    """The weighed sum; a way that is unknown counts nothing, and more than one earlier visit no more than one."""
    slack = min(candidate.slack, MOST_SLACK_HOURS)
    known = candidate.visits > 0
    return round(weights.slack * slack - weights.travel * (candidate.km or 0.0) + weights.continuity * known, 1)


def choose(candidates: Sequence[Candidate], weights: Weights) -> Choice | None:
    """The candidate with the highest score, of equals the first by identifier; None where there is none."""
    ranked = sorted(candidates, key=lambda each: (-score(each, weights), each.id))
    if not ranked:
        return None
    best, *others = ranked
    return Choice(best.id, _said(best, others, weights))


def _said(best: Candidate, others: Sequence[Candidate], weights: Weights) -> Text:
    slack, total = min(best.slack, MOST_SLACK_HOURS), score(best, weights)
    km = f"{best.km:.1f}" if best.km is not None else ""
    zh = f"{best.name}：余量 {slack:.1f} 小时×{weights.slack:g}"
    en = f"{best.name}: {slack:.1f} h to spare ×{weights.slack:g}"
    zh += f"，路程 {km} 公里×-{weights.travel:g}" if km else "，路程未知"
    en += f", {km} km of way ×-{weights.travel:g}" if km else ", way unknown"
    if best.visits:
        zh += f"，曾上门 +{weights.continuity:g}"
        en += f", was there before +{weights.continuity:g}"
    zh, en = f"{zh}，得 {total:g} 分", f"{en}, {total:g} points"
    if others:
        next_total = score(others[0], weights)
        zh += f"；其次 {others[0].name} {next_total:g} 分"
        en += f"; next {others[0].name} with {next_total:g}"
    return Text(zh=zh, en=en)


def distance(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Kilometres as the crow flies between two points given as longitude and latitude in degrees."""
    (west, south), (east, north) = one, other
    half_up, half_across = radians(north - south) / 2, radians(east - west) / 2
    bow = sin(half_up) ** 2 + cos(radians(south)) * cos(radians(north)) * sin(half_across) ** 2
    return 2 * EARTH_KM * asin(sqrt(bow))

"""What a reading comes to: it passes, is weak, or fails, and what to do about it. Pure.

The phone is given the same bands, and judges by them without a line. Light is judged by the limits of activation; a rate in
hundredths of what was ordered, by the limits that this installation sets. What has no limit, or was not ordered, gets no verdict.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from kapok.kernel.text import Text
from kapok.network.activation.rules import STRONGEST, TRUNK_DBM, WEAKEST


class Grade(StrEnum):
    """How good a reading is."""

    PASS = "pass"  # noqa: S105 - no password
    WEAK = "weak"
    FAIL = "fail"


GRADES: Mapping[Grade, Text] = {
    Grade.PASS: Text(zh="合格", en="pass"),
    Grade.WEAK: Text(zh="偏弱", en="weak"),
    Grade.FAIL: Text(zh="不合格", en="fail"),
}

NOTHING = Text(zh="", en="")


@dataclass(frozen=True)
class Band:
    """From `least` to `most`, both within it, None for no limit: how good that is, and what to do about it."""

    grade: Grade
    least: Decimal | None
    most: Decimal | None
    remedy: Text = NOTHING

    def holds(self, value: Decimal) -> bool:
        """Whether the value lies within it."""
        return (self.least is None or self.least <= value) and (self.most is None or value <= self.most)


DARK = Text(
    zh="清洁并重接接头，检查皮线光缆有无弯折，再测；仍不合格则从分光器端口测起。",
    en="Clean and remake the connectors, unbend the drop fibre, measure again; if it stays, measure from the splitter port on.",
)
GLARING = Text(zh="光太强：加装光衰减器后再测。", en="Too much light: put an attenuator in, then measure again.")
SLOW = Text(
    zh="断开客户设备，有线直连光猫再测；仍不合格则核对速率模板与收光。",
    en="Unplug what the customer has, measure at the ONU by wire; if it stays, compare the profile and the light.",
)
NEAR = Text(
    zh="可以交付，余量很小：建议清洁接头后再测。",
    en="It will do, with little to spare: better clean the connectors and measure again.",
)
SLUGGISH = Text(
    zh="低于约定速率的 {good}%：有线直连光猫再测。",
    en="Below {good} % of what was ordered: measure again at the ONU by wire.",
)

LIGHT = (
    Band(Grade.PASS, Decimal(str(TRUNK_DBM)), Decimal(str(STRONGEST))),
    Band(Grade.WEAK, Decimal(str(WEAKEST)), Decimal(str(TRUNK_DBM)), NEAR),
    Band(Grade.FAIL, None, Decimal(str(WEAKEST)), DARK),
    Band(Grade.FAIL, Decimal(str(STRONGEST)), None, GLARING),
)
BY_ORDER = frozenset({"down_rate", "up_rate"})
"""What is compared with the ordered rate."""


@dataclass(frozen=True)
class Rates:
    """From how many hundredths of the ordered rate a measured one is good, and below how many it fails."""

    good: int = 90
    least: int = 80

    @property
    def bands(self) -> tuple[Band, ...]:
        """In hundredths of the ordered rate."""
        good, least = Decimal(self.good), Decimal(self.least)
        return (
            Band(Grade.PASS, good, None),
            Band(Grade.WEAK, least, good, SLUGGISH.format(good=self.good)),
            Band(Grade.FAIL, None, least, SLOW),
        )


def bands(test: str, rates: Rates) -> tuple[Band, ...]:
    """What a reading of a test may come to; the first band that holds it says how good it is. Empty where nothing has a limit."""
    return rates.bands if test in BY_ORDER else {"optical_power": LIGHT}.get(test, ())


def judge(test: str, value: Decimal, ordered: Mapping[str, int], rates: Rates) -> Band | None:
    """What a reading comes to, `ordered` the ordered rates by test (Mbit/s); None where nothing says what it should be."""
    if test in BY_ORDER:
        if not ordered.get(test):
            return None
        value = value * 100 / ordered[test]
    return next((band for band in bands(test, rates) if band.holds(value)), None)

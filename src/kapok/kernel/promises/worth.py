"""What an amount of a pack is worth on a day, exactly, and how it reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from kapok.kernel.money import Money, Rounding, exponent
from kapok.kernel.promises import facts as known
from kapok.kernel.promises.compensation import Amount
from kapok.kernel.promises.pack import DatedRate, Pack
from kapok.kernel.text import Text

YEAR_DAYS = 365
"""Days of a year of simple interest."""


class NotKnown(Exception):
    """A fact or a rate that a sum needs is not known. It never leaves the reckoning, which says so in words."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


@dataclass(frozen=True)
class Purse:
    """The facts and rates from which amounts take their worth."""

    pack: Pack
    facts: Mapping[str, str]

    def worth(self, amount: Amount, day: date) -> Fraction:
        """One unit's worth of `amount` on `day`, in major units, exactly. Raises `NotKnown`."""
        if amount.flat is not None:
            return Fraction(amount.flat)
        if amount.rate is not None:
            return Fraction(self.rate(amount.rate, day).amount)
        if amount.of is not None and amount.percent is not None:
            share = Fraction(amount.percent) / 100 / (YEAR_DAYS if amount.a_year else 1)
            return self.fact(amount.of) * share
        parts = [self.worth(part, day) for part in amount.greater_of or amount.sum_of]
        return max(parts) if amount.greater_of else sum(parts, Fraction(0))

    def fact(self, name: str) -> Fraction:
        """The value of a fact. Raises `NotKnown`."""
        value = known.number(self.facts.get(name, ""))
        if value is None:
            raise NotKnown(name)
        return Fraction(value)

    def rate(self, name: str, day: date) -> DatedRate:
        """The dated rate in force on `day`. Raises `NotKnown`."""
        found = [rate for rate in self.pack.rates[name] if rate.from_ <= day <= (rate.to or date.max)]
        if not found:
            raise NotKnown(name)
        return found[-1]

    def money(self, total: Fraction, rounding: Rounding = Rounding.HALF_UP) -> Money:
        """`total` major units, settled once to whole minor units."""
        scaled = total * 10 ** exponent(self.pack.currency)
        return Money(_settled(scaled, rounding), self.pack.currency)

    def words(self, amount: Amount, day: date) -> Text:
        """How an amount reads, with what is not known named as such."""
        if amount.flat is not None:
            return self.money(Fraction(amount.flat)).text
        if amount.rate is not None:
            return self._rate_words(amount.rate, day)
        if amount.of is not None:
            return self._percent_words(amount, day)
        parts = [self.words(part, day) for part in amount.greater_of or amount.sum_of]
        if amount.greater_of:
            return Text(
                zh="、".join(p.zh for p in parts) + " 中较高者",
                en="the greatest of " + " and ".join(p.en for p in parts),
            )
        return Text(zh=" 加 ".join(p.zh for p in parts), en=" plus ".join(p.en for p in parts))

    def _rate_words(self, name: str, day: date) -> Text:
        try:
            rate = self.rate(name, day)
        except NotKnown:
            return Text(zh=f"{day} 的费率 {name}（未定）", en=f"the rate {name} of {day}, which is not known")
        money = self.money(Fraction(rate.amount)).text
        return Text(zh=f"{money.zh}（{rate.from_} 起的费率）", en=f"{money.en} (rate from {rate.from_})")

    def _percent_words(self, amount: Amount, day: date) -> Text:
        title, percent = self.pack.declared[amount.of or ""].title, f"{amount.percent:f}"
        yearly = Text(zh="年息", en=" a year") if amount.a_year else Text(zh="", en="")
        words = Text(zh=f"{title.zh}的{yearly.zh} {percent}%", en=f"{percent} %{yearly.en} of the {title.en}")
        try:
            base = self.money(self.fact(amount.of or "")).text
        except NotKnown:
            return Text(zh=f"{words.zh}（金额未知）", en=f"{words.en}, which is not known")
        said = Text(zh=f"{words.zh}（{base.zh}）", en=f"{words.en} ({base.en})")
        if amount.a_year:
            return said
        each = self.money(self.worth(amount, day)).text
        return Text(zh=f"{said.zh} = {each.zh}", en=f"{said.en} = {each.en}")


def _settled(scaled: Fraction, rounding: Rounding) -> int:
    """The whole number that `rounding` makes of an exact fraction of zero or more."""
    whole, rest = divmod(scaled.numerator, scaled.denominator)
    # A rounding looks only at whether there is a rest and on which side of one half it lies: one digit says as much exactly.
    side = (2 * rest > scaled.denominator) - (2 * rest < scaled.denominator)
    digit = (Decimal("0.3"), Decimal("0.5"), Decimal("0.7"))[side + 1] if rest else Decimal(0)
    return int((whole + digit).quantize(Decimal(1), rounding=rounding.value))

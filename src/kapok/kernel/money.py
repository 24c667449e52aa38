"""Money: whole minor units of one currency.

Amounts are integers (fen, pence, cents); rates are `Decimal` and every multiplication names its rounding.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from enum import StrEnum

from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text

# ISO 4217 minor-unit exponents that differ from two.
EXPONENTS = {
    "BHD": 3,
    "CLP": 0,
    "IQD": 3,
    "JOD": 3,
    "JPY": 0,
    "KRW": 0,
    "KWD": 3,
    "LYD": 3,
    "OMR": 3,
    "TND": 3,
    "VND": 0,
}


class Rounding(StrEnum):
    """How a fraction of a minor unit is settled; the values are those of `decimal`."""

    HALF_UP = ROUND_HALF_UP
    HALF_EVEN = ROUND_HALF_EVEN
    DOWN = ROUND_DOWN
    UP = ROUND_CEILING


class CurrencyMismatch(KapokError):
    """Two amounts of different currencies cannot be added or compared."""

    wording = Text(
        zh="币种不同，不能相加或比较：{left} 与 {right}；请先换算成同一币种。",
        en="Amounts of {left} and {right} cannot be added or compared; convert one of them first.",
    )


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """`minor` units of `currency` (ISO 4217)."""

    minor: int
    currency: str

    @classmethod
    def of(cls, amount: str | Decimal | int, currency: str, rounding: Rounding = Rounding.HALF_UP) -> Money:
        """Money from an amount in major units, e.g. `Money.of("9.98", "GBP")`."""
        scaled = Decimal(amount).scaleb(exponent(currency))
        return cls(int(scaled.quantize(Decimal(1), rounding=rounding.value)), currency)

    @property
    def amount(self) -> Decimal:
        """The amount in major units, with all its decimal places."""
        return Decimal(self.minor).scaleb(-exponent(self.currency))

    @property
    def text(self) -> Text:
        """The amount as people write it: `CNY 1,288.00`, and renminbi in Chinese as `1,288.00 元`."""
        return Text(zh=f"{self.amount:,} 元" if self.currency == "CNY" else str(self), en=str(self))

    def times(self, factor: Decimal | int, rounding: Rounding = Rounding.HALF_UP) -> Money:
        """This amount `factor` times, settled to whole minor units by `rounding`."""
        return Money(int((Decimal(self.minor) * factor).quantize(Decimal(1), rounding=rounding.value)), self.currency)

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other).minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other).minor, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.minor < self._same(other).minor

    def __le__(self, other: Money) -> bool:
        return self.minor <= self._same(other).minor

    def __str__(self) -> str:
        return f"{self.currency} {self.amount:,}"

    def _same(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise CurrencyMismatch(left=self.currency, right=other.currency)
        return other


def exponent(currency: str) -> int:
    """The number of decimal places of `currency` by ISO 4217."""
    return EXPONENTS.get(currency, 2)

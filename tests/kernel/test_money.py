"""Money: whole minor units, named rounding, one currency at a time."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kapok.kernel.money import EXPONENTS, CurrencyMismatch, Money, Rounding, exponent
from kapok.kernel.text import Text

AMOUNTS = st.integers(-(10**15), 10**15)
CURRENCIES = st.sampled_from(["CNY", "GBP", "JPY", "KWD"])


@pytest.mark.parametrize(
    ("amount", "currency", "minor", "written"),
    [
        ("9.98", "GBP", 998, "GBP 9.98"),
        (12, "CNY", 1200, "CNY 12.00"),
        (Decimal("-0.5"), "EUR", -50, "EUR -0.50"),
        ("1288", "CNY", 128_800, "CNY 1,288.00"),
        ("-1234567.89", "GBP", -123_456_789, "GBP -1,234,567.89"),
        ("1500", "JPY", 1500, "JPY 1,500"),
        ("1.234", "KWD", 1234, "KWD 1.234"),
        ("0", "TND", 0, "TND 0.000"),
    ],
)
def test_an_amount_is_whole_minor_units_of_its_currency(
    amount: str | Decimal | int, currency: str, minor: int, written: str
) -> None:
    money = Money.of(amount, currency)
    assert money == Money(minor, currency)
    assert money.amount == Decimal(amount)
    assert str(money) == written


@pytest.mark.parametrize(
    ("money", "zh", "en"),
    [
        (Money(99_999, "CNY"), "999.99 元", "CNY 999.99"),
        (Money(128_800, "CNY"), "1,288.00 元", "CNY 1,288.00"),
        (Money(-123_456_789, "CNY"), "-1,234,567.89 元", "CNY -1,234,567.89"),
        (Money(120_450, "GBP"), "GBP 1,204.50", "GBP 1,204.50"),
        (Money(1_500_000, "JPY"), "JPY 1,500,000", "JPY 1,500,000"),
    ],
)
def test_people_read_it_with_separators_of_thousands(money: Money, zh: str, en: str) -> None:
    assert money.text == Text(zh=zh, en=en)


@pytest.mark.parametrize(
    ("rounding", "settled"),
    [
        (Rounding.HALF_UP, [1, 2, 3, -1, -2, -3]),
        (Rounding.HALF_EVEN, [0, 2, 2, 0, -2, -2]),
        (Rounding.DOWN, [0, 1, 2, 0, -1, -2]),
        (Rounding.UP, [1, 2, 3, 0, -1, -2]),
    ],
)
def test_half_a_unit_is_settled_by_the_rounding_that_is_named(rounding: Rounding, settled: list[int]) -> None:
    halves = ["0.005", "0.015", "0.025", "-0.005", "-0.015", "-0.025"]
    assert [Money.of(half, "CNY", rounding).minor for half in halves] == settled
    assert [Money(int(Decimal(half) * 1000), "CNY").times(Decimal("0.1"), rounding).minor for half in halves] == settled


@pytest.mark.parametrize(
    ("rounding", "minor"), [(Rounding.HALF_UP, 1), (Rounding.HALF_EVEN, 1), (Rounding.DOWN, 0), (Rounding.UP, 1)]
)
def test_more_than_half_of_a_unit(rounding: Rounding, minor: int) -> None:
    assert Money.of("0.0051", "CNY", rounding).minor == minor


def test_half_up_unless_another_rounding_is_named() -> None:
    assert Money.of("0.005", "CNY").minor == 1
    assert Money(1, "CNY").times(Decimal("0.5")).minor == 1


def test_a_rate_is_applied_once_and_exactly() -> None:
    assert Money.of("200", "CNY").times(Decimal("0.0333")) == Money.of("6.66", "CNY")
    assert Money.of("0.10", "CNY").times(3) == Money.of("0.30", "CNY")


def test_adding_subtracting_and_comparing() -> None:
    less, more = Money(250, "CNY"), Money(300, "CNY")
    assert less + more == Money(550, "CNY")
    assert less - more == Money(-50, "CNY")
    assert (less < more, more < less, less < less, less <= less, more <= less) == (
        True,
        False,
        False,
        True,
        False,
    )  # the equal case
    assert (more > less, less >= more) == (True, False)
    assert max(less, more) is more


@pytest.mark.parametrize(
    "mix",
    [
        lambda left, right: left + right,
        lambda left, right: left - right,
        lambda left, right: left < right,
        lambda left, right: left <= right,
    ],
    ids=["add", "subtract", "less", "at most"],
)
def test_two_currencies_are_never_mixed(mix: object) -> None:
    assert callable(mix)
    with pytest.raises(CurrencyMismatch) as refused:
        mix(Money(100, "CNY"), Money(100, "GBP"))
    assert refused.value.data == {"left": "CNY", "right": "GBP"}
    assert refused.value.text == Text(
        zh="币种不同，不能相加或比较：CNY 与 GBP；请先换算成同一币种。",
        en="Amounts of CNY and GBP cannot be added or compared; convert one of them first.",
    )


def test_the_same_number_of_two_currencies_is_not_equal() -> None:
    assert Money(100, "CNY") != Money(100, "GBP")


def test_an_amount_never_changes() -> None:
    with pytest.raises(FrozenInstanceError):
        Money(100, "CNY").minor = 200  # type: ignore[misc]  # that it cannot be set is what is tried


def test_decimal_places_by_currency() -> None:
    assert (exponent("CNY"), exponent("JPY"), exponent("KWD")) == (2, 0, 3)
    assert set(EXPONENTS.values()) == {0, 3}


@given(st.lists(AMOUNTS, max_size=30), CURRENCIES)
def test_a_sum_is_exact_in_every_order(minors: list[int], currency: str) -> None:
    nothing = Money(0, currency)
    amounts = [Money(minor, currency) for minor in minors]
    assert sum(amounts, nothing) == sum(reversed(amounts), nothing) == Money(sum(minors), currency)


@given(AMOUNTS, AMOUNTS, CURRENCIES)
def test_subtracting_undoes_adding(one: int, other: int, currency: str) -> None:
    assert Money(one, currency) + Money(other, currency) - Money(other, currency) == Money(one, currency)


@given(AMOUNTS, CURRENCIES, st.sampled_from(Rounding))
def test_major_units_are_read_back_whatever_the_rounding(minor: int, currency: str, rounding: Rounding) -> None:
    money = Money(minor, currency)
    assert Money.of(money.amount, currency, rounding) == money
    assert Money.of(str(money.amount), currency, rounding) == money


@given(AMOUNTS, st.decimals(-1000, 1000, places=4), st.sampled_from(Rounding))
def test_rounding_moves_an_amount_by_less_than_one_unit(minor: int, factor: Decimal, rounding: Rounding) -> None:
    settled = Money(minor, "CNY").times(factor, rounding)
    assert abs(Decimal(settled.minor) - Decimal(minor) * factor) < 1


@given(AMOUNTS, st.integers(-1000, 1000), st.sampled_from(Rounding))
def test_a_whole_number_of_times_needs_no_rounding(minor: int, factor: int, rounding: Rounding) -> None:
    assert Money(minor, "CNY").times(factor, rounding) == Money(minor * factor, "CNY")

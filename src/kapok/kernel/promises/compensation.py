"""What a breach costs, as a pack states it. `reckoning` does the sums."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from kapok.kernel.money import Rounding
from kapok.kernel.promises.allowance import Allowance
from kapok.kernel.promises.fields import Number, Percent, Strict, Words, refuse
from kapok.kernel.promises.selector import Selector


def _amount(value: Any) -> Any:
    return value if isinstance(value, dict | Amount) else {"flat": value}


class Amount(Strict):
    """A sum of money; exactly one of `flat`, `rate`, `percent` (with `of`), `greater_of`, `sum_of`. A plain number is `flat`."""

    flat: Number | None = Field(None, ge=0)
    """This many major units of the pack's currency."""
    rate: str | None = None
    """The dated rate of this name; each day takes the rate in force on that day."""
    percent: Percent | None = None
    """This percentage of the fact named in `of`."""
    of: str | None = None
    """The fact that `percent` is taken of, e.g. fee, monthly_fee, deposit."""
    a_year: bool = False
    """The percentage is a yearly one (simple interest): 1/365 of it for each day."""
    greater_of: tuple[MoneyAmount, ...] = ()
    """The greatest of these."""
    sum_of: tuple[MoneyAmount, ...] = ()
    """All of these together."""

    @model_validator(mode="after")
    def _one_way(self) -> Amount:
        ways = [
            self.flat is not None,
            self.rate is not None,
            self.percent is not None,
            bool(self.greater_of),
            bool(self.sum_of),
        ]
        if sum(ways) != 1 or (self.percent is None) != (self.of is None) or (self.a_year and self.percent is None):
            raise refuse(
                "amount",
                "金额须且只须用一种写法：flat、rate、percent 加 of、greater_of、sum_of（a_year 只随 percent）",
                "an amount is exactly one of flat, rate, percent with of, greater_of, sum_of (a_year goes with percent)",
            )
        return self


MoneyAmount = Annotated[Amount, BeforeValidator(_amount)]


class Step(Strict):
    """One step of a ladder. `from` and `up_to` include their bound, `over` and `below` do not."""

    from_: str | None = Field(None, alias="from")
    """At least this."""
    over: str | None = None
    """More than this."""
    up_to: str | None = None
    """At most this."""
    below: str | None = None
    """Less than this."""
    amount: MoneyAmount
    """What this step pays."""
    retroactive: bool = False
    """In tiers: once this step is reached, its amount is paid for the earlier units too."""

    @model_validator(mode="before")
    @classmethod
    def _as_words(cls, data: Any) -> Any:
        bounds = ("from", "over", "up_to", "below")
        return (
            {k: str(v) if k in bounds and v is not None else v for k, v in data.items()}
            if isinstance(data, dict)
            else data
        )

    @model_validator(mode="after")
    def _bounded(self) -> Step:
        if (self.from_ and self.over) or (self.up_to and self.below):
            raise refuse(
                "step",
                "一级阶梯只能有一个下限（from 或 over）和一个上限（up_to 或 below）",
                "a step has one lower bound (from or over) and one upper bound (up_to or below)",
            )
        return self


class Ladder(Strict):
    """One payment, chosen by how large a measure is."""

    measure: str
    """`late` (time past the due), `duration` (from opening to closing), or the name of a number or duration fact."""
    steps: tuple[Step, ...] = Field(min_length=1)
    """The steps, which must neither overlap nor leave gaps."""


class Since(StrEnum):
    """From where units are counted."""

    DUE = "due"
    OPENED = "opened"


class Counting(StrEnum):
    """How a unit that has only begun is counted."""

    STARTED = "started"
    FULL = "full"
    EXACT = "exact"


class Cap(Strict):
    """The most that is paid."""

    units: int | None = Field(None, ge=1)
    """At most this many units (days, hours, ...)."""
    amount: MoneyAmount | None = None
    """At most this much money."""


class Right(Strict):
    """Something other than money that a breach gives."""

    text: Words
    """The right in words."""
    after_missed: int | None = Field(None, ge=2)
    """Only after this many breaches in consecutive calendar months."""
    notice_within: Allowance | None = None
    """How long the customer may use it, counted from the end of the month, or from the breach."""


class Compensation(Strict):
    """What is owed when a promise is broken. Units are counted, each unit earns its amount, the sum is capped and rounded once."""

    when: Selector = Field({})
    """Only if these facts hold; the first compensation of a promise whose facts hold is the one that is paid."""
    unless: Selector = Field({})
    """Not if any of these facts holds, e.g. `{cause: [customer, force_majeure]}`."""
    per: str = Field(
        "occurrence",
        pattern=r"^(occurrence|day|working_day|month|fact:[a-z_]+|\d{1,4} (second|minute|hour|day|week)s?)$",
    )
    """What one unit is: `occurrence`; `day` or `working_day` (dates); `month` (its share of each calendar month);
    `fact:NAME` (as many as the fact says); or a length of time such as `1 hour` or `1 day`."""
    since: Since = Since.DUE
    """Count from the due moment, or from the opening."""
    counting: Counting = Counting.STARTED
    """For lengths of time: how a unit that has only begun counts. A month is always exact."""
    first_day: bool = False
    """Dates: does the day count on which the count begins?"""
    last_day: bool = True
    """Dates: does the day of fulfilment count?"""
    pay_on_trigger: bool = False
    """One unit is owed at the moment of the breach, besides those counted."""
    day_counts_if_over: Allowance | None = None
    """Dates: a date counts only if more than this much of it was hit; the first and last date are then no exception."""
    paused_counts: bool = False
    """Does the time count in which the clock was paused? Of dates: those at whose end it was."""
    calendar: str | None = None
    """The calendar whose open dates are the working days; absent: the promise's."""
    amount: MoneyAmount | None = None
    """What each unit earns."""
    tiers: tuple[Step, ...] = ()
    """Instead of `amount`: what the first, second, ... unit earns."""
    ladder: Ladder | None = None
    """Instead of `amount`: one payment by the size of a measure."""
    cap: Cap | None = None
    """The most that is paid."""
    once: bool = False
    """Paid for the first breach of a matter only, however often it is broken again."""
    set_off: str | None = None
    """A fact (money) that is deducted, e.g. price_reduction."""
    extends_validity: Selector | None = None
    """Where these facts hold, the counted days extend the validity instead of being paid in money."""
    rounding: Rounding = Rounding.HALF_UP
    """How the sum is settled to whole minor units."""
    pay_within: Allowance | None = None
    """How long after fulfilment it must be paid or credited."""
    right: Right | None = None
    """A right that comes with it, or instead of money."""

    @model_validator(mode="after")
    def _one_way(self) -> Compensation:
        ways = sum([self.amount is not None, bool(self.tiers), self.ladder is not None])
        if ways > 1 or (ways == 0 and self.right is None and self.extends_validity is None):
            raise refuse(
                "compensation",
                "赔偿须且只须有 amount、tiers、ladder 之一，或只有 right",
                "a compensation has exactly one of amount, tiers, ladder, or only a right",
            )
        return self

    @property
    def by_dates(self) -> bool:
        """True if units are dates."""
        return self.per in {"day", "working_day"}


Amount.model_rebuild()

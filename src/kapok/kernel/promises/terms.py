"""The terms of a promise other than what it costs: days, agreed dates, limits, warnings, population rules, stage budgets."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field, GetJsonSchemaHandler, model_validator
from pydantic_core import CoreSchema

from kapok.kernel.promises.allowance import Allowance
from kapok.kernel.promises.fields import Code, Percent, Strict, TimeOfDay, percent, refuse
from kapok.kernel.text import Text


class Tier(StrEnum):
    """Who made the promise."""

    LAW = "law"
    PLEDGE = "pledge"
    CONTRACT = "contract"
    STAGE = "stage"


class Direction(StrEnum):
    """What keeping the promise means."""

    WITHIN = "within"
    NOTICE = "notice"
    WAIT = "wait"
    KEEP = "keep"
    NEVER = "never"
    LIMIT = "limit"


class Reopening(StrEnum):
    """What a reopening does to a clock that had stopped."""

    RESTART = "restart"
    CONTINUE = "continue"
    THROUGH = "through"
    AGAIN = "again"
    IGNORE = "ignore"


TIERS = {
    Tier.LAW: Text(zh="法规", en="law"),
    Tier.PLEDGE: Text(zh="公开承诺", en="public pledge"),
    Tier.CONTRACT: Text(zh="合同", en="contract"),
    Tier.STAGE: Text(zh="内部工序", en="internal stage"),
}
DIRECTIONS = {
    Direction.WITHIN: Text(zh="限时完成", en="finish within"),
    Direction.NOTICE: Text(zh="提前通知", en="notice before"),
    Direction.WAIT: Text(zh="至少等待", en="wait at least"),
    Direction.KEEP: Text(zh="至少保持", en="keep at least"),
    Direction.NEVER: Text(zh="不得发生", en="must not happen"),
    Direction.LIMIT: Text(zh="不得超限", en="stay within a limit"),
}


class DayCounting(Strict):
    """How days are counted when the allowance is in days, weeks, months or years. The day of the opening is day 0."""

    cutoff: TimeOfDay | None = None
    """An opening after this hour counts for the next working day."""
    treated_as: TimeOfDay | None = None
    """The hour at which an opening that was moved to another day is taken to have come in; absent: its own wall time."""
    ends_at: Annotated[str | None, Field(pattern=r"^(closing|([01]\d|2[0-3]):[0-5]\d|24:00)$")] = None
    """Where the last day ends: a time of day, `24:00`, or `closing` of the calendar; absent: the wall time of the opening."""
    closed_start: Literal["stays", "rolls"] = "stays"
    """An opening on a day that is not a working day: that day is day 0 itself, or the next working day is."""
    outside_hours: Literal["keeps", "snaps"] = "keeps"
    """A due moment whose wall time lies outside the calendar's hours stays there, or moves to the next opening."""
    report_day: Literal["0", "1"] = "0"
    """`0`: the first day counted is the day after the opening. `1`: the day of the opening is the first day."""

    @model_validator(mode="before")
    @classmethod
    def _as_words(cls, data: Any) -> Any:
        return (
            data | {"report_day": str(data["report_day"])} if isinstance(data, dict) and "report_day" in data else data
        )


class Agreed(Strict):
    """A date or moment agreed with the customer, taken from a fact of the matter or of the opening entry."""

    fact: str
    """The fact that holds it, e.g. promised_date. A plain date ends by `days.ends_at`, or at the end of that day."""
    means: Literal["shorter_wins", "is_the_promise", "replaces"] = "shorter_wins"
    """`shorter_wins`: the earlier of the two is due. `is_the_promise`: the agreed date is due, and the allowance follows it.

    `replaces`: the agreed date is due where one is known, else the allowance.
    """


class Limit(Strict):
    """For direction `limit`: a measured fact and the bound that keeps the promise."""

    fact: str
    """The measured fact, e.g. unavailability, availability, window."""
    at_most: str | None = None
    """Kept if the fact is this or less."""
    at_least: str | None = None
    """Kept if the fact is this or more."""

    @model_validator(mode="before")
    @classmethod
    def _as_words(cls, data: Any) -> Any:
        return {key: str(value) for key, value in data.items() if value is not None} if isinstance(data, dict) else data

    @model_validator(mode="after")
    def _one_bound(self) -> Limit:
        if (self.at_most is None) == (self.at_least is None):
            raise refuse("limit", "限值须写 at_most 或 at_least 之一", "a limit has at_most or at_least")
        return self


class WarningPoint(Strict):
    """A point before the due moment, written `75 %` (of the allowance used) or `2 hours before`."""

    share: Decimal = Decimal(100)
    before: Allowance | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_words(cls, data: Any) -> Any:
        words = str(data).strip()
        if words.endswith(" before"):
            return {"before": words.removesuffix(" before")}
        share = percent(words) if words.endswith("%") else Decimal(0)
        if not 0 < share < 100:
            raise refuse(
                "warning",
                f'“{words}”不是预警点：请写成 "75 %" 或 "2 hours before"',
                f'\'{words}\' is not a warning point: write "75 %" or "2 hours before"',
            )
        return {"share": share}

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "examples": ["75 %", "2 hours before"]}

    @property
    def text(self) -> Text:
        """The point in words."""
        if self.before is not None:
            return Text(zh=f"到期前 {self.before.text.zh}", en=f"{self.before.text.en} before")
        return Text(zh=f"用去 {self.share}%", en=f"{self.share} % used")


class Statistic(StrEnum):
    """What a population rule looks at; `statistics` defines each of them."""

    MEAN = "mean"
    MAX = "max"
    PERCENTILE = "percentile"
    SHARE_WITHIN = "share_within"
    SHARE_KEPT = "share_kept"
    SHARE_BY_AGREED_DATE = "share_by_agreed_date"


class PopulationRule(Strict):
    """A rule on all cases of a period together: `mean <= 15 days`, `share within 24 hours >= 90 %`, `P80 <= 72 hours`."""

    statistic: Statistic
    """What is computed."""
    percentile: int | None = Field(None, ge=1, le=100)
    """Which percentile (nearest rank)."""
    within: Allowance | None = None
    """For share_within: within how long."""
    at_most: Allowance | None = None
    """The limit of mean, max and percentile."""
    at_least: Percent | None = None
    """The limit of a share."""
    period: Literal["month", "quarter", "half_year", "year"] = "quarter"
    """The period over which it is computed."""
    started_units: bool = False
    """Each case is rounded up to a whole unit of the limit before the statistic is taken."""

    @model_validator(mode="after")
    def _complete(self) -> PopulationRule:
        share = self.statistic.startswith("share")
        fits = (self.at_least is not None) == share and (self.at_most is not None) == (not share)
        fits = fits and (self.within is not None) == (self.statistic is Statistic.SHARE_WITHIN)
        fits = fits and (self.percentile is not None) == (self.statistic is Statistic.PERCENTILE)
        if not fits:
            raise refuse(
                "population_rule",
                "总体规则不完整：mean/max 配 at_most；percentile 再加百分位；share_* 配 at_least，share_within 再加 within",
                "incomplete: mean, max, percentile go with at_most; shares with at_least, share_within also with within",
            )
        return self


class Branches(Strict):
    """Stages side by side: parallel, or one instead of another. The longest branch counts."""

    branches: tuple[tuple[PathStep, ...], ...] = Field(min_length=1)
    """Each branch is a path of its own."""


PathStep = Code | Branches


class Budget(Strict):
    """The internal stages that must fit into a promise: longest path <= promise x (1 - reserve)."""

    reserve: Percent = Decimal(25)
    """The share of the promise that the stages may not use."""
    path: tuple[PathStep, ...] = Field(min_length=1)
    """The stages in order, by the codes of promises of tier stage in this pack."""


Branches.model_rebuild()

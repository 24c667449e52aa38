"""An offer as data: what is sold to whom, for how much, what it needs and what it promises. Strict, bilingual, and pure."""

from __future__ import annotations

from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Field

from kapok.ground.catalog.specifying.document import Name, Stated, Title, read
from kapok.kernel.promises.fields import Names, Strict, Words
from kapok.kernel.promises.selector import Selector
from kapok.kernel.text import Text

OfferCode = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,59}$")]
LARGEST = 10**12
"""No price is larger, in minor units."""


class Kind(StrEnum):
    """What sort of thing an offer is."""

    PLAN = "plan"
    BUNDLE = "bundle"
    TRIAL = "trial"
    OPTION = "option"


KINDS = {
    Kind.PLAN: Text(zh="单品", en="plan"),
    Kind.BUNDLE: Text(zh="套餐", en="bundle"),
    Kind.TRIAL: Text(zh="试用", en="trial"),
    Kind.OPTION: Text(zh="附加项", en="option"),
}


class End(StrEnum):
    """At which end of a line something is taken: what runs from one address to another has two."""

    A = "a"
    B = "b"


ENDS = {
    End.A: Text(zh="A 端", en="A end"),
    End.B: Text(zh="B 端（远端）", en="B end (far end)"),
}


class Need(Strict):
    """Resources that each piece takes."""

    kind: Name
    """The kind of resource."""
    role: Name | Literal[""] = ""
    """What it is for, where an offer takes several of a kind; its kind when empty."""
    count: int = Field(1, ge=1, le=100)
    """How many."""
    end: End = End.A
    """At which end it is taken; an order for an offer that takes something at the far end says where that is."""


class PriceKind(StrEnum):
    """When a price falls due."""

    ONE_OFF = "one_off"
    RECURRING = "recurring"
    USAGE = "usage"


PRICE_KINDS = {
    PriceKind.ONE_OFF: Text(zh="一次性", en="once"),
    PriceKind.RECURRING: Text(zh="周期", en="recurring"),
    PriceKind.USAGE: Text(zh="按用量", en="by usage"),
}


class Price(Strict):
    """What a piece costs, in whole minor units of the currency."""

    kind: PriceKind
    """When it falls due."""
    title: Title
    """What is paid for."""
    amount: int = Field(ge=0, le=LARGEST)
    """In minor units, e.g. fen."""
    currency: str = Field("CNY", pattern=r"^[A-Z]{3}$")
    """ISO 4217."""
    period: Literal["month", "quarter", "year"] = "month"
    """How often a recurring price falls due."""
    per: Title | None = None
    """What one unit of usage is."""
    plan: str = Field("", max_length=60)
    """The code of the usage plan that rates it."""


class Trial(Strict):
    """A trial is free, and ends without the customer doing anything."""

    days: int = Field(ge=1, le=366)
    """How long it lasts."""
    ends_by_itself: bool = True
    """Whether it ends on its last day; what it becomes takes an order of its own."""
    becomes: OfferCode | Literal[""] = ""
    """The offer that the customer may order afterwards."""


class Shown(Strict):
    """A promise that the customer is told of."""

    pack: str = Field(min_length=1, max_length=120)
    """The code of its pack."""
    code: str = Field(min_length=1, max_length=80)
    """Its code in that pack."""


class Visit(Strict):
    """Somebody comes to the customer."""

    skill: str = Field(min_length=1, max_length=50)
    """The skill it takes."""
    minutes: int = Field(ge=5, le=960)
    """How long it takes, in minutes of work."""


class Offer(Strict):
    """One version of an offer."""

    code: OfferCode
    """Its name."""
    title: Title
    """One line for people."""
    note: Words | None = None
    """What a reader should know."""
    kind: Kind = Kind.PLAN
    """What sort of thing it is."""
    position: int = Field(500, ge=0, le=9999)
    """Where it stands in the catalogue; the smaller comes first."""
    segments: Names = ()
    """Customer segments it is sold to; all when empty."""
    tiers: Names = ()
    """Customer tiers it is sold to; all when empty."""
    areas: Names = ()
    """Kinds of area it is sold in; all when empty."""
    channels: Names = ()
    """Channels it is sold through; all when empty."""
    eligibility: Selector = Field({})
    """What else must be known of the customer or the place."""
    service: str = Field("", max_length=60)
    """The product family; empty where nothing is provided on the network (a bundle, or an option that is only a price)."""
    spec: str = Field("", max_length=60)
    """The service specification."""
    characteristics: dict[Name, Stated] = Field({})
    """What it states of its service."""
    parts: Names = ()
    """The offers that a bundle consists of."""
    resources: tuple[Need, ...] = Field((), max_length=40)
    """What each piece takes from the inventory."""
    prices: tuple[Price, ...] = Field((), max_length=60)
    """What it costs; a bundle has its own prices, which stand for those of its parts."""
    actions: Names = ("install",)
    """What can be ordered of it."""
    trial: Trial | None = None
    """How long a trial lasts."""
    promises: tuple[Shown, ...] = Field((), max_length=40)
    """What the customer is promised."""
    visit: Visit | None = None
    """Whether somebody comes to the customer when it is installed."""

    @cached_property
    def far_roles(self) -> frozenset[str]:
        """The roles of what it takes at its far end; none where it has one end."""
        return frozenset(need.role for need in self.resources if need.end is End.B)

    @cached_property
    def currency(self) -> str:
        """The currency of its prices."""
        return self.prices[0].currency if self.prices else "CNY"

    def document(self) -> dict[str, Any]:
        """The offer as plain JSON values; what stands at its default is left out. `parse` reads it back."""
        return self.model_dump(mode="json", exclude_defaults=True, exclude_none=True)


def parse(data: object) -> Offer:
    """The offer in plain data. It may still be unfit for publishing. Raises `Unreadable` with every finding."""
    return read(Offer, data)

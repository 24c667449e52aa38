"""Offers, decided without a database: what they cost, who may order them, when a trial ends, which flows they take. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import product

from kapok.ground.catalog import rules as flows
from kapok.ground.catalog.conditions import read_out
from kapok.ground.catalog.offering.document import Kind, Offer, Price, PriceKind
from kapok.ground.catalog.offering.terms import CHANNELS, PERIODS, Channel
from kapok.ground.catalog.refusals import NoFlow
from kapok.ground.catalog.specifying.document import Specified
from kapok.kernel.money import Money
from kapok.kernel.promises import FACTS, Facts
from kapok.kernel.promises.selector import matches
from kapok.kernel.promises.values import value_title
from kapok.kernel.text import Text, joined

AXES = ("segment", "tier", "area")
"""Whom an offer is sold to, beside its channels and its eligibility."""


# ---- what it costs ----


@dataclass(frozen=True)
class QuoteLine:
    """One price of an offer for so many pieces."""

    price: Price
    quantity: int
    total: Money

    @property
    def title(self) -> Text:
        """What is paid for."""
        return self.price.title


@dataclass(frozen=True)
class Quote:
    """What an offer costs: once, and each month; usage stands in the lines and in no sum."""

    one_off: Money
    monthly: Money
    lines: tuple[QuoteLine, ...]

    def __add__(self, other: Quote) -> Quote:
        return Quote(self.one_off + other.one_off, self.monthly + other.monthly, self.lines + other.lines)


def price(offer: Offer, quantity: int = 1) -> Quote:
    """What so many pieces of an offer cost. A quarter or a year counts in the month by its share, rounded half up.

    A bundle's own prices stand for those of its parts. Raises `CurrencyMismatch` for an offer with several currencies; a
    published one has one.
    """
    nothing = Money(0, offer.currency)
    lines = tuple(QuoteLine(each, quantity, Money(each.amount * quantity, each.currency)) for each in offer.prices)
    once = (line.total for line in lines if line.price.kind is PriceKind.ONE_OFF)
    monthly = (_by_month(line) for line in lines if line.price.kind is PriceKind.RECURRING)
    return Quote(sum(once, nothing), sum(monthly, nothing), lines)


def saving(bundle: Offer, parts: Iterable[Offer]) -> Quote:
    """By how much the parts cost more apart than in the bundle: once and each month. Raises `CurrencyMismatch`."""
    apart = sum((price(part) for part in parts), Quote(Money(0, bundle.currency), Money(0, bundle.currency), ()))
    own = price(bundle)
    return Quote(apart.one_off - own.one_off, apart.monthly - own.monthly, ())


def _by_month(line: QuoteLine) -> Money:
    return line.total.times(Decimal(1) / PERIODS[line.price.period][0])


# ---- what its specification says ----


def filled(offer: Offer, specified: Specified) -> Offer:
    """The offer with what it leaves to the specification of its service."""
    spec = specified.services.get(offer.spec)
    stated = spec.defaults | offer.characteristics if spec else offer.characteristics
    return offer if stated == offer.characteristics else offer.model_copy(update={"characteristics": stated})


# ---- who may order it ----


def refusal(offer: Offer, facts: Facts, channel: str) -> Text | None:
    """Why somebody with these facts cannot order it through this channel; nothing when they can.

    A fact that is not known meets no condition. An empty channel asks nothing.
    """
    if channel and offer.channels and channel not in offer.channels:
        return _only("渠道", "through", [CHANNELS[Channel(each)] for each in offer.channels])
    sold_to = {"segment": offer.segments, "tier": offer.tiers, "area": offer.areas}
    for axis in AXES:
        if sold_to[axis] and facts.get(axis) not in sold_to[axis]:
            title = FACTS[axis].title
            return _only(title.zh, f"for {title.en}", [value_title(axis, each) for each in sold_to[axis]])
    if not matches(offer.eligibility, facts, FACTS):
        asked = read_out(offer.eligibility, FACTS)
        return Text(zh=f"须满足：{asked.zh}", en=f"it takes {asked.en}")
    return None


def _only(zh: str, en: str, values: Sequence[Text]) -> Text:
    names, either = joined(values), joined(values, en=" or ")
    return Text(zh=f"只售给{zh}：{names.zh}", en=f"it is sold only {en} {either.en}")


# ---- when a trial ends ----


def trial_ends(offer: Offer, started: datetime) -> datetime | None:
    """When a trial that began at `started` ends by itself; nothing for what does not."""
    return started + timedelta(days=offer.trial.days) if offer.trial and offer.trial.ends_by_itself else None


def trial_again(started: datetime, months: int = 12) -> datetime:
    """From when a customer may try an offer again: so many months after the last trial of it began.

    A day that the month has not is the first of the next one. Source: domain rule "at most one trial per offer and customer in
    12 months".
    """
    years, month = divmod(started.month - 1 + months, 12)
    first = started.replace(year=started.year + years, month=month + 1, day=1)
    after = (first + timedelta(days=31)).replace(day=1)
    return min(first + timedelta(days=started.day - 1), after)


# ---- which flows it takes ----


def matters(offer: Offer, service: str, action: str) -> Iterator[dict[str, str]]:
    """The facts of every matter that an order of it can open. What it is not narrowed down to is not known yet."""
    for values in product(*((getattr(offer, f"{axis}s") or ("",)) for axis in AXES)):
        known = {axis: value for axis, value in zip(AXES, values, strict=True) if value}
        yield {"service": service, "action": action} | known


def without_flow(offer: Offer, service: str, candidates: Sequence[flows.Candidate]) -> dict[str, dict[str, str]]:
    """The actions for which no flow is in force, each with the facts of the first matter that finds none."""
    missing: dict[str, dict[str, str]] = {}
    for action in offer.actions:
        for facts in matters(offer, service, action):
            if action not in missing and _chosen(candidates, facts) is None:
                missing[action] = facts
    return missing


def _chosen(candidates: Sequence[flows.Candidate], facts: Mapping[str, str]) -> str | None:
    """The flow of an order with these facts; one that asks for no action is for what is no order, such as a request."""
    try:
        chosen = flows.choose(candidates, facts)
    except NoFlow:
        return None
    return chosen.code if "action" in chosen.applies else None


def taken(offer: Offer, action: str, candidates: Sequence[flows.Candidate]) -> dict[str, list[dict[str, str]]]:
    """The flows that an action may take, the general one first, each with the customers and places for whom it is taken."""
    found: dict[str, list[dict[str, str]]] = {}
    for values in product(*(_asked(offer, axis, candidates) for axis in AXES)):
        known = {axis: value for axis, value in zip(AXES, values, strict=True) if value}
        facts = {"service": offer.service, "action": action} | known
        if (code := _chosen(candidates, facts)) is not None:
            found.setdefault(code, []).append(known)
    return found


def _asked(offer: Offer, axis: str, candidates: Sequence[flows.Candidate]) -> list[str]:
    """The values of an axis that make a difference: nothing said, and those that flows ask for and the offer is sold to."""
    own: tuple[str, ...] = getattr(offer, f"{axis}s")
    asked = {value for each in candidates for value in each.applies.get(axis, ()) if isinstance(value, str)}
    return ["", *sorted(asked & set(own) if own else asked)]


# ---- bundles ----


def provided(offer: Offer, parts: Iterable[Offer]) -> Set[str]:
    """The services that an order of it provides: its own, or those of its parts."""
    return {each.service for each in (offer, *parts) if each.service and each.kind is not Kind.BUNDLE}

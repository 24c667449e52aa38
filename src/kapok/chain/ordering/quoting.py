"""What an order costs: an installation what its offer states, a change of plan what the new one costs from then, else nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kapok.chain.ordering.drafting import Asked
from kapok.chain.ordering.rules import Action
from kapok.ground.catalog.offering import rules as offer_rules
from kapok.ground.catalog.offering.document import Offer, PriceKind
from kapok.ground.catalog.offering.rules import Quote
from kapok.kernel.money import Money


def total(lines: Sequence[Asked]) -> dict[str, Any]:
    """What was quoted: once and each month in minor units, the currency, and each price. A bundle's price stands for its parts'."""
    bought = [line for line in lines if line.offer.code == line.draft.offer]
    return quoted([quote for line in bought if (quote := quote_of(line.action, line.offer, line.quantity))])


def quote_of(action: Action, offer: Offer, quantity: int = 1) -> Quote | None:
    """What a line costs; nothing where it leaves the plan as it is.

    A change costs what the new plan costs each month: what an offer costs once is for having it installed.
    """
    if action is Action.INSTALL:
        return offer_rules.price(offer, quantity)
    return _recurring(offer_rules.price(offer, quantity)) if action is Action.CHANGE else None


def _recurring(quote: Quote) -> Quote:
    lines = tuple(line for line in quote.lines if line.price.kind is not PriceKind.ONE_OFF)
    return Quote(Money(0, quote.one_off.currency), quote.monthly, lines)


def quoted(quotes: Sequence[Quote]) -> dict[str, Any]:
    """Quotes added up, as an order keeps them."""
    currency = quotes[0].one_off.currency if quotes else "CNY"
    return {
        "one_off": sum(quote.one_off.minor for quote in quotes),
        "monthly": sum(quote.monthly.minor for quote in quotes),
        "currency": currency,
        "prices": [
            {"zh": each.title.zh, "en": each.title.en, "minor": each.total.minor, "kind": each.price.kind.value}
            for quote in quotes
            for each in quote.lines
        ],
    }

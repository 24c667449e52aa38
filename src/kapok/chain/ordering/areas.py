"""Of what kind of area (town, country) an order's addresses are, for promises and offers differ by it; and whose ground it is.

Where nobody has said of an exchange area, the setting `ORDERING_AREA` does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings

from kapok.chain.ordering.drafting import LineDraft
from kapok.ground.customers import queries as customers
from kapok.ground.customers.models import BillingAccount, Customer
from kapok.ground.places import territories
from kapok.network.inventory.models import Service

AREA = "area"


@dataclass(frozen=True)
class Located:
    """By the code of each address the kind of its area, and the unit whose ground it is where that is known."""

    kinds: Mapping[str, str]
    near: Mapping[str, UUID | None]


NOWHERE = Located({}, {})


def of_lines(lines: Iterable[LineDraft], customer: Customer, moment: datetime) -> Located:
    """The lines' addresses, those of the first line first.

    A line that names no address is about a service at one; what a move leaves is there, too. The far ends come last.
    """
    drafts = list(lines)
    numbers = [draft.service for draft in drafts if draft.service]
    rows = Service.objects.filter(number__in=numbers, address__isnull=False)
    at = dict(rows.values_list("number", "address__code")) if numbers else {}
    codes = [
        code for draft in drafts for code in (draft.address or draft.far_address, at.get(draft.service, "")) if code
    ]
    codes += [draft.far_address for draft in drafts if draft.address and draft.far_address]
    return _located(list(dict.fromkeys(codes)), customer, moment)


def of_addresses(codes: Sequence[str], customer: Customer, moment: datetime) -> Located:
    """The same of these addresses; of none nothing."""
    return _located([code for code in codes if code], customer, moment)


def _located(codes: Sequence[str], customer: Customer, moment: datetime) -> Located:
    if not codes:
        return NOWHERE
    found = territories.territories_of(codes, customer.segment, at=moment)
    return Located(
        {code: found[code].area or settings.ORDERING_AREA for code in codes},
        {code: found[code].unit for code in codes},
    )


def facts_of(customer: Customer, located: Located, first: BillingAccount | None = None) -> dict[str, Any]:
    """What offers and flows ask about an order: of its customer, and the kind of area of its first line.

    `first` is the customer's first account where it is at hand.
    """
    return {AREA: next(iter(located.kinds.values()), settings.ORDERING_AREA)} | customers.facts_of(customer, first)

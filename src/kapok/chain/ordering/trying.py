"""Whether a customer may try an offer: once in so many months (`ORDERING_TRIAL_MONTHS`), and one piece of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.utils import timezone

from kapok.chain.ordering import rules
from kapok.chain.ordering.drafting import Asked
from kapok.chain.ordering.models import Line
from kapok.chain.ordering.refusals import BadLine, TriedBefore
from kapok.chain.ordering.rules import Action, State
from kapok.ground.catalog.offering.document import Kind
from kapok.ground.catalog.offering.rules import trial_again
from kapok.ground.customers.models import Customer
from kapok.kernel.text import Text

ONE = Text(zh="试用每次限一份", en="a trial is of one piece")
GIVEN_UP = sorted(state.value for state in rules.OVER - {State.COMPLETED})


def must_be_first(lines: Sequence[Asked], customer: Customer, *, at: datetime) -> None:
    """Refuse a trial of what the customer has tried of late, or is trying; one that came to nothing does not count.

    Nobody else tries for this customer until the verb's `transaction.atomic` ends. Raises `TriedBefore`, `BadLine`.
    """
    trials: dict[str, Asked] = {}
    for line in lines:
        if line.action is Action.INSTALL and line.offer.kind is Kind.TRIAL:
            if line.quantity > 1 or line.offer.code in trials:
                raise BadLine(line=line.number, field="quantity", value=line.draft.quantity, remedy=ONE)
            trials[line.offer.code] = line
    if trials:
        Customer.objects.select_for_update(no_key=True).get(id=customer.id)
        _must_be_long_ago(trials, customer, at)


def _must_be_long_ago(trials: dict[str, Asked], customer: Customer, at: datetime) -> None:
    before = Line.objects.filter(
        leg__order__customer=customer, leg__action=Action.INSTALL.value, offer__code__in=trials
    ).exclude(leg__state__in=GIVEN_UP)  # fmt: skip
    months = settings.ORDERING_TRIAL_MONTHS
    for tried in before.select_related("leg__order", "offer"):
        again = trial_again(tried.leg.completed_at or tried.leg.order.placed_at, months)
        if at < again:
            line = trials[tried.offer.code]
            said = {"offer_name": line.offer.title, "months": months, "again": timezone.localtime(again)}
            raise TriedBefore(line=line.number, **said)

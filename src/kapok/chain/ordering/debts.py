"""What is owed: asked of whoever keeps accounts (`ORDERING_DEBTS`), so that ordering need not know who that is."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.utils.module_loading import import_string

from kapok.chain.ordering.refusals import HasDebt
from kapok.ground.customers.models import BillingAccount
from kapok.kernel.money import Money

Debts = Callable[[str], Money | None]
"""The number of a billing account to what is owed on it; None for nothing."""


def must_owe_nothing(account: BillingAccount | None, *, line: int) -> None:
    """Refuse what may not be done while something is owed. Raises `HasDebt`."""
    if account is None or not settings.ORDERING_DEBTS:
        return
    asked: Debts = import_string(settings.ORDERING_DEBTS)
    owed = asked(account.number)
    if owed is not None and owed.minor > 0:
        raise HasDebt(line=line, debt=str(owed))

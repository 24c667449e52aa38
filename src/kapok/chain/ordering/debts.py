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
    owed = _owed(account)
    if owed is not None:
        raise HasDebt(line=line, debt=owed.text)


def is_settled(account: BillingAccount | None) -> bool:
    """Whether we know that nothing is owed; where nobody keeps accounts we do not."""
    return account is not None and bool(settings.ORDERING_DEBTS) and _owed(account) is None


def _owed(account: BillingAccount | None) -> Money | None:
    if account is None or not settings.ORDERING_DEBTS:
        return None
    asked: Debts = import_string(settings.ORDERING_DEBTS)
    owed = asked(account.number)
    return owed if owed is not None and owed.minor > 0 else None

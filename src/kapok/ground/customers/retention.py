"""Removing what is kept about people once its time is over: some rows at a time, so that nobody waits behind it for long."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import QuerySet

BATCH: Final = 5_000


def remove(rows: QuerySet[Any], *, batch: int = BATCH) -> int:
    """Remove these rows, `batch` in each transaction; how many. Nothing may point to them."""
    removed = 0
    while keys := list(rows.order_by().values_list("pk", flat=True)[:batch]):
        removed += rows.model._base_manager.filter(pk__in=keys).delete()[0]
    return removed

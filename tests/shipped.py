"""The specifications that come along, as the migration publishes them."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from kapok.ground.catalog.specifying.document import Sort

_MIGRATION = import_module("kapok.ground.catalog.migrations.0006_specifications_that_come_along")
SHIPPED: dict[Sort, tuple[dict[str, Any], ...]] = {Sort(sort): found for sort, found in _MIGRATION.SHIPPED.items()}
SERVICES = SHIPPED[Sort.SERVICE]


def rows() -> list[dict[str, Any]]:
    """The columns of each."""
    return list(_MIGRATION.rows())

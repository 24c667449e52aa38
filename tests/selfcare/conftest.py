"""The shop with its channels, for the customers' pages; the browser of the console's tests."""

from __future__ import annotations

from tests.console.conftest import (
    _browser,
    _catalogues,
    _provoked_failures_are_not_kept,
    _quick_passwords,
    browser_page,
    cast,
    open_counter,
)

__all__ = [
    "_browser", "_catalogues", "_provoked_failures_are_not_kept", "_quick_passwords", "browser_page", "cast", "open_counter",
]  # fmt: skip

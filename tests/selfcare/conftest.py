"""The shop with its channels, for the customers' pages. What takes a browser stands with the console's tests, which have it."""

from __future__ import annotations

from tests.console.conftest import _in_chinese, _provoked_failures_are_not_kept, cast, open_counter

__all__ = ["_in_chinese", "_provoked_failures_are_not_kept", "cast", "open_counter"]

"""Fires what is due."""

from __future__ import annotations

from datetime import datetime


def wake_if_soon(moment: datetime | None, at: datetime) -> None:
    """Wake a sleeping scheduler for a clock that has less than its nap to run."""

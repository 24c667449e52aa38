"""`kapok manage keep`: the keeper in the foreground; `kapok up` runs one."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from kapok.config import keeper


class Command(BaseCommand):
    """Runs the keeper until a signal comes."""

    help = "Fire warnings and breaches when they are due; several keepers may run at once."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Keep time."""
        keeper.keep()

"""The console as a Django application. Its areas are folders of it, not applications of their own."""

from __future__ import annotations

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    """The staff console."""

    name = "kapok.edges.console"
    label = "console"

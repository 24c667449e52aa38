"""`kapok manage demo`: load the demonstration. Running it again adds only what is missing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.module_loading import import_string

from kapok.ground.people.cast import LOGINS
from kapok.kernel.errors import KapokError


class Command(BaseCommand):
    """Calls each of `settings.DEMO_LOADERS` with the present moment."""

    help = "Load the demonstration: a small operator, its people and their log-ins."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Load and say the log-ins, or say why not."""
        for loader in settings.DEMO_LOADERS:
            try:
                import_string(loader)(datetime.now(UTC))
            except KapokError as refused:
                raise CommandError(f"{refused.text.zh}\n{refused.text.en}") from None
        self.stdout.write("演示账号与密码 / Demo log-ins and passwords:")
        for login in LOGINS:
            self.stdout.write(f"    {login.username:12}{login.password:16}{login.name}")

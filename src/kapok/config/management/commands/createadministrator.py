"""`kapok manage createadministrator`: the first person of a new installation."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from kapok.ground.people import api as people
from kapok.ground.people import queries, rules
from kapok.ground.people.roles import ADMINISTRATOR
from kapok.kernel.errors import KapokError
from kapok.kernel.text import Language, Text

ACTOR = "system"


class Command(BaseCommand):
    """Opens an account with the role of administrator over the whole operator; also the way back in when nobody has it."""

    help = "Open an account with the role of administrator and print its one-time password."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Who, and the operator's name where there is no unit yet."""
        parser.add_argument("username", help="staff number, e.g. 10001")
        parser.add_argument("--name", help="the person's name (default: the staff number)")
        parser.add_argument("--language", choices=[language.value for language in Language], default=Language.ZH.value)
        parser.add_argument(
            "--operator-zh", default="总公司", help="Chinese name of the top unit, if there is none yet"
        )
        parser.add_argument("--operator-en", default="Operator", help="its English name")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do it, or say why not."""
        try:
            password = self._open(options, datetime.now(UTC))
        except KapokError as refused:
            raise CommandError(f"{refused.text.zh}\n{refused.text.en}") from None
        self.stdout.write(f"{options['username'].lower()}  {password}")
        self.stdout.write("一次性口令，首次登录时须修改。 This one-time password must be changed at the first sign-in.")

    @transaction.atomic
    def _open(self, options: dict[str, Any], at: datetime) -> str:
        top = self._top_unit(Text(zh=options["operator_zh"], en=options["operator_en"]), at)
        username = options["username"]
        password = people.open_account(
            username=username,
            name=options["name"] or username,
            unit=top,
            language=Language(options["language"]),
            actor=ACTOR,
            at=at,
        )
        people.grant_role(username=username, role=ADMINISTRATOR, unit=top, actor=ACTOR, at=at)
        return password

    def _top_unit(self, name: Text, at: datetime) -> str:
        tree = queries.unit_tree()
        if tree:
            return tree[0].code
        people.add_unit(code="operator", kind=rules.UnitKind.BRANCH, name=name, parent=None, actor=ACTOR, at=at)
        return "operator"

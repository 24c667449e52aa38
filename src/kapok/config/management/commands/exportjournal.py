"""`kapok journal export`: the matters of the journal as an event log, with the map by which `kapok audit` reads it."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from kapok.ground.journal.export import export
from kapok.kernel.errors import KapokError
from kapok.kernel.text import Language, Text

WRITTEN = Text(
    zh="已写出{entries}条：{log}\n映射：{map}\n评判：kapok audit {log} --map {map} --pack 规则包",
    en="{entries} {entries:entry|entries} written: {log}\nMap: {map}\nTo judge it: kapok audit {log} --map {map} --pack PACK",
)


class Command(BaseCommand):
    """Writes the log and its map, or says why not."""

    help = "Write the matters of the journal as an event log for `kapok audit`."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to, which matters, and in which language to answer."""
        parser.add_argument("out", type=Path)
        parser.add_argument("--since", type=date.fromisoformat)
        parser.add_argument("--until", type=date.fromisoformat)
        parser.add_argument("--language", choices=[each.value for each in Language], default=Language.EN.value)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do it. A day begins in the operator's own zone."""
        language = Language(options["language"])
        try:
            written = export(options["out"], since=_begin(options["since"]), until=_begin(options["until"]))
        except KapokError as refused:
            raise CommandError(refused.text.in_(language)) from None
        said = WRITTEN.format(entries=written.entries, log=written.log, map=written.map)
        self.stdout.write(said.in_(language))


def _begin(day: date | None) -> datetime | None:
    return None if day is None else timezone.make_aware(datetime.combine(day, time()))

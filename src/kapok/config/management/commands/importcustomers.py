"""`kapok customers import`: a table of customers, checked or loaded."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from kapok.ground.customers import api as customers
from kapok.ground.customers.loading import opened
from kapok.kernel.errors import KapokError
from kapok.kernel.text import Language, Text

ACTOR = "system"

FAULT = Text(zh="第{line}行\t{field}\t{reason}", en="line {line}\t{field}\t{reason}")
SUMMARY = Text(zh="可导入 {added}，被拒 {refused}。", en="{added} can be loaded, {refused} refused.")
DRY = Text(zh="试运行：没有写入任何内容。", en="A dry run: nothing was written.")
REFUSED = Text(
    zh="没有写入任何内容；请更正以上各行后再导入。", en="Nothing was written; correct the lines above and import again."
)
ADDED = Text(zh="已导入 {added} 个客户。", en="{added} {added:customer|customers} loaded.")


class NoFile(KapokError):
    """The file cannot be read."""

    wording = Text(zh="读不了“{name}”：{reason}。请核对路径。", en="“{name}” cannot be read: {reason}. Check the path.")


class Command(BaseCommand):
    """Says every refused row with its field and the reason; without `--dry-run` loads all of the file, or nothing."""

    help = "Import a table of customers."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which file, whether only to look, and in which language to answer."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="only check; write nothing")
        parser.add_argument("--language", choices=[each.value for each in Language], default=Language.EN.value)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do it, or say why not."""
        self.language = Language(options["language"])
        try:
            self._import(options["file"], dry=options["dry_run"], at=datetime.now(UTC))
        except KapokError as refused:
            raise CommandError(refused.text.in_(self.language)) from None

    def _import(self, file: Path, *, dry: bool, at: datetime) -> None:
        seen = self._read(file, dry_run=dry, at=at)
        for fault in seen.faults:
            self._say(FAULT.format(line=fault.line, field=fault.field or "—", reason=fault.reason))
        if dry or seen.refused:
            self._say(SUMMARY.format(added=seen.added, refused=seen.refused))
            self._say(DRY if dry else REFUSED)
        else:
            self._say(ADDED.format(added=seen.added))
        if seen.refused:
            sys.exit(1)  # a check found something

    def _read(self, file: Path, *, dry_run: bool, at: datetime) -> customers.Loaded:
        """Load the file; where rows are refused, see all of them instead."""
        try:
            with file.open("rb") as content:
                return customers.import_customers(
                    lines=opened(content, file.name), file=file.name, dry_run=dry_run, actor=ACTOR, at=at
                )
        except OSError as error:
            raise NoFile(name=file.name, reason=error.strerror) from None
        except customers.RowsRefused:
            return self._read(file, dry_run=True, at=at)

    def _say(self, text: Text) -> None:
        self.stdout.write(text.in_(self.language))

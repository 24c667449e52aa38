"""What the commands that import a file have in common: their options, the language they answer in, and reading the file."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from kapok.kernel.errors import KapokError
from kapok.kernel.text import Language, Text

ACTOR = "system"
DRY = Text(zh="试运行：没有写入任何内容。", en="A dry run: nothing was written.")


class NoFile(KapokError):
    """The file cannot be read."""

    wording = Text(zh="读不了“{name}”：{reason}。请核对路径。", en="“{name}” cannot be read: {reason}. Check the path.")

    @classmethod
    def by(cls, file: Path, error: OSError) -> NoFile:
        """Why this file could not be read."""
        return cls(name=file.name, reason=error.strerror)


class FileTooLarge(KapokError):
    """The file is larger than is read at once."""

    wording = Text(
        zh="“{name}”超过 {limit} MB；请拆分后再导入。",
        en="“{name}” is larger than {limit} MB; split it and import again.",
    )


def content(file: Path, *, limit: int) -> bytes:
    """All of a file of at most `limit` bytes.

    Raises: FileTooLarge, NoFile.
    """
    try:
        if file.stat().st_size > limit:
            raise FileTooLarge(name=file.name, limit=limit >> 20)
        return file.read_bytes()
    except OSError as error:
        raise NoFile.by(file, error) from None


class ImportCommand(BaseCommand):
    """Imports a file, or shows with `--dry-run` what that would do, in the language asked for."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which file, whether only to look, and in which language to answer."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="show what would be done; write nothing")
        parser.add_argument("--language", choices=[each.value for each in Language], default=Language.EN.value)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do it, or say why not."""
        self.language = Language(options["language"])
        try:
            self.take_in(options["file"], dry=options["dry_run"], at=datetime.now(UTC), options=options)
        except KapokError as refused:
            raise CommandError(refused.text.in_(self.language)) from None

    def take_in(self, file: Path, *, dry: bool, at: datetime, options: dict[str, Any]) -> None:
        """Import the file; `options` are all that were given."""
        raise NotImplementedError

    def say(self, text: Text) -> None:
        """A line in the language asked for."""
        self.stdout.write(text.in_(self.language))

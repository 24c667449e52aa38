"""`kapok people import`: a personnel file, shown or taken in."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from kapok.ground.posts import personnel
from kapok.ground.posts.personnel_plan import Outcome, Planned, plan
from kapok.kernel.errors import KapokError
from kapok.kernel.text import Language, Text, joined

ACTOR = "system"
LARGEST_FILE = 64 * 2**20

OUTCOMES = {
    Outcome.NEW: Text(zh="新增", en="new"),
    Outcome.CHANGED: Text(zh="变更", en="changed"),
    Outcome.UNCHANGED: Text(zh="不变", en="unchanged"),
    Outcome.REFUSED: Text(zh="被拒", en="refused"),
}
SUMMARY = Text(
    zh="新增 {new}，变更 {changed}，不变 {unchanged}，被拒 {refused}。",
    en="{new} new, {changed} changed, {unchanged} unchanged, {refused} refused.",
)
DRY = Text(zh="试运行：没有写入任何内容。", en="A dry run: nothing was written.")
ONCE = Text(
    zh="一次性口令，只显示这一次，首次登录时须修改：",
    en="One-time passwords, shown this once; each must be changed at the first sign-in:",
)


class NoFile(KapokError):
    """The file cannot be read."""

    wording = Text(zh="读不了“{name}”：{reason}。请核对路径。", en="“{name}” cannot be read: {reason}. Check the path.")


class FileTooLarge(KapokError):
    """The file is larger than any table of people."""

    wording = Text(
        zh="“{name}”超过 {limit} MB，不像人员表；请拆分后再导入。",
        en="“{name}” is larger than {limit} MB, which no table of people is; split it and import again.",
    )


class Command(BaseCommand):
    """Prints what each row would do; without `--dry-run` does all of it, or nothing where a row is refused."""

    help = "Import a personnel file: accounts, units, posts and skills."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which file, whether only to look, and in which language to answer."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="show what would change; write nothing")
        parser.add_argument("--language", choices=[each.value for each in Language], default=Language.EN.value)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do it, or say why not."""
        self.language = Language(options["language"])
        try:
            self._import(options["file"], dry=options["dry_run"], at=datetime.now(UTC))
        except KapokError as refused:
            raise CommandError(refused.text.in_(self.language)) from None

    def _import(self, file: Path, *, dry: bool, at: datetime) -> None:
        content = _content(file)
        shown = plan(file.name, content, units=None, at=at)
        for row in shown.rows:
            self._tell(row)
        self._say(SUMMARY.format(**shown.counts))
        if dry:
            self._say(DRY)
            if shown.counts[Outcome.REFUSED]:
                sys.exit(1)  # a check found something
            return
        _plan, passwords = personnel.take_in(file.name, content, units=None, actor=ACTOR, at=at)
        if passwords:
            self._say(ONCE)
        for username, password in passwords.items():
            self.stdout.write(f"{username}\t{password}")

    def _tell(self, row: Planned) -> None:
        """One line for each row that does something; an unchanged one is only counted."""
        if row.outcome is not Outcome.UNCHANGED:
            said = joined(row.reasons or (row.says,), zh="", en=" ").in_(self.language)
            outcome = OUTCOMES[row.outcome].in_(self.language)
            self.stdout.write("\t".join((str(row.row.line), outcome, row.row.staff_no[:50], said)).rstrip())

    def _say(self, text: Text) -> None:
        self.stdout.write(text.in_(self.language))


def _content(file: Path) -> bytes:
    try:
        if file.stat().st_size > LARGEST_FILE:
            raise FileTooLarge(name=file.name, limit=LARGEST_FILE >> 20)
        return file.read_bytes()
    except OSError as error:
        raise NoFile(name=file.name, reason=error.strerror) from None

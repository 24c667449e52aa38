"""`kapok people import`: a personnel file, shown or taken in."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from kapok.config.management.importing import ACTOR, DRY, ImportCommand, content
from kapok.ground.posts import personnel
from kapok.ground.posts.personnel_plan import Outcome, Planned, plan
from kapok.kernel.text import Text, joined

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
ONCE = Text(
    zh="一次性口令，只显示这一次，首次登录时须修改：",
    en="One-time passwords, shown this once; each must be changed at the first sign-in:",
)


class Command(ImportCommand):
    """Prints what each row would do; without `--dry-run` does all of it, or nothing where a row is refused."""

    help = "Import a personnel file: accounts, units, posts and skills."

    def take_in(self, file: Path, *, dry: bool, at: datetime, options: dict[str, Any]) -> None:
        """Take in the rows that do something, and print the passwords of new accounts."""
        table = content(file, limit=LARGEST_FILE)
        shown = plan(file.name, table, units=None, at=at)
        for row in shown.rows:
            self._tell(row)
        self.say(SUMMARY.format(**shown.counts))
        if dry:
            self.say(DRY)
            if shown.counts[Outcome.REFUSED]:
                sys.exit(1)  # a check found something
            return
        _plan, passwords = personnel.take_in(file.name, table, units=None, actor=ACTOR, at=at)
        if passwords:
            self.say(ONCE)
        for username, password in passwords.items():
            self.stdout.write(f"{username}\t{password}")

    def _tell(self, row: Planned) -> None:
        """One line for each row that does something; an unchanged one is only counted."""
        if row.outcome is not Outcome.UNCHANGED:
            said = joined(row.reasons or (row.says,), zh="", en=" ").in_(self.language)
            outcome = OUTCOMES[row.outcome].in_(self.language)
            self.stdout.write("\t".join((str(row.row.line), outcome, row.row.staff_no[:50], said)).rstrip())

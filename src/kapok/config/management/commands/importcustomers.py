"""`kapok customers import`: a table of customers, checked or loaded."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from kapok.config.management.importing import ACTOR, DRY, ImportCommand, NoFile
from kapok.ground.customers import api as customers
from kapok.ground.customers.loading import opened
from kapok.kernel.text import Text

FAULT = Text(zh="第{line}行\t{field}\t{reason}", en="line {line}\t{field}\t{reason}")
SUMMARY = Text(zh="可导入 {added}，被拒 {refused}。", en="{added} can be loaded, {refused} refused.")
REFUSED = Text(
    zh="没有写入任何内容；请更正以上各行后再导入。", en="Nothing was written; correct the lines above and import again."
)
ADDED = Text(zh="已导入 {added} 个客户。", en="{added} {added:customer|customers} loaded.")


class Command(ImportCommand):
    """Says every refused row with its field and the reason; without `--dry-run` loads all of the file, or nothing."""

    help = "Import a table of customers."

    def take_in(self, file: Path, *, dry: bool, at: datetime, options: dict[str, Any]) -> None:
        """Load all of the file, or nothing."""
        seen = self._read(file, dry_run=dry, at=at)
        for fault in seen.faults:
            self.say(FAULT.format(line=fault.line, field=fault.field or "—", reason=fault.reason))
        if dry or seen.refused:
            self.say(SUMMARY.format(added=seen.added, refused=seen.refused))
            self.say(DRY if dry else REFUSED)
        else:
            self.say(ADDED.format(added=seen.added))
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
            raise NoFile.by(file, error) from None
        except customers.RowsRefused:
            return self._read(file, dry_run=True, at=at)

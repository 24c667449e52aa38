"""`kapok inventory import`: a file of plant, tried or taken in."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any

from kapok.config.management.importing import ACTOR, DRY, ImportCommand, content
from kapok.kernel.text import Text
from kapok.network.inventory.plant import api
from kapok.network.inventory.plant.loading import Source

LARGEST_FILE = 512 * 2**20

SUMMARY = Text(
    zh="站点 {sites}，网元 {elements}，资源池 {pools}，资源 {resources}，覆盖 {coverage}；"
    "挂接 {fed}，因在用而封锁 {blocked}；已有 {known}，被拒 {refused}。",
    en="{sites} {sites:site|sites}, {elements} {elements:element|elements}, {pools} {pools:pool|pools}, "
    "{resources} {resources:resource|resources}, {coverage} covered {coverage:address|addresses}; "
    "{fed} {fed:element|elements} hung on what feeds {fed:it|them}, {blocked} {blocked:value|values} in use blocked; "
    "{known} known before, {refused} refused.",
)
PASSED = Text(zh="未读取 {table}：{why}（{count} 行）", en="passed over in {table}: {why} ({count} {count:row|rows})")


class Command(ImportCommand):
    """Prints every refused row; without `--dry-run` loads all of the file, or nothing where a row is refused."""

    help = "Import a file of plant: sites, elements, ports, pools and their values."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Besides: whose file it is, and whether rows that are wrong are left out."""
        super().add_arguments(parser)
        parser.add_argument("--from", dest="source", choices=[each.value for each in Source], default=Source.CSV.value)
        parser.add_argument("--leave-out-refused", action="store_true", help="leave out the rows that are wrong")

    def take_in(self, file: Path, *, dry: bool, at: datetime, options: dict[str, Any]) -> None:
        """Load the file, or look what it would load."""
        loaded = api.import_plant(
            content=content(file, limit=LARGEST_FILE), source=options["source"], file=file.name, dry_run=dry,
            leave_out_refused=options["leave_out_refused"], report=True, actor=ACTOR, at=at,
        )  # fmt: skip
        for row in loaded.rows:
            self.stdout.write("\t".join((row.table, str(row.line), row.reason.in_(self.language))).lstrip("\t"))
        for (table, why), count in sorted(loaded.passed.items(), key=lambda each: each[0][0]):
            self.say(PASSED.format(table=table, why=why, count=count))
        self.say(SUMMARY.format(**vars(loaded)))
        if dry:
            self.say(DRY)
        if dry and loaded.refused:
            sys.exit(1)  # a check found something

"""`kapok inventory import`: a file of plant, tried or taken in."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from kapok.config.management.commands.importpeople import DRY, NoFile
from kapok.kernel.errors import KapokError
from kapok.kernel.text import Language, Text
from kapok.network.inventory.plant import api
from kapok.network.inventory.plant.loading import Source

ACTOR = "system"
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


class FileTooLarge(KapokError):
    """The file is too large to be read at once."""

    wording = Text(
        zh="“{name}”超过 {limit} MB；请拆分后再导入。",
        en="“{name}” is larger than {limit} MB; split it and import again.",
    )


class Command(BaseCommand):
    """Prints every refused row; without `--dry-run` loads all of the file, or nothing where a row is refused."""

    help = "Import a file of plant: sites, elements, ports, pools and their values."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which file, whose, whether only to look, and in which language to answer."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--from", dest="source", choices=[each.value for each in Source], default=Source.CSV.value)
        parser.add_argument("--dry-run", action="store_true", help="show what would be loaded; write nothing")
        parser.add_argument("--leave-out-refused", action="store_true", help="leave out the rows that are wrong")
        parser.add_argument("--language", choices=[each.value for each in Language], default=Language.EN.value)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do it, or say why not."""
        language = Language(options["language"])
        try:
            loaded = api.import_plant(
                content=_content(options["file"]), source=options["source"], file=options["file"].name,
                dry_run=options["dry_run"], leave_out_refused=options["leave_out_refused"], report=True, actor=ACTOR,
                at=datetime.now(UTC),
            )  # fmt: skip
        except KapokError as refused:
            raise CommandError(refused.text.in_(language)) from None
        for row in loaded.rows:
            self.stdout.write("\t".join((row.table, str(row.line), row.reason.in_(language))).lstrip("\t"))
        for (table, why), count in sorted(loaded.passed.items(), key=lambda each: each[0][0]):
            self.stdout.write(PASSED.format(table=table, why=why, count=count).in_(language))
        self.stdout.write(SUMMARY.format(**vars(loaded)).in_(language))
        if options["dry_run"]:
            self.stdout.write(DRY.in_(language))
            if loaded.refused:
                sys.exit(1)  # a check found something


def _content(file: Path) -> bytes:
    try:
        if file.stat().st_size > LARGEST_FILE:
            raise FileTooLarge(name=file.name, limit=LARGEST_FILE >> 20)
        return file.read_bytes()
    except OSError as error:
        raise NoFile(name=file.name, reason=error.strerror) from None

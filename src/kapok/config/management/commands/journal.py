"""`kapok journal`, within Django: verify the seals of the journal, print the digests of its days."""

from __future__ import annotations

import re
import sys
from argparse import ArgumentParser, ArgumentTypeError
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from kapok.ground.journal import seals
from kapok.kernel.text import Language, Text, counted

KEPT = re.compile(r"(\d{4}-\d\d-\d\d)=([0-9a-fA-F]{64})")
AGREES = Text(zh="{seals}、{entries}，与所存一致。", en="{seals} over {entries}: all as it was sealed.")
TAIL = Text(
    zh="其后 {entries}自 {since} 起尚未封印，改动无从发现。",
    en="After them {entries}, the first of {since}, not sealed yet: nothing shows a change of what is not sealed.",
)
ALL_SEALED = Text(zh="没有尚未封印的条目。", en="Nothing waits to be sealed.")
BROKEN = Text(
    zh="{day} 第 {number} 个封印：{breach}{place}。在此之前的 {entries}一致。请保全数据库与备份，并对照此前的备份查明。",
    en="{day}, seal {number}: {breach}{place}. Before it {entries} {count:agrees|agree}. "
    "Keep the database and its backups as they are, and compare with an older backup.",
)
SPOILT = Text(
    zh="封印均一致，但条目 {entry}：{breach}。请保全数据库与备份，并对照此前的备份查明。",
    en="The seals agree, but of entry {entry} {breach}. "
    "Keep the database and its backups as they are, and compare with an older backup.",
)
PLACE = Text(zh="，其中第 {place} 条", en=", number {place} of those it covers")
ENTRY = Text(zh="，其中第 {place} 条（{entry}）", en=", number {place} of those it covers ({entry})")
NEXT = Text(
    zh="，原为其中第 {place} 条，现在其后的是 {entry}",
    en=", once number {place} of those it covers, just before {entry}",
)
UNSEALED = Text(
    zh="{breach}：最早的条目 {entry} 写于 {day}。若后台进程确曾运行，则封印已被删除；"
    "请保全数据库与备份，并用另存的每日摘要核对（--expect）。",
    en="The journal cannot be vouched for: {breach}. The oldest, {entry}, was written on {day}. If the worker has been running, "
    "the seals were removed: keep the database and its backups as they are, and compare the digests that you kept (--expect).",
)


class Command(BaseCommand):
    """Exit code 1 when something was changed."""

    help = "Verify the journal's seals, or print the digest of each day."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to do, from which day, and what is expected."""
        parser.add_argument("action", choices=["verify", "digests"])
        parser.add_argument("--language", choices=[each.value for each in Language], default=Language.ZH.value)
        parser.add_argument("--since", type=date.fromisoformat)
        parser.add_argument("--expect", type=_kept, action="append", default=[], metavar="YYYY-MM-DD=DIGEST")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print what was found."""
        if options["action"] == "digests":
            for day in seals.days(since=options["since"]):
                self.stdout.write(f"{day.day}  {day.digest}  {day.seals}  {day.entries}")
            return
        found = seals.verify(since=options["since"], expected=dict(options["expect"]))
        language = Language(options["language"])
        self.stdout.write(_said(found).in_(language))
        self.stdout.write(_unsealed(seals.tail()).in_(language))
        if found.finding:
            sys.exit(1)


def _kept(value: str) -> tuple[date, str]:
    match = KEPT.fullmatch(value)
    try:
        return (date.fromisoformat(match[1]), match[2]) if match else _refuse(value)
    except ValueError:
        return _refuse(value)


def _refuse(value: str) -> tuple[date, str]:
    raise ArgumentTypeError(
        f"“{value}”应写作 日期=摘要，如 `kapok journal digests` 所列。 "
        f"Write {value!r} as DAY=DIGEST, as `kapok journal digests` prints them."
    )


def _entries(number: int) -> Text:
    return counted(number, zh="{n} 条日志", one="{n} entry", many="{n} entries")


def _unsealed(tail: seals.Tail) -> Text:
    """How much no seal protects yet, and since when."""
    if tail.since is None:
        return ALL_SEALED
    return TAIL.format(entries=_entries(tail.entries), since=timezone.localtime(tail.since).isoformat(" ", "seconds"))


def _said(found: seals.Verified) -> Text:
    finding = found.finding
    if finding is None:
        seals_ = counted(found.seals, zh="{n} 个封印", one="{n} seal", many="{n} seals")
        return AGREES.format(seals=seals_, entries=_entries(found.entries))
    if finding.breach is seals.Breach.NOTHING_SEALED:
        return UNSEALED.format(breach=seals.BREACHES[finding.breach], entry=finding.entry, day=finding.day)
    if finding.breach in seals.OF_WORDS:
        return SPOILT.format(entry=finding.entry, breach=seals.BREACHES[finding.breach])
    wording = PLACE if finding.entry is None else NEXT if finding.breach is seals.Breach.REMOVED else ENTRY
    place = wording.format(place=finding.place, entry=finding.entry) if finding.place else Text(zh="", en="")
    return BROKEN.format(
        day=finding.day,
        number=finding.number,
        breach=seals.BREACHES[finding.breach],
        place=place,
        entries=_entries(found.entries),
        count=found.entries,
    )

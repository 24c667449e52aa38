"""Whole audits for the tests: a small pack, a small map, a log of lines, and the figures that come out."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from kapok.batch.audit.figures import Figures
from kapok.batch.audit.map import AuditMap
from kapok.batch.audit.run import run
from kapok.kernel import promises
from kapok.kernel.promises import Pack

PACK = """
code: pack
version: "1"
title: {zh: 规则, en: Rules}
jurisdiction: CN
currency: CNY
zone: Asia/Shanghai
instruments: {pledge: {title: {zh: 承诺, en: Pledge}}}
calendars:
  office: {week: {mon: [["08:00", "18:00"]], tue: [["08:00", "18:00"]], wed: [["08:00", "18:00"]], thu: [["08:00", "18:00"]]}}
promises:
  - code: repair
    title: {zh: 修复, en: Repaired}
    tier: pledge
    instrument: pledge
    evidence: {level: own}
    opens: fault.reported
    closes: fault.restored
    allowance: 24 hours
    target: 6 hours
    population:
      - {statistic: mean, at_most: 12 hours, period: month}
      - {statistic: share_kept, at_least: 60 %, period: month}
    compensation: {per: day, amount: 10}
"""
MAP: dict[str, Any] = {
    "columns": {"case": "case", "activity": "what", "time": "at", "unit": "unit", "person": "person"},
    "events": [
        {"kind": "fault.reported", "activity": "report", "first": True},
        {"kind": "fault.restored", "activity": "restore", "last": True},
    ],
}
HEADER = "case,what,at,unit,person"


def a_pack(text: str = PACK) -> Pack:
    return promises.parse(text, "pack.yaml")


def a_map(**rest: Any) -> AuditMap:
    return AuditMap.model_validate(MAP | rest)


def a_log(path: Path, lines: Iterable[str], header: str = HEADER) -> Path:
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return path


def audited(folder: Path, lines: Iterable[str], *, pack: Pack | None = None, **rest: Any) -> Figures:
    """The figures of a log of these lines. `at` and the map's keys may be given."""
    at = rest.pop("at", None)
    log = a_log(folder / "log.csv", lines)
    return run([log], pack or a_pack(), a_map(**rest), folder / "out", at=at)


def table(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file of a report."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))

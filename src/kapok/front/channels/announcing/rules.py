"""Announcing a group fault, decided without a database: of which matters, in how many words, from when to when. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from kapok.front.channels.announcing.refusals import BadExpectation, BadSince, NotAGroupFault, NothingCovered
from kapok.kernel.text import Text

KINDS = ("fault", "incident")
"""The kinds of matters that may concern many."""
LONGEST = 500
MOST_COVERED = 50
WORDS_ZH, WORDS_EN = (
    Text(zh="公告（中文）", en="what customers are told, in Chinese"),
    Text(zh="公告（英文）", en="what customers are told, in English"),
)
UNKNOWN = Text(zh="未定", en="not known yet")


def check_matter(matter: str) -> None:
    """Only faults and incidents concern many. Raises `NotAGroupFault`."""
    if matter.partition("/")[0] not in KINDS:
        raise NotAGroupFault(matter=matter[:40])


def check_since(since: datetime, at: datetime, now: str) -> None:
    """What is announced has begun. Raises `BadSince`."""
    if since > at:
        raise BadSince(now=now)


def check_expected(expected: datetime | None, at: datetime, now: str) -> None:
    """What is expected lies ahead. Raises `BadExpectation`."""
    if expected is not None and expected <= at:
        raise BadExpectation(now=now)


def once(codes: Iterable[str]) -> list[str]:
    """Codes as they were typed, each once."""
    return list(dict.fromkeys(code.strip() for code in codes if code.strip()))


def check_covered(areas: list[str], elements: list[str]) -> None:
    """Something is covered, and not more than one can look over. Raises `NothingCovered`."""
    if not 1 <= len(areas) + len(elements) <= MOST_COVERED:
        raise NothingCovered(most=MOST_COVERED)

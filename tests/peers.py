"""Optional peers: a test that needs one asks for it here, and nowhere else is a test left out.

`@pytest.mark.peer("java")`, the fixture `require_peer`, or the marks `browser` and `cluster`, which imply their peers. A missing
peer leaves the test out and the end of the run says so; with `KAPOK_LAB=required` it fails the test instead.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache

import pytest

from kapok.host.peers import PEERS

IMPLIED = {"browser": ("chromium", "chinese-font"), "cluster": ("java", "pyspark")}
REASON = re.compile(r"optional (\S+) is missing, ([^']+)")


def require_peer(name: str) -> None:
    """Go on only if the peer is there."""
    if not _found(name):
        remedy = PEERS[name].remedy.en
        leave_out(name, f"get it with {remedy}", required=os.environ.get("KAPOK_LAB") == "required")


def leave_out(name: str, remedy: str, *, required: bool = False) -> None:
    """End the test here: left out, or failed where everything was required."""
    reason = f"optional {name} is missing, {remedy}"
    if required:
        pytest.fail(f"{reason} (KAPOK_LAB=required)", pytrace=False)
    pytest.skip(reason)


def wanted_by(item: pytest.Item) -> Iterator[str]:
    """The peers that the marks of a test ask for."""
    for mark in item.iter_markers("peer"):
        yield from mark.args
    for name, peers in IMPLIED.items():
        if item.get_closest_marker(name):
            yield from peers


def summary(reasons: Iterable[str]) -> list[str]:
    """What to say at the end of a run about the tests that were left out."""
    counts = Counter(match.groups() for reason in reasons if (match := REASON.search(reason)))
    return [f"{name} was missing: {count} tests left out; {remedy}" for (name, remedy), count in sorted(counts.items())]


@cache
def _found(name: str) -> str | None:
    return PEERS[name].find()

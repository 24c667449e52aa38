"""Plant that is about to be loaded from a file: drafts of what to write, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text
from kapok.network.inventory.kinds import Kind
from kapok.network.inventory.moving import Moved

ENOUGH = 1_000
"""So many refused rows are kept one by one unless more are asked for; beyond them only the number is."""
EVERY = 100_000
"""So many are kept for a report that is to have them all."""


class Spot(NamedTuple):
    """Where in the file something stands: the table (`""` where the file has one only) and the row in it."""

    table: str
    line: int


@dataclass(frozen=True)
class Refused:
    """A row that cannot be loaded."""

    table: str
    line: int
    reason: Text


@dataclass(frozen=True)
class SiteDraft:
    """A site of the file."""

    spot: Spot
    code: str
    name: Text
    exchange_area: str = ""
    longitude: float | None = None
    latitude: float | None = None


@dataclass
class ElementDraft:
    """An element of the file; `parent` and `site` are codes, of the file or known before."""

    spot: Spot
    code: str
    kind: str
    site: str = ""
    parent: str = ""
    exchange_area: str = ""
    longitude: float | None = None
    latitude: float | None = None
    down_mbps: int | None = None
    serial: str = ""


@dataclass(frozen=True)
class PoolDraft:
    """A pool of the file."""

    spot: Spot
    code: str
    kind: str
    name: Text
    exchange_area: str = ""
    quarantine_days: int = 0
    tested: bool | None = None


@dataclass(frozen=True)
class ResourceDraft:
    """Resources of the file: so many ports, ports by name, or values of a pool. `home` is the code of the element or pool."""

    spot: Spot
    kind: str
    home: str
    state: str = "free"
    count: int = 0
    names: tuple[str, ...] = ()
    values: str = ""


@dataclass(frozen=True)
class CoverDraft:
    """An element of the file covers an address."""

    spot: Spot
    element: str
    address: str


@dataclass(frozen=True)
class FeedDraft:
    """An element that is in the inventory already is fed by another; both are codes."""

    spot: Spot
    element: str
    parent: str


@dataclass(frozen=True)
class InUseDraft:
    """A value of a pool that somebody has of whom we have no record; `whose` is typed."""

    spot: Spot
    kind: Kind
    whose: str


@dataclass
class Drafts:
    """All that a file would write."""

    sites: list[SiteDraft] = field(default_factory=list)
    elements: list[ElementDraft] = field(default_factory=list)
    pools: list[PoolDraft] = field(default_factory=list)
    resources: list[ResourceDraft] = field(default_factory=list)
    covers: list[CoverDraft] = field(default_factory=list)
    feeds: list[FeedDraft] = field(default_factory=list)
    in_use: dict[str, InUseDraft] = field(default_factory=dict)
    """By value."""


@dataclass
class Loaded:
    """What came of a file: how much of each was written, what was there before, what was refused and the first of it in full.

    `fed` elements that were there before hang on what feeds them now, `blocked` values that somebody has are not given out.
    """

    sites: int = 0
    elements: int = 0
    pools: int = 0
    resources: int = 0
    coverage: int = 0
    fed: int = 0
    blocked: int = 0
    known: int = 0
    refused: int = 0
    kept: int = ENOUGH
    rows: list[Refused] = field(default_factory=list)
    passed: dict[tuple[str, Text], int] = field(default_factory=dict)
    """What was not read, and is no fault: how many rows of which table, and why."""
    moved: list[Moved] = field(default_factory=list)
    """What was free and is blocked."""

    def pass_over(self, table: str, why: Text) -> None:
        """Count a row that is not read."""
        if (table, why) in self.passed or len(self.passed) < ENOUGH:
            self.passed[table, why] = self.passed.get((table, why), 0) + 1

    def refuse(self, spot: Spot, reason: KapokError) -> None:
        """Note a row that cannot be loaded."""
        self.refused += 1
        if len(self.rows) < self.kept:
            self.rows.append(Refused(spot.table, spot.line, reason.text))

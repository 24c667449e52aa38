"""What is said of commitments in the journal: on the subject of the matter they belong to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from kapok.ground.journal.rules import Event
from kapok.kernel.text import Text


@dataclass(frozen=True, kw_only=True)
class PackAdopted(Event):
    """A pack is in force from now on; what was promised before stays as it was."""

    kind: ClassVar[str] = "commitments.pack_adopted"
    wording: ClassVar[Text] = Text(zh="启用规则包“{title}”{version}版", en="Pack “{title}” adopted, version {version}")
    title: Text
    version: str
    digest: str


@dataclass(frozen=True, kw_only=True)
class PackRetired(Event):
    """A pack opens nothing from now on; what it opened it judges to its end."""

    kind: ClassVar[str] = "commitments.pack_retired"
    wording: ClassVar[Text] = Text(zh="停用规则包“{title}”{version}版", en="Pack “{title}” retired, version {version}")
    title: Text
    version: str


@dataclass(frozen=True, kw_only=True)
class AboutCommitment(Event):
    """Something that is said of one commitment."""

    kind: ClassVar[str] = "commitments.about"
    wording: ClassVar[Text] = Text(zh="{title}", en="{title}")
    commitment: UUID
    pack: str
    promise: str
    tier: str
    title: Text
    due_at: datetime | None
    unit: str
    owner: str


@dataclass(frozen=True, kw_only=True)
class Warned(AboutCommitment):
    """A clock has reached a warning point."""

    kind: ClassVar[str] = "commitments.warned"
    wording: ClassVar[Text] = Text(zh="预警：{title}", en="Warning: {title}")
    number: int
    """Which warning: 1 for the first."""


@dataclass(frozen=True, kw_only=True)
class Breached(AboutCommitment):
    """A promise was broken: it fell due unfulfilled, or what it forbids happened. `at` is the moment of the breach."""

    kind: ClassVar[str] = "commitments.breached"
    wording: ClassVar[Text] = Text(zh="违约：{title}", en="Broken: {title}")


@dataclass(frozen=True, kw_only=True)
class Fulfilled(AboutCommitment):
    """The time that had to be waited or kept has passed."""

    kind: ClassVar[str] = "commitments.fulfilled"
    wording: ClassVar[Text] = Text(zh="期满履约：{title}", en="Time kept: {title}")


@dataclass(frozen=True, kw_only=True)
class SchedulerCaughtUp(Event):
    """No clock had fired for a while; what was due meanwhile has been fired, each at its own moment."""

    kind: ClassVar[str] = "commitments.scheduler_caught_up"
    wording: ClassVar[Text] = Text(
        zh="调度恢复：补发 {first} 至 {last} 的预警 {warned} 条、违约 {breached} 条、期满履约 {fulfilled} 条",
        en="The scheduler has caught up from {first} to {last}: {warned} {warned:warning|warnings}, "
        "{breached} {breached:breach|breaches}, {fulfilled} kept",
    )
    silent_since: datetime
    first: datetime
    last: datetime
    warned: int
    breached: int
    fulfilled: int


@dataclass(frozen=True, kw_only=True)
class ClockRetried(Event):
    """Somebody has a clock tried again that could not fire."""

    kind: ClassVar[str] = "commitments.clock_retried"
    wording: ClassVar[Text] = Text(
        zh="要求重试未能触发的时钟（{promise}）", en="asked to try the clock that could not fire again ({promise})"
    )
    commitment: UUID
    promise: str


@dataclass(frozen=True, kw_only=True)
class ClocksRetried(Event):
    """Somebody has all clocks tried again that could not fire."""

    kind: ClassVar[str] = "commitments.clocks_retried"
    wording: ClassVar[Text] = Text(
        zh="要求重试全部未能触发的时钟（{clocks} 个）",
        en="asked to try all clocks that could not fire again ({clocks})",
    )
    clocks: int


@dataclass(frozen=True, kw_only=True)
class Corrected(AboutCommitment):
    """An entry that came late or out of order changed what had become of a commitment."""

    kind: ClassVar[str] = "commitments.corrected"
    wording: ClassVar[Text] = Text(
        zh="更正：{title}由“{before_name}”改为“{after_name}”",
        en="Corrected: {title}, from {before_name} to {after_name}",
    )
    before: str
    before_name: Text
    after: str
    after_name: Text
    entry: UUID


@dataclass(frozen=True, kw_only=True)
class Owed(AboutCommitment):
    """What a breach costs, for billing. It replaces what was said before of the same commitment; zero takes it back.

    "Before" is by the position of the entries in the journal, never by `at`: an approval that comes late corrects as of the moment
    of asking, which may lie before the breach that it corrects.
    """

    kind: ClassVar[str] = "commitments.owed"
    wording: ClassVar[Text] = Text(zh="应赔：{title}，{reckoning}", en="Owed: {title}, {reckoning}")
    amount_minor: int
    currency: str
    extension_days: int
    pay_by: str | None
    missing: str | None
    reckoning: Text


@dataclass(frozen=True, kw_only=True)
class PauseAsked(Event):
    """Somebody asks that clocks stop from now on, or that promises fall away; they run until it is approved."""

    kind: ClassVar[str] = "commitments.pause_asked"
    wording: ClassVar[Text] = Text(
        zh="申请“{what_name}”：{reason}；凭据 {evidence}", en="“{what_name}” asked for: {reason}; evidence {evidence}"
    )
    typed: ClassVar[frozenset[str]] = frozenset({"reason", "evidence"})
    request: UUID
    what: str
    what_name: Text
    stops: str
    reason: str
    requested_by: str
    evidence: str
    clocks: int
    lapses_at: datetime


@dataclass(frozen=True, kw_only=True)
class PauseAnswered(Event):
    """The request was approved; or refused, lapsed or withdrawn: then the clocks have never stopped."""

    kind: ClassVar[str] = "commitments.pause_answered"
    wording: ClassVar[Text] = Text(
        zh="“{what_name}”的申请{state_name} {word}", en="Request for “{what_name}” {state_name} {word}"
    )
    typed: ClassVar[frozenset[str]] = frozenset({"word"})
    request: UUID
    commitment: UUID
    """One of the clocks that it was asked for."""
    what: str
    what_name: Text
    asked_at: datetime
    asked_by: str
    requested_by: str
    state: str
    state_name: Text
    word: str
    clocks: int


@dataclass(frozen=True, kw_only=True)
class AccountabilityPassed(Event):
    """From now on somebody else answers for the open commitments of the matter."""

    kind: ClassVar[str] = "commitments.accountability_passed"
    wording: ClassVar[Text] = Text(zh="承诺责任转由 {owner} 承担", en="{owner} answers for the commitments from now on")
    unit: str
    owner: str
    commitments: int


def owed_fields(owed: dict[str, Any]) -> dict[str, Any]:
    """The fields of `Owed` from a commitment's `owed` column."""
    return {**owed, "reckoning": Text(**owed["reckoning"])}

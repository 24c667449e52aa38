"""What the catalogue's verbs record in the journal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from kapok.ground.journal.rules import Event
from kapok.kernel.text import Text


@dataclass(frozen=True, kw_only=True)
class FlowDrafted(Event):
    """A new version of a flow was begun; `source` says from what."""

    kind: ClassVar[str] = "catalog.flow_drafted"
    wording: ClassVar[Text] = Text(zh="起草第 {number} 版（{source}）", en="Version {number} drafted ({source})")
    number: int
    source: Text


@dataclass(frozen=True, kw_only=True)
class DraftChanged(Event):
    """The draft of a flow says something else now."""

    kind: ClassVar[str] = "catalog.draft_changed"
    wording: ClassVar[Text] = Text(
        zh="修改第 {number} 版草稿（第 {revision} 稿）", en="Draft of version {number} changed (revision {revision})"
    )
    number: int
    revision: int


@dataclass(frozen=True, kw_only=True)
class DraftDiscarded(Event):
    """The draft of a flow was given up."""

    kind: ClassVar[str] = "catalog.draft_discarded"
    wording: ClassVar[Text] = Text(zh="放弃第 {number} 版草稿", en="Draft of version {number} discarded")
    number: int


@dataclass(frozen=True, kw_only=True)
class FlowPublished(Event):
    """A version of a flow is in force: new matters follow it. `pack` is the code of its stage promises."""

    kind: ClassVar[str] = "catalog.flow_published"
    wording: ClassVar[Text] = Text(
        zh="发布第 {number} 版：最长路径 {total}，承诺扣除预留后 {room}",
        en="Version {number} published: longest path {total} within {room}",
    )
    flow: str
    number: int
    pack: str
    total: Text
    room: Text
    replaces: int | None


@dataclass(frozen=True, kw_only=True)
class FlowRetired(Event):
    """A version of a flow takes no new matters; those that run keep it."""

    kind: ClassVar[str] = "catalog.flow_retired"
    wording: ClassVar[Text] = Text(zh="停用第 {number} 版", en="Version {number} retired")
    flow: str
    number: int

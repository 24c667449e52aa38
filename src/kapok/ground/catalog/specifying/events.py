"""What the verbs on specifications record in the journal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from kapok.ground.journal.rules import Event
from kapok.kernel.text import Text


@dataclass(frozen=True, kw_only=True)
class SpecificationDrafted(Event):
    """A new version was begun; `source` says from what."""

    kind: ClassVar[str] = "catalog.specification_drafted"
    wording: ClassVar[Text] = Text(
        zh="起草规格第 {number} 版（{source}）", en="Version {number} of the specification drafted ({source})"
    )
    number: int
    source: Text


@dataclass(frozen=True, kw_only=True)
class SpecificationChanged(Event):
    """The draft says something else now."""

    kind: ClassVar[str] = "catalog.specification_changed"
    wording: ClassVar[Text] = Text(
        zh="修改规格第 {number} 版草稿（第 {revision} 稿）",
        en="Draft of version {number} of the specification changed (revision {revision})",
    )
    number: int
    revision: int


@dataclass(frozen=True, kw_only=True)
class SpecificationDiscarded(Event):
    """The draft was given up."""

    kind: ClassVar[str] = "catalog.specification_discarded"
    wording: ClassVar[Text] = Text(
        zh="放弃规格第 {number} 版草稿", en="Draft of version {number} of the specification discarded"
    )
    number: int


@dataclass(frozen=True, kw_only=True)
class SpecificationPublished(Event):
    """A version is in force: what is put on sale from now on follows it."""

    kind: ClassVar[str] = "catalog.specification_published"
    wording: ClassVar[Text] = Text(
        zh="规格第 {number} 版启用，{offers} 个在售商品随之换版",
        en="Version {number} of the specification in force; {offers} {offers:offer|offers} on sale renewed by it",
    )
    number: int
    replaces: int | None
    offers: int


@dataclass(frozen=True, kw_only=True)
class SpecificationRetired(Event):
    """No offer can be put on sale by it any more."""

    kind: ClassVar[str] = "catalog.specification_retired"
    wording: ClassVar[Text] = Text(zh="规格第 {number} 版停用", en="Version {number} of the specification retired")
    number: int

"""What the verbs on offers record in the journal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from kapok.ground.journal.rules import Event
from kapok.kernel.text import Text


@dataclass(frozen=True, kw_only=True)
class OfferDrafted(Event):
    """A new version of an offer was begun; `source` says from what."""

    kind: ClassVar[str] = "catalog.offer_drafted"
    wording: ClassVar[Text] = Text(
        zh="起草商品第 {number} 版（{source}）", en="Version {number} of the offer drafted ({source})"
    )
    number: int
    source: Text


@dataclass(frozen=True, kw_only=True)
class OfferChanged(Event):
    """The draft of an offer says something else now."""

    kind: ClassVar[str] = "catalog.offer_changed"
    wording: ClassVar[Text] = Text(
        zh="修改商品第 {number} 版草稿（第 {revision} 稿）",
        en="Draft of version {number} of the offer changed (revision {revision})",
    )
    number: int
    revision: int


@dataclass(frozen=True, kw_only=True)
class OfferDiscarded(Event):
    """The draft of an offer was given up."""

    kind: ClassVar[str] = "catalog.offer_discarded"
    wording: ClassVar[Text] = Text(
        zh="放弃商品第 {number} 版草稿", en="Draft of version {number} of the offer discarded"
    )
    number: int


@dataclass(frozen=True, kw_only=True)
class OfferPublished(Event):
    """A version of an offer is on sale: new orders take it, running ones keep theirs."""

    kind: ClassVar[str] = "catalog.offer_published"
    wording: ClassVar[Text] = Text(zh="商品第 {number} 版开售", en="Version {number} of the offer on sale")
    offer: str
    number: int
    replaces: int | None


@dataclass(frozen=True, kw_only=True)
class OfferRetired(Event):
    """An offer takes no new orders."""

    kind: ClassVar[str] = "catalog.offer_retired"
    wording: ClassVar[Text] = Text(zh="商品第 {number} 版停售", en="Version {number} of the offer retired")
    offer: str
    number: int


@dataclass(frozen=True, kw_only=True)
class OfferRenewed(Event):
    """An offer went on sale anew because something that it follows has a new version."""

    kind: ClassVar[str] = "catalog.offer_renewed"
    wording: ClassVar[Text] = Text(
        zh="商品第 {number} 版开售，随“{title}”换版",
        en="Version {number} of the offer on sale, by the new version of “{title}”",
    )
    offer: str
    number: int
    title: Text

"""What the catalogue refuses of offers, each with its remedy."""

from __future__ import annotations

from collections.abc import Sequence

from kapok.ground.catalog.template import Finding
from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text, joined


class OfferRefused(KapokError):
    """An offer that cannot be used as it is; `findings` says why, each with its remedy."""

    wording = Text(zh="{findings}", en="{findings}")

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__(findings=joined((finding.text for finding in self.findings), zh="；", en="; "))


class UnknownOffer(KapokError):
    """No offer has this code."""

    wording = Text(
        zh="没有代码为“{offer}”的商品，请从商品目录中选。",
        en="No offer has the code “{offer}”; choose one from the catalogue.",
    )


class UnknownOfferVersion(KapokError):
    """The offer has no version of this number."""

    wording = Text(
        zh="商品“{offer}”没有第 {number} 版，请从版本列表中选。",
        en="The offer “{offer}” has no version {number}; choose one from its list.",
    )


class OfferNotOnSale(KapokError):
    """The offer was on sale, and is no more."""

    wording = Text(
        zh="商品“{offer}”已停售，请改选在售商品。",
        en="The offer “{offer}” is no longer on sale; choose another one.",
    )


class OfferStillDraft(OfferNotOnSale):
    """The offer has never been on sale."""

    wording = Text(
        zh="商品“{offer}”还是草稿、尚未发布，请改选在售商品，或先发布它。",
        en="The offer “{offer}” is a draft and not on sale yet; choose another one, or publish it first.",
    )


class OfferTaken(KapokError):
    """The code belongs to another offer."""

    wording = Text(
        zh="商品代码“{offer}”已被占用，请换一个。", en="The code “{offer}” is taken by another offer; choose another."
    )


class OfferDraftExists(KapokError):
    """An offer has one draft at a time."""

    wording = Text(
        zh="商品“{offer}”已有草稿，请继续编辑，或先放弃它。",
        en="The offer “{offer}” has a draft already; go on with it or discard it first.",
    )


class NoOfferDraft(KapokError):
    """There is nothing to change or to publish."""

    wording = Text(
        zh="商品“{offer}”没有草稿，可能刚被发布或放弃；请刷新页面，需要时重新起草。",
        en="The offer “{offer}” has no draft; it may just have been published or discarded. Reload the page or draft it anew.",
    )


class OfferMoved(KapokError):
    """Somebody else changed the draft since it was read."""

    wording = Text(
        zh="草稿刚被他人改过（现为第 {revision} 稿），您的改动未保存；请刷新后再改。",
        en="Somebody else has just changed the draft (now revision {revision}); your change is not kept. Reload and try again.",
    )


class PartOfBundle(KapokError):
    """A bundle on sale needs the offer."""

    wording = Text(
        zh="在售套餐“{bundles}”包含商品“{offer}”，不能停售；请先停售或改版套餐。",
        en="The bundle “{bundles}” on sale contains the offer “{offer}”; retire the bundle or publish it without this part first.",
    )

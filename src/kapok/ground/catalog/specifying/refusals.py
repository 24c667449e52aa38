"""What the catalogue refuses of specifications, each with its remedy."""

from __future__ import annotations

from collections.abc import Sequence

from kapok.ground.catalog.template import Finding
from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text, joined


class SpecificationRefused(KapokError):
    """A specification that cannot be used as it is; `findings` says why, each with its remedy."""

    wording = Text(zh="{findings}", en="{findings}")

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__(findings=joined((finding.text for finding in self.findings), zh="；", en="; "))


class UnknownSpecification(KapokError):
    """No specification has this code."""

    wording = Text(
        zh="没有代码为“{code}”的{sort_name}，请从列表中选。",
        en="No {sort_name} has the code “{code}”; choose one from the list.",
    )


class UnknownSpecificationVersion(KapokError):
    """The specification has no version of this number."""

    wording = Text(
        zh="规格“{code}”没有第 {number} 版，请从版本列表中选。",
        en="The specification “{code}” has no version {number}; choose one from its list.",
    )


class SpecificationNotInForce(KapokError):
    """There is nothing to retire."""

    wording = Text(
        zh="规格“{code}”没有启用的版本，无须停用。",
        en="No version of “{code}” is in force; there is nothing to retire.",
    )


class SpecificationTaken(KapokError):
    """The code belongs to another specification."""

    wording = Text(zh="代码“{code}”已被占用，请换一个。", en="The code “{code}” is taken already; choose another.")


class SpecificationDraftExists(KapokError):
    """A specification has one draft at a time."""

    wording = Text(
        zh="规格“{code}”已有草稿，请继续编辑，或先放弃它。",
        en="The specification “{code}” has a draft already; go on with it or discard it first.",
    )


class NoSpecificationDraft(KapokError):
    """There is nothing to change or to publish."""

    wording = Text(
        zh="规格“{code}”没有草稿，可能刚被启用或放弃；请刷新页面，需要时重新起草。",
        en="The specification “{code}” has no draft; it may just have been published or discarded. Reload or draft it anew.",
    )


class SpecificationMoved(KapokError):
    """Somebody else changed the draft since it was read."""

    wording = Text(
        zh="草稿刚被他人改过（现为第 {revision} 稿），您的改动未保存；请刷新后再改。",
        en="Somebody else has just changed the draft (now revision {revision}); your change is not kept. Reload and try again.",
    )


class BreaksOffers(KapokError):
    """Offers on sale state what the new version does not allow."""

    wording = Text(
        zh="在售商品不符合新版规格——{offers}；请先改版或停售这些商品，或放宽规格。",
        en="Offers on sale do not fit the new version: {offers}; publish or retire those offers first, or let it allow more.",
    )

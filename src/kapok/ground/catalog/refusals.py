"""What the catalogue refuses, each with its remedy."""

from __future__ import annotations

from collections.abc import Sequence

from kapok.ground.catalog.template import Finding
from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text, joined


class FlowRefused(KapokError):
    """A flow that cannot be used as it is; `findings` says why, each with its remedy."""

    wording = Text(zh="{findings}", en="{findings}")

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__(findings=joined((finding.text for finding in self.findings), zh="；", en="; "))


class UnknownFlow(KapokError):
    """No flow has this code."""

    wording = Text(
        zh="没有代码为“{flow}”的流程，请核对代码或先起草。", en="No flow has the code “{flow}”; check it or draft it."
    )


class UnknownVersion(KapokError):
    """The flow has no version of this number."""

    wording = Text(
        zh="流程“{flow}”没有第 {number} 版，请从版本列表中选。",
        en="The flow “{flow}” has no version {number}; choose one from its list.",
    )


class FlowTaken(KapokError):
    """The code belongs to another flow."""

    wording = Text(
        zh="流程代码“{flow}”已被占用，请换一个。", en="The code “{flow}” is taken by another flow; choose another."
    )


class DraftExists(KapokError):
    """A flow has one draft at a time."""

    wording = Text(
        zh="流程“{flow}”已有草稿（第 {number} 版），请继续编辑，或先放弃它。",
        en="The flow “{flow}” has a draft already (version {number}); go on with it or discard it first.",
    )


class NoDraft(KapokError):
    """There is nothing to change or to publish."""

    wording = Text(
        zh="流程“{flow}”没有草稿，可能刚被发布或放弃；请刷新页面，需要时重新起草。",
        en="The flow “{flow}” has no draft; it may just have been published or discarded. Reload the page or draft it anew.",
    )


class DraftMoved(KapokError):
    """Somebody else changed the draft since it was read."""

    wording = Text(
        zh="草稿刚被他人改过（现为第 {revision} 稿），您的改动未保存；请刷新后再改。",
        en="Somebody else has just changed the draft (now revision {revision}); your change is not kept. Reload and try again.",
    )


class LineFixed(KapokError):
    """A flow stays on its line."""

    wording = Text(
        zh="流程“{flow}”属于“{line}”线，不能改线；请另起草一个流程。",
        en="The flow “{flow}” belongs to the {line} line and stays there; draft another flow.",
    )


class NotPublished(KapokError):
    """There is nothing in force to retire."""

    wording = Text(
        zh="流程“{flow}”没有在用版本，无可停用；请刷新页面。",
        en="The flow “{flow}” has no version in force, so there is nothing to retire; reload the page.",
    )


class SameReach(KapokError):
    """Two flows in force would apply to the same matters with the same right."""

    wording = Text(
        zh="与在用流程“{other}”适用范围同样具体且有重叠，无法择一；请在适用范围里多写一项，或停用那个流程。",
        en="It applies to the same matters as the flow “{other}” in force, and as closely; name one more axis or retire that one.",
    )


class FlowTie(KapokError):
    """More than one flow applies equally closely to a matter."""

    wording = Text(
        zh="有多个流程同样适用：{flows}；请在其中之一的适用范围里多写一项。",
        en="Several flows apply equally closely: {flows}; name one more axis in one of them.",
    )


class NoFlow(KapokError):
    """No flow in force applies to a matter."""

    wording = Text(
        zh="没有适用的在用流程（{facts}）；请发布一个不限范围的流程。",
        en="No flow in force applies ({facts}); publish one that applies to everything on the line.",
    )


class NoWayBack(KapokError):
    """The flow has no return from one stage to the other."""

    wording = Text(
        zh="流程没有从“{stage}”退回“{to}”的连线；可退回：{ways}。",
        en="The flow has no return from '{stage}' to '{to}'; it has: {ways}.",
    )


class Unsupported(KapokError):
    """A BPMN file that says more than a flow can hold, or that is no BPMN; `lines` says where."""

    wording = Text(zh="{lines}", en="{lines}")

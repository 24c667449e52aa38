"""What the verbs of commitments refuse, with the remedy."""

from __future__ import annotations

from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text


class AlreadyAdopted(KapokError):
    """This very text of the pack is in force already."""

    wording = Text(
        zh="规则包“{pack}”{version}版已经启用；内容有变时请先改版本号。",
        en="Pack “{pack}”, version {version}, is in force already; change its version when its content changes.",
    )


class SameVersion(KapokError):
    """Another text under a version that was in force: nobody could tell the two apart."""

    wording = Text(
        zh="规则包“{pack}”已有内容不同的 {version} 版；请修改 version 后再启用。",
        en="Pack “{pack}” was adopted as version {version} with other content; change `version`, then adopt it.",
    )


class AdoptedLater(KapokError):
    """A version cannot come into force before the one it follows."""

    wording = Text(
        zh="规则包“{pack}”的现行版本于 {since} 启用，新版本的启用时间不能早于它。",
        en="The version of “{pack}” in force was adopted at {since}; the new one cannot come before it.",
    )


class PackNotInForce(KapokError):
    """There is nothing to retire."""

    wording = Text(
        zh="规则包“{pack}”没有启用中的版本，无须停用；请刷新页面。",
        en="No version of the pack “{pack}” is in force, there is nothing to retire; reload the page.",
    )


class PackOfFlow(KapokError):
    """The stages of a flow are promised as long as a matter follows it."""

    wording = Text(
        zh="规则包“{pack}”属于流程的工序，不能单独停用；请停用流程。",
        en="The pack “{pack}” belongs to the stages of a flow and is not retired alone; retire the flow.",
    )


class PackNeeded(KapokError):
    """Offers on sale or flows in force name promises of the pack."""

    wording = Text(
        zh="仍有在售商品或在用流程引用规则包“{pack}”的承诺——{named}；请先改版或停用它们。",
        en="Offers on sale or flows in force name promises of the pack “{pack}”: {named}; publish or retire those first.",
    )


class NothingStops(KapokError):
    """No open clock of the matter may be stopped that way: the pack decides, not the person."""

    wording = Text(
        zh="“{subject}”没有可因“{kind}”暂停的时钟（所选层级：{tiers}）；规则包未允许，或时钟未在走。",
        en="No clock of {subject} can be stopped by “{kind}” (tiers: {tiers}): its pack does not allow it, or it is not running.",
    )


class NothingPaused(KapokError):
    """No clock of the matter is paused that the end of this pause would let run again."""

    wording = Text(
        zh="“{subject}”没有可因“{kind}”结束而恢复的暂停时钟；请刷新页面。",
        en="No clock of {subject} is paused that would run again when “{kind}” ends; reload the page.",
    )


class UnknownPause(KapokError):
    """That is no way to pause a clock."""

    wording = Text(zh="“{kind}”不能暂停时钟；可用：{kinds}。", en="“{kind}” pauses no clock; use one of {kinds}.")


class UnknownTier(KapokError):
    """There is no such tier."""

    wording = Text(zh="没有层级“{tier}”；可用：{tiers}。", en="There is no tier “{tier}”; use one of {tiers}.")


class ReasonMissing(KapokError):
    """A clock is never stopped without saying why, who asked and who approved."""

    wording = Text(
        zh="请填写“{field}”：暂停或豁免须写明原因、申请人、批准人和凭据。",
        en="Fill in “{field}”: a pause or a waiver says why, who asked for it, who approved it, and gives evidence.",
    )


class SaidTooLong(KapokError):
    """A reason, evidence or a word is longer than its column."""

    wording = Text(
        zh="“{field}”最多 {most} 字；请缩短。", en="“{field}” has at most {most} characters; make it shorter."
    )


class NoAsker(KapokError):
    """Only a member of staff puts a request down: the system has nobody to answer to."""

    wording = Text(
        zh="“{actor}”不是在职人员，不能申请暂停；请由在职人员申请。",
        en="“{actor}” is no active member of staff and cannot ask for a pause; have one of them ask.",
    )


class AlreadyAsked(KapokError):
    """The same has been asked for, and waits for an answer."""

    wording = Text(
        zh="“{subject}”的“{kind}”已在申请中；请等待批准或拒绝。",
        en="“{kind}” of {subject} has been asked for already; wait for the answer.",
    )


class UnknownRequest(KapokError):
    """There is no such request."""

    wording = Text(zh="没有这项申请；请刷新“我的工作”。", en="There is no such request; reload “My work”.")


class RequestAnswered(KapokError):
    """Somebody has answered it meanwhile, or nobody did in time."""

    wording = Text(
        zh="这项申请{state_name}，不能再答复；仍需暂停时请重新申请。",
        en="This request is {state_name} and takes no answer; ask again if the clock should still stop.",
    )


class NotYourRequest(KapokError):
    """Only who put a request down takes it back."""

    wording = Text(
        zh="这项申请由 {asked_by} 提出，只能由其本人撤回；有权批准者可以拒绝。",
        en="{asked_by} put this request down and alone may withdraw it; whoever may approve it can refuse it.",
    )


class AnsweredBefore(KapokError):
    """Nothing is answered before it was asked."""

    wording = Text(
        zh="申请于 {asked} 提出，不能在此之前答复。", en="It was asked at {asked}; it cannot be answered before that."
    )


class UnknownRequester(KapokError):
    """Nobody is known by that name who could have asked."""

    wording = Text(
        zh="申请人“{name}”不是在职人员的工号；请填写工号，或选择：{others}。",
        en="“{name}”, who asked, is no active staff number; give one, or choose {others}.",
    )


class UnknownApprover(KapokError):
    """Nobody is known by that name who could approve."""

    wording = Text(
        zh="“{name}”不是在职人员，不能批准；请由有批准权限的在职人员办理。",
        en="“{name}”, who approves, is no active member of staff; have somebody do it who may approve.",
    )


class OwnApproval(KapokError):
    """Nobody approves what they have asked for themselves."""

    wording = Text(
        zh="“{username}”不能批准自己的申请；请另请有权限者批准。",
        en="“{username}” cannot approve what they asked for themselves; have somebody else approve it.",
    )


class MayNotApprove(KapokError):
    """The person has no authority over a unit whose clock would stop."""

    wording = Text(
        zh="“{username}”无权为{units}批准暂停时钟；请由其上级或督导批准。",
        en="“{username}” may not approve that clocks of {units} are stopped; ask their superior or a supervisor.",
    )


class NobodyApproves(KapokError):
    """Nobody but those who ask has authority over all the units whose clocks would stop."""

    wording = Text(
        zh="除申请人外，没有人对{units}同时有批准权限，这项申请无人可批；请减少层级，或请管理员授权给其上级。",
        en="Nobody but those who ask may approve for {units} together: ask for fewer tiers, or have a superior given the right.",
    )


class NothingWaived(KapokError):
    """No promise of the matter may be waived: its pack does not allow it, or it is settled."""

    wording = Text(
        zh="“{subject}”没有可豁免的承诺：规则包未允许，或已了结。",
        en="No promise of {subject} can be waived: its pack does not allow it, or it is settled.",
    )


class NotStuck(KapokError):
    """The clock is not set aside, or has fired meanwhile."""

    wording = Text(
        zh="该时钟未被搁置，或已补发；请刷新列表。", en="This clock is not set aside, or has fired; refresh the list."
    )


class OwnerMissing(KapokError):
    """Somebody must answer for every promise."""

    wording = Text(
        zh="每项承诺都须有负责人；请写明 owner。", en="Every promise has an accountable person; name the owner."
    )


class UnknownCommitment(KapokError):
    """There is no such commitment."""

    wording = Text(
        zh="没有这项承诺；请从台账重新打开。", en="There is no such commitment; open it from the ledger again."
    )

"""What the verbs of work refuse, each with its remedy."""

from __future__ import annotations

from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text


class UnknownMatter(KapokError):
    """No matter has this name."""

    wording = Text(zh="没有事项“{matter}”，请核对编号。", en="There is no matter “{matter}”; check its number.")


class UnknownItem(KapokError):
    """No work item has this identifier."""

    wording = Text(zh="没有工单“{item}”，请刷新后再试。", en="There is no work item “{item}”; reload and try again.")


class NotAPerson(KapokError):
    """Work is offered, taken and delivered by people."""

    wording = Text(
        zh="“{actor}”不是工作人员，不能办理工单；请由本人登录后操作。",
        en="“{actor}” is not a member of staff; work is done by people who are signed in.",
    )


class NotAMatter(KapokError):
    """No matter begins with this event."""

    wording = Text(
        zh="事件“{kind}”不能开立事项；可用种类：{kinds}。",
        en="No matter begins with “{kind}”; use an event of one of these: {kinds}.",
    )


class InvalidFact(KapokError):
    """A fact with a name or a value that cannot be."""

    wording = Text(
        zh="要素“{fact}”不能取“{value}”；可取：{values}。",
        en="The fact “{fact}” cannot be “{value}”; it can be: {values}.",
    )


class UnknownKind(KapokError):
    """The event is not in the vocabulary, or is one that work records itself."""

    wording = Text(
        zh="事件“{kind}”不能在此登记；请从事件词汇表中选用。",
        en="“{kind}” cannot be recorded here; choose an event from the vocabulary.",
    )


class PausesClocks(KapokError):
    """What stops a clock needs a reason and somebody else's approval."""

    wording = Text(
        zh="“{kind}”会使时钟停走，须写明原因并经他人批准；请在时钟页面“暂停”中办理。",
        en="“{kind}” stops the clocks: it takes a reason and somebody else's approval; use “Pause” on the page of the clock.",
    )


class TitleMissing(KapokError):
    """A title is needed to know what it is about."""

    wording = Text(
        zh="请写明标题（2 至 {longest} 字，不写个人信息）。",
        en="Give a title of 2 to {longest} characters, without personal data.",
    )


class NoteMissing(KapokError):
    """A note is needed, so that the next person knows."""

    wording = Text(
        zh="请填写备注（2 至 {longest} 字，不写个人信息）。",
        en="Write a note of 2 to {longest} characters, without personal data.",
    )


class EvidenceMissing(KapokError):
    """The stage wants evidence at delivery."""

    wording = Text(
        zh="交付缺少凭据：{evidence}；请补齐后再交付。",
        en="The delivery lacks evidence: {evidence}; add it and deliver again.",
    )


class NotYours(KapokError):
    """The person does not work for this unit."""

    wording = Text(
        zh="您不承办“{unit_name}”的工作；请由该单位人员办理，或先取得授权。",
        en="You do not do the work of {unit_name}; leave it to its people, or have the role granted first.",
    )


class NotOfUnit(KapokError):
    """An offer by name to somebody who does not do the unit's work could be taken by nobody."""

    wording = Text(
        zh="{username} 不承办“{unit_name}”的工作，不能指名交给其本人；请改选单位或人员。",
        en="{username} does not do the work of {unit_name}; choose another person or another unit.",
    )


class NotWaiting(KapokError):
    """Who waits for nothing of a matter has nothing to urge."""

    wording = Text(
        zh="您所在单位没有在等此事项的工作，不能催办；请联系首问负责人 {username}。",
        en="Your unit waits for nothing of this matter and cannot urge; turn to the first-contact owner, {username}.",
    )


class LacksSkill(KapokError):
    """The work takes a skill that the person does not have."""

    wording = Text(
        zh="此件需要技能“{skill_name}”，您的档案中没有；请由具备该技能的人接办，或先登记技能。",
        en="This work takes the skill {skill_name}, which you are not known to have; leave it to somebody who has, or have yours"
        " noted first.",
    )


class MeantForAnother(KapokError):
    """It was offered to one person by name."""

    wording = Text(
        zh="此件指名交给 {username}；请由其本人接办，或由B角接管。",
        en="It was offered to {username} by name; only they can take it, or the deputy takes over.",
    )


class NotHolder(KapokError):
    """Somebody else holds the work."""

    wording = Text(
        zh="此件不在您手上（持有人：{holder}）；请由持有人操作，或由B角接管。",
        en="You do not hold this work ({holder} does); leave it to them, or take over as their deputy.",
    )


class NotOfferer(KapokError):
    """Only the side that offered the work may do this."""

    wording = Text(
        zh="只有移交方“{unit_name}”可以这样做；请联系移交人。",
        en="Only the offering side, {unit_name}, can do this; ask the one who offered it.",
    )


class NotOffered(KapokError):
    """The offer has been answered or withdrawn."""

    wording = Text(
        zh="此件当前“{state_name}”，已没有待答复的移交；请刷新查看。",
        en="There is no offer left to answer: the work is {state_name} now; reload to see who has it.",
    )


class NotHeld(KapokError):
    """Nobody is working on it now."""

    wording = Text(
        zh="此件当前“{state_name}”，不在办理中；请刷新查看。",
        en="The work is {state_name}, nobody holds it now; reload to see where it stands.",
    )


class NotRefused(KapokError):
    """There is no refusal to dispute or to judge."""

    wording = Text(
        zh="没有待处理的拒收（当前“{state_name}”）；可能已有人裁定，请刷新查看。",
        en="There is no refusal to settle (the work is {state_name}); it may have been judged already, reload to see.",
    )


class NotDelivered(KapokError):
    """There is no delivery to confirm or to reject."""

    wording = Text(
        zh="没有待确认的交付（当前“{state_name}”）；请刷新查看。",
        en="There is no delivery waiting for an answer (the work is {state_name}); reload to see where it stands.",
    )


class MustBeTaken(KapokError):
    """The refusal was judged already: this offer cannot be refused again."""

    wording = Text(
        zh="此件已裁定由您所在单位承接，不能再拒；请接办。",
        en="It was judged that your unit takes this work; it cannot be refused again, accept it.",
    )


class OwnDelivery(KapokError):
    """Nobody says of their own work that it is as it was asked for."""

    wording = Text(
        zh="这是您本人的交付，不能由您确认；请由委托方其他人员确认。",
        en="This is your own delivery and cannot be confirmed by you; leave it to somebody else of the side that asked.",
    )


class OwnCause(KapokError):
    """Nobody judges a case of their own."""

    wording = Text(
        zh="您属于争议一方，不能裁定；请交第三方裁定。",
        en="You belong to one of the two sides and cannot judge; leave it to somebody else.",
    )


class NotJudge(KapokError):
    """Judging takes the permission for it."""

    wording = Text(
        zh="您没有裁定交接争议的权限；请交调度员或督导。",
        en="You may not judge disputed hand-offs; leave it to a dispatcher or a supervisor.",
    )


class SameHands(KapokError):
    """Work cannot be handed to who has it."""

    wording = Text(
        zh="此件已在“{unit_name}”手上；请另选接收方。",
        en="{unit_name} has this work already; choose another receiver.",
    )


class AlreadyReturned(KapokError):
    """A second return would pass the work back and forth."""

    wording = Text(
        zh="此件已退回过“{unit_name}”一次，不能再退；请转派或提请裁定。",
        en="It was returned to {unit_name} once already; transfer it or ask for a judgement instead.",
    )


class NobodyToReturnTo(KapokError):
    """The work came from nobody else."""

    wording = Text(zh="此件没有移交方可退；请转派。", en="There is nobody to return it to; transfer it instead.")


class NotDeputy(KapokError):
    """Only the deputy takes over."""

    wording = Text(
        zh="您不是 {username} 的B角，不能接管；请先在岗位中任命B角。",
        en="You are not the deputy of {username}; have the post's B appointed first.",
    )


class StillThere(KapokError):
    """A is there and has time left: no reason to take over."""

    wording = Text(
        zh="A角 {username} 在岗且未超时，不能接管；请等到 {until}，或由其声明交出。",
        en="{username} is there and has until {until}; wait, or let them declare the hand-over.",
    )


class NotOwner(KapokError):
    """Only the first-contact owner, or the deputy acting, may do this."""

    wording = Text(
        zh="只有首问负责人 {username} 可以这样做；请联系本人。",
        en="Only the first-contact owner, {username}, can do this; ask them.",
    )


class StillInHand(KapokError):
    """Work is left; the matter cannot be closed."""

    wording = Text(
        zh="还有 {count} 件工单未办完，不能办结；请先完成或撤回。",
        en="{count} {count:work item is|work items are} not done; finish or withdraw {count:it|them} before closing.",
    )


class NotConfirmed(KapokError):
    """Rule FC5: the customer has not confirmed."""

    wording = Text(
        zh="客户尚未确认，不能办结；请登记客户确认，或在两天内不同时段至少联系三次并记录。",
        en="The customer has not confirmed; record the confirmation, or at least three attempts to reach them on two days at"
        " different hours.",
    )


class MatterClosed(KapokError):
    """The matter is closed."""

    wording = Text(
        zh="事项“{matter}”已办结，不能再派工；请先登记重开。",
        en="The matter “{matter}” is closed; record that it was reopened before giving out work.",
    )


class MatterTaken(KapokError):
    """A matter has this name already."""

    wording = Text(
        zh="事项“{matter}”已存在；请换一个编号。", en="There is a matter “{matter}” already; choose another number."
    )


class HandoverRunning(KapokError):
    """The first contact is being handed over already."""

    wording = Text(
        zh="首问负责已移交给 {username}，尚无结果；请先撤回，或认可其拒收。",
        en="The first contact has been offered to {username} already; withdraw that first, or concede the refusal.",
    )


class TooEarly(KapokError):
    """Nothing happens before what happened last."""

    wording = Text(
        zh="时间早于上一步（{since}）；请核对时间。",
        en="That is before the last step ({since}); check the time.",
    )


class StageNeeded(KapokError):
    """A stage of the flow cannot be left out."""

    wording = Text(
        zh="“{stage}”是流程工序，不能撤销；请转派，或按流程退回上一工序。",
        en="{stage} is a stage of the flow and cannot be dropped; transfer it, or send the matter back.",
    )


class InvalidRating(KapokError):
    """A rating is a number from 1 to 5."""

    wording = Text(zh="评分“{rating}”无效，请给 1 至 5 分。", en="A rating of {rating} cannot be; give 1 to 5.")


class NotActing(KapokError):
    """Nobody acts in the owner's place."""

    wording = Text(
        zh="没有人代 {username} 办理此事项，无需交还。",
        en="Nobody acts in the place of {username} on this matter; there is nothing to hand back.",
    )

"""What posts' verbs refuse, each with its remedy."""

from __future__ import annotations

from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text


class UnknownPost(KapokError):
    """No post has this code."""

    wording = Text(zh="没有代码为“{post}”的岗位，请先设岗。", en="No post has the code “{post}”; open it first.")


class ClosedPost(KapokError):
    """The post has been closed."""

    wording = Text(
        zh="岗位“{post_title}”已撤销，请选用现有岗位。", en="{post_title} has been closed; choose another post."
    )


class PostTaken(KapokError):
    """The code is used, or the unit has a post of this function."""

    wording = Text(
        zh="代码“{post}”已被使用，或该单位已有职能为“{function}”的岗位；请换一个代码或职能。",
        en="The code “{post}” is in use, or the unit already has a post with the function “{function}”; choose another.",
    )


class WrongAcceptTime(KapokError):
    """No offer can wait so long, or so short."""

    wording = Text(
        zh="接受移交的时限为1至{longest}分钟；请改正，或留空沿用通用时限。",
        en="An offer waits 1 to {longest} minutes to be accepted; correct it, or leave it empty for the general rule.",
    )


class PlaceTaken(KapokError):
    """Somebody else than was thought holds the place, or the person holds it already."""

    wording = Text(
        zh="“{post_title}”的{place_name}现由{holder}担任；请刷新页面，核对现任后再任命。",
        en="Place {place_name} of {post_title} is held by {holder} now; reload the page, see who holds it and appoint again.",
    )


class HoldsPosts(KapokError):
    """The person is A or B of a post, which would be left without one."""

    wording = Text(
        zh="“{username}”还担任：{posts}。岗位不能缺A角或B角，请先在各岗位任命接任者（可由单位负责人暂任），或撤销岗位。",
        en="“{username}” still holds: {posts}. A post is never without A or B: appoint a successor to each first "
        "(the head of the unit may hold it meanwhile), or close the post.",
    )


class SamePerson(KapokError):
    """A and B must be two people."""

    wording = Text(
        zh="{username}已担任“{post_title}”的另一角；A角和B角必须是两个人，请另选一人。",
        en="{username} already holds the other place of {post_title}; A and B are two people, so choose somebody else.",
    )


class BothAbsent(KapokError):
    """A and B of a post would be absent at the same time; `other` is the one who is away then."""

    wording = Text(
        zh="“{post_title}”的另一角{other}在{since}至{until}期间不在岗，A、B角不能同时离岗；请改期，或先请对方撤回。",
        en="{other}, who holds the other place of {post_title}, is absent from {since} to {until}; "
        "A and B are never both away, so choose other days, or ask the other to withdraw first.",
    )


class Deactivated(KapokError):
    """The account is deactivated, so the person cannot hold a post or stand on a roster."""

    wording = Text(
        zh="“{username}”已停用，不能任职或排班；请先启用，或另选一人。",
        en="“{username}” is deactivated; reactivate the account first, or choose somebody else.",
    )


class TooEarly(KapokError):
    """Something would end before it began."""

    wording = Text(
        zh="结束时间不能早于开始时间（{since}）；请改正时间。",
        en="The end cannot be earlier than the beginning ({since}); correct the time.",
    )


class RoleOfPostHeld(KapokError):
    """The role comes with the post already."""

    wording = Text(
        zh="“{post_title}”已附有角色“{role_name}”，无须再次授予。",
        en="{post_title} already carries the role {role_name}; there is nothing to grant.",
    )


class RoleOfPostMissing(KapokError):
    """The role does not come with the post."""

    wording = Text(
        zh="“{post_title}”没有附带角色“{role_name}”，无从收回。",
        en="{post_title} does not carry the role {role_name}; there is nothing to revoke.",
    )


class WrongPeriod(KapokError):
    """An absence needs an end after its beginning."""

    wording = Text(
        zh="离岗的结束时间须晚于开始时间；请改正起止时间。",
        en="An absence ends after it begins; correct the two moments.",
    )


class AbsentAlready(KapokError):
    """The person is absent then already."""

    wording = Text(
        zh="{username}在此期间已有获准的离岗；请改期，或先撤回原来的。",
        en="{username} is absent in that time already; choose other days, or withdraw the earlier absence first.",
    )


class UnknownAbsence(KapokError):
    """There is no such absence."""

    wording = Text(
        zh="没有这条离岗记录，请刷新页面后再试。", en="There is no such absence; reload the page and try again."
    )


class OwnLeave(KapokError):
    """Nobody grants their own leave."""

    wording = Text(
        zh="不能批准自己的休假；请由管理本单位班表的其他人员批准。",
        en="Nobody grants their own leave; ask somebody else who manages the roster of the unit.",
    )


class AbsenceSettled(KapokError):
    """The absence has been granted or withdrawn meanwhile."""

    wording = Text(
        zh="这条离岗已是“{state_name}”状态，不能再这样处理；请刷新页面。",
        en="The absence is {state_name} already, so this can no longer be done; reload the page.",
    )


class NotDeputy(KapokError):
    """Only B takes over."""

    wording = Text(
        zh="只有“{post_title}”的B角可以接管；{username}不是B角，请由B角操作。",
        en="Only B of {post_title} takes over, and {username} is not B; ask B to do it.",
    )


class DeputyAbsent(KapokError):
    """B is away and cannot take over."""

    wording = Text(
        zh="{username}目前不在岗，不能接管“{post_title}”；请先撤回离岗。",
        en="{username} is absent now and cannot take over {post_title}; withdraw the absence first.",
    )


class NotDeclared(KapokError):
    """Neither A nor the head of A's unit says that A hands the post over."""

    wording = Text(
        zh="只有“{post_title}”的A角（{a}）或其单位负责人（{head}）可以声明交出；请由其本人操作，或选择符合实际的原因。",
        en="Only A of {post_title} ({a}) or the head of A's unit ({head}) can declare this; ask them, or choose the true cause.",
    )


class NotAway(KapokError):
    """A is there."""

    wording = Text(
        zh="“{post_title}”的A角（{a}）此刻未离岗，不能以休假为由接管；请先登记离岗，或选择其他原因。",
        en="A of {post_title} ({a}) is not absent now; note the absence first, or choose another cause.",
    )


class NotSilent(KapokError):
    """A has left no offer unanswered beyond its time."""

    wording = Text(
        zh="“{post_title}”的A角（{a}）没有超时未接的移交；请等到接单时限过后，或选择其他原因。",
        en="A of {post_title} ({a}) has let no offer pass its accept time; wait until one is late, or choose another cause.",
    )


class TakenOver(KapokError):
    """B has taken over already."""

    wording = Text(
        zh="“{post_title}”已被接管；如要重新接管，请先交还。",
        en="{post_title} has been taken over already; hand it back first.",
    )


class NotTakenOver(KapokError):
    """Nobody has taken over."""

    wording = Text(
        zh="“{post_title}”目前没有被接管，无须交还。",
        en="{post_title} has not been taken over; there is nothing to hand back.",
    )


class NoteMissing(KapokError):
    """A hand-over needs a note."""

    wording = Text(
        zh="请填写交接说明（至少四个字），写明在办事项和注意事项，不写客户个人信息。",
        en="Write a hand-over note (at least four characters): what is open and what to mind, without customers’ personal data.",
    )


class CodeInUse(KapokError):
    """Another skill or shift has this code."""

    wording = Text(zh="代码“{code}”已被使用，请换一个。", en="The code “{code}” is in use; choose another.")


class UnknownSkill(KapokError):
    """No skill has this code."""

    wording = Text(zh="没有代码为“{skill}”的技能，请先新增。", en="No skill has the code “{skill}”; define it first.")


class UnknownLevel(KapokError):
    """A level is 1, 2 or 3."""

    wording = Text(
        zh="技能等级应为1（在带教下）、2（独立）或3（可带教），不是{level}。",
        en="A level is 1 (under guidance), 2 (alone) or 3 (teaches), not {level}.",
    )


class SkillNotHeld(KapokError):
    """The person does not have the skill."""

    wording = Text(
        zh="{username}没有技能“{skill_title}”，无从取消。",
        en="{username} does not have the skill {skill_title}; there is nothing to withdraw.",
    )


class UnknownShift(KapokError):
    """No shift has this code."""

    wording = Text(zh="没有代码为“{shift}”的班次，请先新增。", en="No shift has the code “{shift}”; define it first.")


class OnDutyAlready(KapokError):
    """The shifts would overlap."""

    wording = Text(
        zh="{username}在{day}的班次与已排班次重叠；请先取消原班次，或另选一人。",
        en="{username} is on another shift that overlaps on {day}; clear that one first, or choose somebody else.",
    )


class OnLeave(KapokError):
    """The person is away then."""

    wording = Text(
        zh="{username}在{day}的该班次期间不在岗；请另选一人，或先撤回离岗。",
        en="{username} is absent during that shift on {day}; choose somebody else, or withdraw the absence first.",
    )


class NotPlanned(KapokError):
    """The person is not on that shift."""

    wording = Text(
        zh="{username}在{day}没有排这个班次，无从取消。",
        en="{username} is not on that shift on {day}; there is nothing to clear.",
    )


class DuplicateRow(KapokError):
    """Two rows of a personnel file have the same staff number."""

    wording = Text(
        zh="工号“{username}”在文件中出现不止一次；请只留一行。",
        en="The staff number “{username}” stands in more than one row of the file; keep one.",
    )


class PlaceClaimedTwice(KapokError):
    """Two rows of a personnel file claim one place."""

    wording = Text(
        zh="文件中不止一人任“{post_title}”的{place_name}；请只留一人。",
        en="More than one row of the file claims {place_name} of {post_title}; keep one.",
    )


class UnknownPlace(KapokError):
    """A place is A or B."""

    wording = Text(
        zh="岗位后应写A或B，不是“{place}”；请改正。", en="A post is followed by A or B, not “{place}”; correct it."
    )


class NotYours(KapokError):
    """The row touches units that the person who imports does not manage."""

    wording = Text(
        zh="这一行涉及您无权管理的单位；请由上级管理员导入。",
        en="This row touches units that you do not manage; ask an administrator above to import it.",
    )


class PersonnelRefused(KapokError):
    """Rows are refused, so nothing of the file was taken in."""

    wording = Text(
        zh="有{count}行被拒，整个文件都没有导入。第{line}行：{reason}改正后请重新导入。",
        en="Nothing of the file was taken in, because {count} {count:row is|rows are} refused. "
        "Line {line}: {reason} Mend it and import again.",
    )

"""What the verbs of field work refuse, each with its remedy."""

from __future__ import annotations

from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text


class NoPatch(KapokError):
    """No patch and no service centre answers for the address."""

    wording = Text(
        zh="“{address}”不属任何片区，无人可派：请先在“标准地址”中划定片区。",
        en="No patch answers for {address}, so nobody can be sent: assign it to a patch under Addresses first.",
    )


class NobodyHasSkill(KapokError):
    """Nobody who works there has the skill."""

    wording = Text(
        zh="{unit_name}没有人能独立做“{skill_name}”：请先授予技能，或改由其他单位办理。",
        en="Nobody of {unit_name} masters {skill_name} alone: award the skill first, or let another unit do it.",
    )


class WindowFull(KapokError):
    """Nobody has so much time left in the window."""

    wording = Text(
        zh="{day} {begins}–{ends} 已约满，请另选时段。", en="{day} {begins}–{ends} is full; choose another window."
    )


class WindowPast(KapokError):
    """The window has begun."""

    wording = Text(
        zh="{day} {begins}–{ends} 已经开始或已过，请选以后的时段。",
        en="{day} {begins}–{ends} has begun or is over; choose a later window.",
    )


class WindowNotOffered(KapokError):
    """No such window is offered: it is off the grid, too short for the visit, or too far ahead."""

    wording = Text(
        zh="没有这样的时段：请从可约时段中选择（{days} 天之内）。",
        en="There is no such window: choose one of those that are offered, within {days} days.",
    )


class UnderWay(KapokError):
    """The technician is on the way, or there already."""

    wording = Text(
        zh="装维人员已出发或已到场，不能在网上改约；请直接与其联系，或拨打客服热线。",
        en="The technician is on the way or there already: speak with them, or call us, to choose another time.",
    )


class BadWindow(KapokError):
    """A window ends after it begins, within a day."""

    wording = Text(
        zh="时段不成立：须先开始后结束，且不超过 24 小时。",
        en="That is no window: it must end after it begins, within 24 hours.",
    )


class BadMinutes(KapokError):
    """A visit takes some minutes, a day at most."""

    wording = Text(
        zh="上门时长“{minutes}”须为 1 至 {most} 分钟。", en="A visit takes 1 to {most} minutes, not “{minutes}”."
    )


class BookedAlready(KapokError):
    """There is an appointment already."""

    wording = Text(
        zh="已约在 {day} {begins}–{ends}，如需变更请改约。",
        en="There is an appointment on {day} {begins}–{ends} already; move that one.",
    )


class UnknownAppointment(KapokError):
    """No appointment has this identifier."""

    wording = Text(zh="没有该预约，请刷新后再试。", en="There is no such appointment; reload and try again.")


class AppointmentOver(KapokError):
    """It was kept or cancelled."""

    wording = Text(
        zh="该预约已结束，不能再改；请重新预约。", en="The appointment is over and cannot be changed; make a new one."
    )


class UnknownReason(KapokError):
    """The reason is none of the list."""

    wording = Text(
        zh="没有“{reason}”这一原因，可选：{reasons}。", en="“{reason}” is no reason here; choose from {reasons}."
    )


class NoteNeeded(KapokError):
    """It has to be said in words."""

    wording = Text(zh="请写明{field}（至多 {most} 字）。", en="Say the {field} in words, {most} characters at most.")


class UnknownWorkOrder(KapokError):
    """The item is no work of the field."""

    wording = Text(zh="没有该外勤工单，请刷新后再试。", en="There is no such work order; reload and try again.")


class NotNow(KapokError):
    """The work order is in another state."""

    wording = Text(
        zh="工单现为“{state_name}”，不能{deed_name}；请刷新后再试。",
        en="The work order is “{state_name}” now: “{deed_name}” is not possible. Reload and look again.",
    )


class NotYoursToDo(KapokError):
    """It was dispatched to somebody else."""

    wording = Text(
        zh="该工单已派给 {username}；请调度改派后再接。",
        en="This work order was dispatched to {username}; ask dispatch to assign it to you.",
    )


class HelperBusy(KapokError):
    """The helper is off shift in the window, or has no time left in it."""

    wording = Text(
        zh="{username} 在 {window} 不当班或已约满：请另选帮手或时段，或由调度撤下帮手。",
        en="{username} is off shift or full in {window}: choose another helper or window, or have dispatch release the helper.",
    )


class HelpsNot(KapokError):
    """Nobody with this number helps with the work order."""

    wording = Text(zh="{username} 不是此单的帮手，请刷新。", en="{username} does not help with it; reload.")


class InHands(KapokError):
    """Somebody works on it."""

    wording = Text(
        zh="{username} 已接此单，不能直接指派；请改派，并说明原因。",
        en="{username} has it in hand, so it cannot be assigned as new work; reassign it, and say why.",
    )


class NotATechnician(KapokError):
    """The person does no field work there."""

    wording = Text(
        zh="{username} 不是 {unit_name} 可派的装维人员，请从看板所列人员中选择。",
        en="{username} does no field work for {unit_name}; choose somebody on the board.",
    )


class NoTimeThen(KapokError):
    """Whom the leader names cannot keep the window that was promised; who insists sends them all the same."""

    wording = Text(
        zh="{username} 在 {window} {why}，请另选。", en="{username} is {why} in {window}: choose somebody else."
    )


class NobodyFits(KapokError):
    """Nobody can be sent."""

    wording = Text(
        zh="无人可派：{why}。请改约、借调人员，或由班长指派。",
        en="Nobody can be sent: {why}. Move the appointment, borrow somebody, or let the team leader assign it.",
    )


class NotMeasured(KapokError):
    """A reading is not what the test can show."""

    wording = Text(
        zh="“{test_name}”的读数“{value}”须为 {least} 至 {most} {unit} 的数。",
        en="{test_name} reads {least} to {most} {unit}, not “{value}”.",
    )


class UnknownTest(KapokError):
    """No such test."""

    wording = Text(zh="没有测试项“{test}”，可选：{tests}。", en="There is no test “{test}”; choose from {tests}.")


class NotAPicture(KapokError):
    """The file is no picture of a kind that is kept."""

    wording = Text(
        zh="“{name}”不是 JPEG、PNG 或 WebP 图片，请重新拍摄。",
        en="“{name}” is no JPEG, PNG or WebP picture; take it again.",
    )


class PictureTooLarge(KapokError):
    """The file is too large."""

    wording = Text(
        zh="“{name}”超过 {most} MB，请降低清晰度后重拍。",
        en="“{name}” is larger than {most} MB; take it at a lower resolution.",
    )


class TooManyPictures(KapokError):
    """There are more pictures than are kept for one work order."""

    wording = Text(zh="一张工单至多 {most} 张照片。", en="A work order keeps {most} photos at most.")


class CannotKeepPicture(KapokError):
    """The data folder does not take the file."""

    wording = Text(
        zh="照片无法保存（{reason}），请稍后重试，或告知管理员检查磁盘。",
        en="The picture could not be kept ({reason}); try again, or ask the administrator to look at the disk.",
    )


class ReplyIncomplete(KapokError):
    """The reply lacks what the stage wants."""

    wording = Text(zh="回单不完整，还缺：{missing}。", en="The reply is not complete; it lacks: {missing}.")


class ReadingFails(KapokError):
    """A reading is not what it should be, and nobody said why it is handed in all the same."""

    wording = Text(
        zh="“{test_name}”不合格（{reading}）。{remedy}确实无法改善的，请填写原因后再回单。",
        en="{test_name} fails ({reading}). {remedy} If it cannot be made better, say why, then hand it in.",
    )


class NotAppointed(KapokError):
    """No window was agreed yet, or it has passed."""

    wording = Text(
        zh="尚未约定上门时段，或时段已过；请先预约或改约。",
        en="No window is agreed, or it has passed; make the appointment first, or move it.",
    )


class NothingToApprove(KapokError):
    """No hold waits for approval."""

    wording = Text(zh="没有待批的挂起申请，请刷新。", en="No hold waits for approval; reload.")


class HelpsAlready(KapokError):
    """The person is on it already."""

    wording = Text(zh="{username} 已在此单上。", en="{username} is on it already.")


class PlaceUnknown(KapokError):
    """Nobody said where the visit is."""

    wording = Text(
        zh="该工单没有标准地址和技能，请在预约时填写。",
        en="This work order says neither where nor what skill; say both with the appointment.",
    )


class KeyOfAnother(KapokError):
    """The key was used for something else."""

    wording = Text(
        zh="该操作编号已用于别的操作，请刷新手机页面。",
        en="This key was used for another action; reload the page on the phone.",
    )


class NotPutOff(KapokError):
    """Only what was ordered can be put off or wait for plant."""

    wording = Text(
        zh="只有订单的工单才能“{deed_name}”；其他情况请挂起或退单。",
        en="Only work for an order allows “{deed_name}”: hold the others, or return them.",
    )


class Resting(KapokError):
    """Its matter is put off, or waits for plant: nothing is done there until it goes on."""

    wording = Text(
        zh="{why}，现在不能“{deed_name}”；要继续办理，请先“解挂”并重新约定上门时段。",
        en="It is {why}: “{deed_name}” is not possible. To carry on, let it go on first and agree a window anew.",
    )


class StillLacking(KapokError):
    """It waits for plant, and there is none yet."""

    wording = Text(zh="资源仍不足，继续待装。", en="Plant is lacking still: it goes on waiting.")


class NobodyToCall(KapokError):
    """No telephone number is known."""

    wording = Text(
        zh="此单没有登记客户电话，请向调度台询问。",
        en="No telephone number of the customer is known here; ask the dispatch desk.",
    )


class NothingToSet(KapokError):
    """The visit is for no line."""

    wording = Text(zh="此单不涉及线路账号。", en="This visit is for no line that logs in.")

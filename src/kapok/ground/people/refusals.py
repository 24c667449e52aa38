"""What people's verbs refuse, each with its remedy."""

from __future__ import annotations

from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text


class UnknownStaff(KapokError):
    """Nobody has this staff number."""

    wording = Text(
        zh="没有工号“{username}”，请核对后再试。",
        en="Nobody has the staff number “{username}”; check it and try again.",
    )


class UnknownUnit(KapokError):
    """No unit has this code."""

    wording = Text(zh="没有代码为“{unit}”的单位，请先新设。", en="No unit has the code “{unit}”; add it first.")


class EndedUnit(KapokError):
    """The unit has ended: nobody and nothing can be put there any more."""

    wording = Text(
        zh="“{unit_name}”已于{ended_on}撤销，请选用现有单位。",
        en="{unit_name} ended on {ended_on}; choose a unit that still exists.",
    )


class UnitInUse(KapokError):
    """Somebody or something is still there; `left` names them."""

    wording = Text(
        zh="“{unit_name}”还在使用，不能撤销。{left}。请先调走、撤销或收回。",
        en="{unit_name} is still in use and cannot be ended. {left}. Transfer, end or revoke these first.",
    )


class BelowItself(KapokError):
    """A unit cannot be part of itself or of what is part of it."""

    wording = Text(
        zh="“{parent_name}”就是“{unit_name}”或在其下，不能作为它的上级；请另选上级单位。",
        en="{parent_name} is {unit_name} itself or lies below it, so it cannot stand above it; choose another unit.",
    )


class AlreadyThere(KapokError):
    """The unit is part of that one already."""

    wording = Text(
        zh="“{unit_name}”已经在“{parent_name}”之下；请另选上级单位。",
        en="{unit_name} is part of {parent_name} already; choose another unit.",
    )


class NotYet(KapokError):
    """A change of a unit cannot be entered before it takes effect."""

    wording = Text(
        zh="{day}还没有到；单位的变动请在生效当日或之后登记，生效日期填今天或更早的日期。",
        en="{day} is still to come; enter a change of a unit on the day it takes effect or afterwards, so choose today or earlier.",
    )


class NotBefore(KapokError):
    """The unit was founded, or changed last, after that day."""

    wording = Text(
        zh="“{unit_name}”自{day}起才是现在这样；请填这一天或更晚的日期。",
        en="{unit_name} has been what it is only since {day}; choose that day or a later one.",
    )


class FoundedLater(KapokError):
    """The unit that is to stand above did not exist on that day."""

    wording = Text(
        zh="“{unit_name}”设立于{day}；请填这一天或更晚的日期，或另选上级单位。",
        en="{unit_name} was founded on {day}; choose that day or a later one, or another unit.",
    )


class UsedUntil(KapokError):
    """Something of the unit ended later than the unit would."""

    wording = Text(
        zh="“{unit_name}”到{day}还有下级单位、岗位或授予的角色；请填这一天或更晚的日期。",
        en="{unit_name} had units below it, posts or roles until {day}; choose that day or a later one.",
    )


class TopUnit(KapokError):
    """A unit at the top stays there, with the administrators of the whole operator."""

    wording = Text(
        zh="“{unit_name}”是顶层单位，不能移动；可以移动它的下级单位。",
        en="{unit_name} is a top unit and cannot be moved; move the units below it.",
    )


class UnknownRole(KapokError):
    """No role has this code."""

    wording = Text(zh="没有角色“{role}”；可用：{roles}。", en="There is no role “{role}”; there are {roles}.")


class UsernameTaken(KapokError):
    """Somebody, perhaps no longer active, already has this staff number."""

    wording = Text(
        zh="工号“{username}”已有人使用；工号不重复使用，请另取一个。",
        en="The staff number “{username}” is taken and numbers are never reused; choose another.",
    )


class CodeTaken(KapokError):
    """Another unit already has this code."""

    wording = Text(zh="单位代码“{unit}”已被使用，请另取一个。", en="The unit code “{unit}” is taken; choose another.")


class AlreadyHeld(KapokError):
    """The person already holds this role at this unit."""

    wording = Text(
        zh="此人在{unit_name}已是“{role_name}”。", en="This person already holds {role_name} at {unit_name}."
    )


class NotHeld(KapokError):
    """The person does not (or no longer) hold this role at this unit."""

    wording = Text(
        zh="此人在{unit_name}没有“{role_name}”，可能刚被收回；请刷新页面。",
        en="This person does not hold {role_name} at {unit_name}; it may just have been revoked. Reload the page.",
    )


class LastAdministrator(KapokError):
    """Without this person nobody could grant roles any more."""

    wording = Text(
        zh="“{username}”是全公司最后一位管理员，不能停用或收回；请先在顶层单位授予另一人“管理员”。",
        en="“{username}” is the last administrator of the whole operator; grant the role to somebody else at the top unit first.",
    )


class AlreadyDeactivated(KapokError):
    """The person is deactivated already."""

    wording = Text(zh="“{username}”已经停用；请刷新页面。", en="“{username}” is deactivated already; reload the page.")


class AlreadyActive(KapokError):
    """The person is active already."""

    wording = Text(zh="“{username}”已经可以使用；请刷新页面。", en="“{username}” is active already; reload the page.")


class NotLocked(KapokError):
    """There is nothing to unlock."""

    wording = Text(zh="“{username}”没有被锁定。", en="“{username}” is not locked.")


class WrongPassword(KapokError):
    """The present password was not given correctly."""

    wording = Text(zh="当前口令不对，请重新输入。", en="The present password is not right; type it again.")


class WeakPassword(KapokError):
    """The new password breaks the password rules; `reasons` says which."""

    wording = Text(zh="新口令不合要求：{reasons}", en="The new password will not do: {reasons}")


class PurposeMissing(KapokError):
    """Personal data may be seen only for a stated purpose."""

    wording = Text(
        zh="查看联系方式须写明用途（至少四个字），例如“联系交班”。",
        en="Say what you need the contact details for (at least four characters), such as “hand over the shift”.",
    )


class InvalidName(KapokError):
    """A person needs a name that can be read."""

    wording = Text(
        zh="姓名不能为空，最多{longest}个字，不含控制字符；请重新填写。",
        en="A name has 1 to {longest} characters and no control characters; type it again.",
    )


class InvalidPhone(KapokError):
    """This cannot be a phone number of any country."""

    wording = Text(
        zh="电话号码应有3至17位数字，可带“+”、空格、括号、连字符和分机，例如“+86 20 8888 0001 转 12”。",
        en="A phone number has 3 to 17 digits, with +, blanks, brackets, hyphens and an extension as needed, "
        "such as “+86 20 8888 0001 ext 12”.",
    )


class InvalidEmail(KapokError):
    """This cannot be an e-mail address."""

    wording = Text(
        zh="电子邮箱写法不对，应如“lin.jing@example.com”。",
        en="This is not an e-mail address; write it like “lin.jing@example.com”.",
    )

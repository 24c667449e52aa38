"""What the inventory's verbs refuse, each with its remedy."""

from __future__ import annotations

from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text


class UnknownElement(KapokError):
    """No element has this code."""

    wording = Text(
        zh="没有编码为“{code}”的网元，请核对编码，或先新增。",
        en="No element has the code “{code}”; check it, or add the element first.",
    )


class UnknownSite(KapokError):
    """No site has this code."""

    wording = Text(zh="没有编码为“{code}”的站点，请先新增。", en="No site has the code “{code}”; add it first.")


class UnknownPool(KapokError):
    """No pool has this code."""

    wording = Text(zh="没有编码为“{code}”的资源池，请先新增。", en="No pool has the code “{code}”; add it first.")


class UnknownResource(KapokError):
    """No resource has this code."""

    wording = Text(zh="没有编码为“{code}”的资源，请核对。", en="No resource has the code “{code}”; check it.")


class UnknownService(KapokError):
    """No service has this number."""

    wording = Text(
        zh="没有编号为“{number}”的业务，请核对，或从客户页选择。",
        en="No service has the number “{number}”; check it, or choose it on the customer's page.",
    )


class UnknownKind(KapokError):
    """Nothing of this kind is kept in the inventory."""

    wording = Text(zh="没有“{kind}”这一类型；可用：{kinds}。", en="There is no kind “{kind}”; there are {kinds}.")


class BadPlantCode(KapokError):
    """A code begins with a letter or digit."""

    wording = Text(
        zh="编码“{code}”须以字母或数字开头，只含字母、数字和 _ . : / -，最多80个；请重新填写。",
        en="The code “{code}” must begin with a letter or digit and have letters, digits and _ . : / - only, at most 80; "
        "type it again.",
    )


class PortTooLong(KapokError):
    """The code of a port is its element's with its own name, and has an end."""

    wording = Text(
        zh="端口名“{port}”与设备编码“{element}”合计超过{most}个字符；请缩短端口名或设备编码。",
        en="The port's name “{port}” and the code “{element}” of its element have more than {most} characters together; "
        "shorten the port's name or the element's code.",
    )


class CodeTaken(KapokError):
    """The code is in use."""

    wording = Text(zh="编码“{code}”已被使用，请另取一个。", en="The code “{code}” is taken; choose another.")


class BadCount(KapokError):
    """A count is a whole number within limits."""

    wording = Text(
        zh="数量“{count}”须为1至{most}的整数；请更正。",
        en="The count “{count}” must be a whole number from 1 to {most}; correct it.",
    )


class BadRange(KapokError):
    """A range of values cannot be read."""

    wording = Text(
        zh="“{values}”不是有效的号段、网段或编号：{reason}。请更正。",
        en="“{values}” is no range, prefix or list of values: {reason}. Correct it.",
    )


class WrongHome(KapokError):
    """Resources of this kind belong elsewhere."""

    wording = Text(
        zh="{kind_name}应属于{host_name}，不能加到{home}；请选择正确的网元或资源池。",
        en="A {kind_name} belongs to a {host_name}, not to {home}; choose the right element or pool.",
    )


class NotAPoint(KapokError):
    """Only where lines begin covers addresses."""

    wording = Text(
        zh="{element}是{kind_name}，不直接覆盖地址；请选择分光器、分线盒或接入交换机。",
        en="{element} is a {kind_name} and covers no address itself; choose a splitter, a distribution point or a switch.",
    )


class FeedsItself(KapokError):
    """The plant is a tree."""

    wording = Text(
        zh="{element}的上联“{parent}”形成环路，请核对上下级。",
        en="{element} would feed itself through {parent}; check which feeds which.",
    )


class NoHolder(KapokError):
    """What is kept is kept for somebody."""

    wording = Text(
        zh="须写明为谁预占（订单号），最多60个字符。",
        en="Say for whom it is kept (the order), in at most 60 characters.",
    )


class NothingNeeded(KapokError):
    """A reservation names what it takes."""

    wording = Text(
        zh="没有写明需要哪些资源，请至少填一项，数量为1至64。",
        en="Name at least one resource to reserve, 1 to 64 of each.",
    )


class AlreadyPast(KapokError):
    """A reservation or a building date lies ahead."""

    wording = Text(zh="{until}已经过去，请选择之后的时间。", en="{until} has passed; choose a later time.")


class NothingHeld(KapokError):
    """The holder has nothing in the state from which this goes on."""

    wording = Text(
        zh="{holder}没有{state_name}的资源：可能已过期或已释放，请重新预占。",
        en="{holder} has nothing that is {state_name}: it may have expired or been released; reserve again.",
    )


class ReservationExpired(KapokError):
    """A reservation is over, though nobody has cleared it yet."""

    wording = Text(
        zh="{holder}的预占已于{until}到期，请重新预占。",
        en="The reservation of {holder} ended at {until}; reserve again.",
    )


class NotDisconnected(KapokError):
    """What is in service is released only after its disconnection is confirmed."""

    wording = Text(
        zh="{resource}仍在用：须先申请释放，并在确认拆机后释放。",
        en="{resource} is in service: ask for its release first, and release it once the disconnection is confirmed.",
    )


class ResourceHeld(KapokError):
    """Somebody has the resource."""

    wording = Text(
        zh="{resource}处于“{state_name}”，由{holder}持有；请先释放，或为该业务换端口。",
        en="{resource} is {state_name}, held by {holder}; release it first, or move that service to another port.",
    )


class NoSuchMove(KapokError):
    """The move is not allowed from where it stands."""

    wording = Text(
        zh="{what}现为“{before_name}”，不能变为“{after_name}”；请刷新页面。",
        en="{what} is {before_name} and cannot become {after_name}; reload the page.",
    )


class NoReasonGiven(KapokError):
    """Some changes need a reason."""

    wording = Text(zh="请写明原因，1至200个字。", en="Give a reason of 1 to 200 characters.")


class NothingWaits(KapokError):
    """Nobody waits there."""

    wording = Text(
        zh="{place}没有等待“{code}”的客户，请刷新页面。", en="Nobody waits at {place} for {code}; reload the page."
    )


class NotLacking(KapokError):
    """Whoever waits takes nothing of that sort."""

    wording = Text(
        zh="缺料代码“{code}”与所需资源不符，请选择其中之一：{codes}。",
        en="“{code}” is no shortage of what it takes; choose one of: {codes}.",
    )


class ForeignAccount(KapokError):
    """An account is its customer's."""

    wording = Text(
        zh="账户{account}不属于客户{customer}，请选择该客户的账户。",
        en="Account {account} is not {customer}'s; choose one of theirs.",
    )


class WishTaken(KapokError):
    """The one that was wished for is not free, or is not one for that address."""

    wording = Text(
        zh="所选{kind_name}已被占用或不可用，请另选一个。",
        en="The {kind_name} that was chosen is no longer free; choose another one.",
    )


class UnknownFinding(KapokError):
    """There is no such finding, or it is settled."""

    wording = Text(
        zh="没有这条核查差异，或已更正；请刷新页面。",
        en="There is no such finding, or it is corrected; reload the page.",
    )


class NotScrapped(KapokError):
    """The record of what was found does not say that it is scrapped."""

    wording = Text(
        zh="{resource} 的记录不是“报废”，无从确认；请刷新后更正记录。",
        en="The record of {resource} does not say that it is scrapped; reload the page, and put the record right.",
    )


class NotAPlantFile(KapokError):
    """The file cannot be read."""

    wording = Text(
        zh="文件不能作为资源表读取：{reason}。{remedy}", en="The file cannot be read as plant: {reason}. {remedy}"
    )


class PlantRowsRefused(KapokError):
    """Some rows are wrong, so none was loaded."""

    wording = Text(
        zh="有{refused}行不能导入，因此一行也没有导入。第{line}行：{reason}请更正后再试。",
        en="{refused} {refused:row|rows} cannot be loaded, so none was. Line {line}: {reason} Correct them and try again.",
    )


class RestTooLong(KapokError):
    """A value cannot rest for so many days."""

    wording = Text(
        zh="回收后须停放 0 至 {most} 天，不能是 {days} 天。",
        en="A value that is given back rests for 0 to {most} days, not {days}.",
    )


class BadCell(KapokError):
    """A cell cannot be read."""

    wording = Text(
        zh="列“{column}”的值“{value}”无效：{expected}。", en="“{value}” in column “{column}” is not valid: {expected}."
    )


class CellMissing(KapokError):
    """A cell must be filled."""

    wording = Text(zh="缺少列“{column}”的值，请补全。", en="Column “{column}” is empty; fill it in.")

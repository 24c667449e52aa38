"""What customers' verbs refuse, each with its remedy."""

from __future__ import annotations

from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text


class UnknownCustomer(KapokError):
    """No customer has this number."""

    wording = Text(
        zh="没有编号为“{number}”的客户，请核对，或按姓名、电话、地址查找。",
        en="No customer has the number “{number}”; check it, or search by name, phone or address.",
    )


class UnknownAccount(KapokError):
    """No billing account has this number."""

    wording = Text(
        zh="没有编号为“{number}”的账户，请核对，或从客户页选择账户。",
        en="No billing account has the number “{number}”; check it, or choose one on the customer's page.",
    )


class UnknownContact(KapokError):
    """The contact is not this customer's, or has ended."""

    wording = Text(
        zh="该客户没有这个联系方式，或已停用；请刷新页面。",
        en="This customer has no such contact, or it has ended; reload the page.",
    )


class ErasedCustomer(KapokError):
    """The personal data of this customer was erased; the record only stands for what was done."""

    wording = Text(
        zh="{number}的个人信息已删除，不能再修改或查看；如客户回来，请新建客户。",
        en="The personal data of {number} was erased; nothing can be changed or seen. If the customer comes back, register anew.",
    )


class UnknownChoice(KapokError):
    """The value is not one of a closed list."""

    wording = Text(
        zh="{field_name}不能是“{value}”；可用：{choices}。",
        en="The {field_name} cannot be “{value}”; choose one of {choices}.",
    )


class UnknownLanguage(KapokError):
    """A language that is none of the operator's list, or more than are kept of one customer."""

    wording = Text(
        zh="语言“{language}”不可用；请用 {languages}，最多 {most} 种。",
        en="The language “{language}” is not known; use {languages}, {most} at most.",
    )


class Nameless(KapokError):
    """A customer needs a name that can be read."""

    wording = Text(
        zh="名称不能为空，最多{longest}个字，不含控制字符；请重新填写。",
        en="A name has 1 to {longest} characters and no control characters; type it again.",
    )


class Unitless(KapokError):
    """A customer needs a unit that serves it."""

    wording = Text(
        zh="服务单位不能为空；请在 unit（单位）列填写负责该客户的单位代码。",
        en="The unit is empty; put the code of the unit that serves the customer into the column “unit”.",
    )


class InvalidDocument(KapokError):
    """This cannot be the number of such a document."""

    wording = Text(
        zh="证件号码与类型“{kind_name}”不符：身份证须18位且校验位正确，其他证件4至40位字母或数字，类型与号码要同时填写；请核对原件。",
        en="The number does not fit the document “{kind_name}”: an identity card has 18 characters with the right check digit, "
        "others 4 to 40 letters or digits, and kind and number go together; check the original.",
    )


class InvalidReference(KapokError):
    """This cannot be the number of a former system."""

    wording = Text(
        zh="原系统编号应为1至{longest}位字母、数字或 . _ / -，以字母或数字开头；请改正。",
        en="A former number has 1 to {longest} letters, digits or . _ / - and begins with a letter or digit; correct it.",
    )


class ReferenceTaken(KapokError):
    """Another customer came from the former system with the same number."""

    wording = Text(
        zh="原系统编号“{reference}”已属于{number}；不要重复导入，请核对。",
        en="The former number “{reference}” is that of {number} already; do not load it twice, check it.",
    )


class InvalidContact(KapokError):
    """This cannot be a contact of that kind."""

    wording = Text(zh="{kind_name}写法不对：{why}", en="This is no {kind_name}: {why}")


class InvalidCurrency(KapokError):
    """A currency has three letters."""

    wording = Text(
        zh="币种应为三个字母的代码，例如CNY，不能是“{currency}”。",
        en="A currency is a code of three letters such as CNY, not “{currency}”.",
    )


class ContactKnown(KapokError):
    """The customer has this contact already."""

    wording = Text(
        zh="该客户已有这个{kind_name}；不需要再添加。",
        en="The customer has this {kind_name} already; there is no need to add it.",
    )


class StarOutOfRange(KapokError):
    """Star levels go from 0 to 7."""

    wording = Text(zh="星级应为0至7，不能是{star}。", en="A star level is 0 to 7, not {star}.")


class TierNeedsKeyAccount(KapokError):
    """A tier is a key account's."""

    wording = Text(
        zh="等级{tier}只用于大客户；请改客户群为大客户，或不定级。",
        en="The tier {tier} is for key accounts; make the segment key accounts, or leave the tier empty.",
    )


class ConsentGivenAlready(KapokError):
    """The customer agrees to this already."""

    wording = Text(zh="客户已同意“{purpose_name}”。", en="The customer agrees to {purpose_name} already.")


class NoConsent(KapokError):
    """There is no consent to withdraw."""

    wording = Text(
        zh="客户没有同意过“{purpose_name}”，或已撤回；请刷新页面。",
        en="The customer has not agreed to {purpose_name}, or has withdrawn it; reload the page.",
    )


class PurposeNeeded(KapokError):
    """Personal data may be seen only for a purpose of the list; what is other is said in words."""

    wording = Text(
        zh="查看个人信息须选择用途；选“其他”时请写明（4至{longest}个字）。",
        en="Choose what you need the personal data for; for “other” say what (4 to {longest} characters).",
    )


class InvalidMatter(KapokError):
    """The matter that a look is for is named on one line."""

    wording = Text(
        zh="事项不能含换行等控制字符，且最多{longest}个字；请填写订单、故障或投诉的编号。",
        en="The matter is one line of at most {longest} characters; write the number of the order, fault or complaint.",
    )


class ClosedAccount(KapokError):
    """A closed account is used for nothing any more."""

    wording = Text(
        zh="账户{account}已经关闭；请选择其他账户。", en="The account {account} is closed; choose another one."
    )


class OnlyAccount(KapokError):
    """A customer has an account as long as there is a customer."""

    wording = Text(
        zh="账户{account}是该客户唯一的账户；请先开立另一账户。",
        en="{account} is the customer's only account; open another one first.",
    )


class AccountInUse(KapokError):
    """Something is still billed on the account."""

    wording = Text(
        zh="账户{account}仍在使用：{what}。请先换到其他账户或办结。",
        en="The account {account} is still used: {what}. Move that to another account, or finish it, first.",
    )


class NobodyToName(KapokError):
    """The name of a contact person comes with a way to reach them."""

    wording = Text(
        zh="写了联系人却没有电话或邮箱；请填写其中一项。",
        en="There is a contact person, but no telephone and no e-mail; fill in one of them.",
    )


class NoReason(KapokError):
    """A merge is explained."""

    wording = Text(
        zh="请写明合并的原因（4至{longest}个字）。", en="Say why they are merged (4 to {longest} characters)."
    )


class ChangedMeanwhile(KapokError):
    """Somebody else has changed the record since the form was opened."""

    wording = Text(
        zh="{number}的资料已被他人修改；请重新打开页面，核对后再改。",
        en="Somebody else has changed {number} meanwhile; open the page again and compare before you change it.",
    )


class NotAnOrganisation(KapokError):
    """Only organisations form key-account hierarchies."""

    wording = Text(
        zh="{number}是个人客户，不能放入单位层级。", en="{number} is a person; only organisations stand in a hierarchy."
    )


class BelowItself(KapokError):
    """A customer cannot stand below itself."""

    wording = Text(
        zh="{parent}就是{number}或在其下，不能作为它的上级；请另选上级。",
        en="{parent} is {number} itself or stands below it; choose another customer above.",
    )


class SameCustomer(KapokError):
    """A customer cannot be merged with itself."""

    wording = Text(
        zh="{number}已经是同一个客户；请选择两个不同的客户。",
        en="These are one customer, {number}, already; choose two different ones.",
    )


class DifferentKinds(KapokError):
    """A person and an organisation are never one."""

    wording = Text(
        zh="个人与单位不能合并；请核对两个客户。",
        en="A person and an organisation cannot be merged; check the two customers.",
    )


class DropsItsHead(KapokError):
    """Who stands above the other in a hierarchy cannot be the one that is dropped."""

    wording = Text(
        zh="{drop}是{keep}的上级；请反过来合并，保留{drop}。",
        en="{drop} stands above {keep}; merge them the other way round and keep {drop}.",
    )


class CannotFollow(KapokError):
    """Something of the dropped customer contradicts what the kept one has."""

    wording = Text(
        zh="{drop}的“{table}”与{keep}已有的冲突，不能合并；请先处理其中之一。",
        en="The {table} of {drop} contradicts what {keep} has, so they cannot be merged; settle one of them first.",
    )


class NotAPerson(KapokError):
    """Export and erasure are rights of persons."""

    wording = Text(
        zh="{number}是单位客户；导出与删除只针对个人。",
        en="{number} is an organisation; export and erasure are for persons.",
    )


class StillOpen(KapokError):
    """Something still binds the customer; `what` names it."""

    wording = Text(
        zh="{number}还有未了事项，不能删除个人信息：{what}。请先办结。",
        en="{number} cannot be erased yet: {what}. Settle these first.",
    )


class NotACustomerFile(KapokError):
    """The file cannot be read as a table of customers."""

    wording = Text(
        zh="文件不能作为客户表读取：{reason}。应为CSV（UTF-8或GBK），首行含列名：{columns}。",
        en="The file cannot be read as customers: {reason}. It must be CSV (UTF-8 or GBK) with the columns {columns} "
        "named in its first line.",
    )


class RowOutOfShape(KapokError):
    """A row has another number of cells than the first line."""

    wording = Text(
        zh="列数为{cells}，与首行的{columns}列不符；请检查逗号与引号。",
        en="It has {cells} {cells:cell|cells} where the first line has {columns}; check commas and quotation marks.",
    )


class FormulaCell(KapokError):
    """A cell that a spreadsheet would compute."""

    wording = Text(
        zh="内容以“{sign}”开头，像是公式；请改成文字。",
        en="It begins with “{sign}” like a formula; write the text itself.",
    )


class NotYours(KapokError):
    """The unit is none of those for which one keeps customers."""

    wording = Text(
        zh="您不能为{unit_name}（{unit}）维护客户；请改为自己负责的单位。",
        en="You do not keep customers for {unit_name} ({unit}); name a unit of your own.",
    )


class RowsRefused(KapokError):
    """Some rows are wrong, so none was loaded."""

    wording = Text(
        zh="有{refused}行不能导入，因此一行也没有导入。第{line}行{field_name}：{reason}请更正后再试。",
        en="{refused} {refused:row|rows} cannot be loaded, so none was. Line {line}, {field_name}: {reason} "
        "Correct them and try again.",
    )

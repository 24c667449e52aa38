"""What places' verbs refuse, each with its remedy."""

from __future__ import annotations

from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text


class UnknownAddress(KapokError):
    """No address has this code."""

    wording = Text(
        zh="没有编码为“{code}”的标准地址，请核对编码或先新增。",
        en="No standard address has the code “{code}”; check it, or add the address first.",
    )


class RetiredAddress(KapokError):
    """The address is no longer in use."""

    wording = Text(
        zh="“{address}”已停用，请选用现行地址。",
        en="{address} has been retired; choose an address that is in use.",
    )


class AddressInUse(KapokError):
    """Addresses below it, or patches on it, are still in use."""

    wording = Text(
        zh="“{address}”之下还有{below}个在用地址、{patches}个片区划分，不能停用；请先停用下级地址、改划片区。",
        en="{address} is still in use: addresses below it {below}, patches on it {patches}; retire or reassign these first.",
    )


class AddressCodeTaken(KapokError):
    """Another address already has this code."""

    wording = Text(
        zh="地址编码“{code}”已被使用，请另取一个。", en="The address code “{code}” is taken; choose another."
    )


class AddressKnown(KapokError):
    """The same place has an address already."""

    wording = Text(
        zh="“{address}”已有标准地址，不必重复新增；请直接查询使用。",
        en="{address} has a standard address already; look it up and use that one.",
    )


class BadArea(KapokError):
    """No promise knows this kind of area, or one exchange area would be of two."""

    wording = Text(
        zh="局向“{code}”的地区类别“{area}”无效：请从 {areas} 中选一个，同一局向只能有一种。",
        en="“{area}” cannot be the kind of area of “{code}”: choose one of {areas}; an exchange area has one.",
    )


class BadLevel(KapokError):
    """An address lies below one of a higher level."""

    wording = Text(
        zh="层级“{level}”不能建在层级“{parent_level}”之下；请选上一级地址（省、市、区县、街道镇、路巷、门牌、房号）。",
        en="A {level} cannot lie below a {parent_level}; choose an address of a higher level to put it under.",
    )


class BadPlaceName(KapokError):
    """A place needs a name that can be read."""

    wording = Text(
        zh="地名“{name}”不能为空，最多{longest}个字，不含控制字符；请重新填写。",
        en="The place name “{name}” must have 1 to {longest} characters and no control characters; type it again.",
    )


class BadCode(KapokError):
    """A code consists of letters, digits, hyphens and underscores."""

    wording = Text(
        zh="编码“{code}”只能用字母、数字、连字符和下划线，最多40个；请重新填写。",
        en="The code “{code}” may have letters, digits, hyphens and underscores only, at most 40; type it again.",
    )


class BadPoint(KapokError):
    """Longitude and latitude are degrees, and come together."""

    wording = Text(
        zh="经度应在-180至180之间，纬度应在-90至90之间，且须同时填写；请核对坐标。",
        en="Longitude is -180 to 180 and latitude -90 to 90 degrees, given together; check the coordinates.",
    )


class BadBoundary(KapokError):
    """The boundary is not a GeoJSON polygon."""

    wording = Text(
        zh="边界不是有效的GeoJSON面：须为Polygon或MultiPolygon，环首尾同点、至少4点，坐标为经度、纬度；请重新导出。",
        en="The boundary is not a GeoJSON polygon: type Polygon or MultiPolygon, rings closed and of at least 4 positions, "
        "each longitude, latitude. Export it again.",
    )


class UnknownExchangeArea(KapokError):
    """No exchange area has this code."""

    wording = Text(
        zh="没有编码为“{code}”的局向，请先划定局向。", en="No exchange area has the code “{code}”; draw it first."
    )


class NotAPatch(KapokError):
    """Only a unit of the kind patch answers for addresses of its own."""

    wording = Text(
        zh="“{unit_name}”不是片区，不能划给它；请选择片区，或先在组织架构中新设片区。",
        en="{unit_name} is not a patch; choose a patch, or set one up in the organisation first.",
    )


class NothingToAssign(KapokError):
    """A patch is assigned one address with what lies below, or one exchange area."""

    wording = Text(
        zh="请指明一个地址或一个局向，且只能一个。",
        en="Name one address or one exchange area, and only one of the two.",
    )


class AssignedLater(KapokError):
    """From a later day on this is assigned already, so an earlier start would overlap."""

    wording = Text(
        zh="该范围的“{segment_name}”已自{since}起划给{unit_name}；新的划分须晚于这一时间。",
        en="{segment_name} here belongs to {unit_name} since {since}; a new assignment must begin later.",
    )


class UnknownSegment(KapokError):
    """No customer segment is called that."""

    wording = Text(
        zh="没有客户群“{segment}”；可用：{segments}。", en="There is no segment “{segment}”; there are {segments}."
    )


class NotAnAddressFile(KapokError):
    """The file cannot be read as a table of addresses."""

    wording = Text(
        zh="文件不能作为地址表读取：{reason}。应为UTF-8编码的CSV，首行含列名：{columns}。",
        en="The file cannot be read as addresses: {reason}. It must be CSV in UTF-8 "
        "with the columns {columns} named in its first line.",
    )


class RowsRefused(KapokError):
    """Some rows are wrong, so none was loaded."""

    wording = Text(
        zh="有{refused}行不能导入，因此一行也没有导入。第{line}行：{reason}请更正后再试，或选择“跳过有误的行”。",
        en="Rows that cannot be loaded: {refused}; so none was. Line {line}: {reason} "
        "Correct them and try again, or leave the wrong rows out.",
    )


class RowTooShort(KapokError):
    """A row needs at least its first level in Chinese."""

    wording = Text(
        zh="缺少第一级（省）的中文名称，请补全。",
        en="The Chinese name of the first level (province) is missing; fill it in.",
    )


class RowOutOfShape(KapokError):
    """A row has another number of cells than the first line."""

    wording = Text(
        zh="列数为{cells}，与首行的{columns}列不符；请检查逗号与引号。",
        en="It has {cells} {cells:cell|cells} where the first line has {columns}; check commas and quotation marks.",
    )

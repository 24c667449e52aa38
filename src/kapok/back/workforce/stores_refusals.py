"""What keeping materials and vehicles refuses, each with its remedy."""

from __future__ import annotations

from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text


class UnknownMaterial(KapokError):
    """No such material."""

    wording = Text(
        zh="没有材料“{material}”，请从车上清单选取。",
        en="There is no material “{material}”; choose from the van's list.",
    )


class BadCount(KapokError):
    """A count is a whole number within limits."""

    wording = Text(
        zh="数量“{count}”须为 {least} 至 {most} 的整数。",
        en="A count is a whole number from {least} to {most}, not “{count}”.",
    )


class NotOnVan(KapokError):
    """The van does not carry so much."""

    wording = Text(
        zh="车上“{material_name}”只有 {left}，不够 {count}：请核对数量，或先补库存。",
        en="The van has {left} of {material_name}, not {count}: check the count, or load the van first.",
    )


class NoVan(KapokError):
    """The technician drives no van, so nothing can be taken from it."""

    wording = Text(
        zh="{username} 名下没有车辆，不能登记材料：请先配车。",
        en="{username} drives no van, so no material can be booked: give them a vehicle first.",
    )


class UnknownVehicle(KapokError):
    """No such vehicle."""

    wording = Text(zh="没有车辆“{plate}”，请核对车牌。", en="There is no vehicle “{plate}”; check its plate.")


class BadPlate(KapokError):
    """A plate is letters, digits and Chinese characters, parted by a middle dot or a hyphen at most."""

    wording = Text(
        zh="车牌“{plate}”不成立：只用字母、数字、汉字，中间可用“·”或“-”，至多 {most} 个字符，例如 粤A·D1001。",
        en="“{plate}” is no plate: use letters, digits and Chinese characters, with “·” or “-” between them, {most} at most, "
        "e.g. 粤A·D1001.",
    )


class BadMaterial(KapokError):
    """A material has a code, a name and a word for what one counts of it, in both languages."""

    wording = Text(
        zh="材料“{code}”不成立：代码用小写字母、数字和连字符，至多 40 个字符；"
        "名称至多 60 个字符、计量单位至多 10 个字符，中英文都要填。",
        en="“{code}” is no material: give a code of lower-case letters, digits and hyphens, 40 at most, and in both languages "
        "a name (60 characters at most) and what one counts of it (10 at most).",
    )


class PlateTaken(KapokError):
    """The plate is known already."""

    wording = Text(zh="车牌“{plate}”已登记。", en="The plate “{plate}” is entered already.")


class DrivesAnother(KapokError):
    """A person drives one vehicle at a time."""

    wording = Text(
        zh="{username} 已在用 {plate}，请先交回。", en="{username} drives {plate}; let them hand it back first."
    )

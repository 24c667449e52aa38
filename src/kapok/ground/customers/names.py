"""Names of customers: how a mask shows them, and the words they are found by. Pure."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from uuid import UUID

from kapok.ground.customers.rules import PartyKind
from kapok.ground.places.pinyin import initials, other_initials, spelled
from kapok.ground.places.rules import HAN, grams, latin_words
from kapok.kernel.text import Text

COMPOUND = frozenset(
    "欧阳 司马 上官 诸葛 东方 皇甫 尉迟 公孙 慕容 司徒 令狐 夏侯 端木 南宫 独孤 轩辕 宇文 长孙 司空 百里".split()  # noqa: SIM905  # words in a row are easier to read
)


def masked_name(name: str, kind: PartyKind) -> str:
    """`张伟民` becomes `张**`, `Grace Ho` `G*** H***`; an organisation's name is nobody's secret."""
    if kind is PartyKind.ORGANISATION:
        return name
    if not HAN.search(name):
        return " ".join(f"{word[0]}***" for word in name.split())
    shown = 2 if name[:2] in COMPOUND and len(name) > 2 else 1
    return name[:shown] + "*" * max(len(name) - shown, 1)


def masked_address(full: Text, road: Text, kind: PartyKind) -> Text:
    """As far as the road where it is a person's; where an organisation is to be found is nobody's secret."""
    if kind is PartyKind.ORGANISATION or full == road:
        return full
    return Text(zh=f"{road.zh}****", en=f"****, {road.en}")


SURNAMES = {
    "曾": "zeng", "单": "shan", "解": "xie", "仇": "qiu", "区": "ou", "查": "zha", "翟": "zhai", "朴": "piao", "盖": "ge",
    "乐": "yue", "缪": "miao", "冼": "xian", "洗": "xian", "员": "yun", "黑": "he", "那": "na", "晁": "chao", "种": "chong",
}  # fmt: skip
"""Characters that are read differently at the beginning of a name, as a surname."""


UNITS = 0xE000
"""No character that is in use: the first of those that Unicode leaves to private agreement."""


@lru_cache(maxsize=65_536)
def search_text(name: str) -> str:
    """The words a customer is found by: the name, its initials by every reading, its sound, its words in Latin letters.

    Initials stand between `^` and `$`: so two letters can be found where a name has only two characters.
    """
    plain = unicodedata.normalize("NFKC", name).replace(" ", "").lower()
    words = latin_words(name)
    if not HAN.search(plain):
        return " ".join(dict.fromkeys([plain, *words, _marked("".join(word[0] for word in words))])).strip()
    letters, sounds = [initials(plain), *other_initials(plain)], [spelled(plain).lower()]
    if surname := SURNAMES.get(plain[0]):
        letters.append(surname[0] + initials(plain[1:]))
        sounds.append(surname + spelled(plain[1:]).lower())
    return " ".join(dict.fromkeys([plain, *map(_marked, letters), *sounds, *words]))


def pieces(search: str, unit: UUID) -> list[int]:
    """What is indexed of a search text, and with it the unit that answers: who asks for one patch looks at no other's names."""
    return [*grams(search), unit_piece(unit)]


def unit_piece(unit: UUID) -> int:
    """A unit among the pieces. Two units may share one: it narrows what is looked at, and the unit itself decides."""
    return (UNITS << 16 | unit.int & 0xFFFF) - 2**31


def _marked(letters: str) -> str:
    return f"^{letters}$" if letters else ""

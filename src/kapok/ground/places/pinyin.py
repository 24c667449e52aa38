"""How Chinese place names are spelled by their sound: initials for finding, whole syllables where no English name is known."""

from __future__ import annotations

import re
from functools import lru_cache

from pypinyin import Style, lazy_pinyin

OTHER_READINGS = {
    "重": "cz", "长": "cz", "行": "hx", "乐": "ly", "厦": "sx", "朝": "cz", "曾": "cz", "单": "ds", "番": "fp", "涌": "cy",
    "区": "oq", "石": "ds", "会": "hk", "车": "cj", "调": "dt", "参": "cs", "盛": "cs", "埔": "bp", "陂": "bp", "莘": "sx",
    "都": "d", "大": "d", "广": "ag", "藏": "cz", "解": "jx", "校": "jx", "堡": "bp", "六": "l", "尾": "wy", "洗": "sx",
}  # fmt: skip
"""Characters of place names that are read in more than one way, with the initials of each reading in use."""


@lru_cache(maxsize=65_536)
def initials(name: str) -> str:
    """The first letter of every character, as the name is read as a whole (`重庆路` is `cql`); digits and letters stay."""
    return _plain("".join(lazy_pinyin(name, style=Style.FIRST_LETTER)))


@lru_cache(maxsize=65_536)
def other_initials(name: str) -> tuple[str, ...]:
    """The initials by the other readings of its characters, one changed at a time, in the order of the name."""
    usual = initials(name)
    if len(usual) != len(name):
        return ()
    return tuple(
        usual[:place] + letter + usual[place + 1 :]
        for place, sign in enumerate(name)
        for letter in OTHER_READINGS.get(sign, "")
        if letter != usual[place]
    )


@lru_cache(maxsize=65_536)
def spelled(name: str) -> str:
    """The name in pinyin without tones, capitalised: `体育西路` is `Tiyuxilu`."""
    return "".join(lazy_pinyin(name)).capitalize()


@lru_cache(maxsize=65_536)
def in_alphabet(words: str) -> tuple[str, str]:
    """Where words stand in a dictionary: by their sound, then by their characters; for sorting."""
    return " ".join(lazy_pinyin(words)).casefold(), words


def _plain(letters: str) -> str:
    return re.sub(r"[^a-z0-9]", "", letters.lower())

"""The languages that customers speak: their names, and what is kept of what was typed. The operator says which count. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from kapok.ground.customers.refusals import UnknownLanguage
from kapok.kernel.text import Text

LANGUAGES: Mapping[str, Text] = {
    "zh": Text(zh="普通话", en="Mandarin"),
    "yue": Text(zh="粤语", en="Cantonese"),
    "hak": Text(zh="客家话", en="Hakka"),
    "nan": Text(zh="潮汕话", en="Teochew"),
    "en": Text(zh="英语", en="English"),
    "ja": Text(zh="日语", en="Japanese"),
    "ko": Text(zh="韩语", en="Korean"),
    "fr": Text(zh="法语", en="French"),
    "de": Text(zh="德语", en="German"),
    "es": Text(zh="西班牙语", en="Spanish"),
    "pt": Text(zh="葡萄牙语", en="Portuguese"),
    "ru": Text(zh="俄语", en="Russian"),
    "ar": Text(zh="阿拉伯语", en="Arabic"),
    "th": Text(zh="泰语", en="Thai"),
    "vi": Text(zh="越南语", en="Vietnamese"),
    "id": Text(zh="印尼语", en="Indonesian"),
    "bo": Text(zh="藏语", en="Tibetan"),
    "ug": Text(zh="维吾尔语", en="Uyghur"),
}
"""By the codes of ISO 639."""
MOST = 4
"""So many languages of a customer are kept."""
APART = re.compile(r"[\s;,；，、/]+")


def tidy(typed: Iterable[str], known: Sequence[str]) -> list[str]:
    """Languages as they are kept: codes of the operator's list, each once, the best spoken first. Raises `UnknownLanguage`."""
    found = list(dict.fromkeys(code.strip().lower() for code in typed if code.strip()))
    strange = next((code for code in found if code not in known), "" if len(found) <= MOST else ", ".join(found))
    if strange:
        raise UnknownLanguage(language=strange[:40], languages=", ".join(known), most=MOST)
    return found


def read(cell: str, known: Sequence[str]) -> list[str]:
    """The languages in a cell, by code or by a name in either language. Raises `UnknownLanguage`."""
    by_name = {name.lower(): code for code, text in LANGUAGES.items() for name in (text.zh, text.en)}
    parts = [part.lower() for part in APART.split(cell.strip()) if part]
    return tidy((by_name.get(part, part) for part in parts), known)


def listed(known: Sequence[str]) -> list[tuple[str, Text]]:
    """The operator's list as a table of names."""
    return list(zip(known, named(known), strict=True))


def named(codes: Iterable[str]) -> list[Text]:
    """What these languages are called; a code itself where the table has no name of it."""
    return [LANGUAGES.get(code, Text(zh=code, en=code)) for code in codes]

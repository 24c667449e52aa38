"""Places, decided without a database: levels and segments, what an address is found by, what a boundary is. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum, StrEnum
from functools import lru_cache
from itertools import pairwise
from typing import Any

from kapok.ground.places.pinyin import initials, other_initials, spelled
from kapok.ground.places.refusals import BadBoundary, BadPlaceName
from kapok.kernel.promises.values import VALUES
from kapok.kernel.text import Text


class Level(IntEnum):
    """The seven levels of a standard address."""

    PROVINCE = 1
    CITY = 2
    DISTRICT = 3
    STREET_OFFICE = 4
    ROAD = 5
    NUMBER = 6
    ROOM = 7


LEVELS: Mapping[Level, Text] = {
    Level.PROVINCE: Text(zh="省", en="Province"),
    Level.CITY: Text(zh="市", en="City"),
    Level.DISTRICT: Text(zh="区县", en="District"),
    Level.STREET_OFFICE: Text(zh="街道镇", en="Sub-district"),
    Level.ROAD: Text(zh="路巷", en="Road"),
    Level.NUMBER: Text(zh="门牌小区", en="Number or estate"),
    Level.ROOM: Text(zh="楼栋房号", en="Building and room"),
}

UPPER = Level.ROAD
"""Levels down to this one are what a broad search finds; there are a few thousand of them, however many rooms there are."""


SERVED = Level.NUMBER
"""From this level down somebody can be served at an address."""


class Segment(StrEnum):
    """The customer segments that have patches, as promises call them (`kernel.promises.FACTS`)."""

    PUBLIC = "public"
    BUSINESS = "business"
    KEY_ACCOUNT = "key_account"
    WHOLESALE = "wholesale"
    INTERNAL = "internal"


SEGMENTS: Mapping[Segment, Text] = {
    Segment.PUBLIC: Text(zh="公众客户", en="Residential"),
    Segment.BUSINESS: Text(zh="商业客户", en="Business"),
    Segment.KEY_ACCOUNT: Text(zh="大客户", en="Key accounts"),
    Segment.WHOLESALE: Text(zh="运营商客户", en="Wholesale"),
    Segment.INTERNAL: Text(zh="内部", en="Internal"),
}


AREAS: Mapping[str, Text] = VALUES["area"]
"""The kinds of area by which promises differ, as the packs call them."""


class Rung(StrEnum):
    """How near to an address the unit is that answers for it; every rung but the first is a defect of our data."""

    PATCH = "patch"
    SERVICE_CENTRE = "service_centre"
    BUREAU = "bureau"
    OPERATOR = "operator"


RUNGS: Mapping[Rung, Text] = {
    Rung.PATCH: Text(zh="片区", en="Patch"),
    Rung.SERVICE_CENTRE: Text(zh="营服中心代管", en="Service centre, for want of a patch"),
    Rung.BUREAU: Text(zh="分局代管", en="Bureau, for want of a patch"),
    Rung.OPERATOR: Text(zh="分公司代管", en="Branch, for want of a patch"),
}

RUNG_OF_KIND: Mapping[str, Rung] = {
    "patch": Rung.PATCH,
    "service_centre": Rung.SERVICE_CENTRE,
    "bureau": Rung.BUREAU,
}


def rung_of(kind: str) -> Rung:
    """The rung of a unit of that kind; whatever is neither patch, service centre nor bureau stands for the operator."""
    return RUNG_OF_KIND.get(kind, Rung.OPERATOR)


NAME_LENGTH = 60


def tidy_name(typed: str) -> str:
    """A name as it is kept: full-width letters and digits made plain, blanks single. Raises `BadPlaceName`."""
    name = " ".join(unicodedata.normalize("NFKC", typed).split())
    if not name or len(name) > NAME_LENGTH or not name.isprintable():
        raise BadPlaceName(name=typed.strip()[:20], longest=NAME_LENGTH)
    return name


def tidy_text(name: Text) -> Text:
    """Both names as they are kept; a missing English one is spelled in pinyin. Raises `BadPlaceName`."""
    zh = tidy_name(name.zh)
    return Text(zh=zh, en=tidy_name(name.en) if name.en.strip() else spelled(zh)[:NAME_LENGTH])


Names = Sequence[tuple[Level, Text]]


def full_text(names: Names) -> Text:
    """The whole address as each language writes it: Chinese from the large to the small, English the other way round."""
    return Text(zh="".join(name.zh for _, name in names), en=", ".join(name.en for _, name in reversed(names)))


SUFFIXES = ("特别行政区", "自治区", "街道", "省", "市", "区", "县", "镇", "乡")


def short_name(zh: str) -> str:
    """A province, city or district as people say it: `天河区` is `天河`; a name of one character keeps its suffix."""
    for suffix in SUFFIXES:
        if zh.endswith(suffix) and len(zh) - len(suffix) >= 2:
            return zh[: -len(suffix)]
    return zh


def search_text(names: Names) -> str:
    """The words an address is found by: its parts as written and as said, their initials, and its English words.

    What lies below the sub-district is one word, once alone and once after the district (`天河体育西路103号`).
    """
    names = [(level, Text(zh=name.zh.replace(" ", ""), en=name.en)) for level, name in names]
    above = [name.zh for level, name in names if level < Level.ROAD]
    below = [name.zh for level, name in names if level >= Level.ROAD]
    district = next((name.zh for level, name in names if level == Level.DISTRICT), "")
    said = [short_name(name.zh) for level, name in names if level in {Level.CITY, Level.DISTRICT}]
    chinese = [*above, "".join([*said, *below])]
    spoken = [*map(initials, above), _initials(said + below), _initials([district, *below])]
    others = [other for _, name in names for other in other_initials(name.zh)]
    english = [word for level, name in names if level > Level.CITY for word in latin_words(name.en)]
    return " ".join(dict.fromkeys(word for word in [*chinese, *spoken, *others, *english] if word)).lower()


def _initials(names: Iterable[str]) -> str:
    return "".join(map(initials, names))


def latin_words(text: str) -> list[str]:
    """The words of an English name in lower case, without accents and points."""
    plain = unicodedata.normalize("NFKD", text.lower())
    return re.findall(r"[a-z0-9]+", "".join(sign for sign in plain if not unicodedata.combining(sign)))


LETTERS = re.compile(r"[\x21-\x7f]{3,}")
HAN = re.compile(r"[^\x00-\x7f]")
ADMINISTRATIVE = re.compile(r"([^省市区县\s]{2,}?省|[^省市区县\s]{2,}?市|[^省市区县\s]{1,6}?[区县]|[^路\s]{2,6}?街道)")


def asked_words(typed: str) -> list[str]:
    """What somebody typed as the words that must all occur; a pasted full address falls into its parts."""
    plain = unicodedata.normalize("NFKC", typed).lower()
    spaced = re.sub(r"[\s,，、;；。·/\-]+", " ", plain)
    words = [part for word in spaced.split() for part in (_parts(word) if HAN.search(word) else [word])]
    return list(dict.fromkeys(words))[:12]


def _parts(word: str) -> list[str]:
    return [part for part in ADMINISTRATIVE.sub(r"\1 ", word).split(" ") if part] if len(word) > 6 else [word]


def grams(text: str) -> list[int]:
    """The pieces of `text` that are indexed, as numbers: pairs where a Chinese character is in it, else three letters.

    Two characters of the Basic Multilingual Plane and three of ASCII each make one 32-bit number of their own.
    """
    found: set[int] = set()
    for word in text.split():
        found.update(_of_word(word))
    return sorted(found)


@lru_cache(maxsize=65_536)
def _of_word(word: str) -> tuple[int, ...]:
    """The pieces of one word; most words of an address stand in thousands of others too."""
    return (*_pairs(word), *_triples(word))


def _pairs(word: str) -> Iterable[int]:
    if HAN.search(word):
        for first, second in pairwise(word):
            yield ((ord(first) & 0xFFFF) << 16 | (ord(second) & 0xFFFF)) - 2**31


def _triples(word: str) -> Iterable[int]:
    for run in LETTERS.findall(word):
        for start in range(len(run) - 2):
            first, second, third = run[start : start + 3]
            yield (ord(first) << 14 | ord(second) << 7 | ord(third)) - 2**31


def asked_grams(words: Iterable[str]) -> list[int]:
    """The pieces that an address must have for all `words`; of a word with Chinese the pairs alone."""
    found: set[int] = set()
    for word in words:
        found.update(_pairs(word) if HAN.search(word) else _triples(word))
    return sorted(found)


Position = tuple[float, float]
Ring = tuple[Position, ...]


def rings(geometry: Mapping[str, Any]) -> tuple[Ring, ...]:
    """The rings of a GeoJSON Polygon or MultiPolygon (RFC 7946), each [longitude, latitude], closed. Raises `BadBoundary`."""
    coordinates = geometry.get("coordinates")
    match geometry.get("type"), coordinates:
        case "Polygon", list():
            polygons = [coordinates]
        case "MultiPolygon", list():
            polygons = coordinates
        case _:
            raise BadBoundary
    found = tuple(_ring(ring) for polygon in polygons if isinstance(polygon, list) for ring in polygon)
    if not found:
        raise BadBoundary
    return found


def _ring(positions: Any) -> Ring:
    if not isinstance(positions, list) or len(positions) < 4 or positions[0] != positions[-1]:
        raise BadBoundary
    return tuple(_position(position) for position in positions)


def _position(position: Any) -> Position:
    match position:
        case [int() | float() as longitude, int() | float() as latitude, *_] if is_on_earth(longitude, latitude):
            return float(longitude), float(latitude)
    raise BadBoundary


def is_on_earth(longitude: float, latitude: float) -> bool:
    """Whether these are degrees of a place on the earth."""
    return -180 <= longitude <= 180 and -90 <= latitude <= 90

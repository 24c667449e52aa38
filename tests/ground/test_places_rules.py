"""What addresses are found by, and what a boundary is, without a database."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from kapok.ground.places import rules
from kapok.ground.places.pinyin import initials, other_initials, spelled
from kapok.ground.places.refusals import BadBoundary, BadPlaceName
from kapok.kernel.text import Text


@pytest.mark.parametrize(
    ("name", "usual"),
    [
        ("体育西路", "tyxl"),
        ("重庆路", "cql"),
        ("番禺区", "pyq"),
        ("车陂路", "cbl"),
        ("广州大道", "gzdd"),
        ("A座301房", "az301f"),
    ],
)
def test_initials(name: str, usual: str) -> None:
    assert initials(name) == usual


def test_other_readings_and_spelling() -> None:
    assert "zql" in other_initials("重庆路")
    assert "fyq" in other_initials("番禺区")
    assert other_initials("A 座") == ()
    assert spelled("体育西路") == "Tiyuxilu"


@pytest.mark.parametrize(
    ("name", "short"),
    [("天河区", "天河"), ("广东省", "广东"), ("天河南街道", "天河南"), ("城区", "城区"), ("路", "路")],
)
def test_short_names(name: str, short: str) -> None:
    assert rules.short_name(name) == short


def test_asked_words() -> None:
    assert rules.asked_words("广东省广州市天河区体育西路103号") == ["广东省", "广州市", "天河区", "体育西路103号"]
    assert rules.asked_words("Tiyu，WEST １０３") == ["tiyu", "west", "103"]
    assert rules.asked_words("天河区") == ["天河区"]


@given(some.lists(some.text("天河体育西路广州abc019", min_size=1, max_size=8), min_size=1, max_size=4))
def test_whatever_occurs_is_found_by_its_grams(words: list[str]) -> None:
    has = set(rules.grams(" ".join(words)))
    for word in words:
        for start in range(len(word)):
            for end in range(start + 1, len(word) + 1):
                assert has.issuperset(rules.asked_grams([word[start:end]]))


def test_grams_are_32_bit_numbers_of_their_own() -> None:
    text = "龥龥 zzz 000 一丁"
    found = rules.grams(text)
    assert len(found) == 4
    assert all(-(2**31) <= gram < 2**31 for gram in found)


@pytest.mark.parametrize("name", ["", " ", "a\x00b", "x" * 61])
def test_unreadable_names(name: str) -> None:
    with pytest.raises(BadPlaceName):
        rules.tidy_name(name)


def test_a_missing_english_name_is_spelled() -> None:
    assert rules.tidy_text(Text(zh="体育　西路", en=" ")) == Text(zh="体育 西路", en="Tiyu xilu")


def test_rungs() -> None:
    assert [rules.rung_of(kind) for kind in ("patch", "service_centre", "bureau", "branch")] == list(rules.Rung)


RING = [[0, 0], [1, 0], [1, 1], [0, 0]]


def test_rings() -> None:
    assert rules.rings({"type": "Polygon", "coordinates": [RING]}) == (((0, 0), (1, 0), (1, 1), (0, 0)),)
    assert len(rules.rings({"type": "MultiPolygon", "coordinates": [[RING], [RING, RING]]})) == 3


@pytest.mark.parametrize(
    "geometry",
    [
        {}, {"type": "Point", "coordinates": [1, 2]}, {"type": "Polygon", "coordinates": []},
        {"type": "Polygon", "coordinates": [RING[:3]]}, {"type": "Polygon", "coordinates": ["x"]},
        {"type": "Polygon", "coordinates": [[*RING[:3], [0, 1]]]}, {"type": "MultiPolygon", "coordinates": [1]},
        {"type": "Polygon", "coordinates": [[[0, 99], [1, 0], [1, 1], [0, 99]]]},
        {"type": "Polygon", "coordinates": [[["a", "b"], [1, 0], [1, 1], ["a", "b"]]]},
    ],
)  # fmt: skip
def test_what_is_no_boundary(geometry: dict[str, Any]) -> None:
    with pytest.raises(BadBoundary):
        rules.rings(geometry)

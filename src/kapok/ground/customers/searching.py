"""Finding customers by whatever somebody has at hand, each kind of question by an index of its own.

A number, an account, a telephone or a document is found by its row; the last four digits by an index of tails; a name by pieces as
addresses are (decision 9), with initials marked at both ends so that two letters do; an address by the tree of addresses.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from kapok.ground.customers import dialling, names, rules
from kapok.ground.people.models import OrgUnit
from kapok.ground.places import queries as places
from kapok.ground.places.rules import HAN, SEGMENTS, Level, Segment, asked_grams
from kapok.kernel.text import Text


@dataclass(frozen=True)
class Found:
    """One customer as a list shows it; a person's name is masked unless the reader may see it, or has typed all of it.

    So is a person's address below the road, whatever was typed.
    """

    id: UUID
    number: str
    name: str
    kind: rules.PartyKind
    segment: Segment
    tier: str
    star: int
    unit: str
    unit_name: Text
    address_full: Text | None

    @property
    def segment_name(self) -> Text:
        """The segment in words."""
        return SEGMENTS[self.segment]

    @property
    def is_person(self) -> bool:
        """Whether this is a person."""
        return self.kind is rules.PartyKind.PERSON


LOOKED_AT = 400
"""So many of those whose name has the pieces are looked at for the best."""
PLACES = 40
"""So many addresses that answer are gone down from."""
NEAR = 5_000
"""So many addresses may answer to be read at once."""
BELOW = 20_000
"""So many addresses below them are looked at."""

SHOWN = """
SELECT c.id, c.number, p.name, p.kind, c.segment, c.tier, c.star, u.code, u.name_zh, u.name_en, a.full_zh, a.full_en,
    coalesce(road.full_zh, upper.full_zh, a.full_zh), coalesce(road.full_en, upper.full_en, a.full_en)
FROM customers_customer c JOIN customers_party p ON p.id = c.party_id JOIN people_orgunit u ON u.id = c.unit_id
LEFT JOIN places_address a ON a.id = c.address_id
LEFT JOIN places_address upper ON upper.id = a.parent_id AND a.level > 5
LEFT JOIN places_address road ON road.id = upper.parent_id AND upper.level > 5
WHERE c.id = ANY(%s::uuid[]) ORDER BY array_position(%s::uuid[], c.id)
"""
MINE = "c.merged_into_id IS NULL AND (%(units)s::uuid[] IS NULL OR c.unit_id = ANY(%(units)s::uuid[]))"
# A merged customer is found by its number, name and document still, and leads to the one that stands for it.
OF_PARTY = """customers_party p JOIN customers_customer said ON said.party_id = p.id
JOIN customers_customer c ON c.id = coalesce(said.merged_into_id, said.id)"""
BY_NUMBER = f"""
SELECT c.id FROM customers_customer c WHERE {MINE} AND c.id IN (
    SELECT COALESCE(merged_into_id, id) FROM customers_customer WHERE number = ANY(%(numbers)s)
    UNION ALL SELECT COALESCE(merged_into_id, id) FROM customers_customer WHERE reference <> '' AND reference = ANY(%(said)s)
    UNION ALL SELECT customer_id FROM customers_billingaccount WHERE number = ANY(%(numbers)s)
) LIMIT %(limit)s
"""  # noqa: S608 - made of constants
BY_TAIL = f"""
SELECT c.id FROM customers_contact t JOIN customers_customer c ON c.id = t.customer_id
WHERE t.ended_at IS NULL AND t.digits <> '' AND right(t.digits, 4) = %(text)s AND {MINE} LIMIT %(limit)s
"""  # noqa: S608 - made of constants
BY_DOCUMENT_TAIL = f"""
SELECT c.id FROM {OF_PARTY}
WHERE p.document <> '' AND right(p.document, 4) = %(text)s AND {MINE} LIMIT %(limit)s
"""  # noqa: S608 - made of constants
BY_DIGITS = f"""
SELECT c.id FROM customers_contact t JOIN customers_customer c ON c.id = t.customer_id
WHERE t.ended_at IS NULL AND t.digits <> '' AND t.digits LIKE %(starts)s AND {MINE} LIMIT %(limit)s
"""  # noqa: S608 - made of constants
BY_DOCUMENT = f"""
SELECT c.id FROM {OF_PARTY}
WHERE p.document <> '' AND p.document = %(text)s AND {MINE} LIMIT %(limit)s
"""  # noqa: S608 - made of constants
BY_PHONE = f"""
SELECT c.id FROM customers_contact t JOIN customers_customer c ON c.id = t.customer_id
WHERE t.ended_at IS NULL AND t.digits <> '' AND t.digits = %(text)s AND {MINE} LIMIT %(limit)s
"""  # noqa: S608 - made of constants
BY_NAME = f"""
SELECT c.id FROM {OF_PARTY}
WHERE p.name = %(text)s AND {MINE} LIMIT %(limit)s
"""  # noqa: S608 - made of constants
BY_START = f"""
SELECT c.id FROM {OF_PARTY}
WHERE p.name LIKE %(starts)s AND {MINE} LIMIT %(limit)s
"""  # noqa: S608 - made of constants
BY_CONTACT = f"""
SELECT c.id FROM customers_contact t JOIN customers_customer c ON c.id = t.customer_id
WHERE t.ended_at IS NULL AND t.name <> '' AND t.name LIKE %(starts)s AND {MINE} LIMIT %(limit)s
"""  # noqa: S608 - made of constants
PIECES = f"""
WITH {{before}} hits AS MATERIALIZED (
    SELECT c.id, p.search, p.name FROM {OF_PARTY}
    WHERE p.grams @> %(grams)s::int4[] AND (%(homes)s::int4[] IS NULL OR p.grams && %(homes)s::int4[])
    AND p.search LIKE %(contains)s AND {MINE} {{lives}}
    LIMIT %(looked_at)s
)
SELECT id FROM hits ORDER BY strpos(search, %(text)s) > 2, length(name), name LIMIT %(limit)s
"""  # noqa: S608 - made of constants
LIVES = "EXISTS (SELECT FROM places_address a WHERE a.id = c.address_id AND a.search LIKE ALL (%(rest)s::text[]))"
BY_PIECES = PIECES.format(before="", lives="")
BY_PIECES_SOMEWHERE = PIECES.format(before="", lives=f"AND {LIVES}")
# Of a road all addresses are read at once, each half of the tree by an index of its own, and the homes of those who have the name
# are looked up among them. Where there are too many after all, the home of each is read. `IS TRUE` keeps the planner, who expects
# one of the name, from going through all of them for each; so they are hashed.
ANSWERS = "retired_at IS NULL AND grams @> %(spots)s::int4[] AND search LIKE ALL (%(rest)s::text[])"
SPOTS = f"""spots AS MATERIALIZED (
    SELECT id FROM places_address WHERE level <= 5 AND {ANSWERS}
    UNION ALL SELECT id FROM places_address WHERE level > 5 AND {ANSWERS}
    LIMIT %(near)s + 1
),"""  # noqa: S608 - made of constants
AMONG = "(SELECT count(*) FROM spots) <= %(near)s THEN (c.address_id IN (SELECT id FROM spots)) IS TRUE"
BY_PIECES_NEAR = PIECES.format(before=SPOTS, lives=f"AND CASE WHEN {AMONG} ELSE {LIVES} END")
BY_ADDRESS = f"""
WITH RECURSIVE below AS (
    SELECT id FROM places_address WHERE code = ANY(%(codes)s)
    UNION ALL
    SELECT a.id FROM places_address a JOIN below ON a.parent_id = below.id
)
SELECT c.id FROM (SELECT id FROM below LIMIT %(below)s) AS spot JOIN customers_customer c ON c.address_id = spot.id
WHERE {MINE} LIMIT %(limit)s
"""  # noqa: S608 - made of constants
NUMBER = re.compile(r"[CA]\d{1,8}")
SURELY_A_NUMBER = re.compile(r"[CA]\d{5,8}")
DIGITS = re.compile(r"\+?[\d ()-]*\d[\d ()-]*")
LONGEST_PHRASE = 4
"""So many words may be a name and an address."""
TELLING = 5
"""From so many digits on they may begin a telephone number."""


def search(
    text: str, *, units: Collection[str] | None, limit: int = 20, unmask: Collection[str] | None = frozenset()
) -> list[Found]:
    """The customers of these units (codes; None: all) that answer to `text`, the surest first.

    `text` may be a number, an account, a former number, a telephone or document, the last four digits of either, a name or its
    beginning in Chinese, Latin letters or pinyin initials, the name of a contact person, an address, or a name and an address.
    A single letter finds nothing.
    `unmask` are the units for which the reader may see persons' names (None: all); a name that was typed in full is shown.
    """
    typed = " ".join(unicodedata.normalize("NFKC", text).split())[:100]
    if not typed or not typed.isprintable():
        return []
    asked = _Asked(typed, _unit_ids(units), limit)
    asked.by_number()
    if DIGITS.fullmatch(typed):
        asked.by_digits()
    elif not SURELY_A_NUMBER.fullmatch(typed.upper()):
        asked.by_name()
        if asked.lacks and (HAN.search(typed) or len(typed) > 2):
            asked.by_address()
    return _shown(asked.found[:limit], unmask, typed)


def by_phone(
    digits: str, *, units: Collection[str] | None = None, unmask: Collection[str] | None = frozenset()
) -> list[Found]:
    """The customers that are reached under a telephone number, however it is written."""
    asked = _Asked(dialling.digits_of(digits), _unit_ids(units), 20)
    if asked.typed:
        asked.take(BY_PHONE)
    return _shown(asked.found, unmask)


def _unit_ids(units: Collection[str] | None) -> list[UUID] | None:
    if units is None:
        return None
    return list(OrgUnit.objects.filter(code__in=units).values_list("id", flat=True))


class _Asked:
    """One question, and the customers found for it so far, in order."""

    def __init__(self, typed: str, units: list[UUID] | None, limit: int) -> None:
        self.typed, self.units, self.limit = typed, units, limit
        self.found: list[UUID] = []

    @property
    def lacks(self) -> bool:
        """Whether there is room for more."""
        return len(self.found) < self.limit

    def take(self, query: str, **values: Any) -> None:
        """Add what a query finds; nothing is asked once there are enough."""
        if not self.lacks:
            return
        given = {"text": self.typed, "units": self.units, "limit": self.limit, "looked_at": LOOKED_AT, **values}
        with connection.cursor() as cursor:
            cursor.execute(query, given)
            self.found = list(dict.fromkeys([*self.found, *(row[0] for row in cursor.fetchall())]))

    def by_number(self) -> None:
        """A customer's or an account's number, short or in full, or that of a former system."""
        upper = self.typed.upper()
        full = [f"{upper[0]}{upper[1:]:0>8}"] if NUMBER.fullmatch(upper) else []
        if upper.isdecimal() and len(upper) <= 8:
            full = [f"C{upper:0>8}", f"A{upper:0>8}"]
        self.take(BY_NUMBER, numbers=full, said=[self.typed])

    def by_digits(self) -> None:
        """The last four digits, or the beginning of a telephone number, or a whole document."""
        digits = "".join(re.findall(r"[0-9]", self.typed))
        if len(digits) == 4:
            self.take(BY_TAIL, text=digits)
            self.take(BY_DOCUMENT_TAIL, text=digits)
        elif len(digits) >= TELLING:
            for begun in dialling.phone_begun(self.typed):
                self.take(BY_DIGITS, starts=f"{begun}%")
            self.take(BY_DOCUMENT, text=digits)

    def by_name(self) -> None:
        """A name as it is written, its beginning, a part of it or its initials; with other words in the address."""
        self.take(BY_NAME)
        if HAN.search(self.typed):
            self.take(BY_START, starts=f"{places.literally(self.typed)}%")
            self.take(BY_CONTACT, starts=f"{places.literally(self.typed)}%")
        elif re.fullmatch(r"[0-9A-Za-z]{4,40}", self.typed):
            self.take(BY_DOCUMENT, text=self.typed.upper())  # with letters in it
            self.take(BY_DOCUMENT_TAIL, text=self.typed.upper())
        self._by_pieces(self.typed.replace(" ", "").lower(), None)
        if not HAN.search(self.typed):
            self.take(BY_CONTACT, starts=places.literally(self.typed))
        words = self.typed.lower().split()
        if 1 < len(words) <= LONGEST_PHRASE and not self.found:
            spoken = {word: found[0].level for word in words if (found := places.search(word, limit=1))}
            for place, word in enumerate(words):
                others = words[:place] + words[place + 1 :]
                if all(other in spoken for other in others):  # what no address has is no part of one
                    self._by_pieces(word, others, near=any(spoken[other] >= Level.ROAD for other in others))

    def _by_pieces(self, word: str, others: list[str] | None, *, near: bool = False) -> None:
        wanted = word if HAN.search(word) or len(word) > 2 else f"^{word}"
        if not (grams := asked_grams([wanted])):
            return
        homes = None if self.units is None else [names.unit_piece(unit) for unit in self.units]
        said: dict[str, Any] = {"text": word, "grams": grams, "homes": homes, "contains": _containing(wanted)}
        if others is None:
            self.take(BY_PIECES, **said)
            return
        said |= {"rest": [_containing(other) for other in others], "spots": asked_grams(others), "near": NEAR}
        self.take(BY_PIECES_NEAR if near and said["spots"] else BY_PIECES_SOMEWHERE, **said)

    def by_address(self) -> None:
        """Whoever lives at an address that answers, or below one."""
        if codes := [place.code for place in places.search(self.typed, limit=PLACES)]:
            self.take(BY_ADDRESS, codes=codes, below=BELOW)


def _containing(word: str) -> str:
    return f"%{places.literally(word)}%"


def _shown(found: list[UUID], unmask: Collection[str] | None, typed: str = "") -> list[Found]:
    if not found:
        return []
    with connection.cursor() as cursor:
        cursor.execute(SHOWN, [found, found])
        return [_found(row, unmask, typed) for row in cursor.fetchall()]


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKC", name).replace(" ", "").lower()


def _found(row: tuple[Any, ...], unmask: Collection[str] | None, typed: str) -> Found:
    key, number, name, kind, segment, tier, star, unit, unit_zh, unit_en, *place = row
    party, reads = rules.PartyKind(kind), unmask is None or unit in unmask
    clear = reads or _plain(typed) == _plain(name)
    full_zh, full_en, road_zh, road_en = place
    home, road = Text(zh=full_zh or "", en=full_en or ""), Text(zh=road_zh or "", en=road_en or "")
    seen = home if reads else names.masked_address(home, road, party)
    return Found(
        key, number, name if clear else names.masked_name(name, party), party, Segment(segment), tier, star, unit,
        Text(zh=unit_zh, en=unit_en), seen if full_zh else None,
    )  # fmt: skip

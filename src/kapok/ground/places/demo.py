"""Loads the demonstration's addresses: a made-up part of Tianhe East with two exchange areas and two patches."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from typing import Any

from django.db import transaction

from kapok.ground.places import api
from kapok.ground.places.loading import COLUMNS
from kapok.ground.places.models import ExchangeArea
from kapok.ground.places.rules import Segment
from kapok.kernel.text import Text

ACTOR = "system"


@dataclass(frozen=True)
class Area:
    """An exchange area of the demonstration, the patch that answers for it, and its corners as [longitude, latitude]."""

    code: str
    name: Text
    patch: str
    corners: tuple[tuple[float, float], ...]

    @property
    def geometry(self) -> dict[str, Any]:
        """Its boundary as GeoJSON."""
        return {"type": "Polygon", "coordinates": [[[*corner] for corner in (*self.corners, self.corners[0])]]}


@dataclass(frozen=True)
class Street:
    """A road of the demonstration: its even numbers, and from where to where it runs."""

    office: Text
    name: Text
    area: str
    start: tuple[float, float]
    end: tuple[float, float]
    houses: int = 10


TIANHE_SOUTH = Text(zh="天河南街道", en="Tianhe South Subdistrict")
SHIPAI = Text(zh="石牌街道", en="Shipai Subdistrict")

AREAS = (
    Area(
        "TYX", Text(zh="体育西", en="Tiyu West"), "tianhe-east-1",
        ((113.3180, 23.1240), (113.3330, 23.1225), (113.3345, 23.1430), (113.3205, 23.1445)),
    ),
    Area(
        "SP", Text(zh="石牌", en="Shipai"), "tianhe-east-2",
        ((113.3330, 23.1225), (113.3510, 23.1245), (113.3530, 23.1420), (113.3345, 23.1430)),
    ),
)  # fmt: skip

STREETS = (
    Street(TIANHE_SOUTH, Text(zh="体育西路", en="Tiyu West Road"), "TYX", (113.3215, 23.1260), (113.3220, 23.1420), 12),
    Street(TIANHE_SOUTH, Text(zh="体育东路", en="Tiyu East Road"), "TYX", (113.3290, 23.1255), (113.3298, 23.1415)),
    Street(TIANHE_SOUTH, Text(zh="天河南一路", en="Tianhe South 1st Road"), "TYX", (113.3210, 23.1330), (113.3300, 23.1326)),
    Street(TIANHE_SOUTH, Text(zh="六运一街", en="Liuyun 1st Street"), "TYX", (113.3230, 23.1300), (113.3285, 23.1297)),
    Street(TIANHE_SOUTH, Text(zh="天河路", en="Tianhe Road"), "TYX", (113.3212, 23.1350), (113.3320, 23.1345), 8),
    Street(SHIPAI, Text(zh="石牌东路", en="Shipai East Road"), "SP", (113.3450, 23.1250), (113.3462, 23.1400)),
    Street(SHIPAI, Text(zh="石牌西路", en="Shipai West Road"), "SP", (113.3375, 23.1245), (113.3385, 23.1405), 12),
    Street(SHIPAI, Text(zh="五山路", en="Wushan Road"), "SP", (113.3470, 23.1330), (113.3520, 23.1410)),
    Street(SHIPAI, Text(zh="岗顶大街", en="Gangding Street"), "SP", (113.3390, 23.1370), (113.3440, 23.1365), 8),
    Street(SHIPAI, Text(zh="重庆里", en="Chongqing Lane"), "SP", (113.3400, 23.1290), (113.3440, 23.1288), 5),
)  # fmt: skip


@transaction.atomic
def load(at: datetime) -> None:
    """Draw the exchange areas, load the addresses, assign the patches; once."""
    if ExchangeArea.objects.exists():
        return
    for area in AREAS:
        api.draw_exchange_area(
            code=area.code, name=area.name, unit="tianhe-east", geometry=area.geometry, actor=ACTOR, at=at
        )
    api.import_addresses(lines=_lines(), file="tianhe-east.csv", actor=ACTOR, at=at)
    for area in AREAS:
        for segment in (Segment.PUBLIC, Segment.BUSINESS):
            api.assign_patch(
                unit=area.patch, segment=segment, exchange_area=area.code, since=at, geometry=area.geometry, actor=ACTOR, at=at
            )  # fmt: skip


def _lines() -> list[str]:
    table = StringIO()
    writer = csv.DictWriter(table, COLUMNS)
    writer.writeheader()
    writer.writerows(_rows())
    return table.getvalue().splitlines(keepends=True)


def _rows() -> Iterator[dict[str, Any]]:
    for serial, street in enumerate(STREETS, 1):
        code = f"TH{serial:02}"
        yield {"code": code, "exchange_area": street.area, **_levels(street)}
        for house in range(1, street.houses + 1):
            longitude, latitude = _along(street, house)
            number = Text(zh=f"{house * 2}号", en=f"No. {house * 2}")
            spot = {"longitude": longitude, "latitude": latitude}
            yield {"code": f"{code}-{house * 2:03}", **_levels(street, number), **spot}
            room = Text(zh=f"{house % 9 + 1}01房", en=f"Room {house % 9 + 1}01")
            yield {"code": f"{code}-{house * 2:03}-{house % 9 + 1}01", **_levels(street, number, room), **spot}


def _levels(street: Street, *below: Text) -> dict[str, str]:
    above = (
        Text(zh="广东省", en="Guangdong"),
        Text(zh="广州市", en="Guangzhou"),
        Text(zh="天河区", en="Tianhe District"),
    )
    names = (*above, street.office, street.name, *below)
    chinese = {f"level{place}_zh": name.zh for place, name in enumerate(names, 1)}
    return {**chinese, **{f"level{place}_en": name.en for place, name in enumerate(names, 1)}}


def _along(street: Street, house: int) -> tuple[float, float]:
    share = house / (street.houses + 1)
    (west, south), (east, north) = street.start, street.end
    return round(west + (east - west) * share, 6), round(south + (north - south) * share, 6)

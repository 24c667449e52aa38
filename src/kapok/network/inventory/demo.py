"""Loads the demonstration's plant: fibre and copper along the roads of Tianhe East, pools, some elements that are full.

重庆里10号 (TH10-010) has no plant at all; the splitter of the lower half of 石牌西路 and the cabinet of 六运一街 are full.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from kapok.ground.places.demo import AREAS, STREETS, Street
from kapok.ground.places.models import Address
from kapok.kernel.text import Text
from kapok.network.inventory import api
from kapok.network.inventory.models import Element, Site
from kapok.network.inventory.plant.drafts import (
    CoverDraft,
    Drafts,
    ElementDraft,
    Loaded,
    PoolDraft,
    ResourceDraft,
    SiteDraft,
    Spot,
)
from kapok.network.inventory.plant.writing import Writer
from kapok.network.inventory.rules import Need

ACTOR = "system"
HERE = Spot("", 0)
BUSINESS = {5, 8}
"""Roads with offices, which a switch serves too: 天河路, 五山路."""
NO_PLANT = "TH10-010"
BUILT = timedelta(days=60)
"""So long before the demonstration begins."""
FULL_SPLITTER, FULL_CABINET = "SPL-TH07-1", "CAB-TH04"
FIBRE = (Need("splitter_port"), Need("pon_port"))


@transaction.atomic
def load(at: datetime) -> None:
    """Put the plant down, and let a few wait where it is full; once."""
    if Site.objects.exists():
        return
    drafts = Drafts()
    for area in AREAS:
        _exchange(area.code, area.name, drafts)
    for serial, street in enumerate(STREETS, 1):
        _street(serial, street, drafts)
    _pools(drafts)
    loaded = Loaded()
    Writer(drafts, loaded, at - BUILT, lenient=False).write()
    assert loaded.refused == 0, loaded.rows  # noqa: S101  # our own table
    _place()
    _wait(at)


def _exchange(code: str, name: Text, drafts: Drafts) -> None:
    drafts.sites.append(SiteDraft(HERE, code, Text(zh=f"{name.zh}局", en=f"{name.en} Exchange"), code))
    for kind in ("olt", "mdf", "exchange", "dslam", "bras"):
        drafts.elements.append(ElementDraft(HERE, f"{kind.upper()}-{code}", kind, code))
    for kind, home, count in (
        ("mdf_port", f"MDF-{code}", 400), ("line_port", f"EXCHANGE-{code}", 300), ("dsl_port", f"DSLAM-{code}", 96),
    ):  # fmt: skip
        drafts.resources.append(ResourceDraft(HERE, kind, home, count=count))
    drafts.elements.append(ElementDraft(HERE, f"SW-{code}", "switch", code, f"BRAS-{code}"))
    drafts.resources.append(ResourceDraft(HERE, "circuit_port", f"SW-{code}", count=48))


def _street(serial: int, street: Street, drafts: Drafts) -> None:
    """One PON and two splitters, one cabinet and two distribution points: a half of the road each."""
    road, area = f"TH{serial:02}", street.area
    pon, cabinet = f"OLT-{area}/{serial}", f"CAB-{road}"
    drafts.elements.append(ElementDraft(HERE, pon, "pon", area, f"OLT-{area}"))
    drafts.resources.append(ResourceDraft(HERE, "pon_port", pon, count=64))
    drafts.elements.append(ElementDraft(HERE, cabinet, "cabinet", parent=f"MDF-{area}"))
    drafts.resources.append(
        ResourceDraft(HERE, "primary_pair", cabinet, "faulty" if cabinet == FULL_CABINET else "free", 50)
    )
    for half, numbers in enumerate(_halves(road, street), 1):
        splitter, point = f"SPL-{road}-{half}", f"DP-{road}-{half}"
        drafts.elements.append(ElementDraft(HERE, splitter, "splitter", parent=pon))
        drafts.elements.append(ElementDraft(HERE, point, "distribution_point", parent=cabinet))
        state = "faulty" if splitter == FULL_SPLITTER else "free"
        drafts.resources.append(ResourceDraft(HERE, "splitter_port", splitter, state, 32))
        drafts.resources.append(ResourceDraft(HERE, "secondary_pair", point, count=30))
        drafts.covers.extend(CoverDraft(HERE, each, code) for each in (splitter, point) for code in numbers)
    if serial in BUSINESS:
        drafts.covers.append(CoverDraft(HERE, f"SW-{area}", road))


def _halves(road: str, street: Street) -> tuple[list[str], list[str]]:
    numbers = [f"{road}-{house * 2:03}" for house in range(1, street.houses + 1)]
    half = (len(numbers) + 1) // 2
    return numbers[:half], [code for code in numbers[half:] if code != NO_PLANT]


def _pools(drafts: Drafts) -> None:
    for code, kind, name, area, days, values in _pool_table():
        drafts.pools.append(PoolDraft(HERE, code, kind, name, area, days))
        drafts.resources.append(ResourceDraft(HERE, kind, code, values=values))


def _pool_table() -> Iterator[tuple[str, str, Text, str, int, str]]:
    for area, block in (("TYX", "203888"), ("SP", "203889")):
        yield (
            f"NUM-{area}",
            "number",
            Text(zh=f"{area}号段", en=f"Numbers {area}"),
            area,
            90,
            f"{block}0000-{block}0199",
        )
        yield f"VLAN-{area}", "vlan", Text(zh=f"{area}用户VLAN", en=f"VLANs {area}"), area, 0, "100-499"
    yield "NUM-MOBILE", "number", Text(zh="移动号段", en="Mobile numbers"), "", 90, "13300000000-13300000199"
    yield "IP4", "ipv4", Text(zh="宽带IPv4地址", en="Broadband IPv4"), "", 1, "100.64.0.0/22"
    yield "IP6", "ipv6_prefix", Text(zh="宽带IPv6前缀", en="Broadband IPv6"), "", 1, "2001:db8::/48"
    yield "SIM", "sim", Text(zh="SIM卡", en="SIM cards"), "", 0, "8986011260000000001-8986011260000000200"
    yield "ONU", "onu", Text(zh="光猫", en="ONUs"), "", 0, " ".join(f"KPKT{number:08}" for number in range(1, 301))


def _place() -> None:
    """Give each point the place of the first house that it covers; out of reach of the one that has no plant."""
    spots = {code: (east, north) for code, east, north in Address.objects.values_list("code", "longitude", "latitude")}
    points = list(Element.objects.filter(kind__in=["splitter", "distribution_point"]))
    for point in points:
        _, road, half = point.code.split("-")
        houses = STREETS[int(road[2:]) - 1].houses
        first = 1 if half == "1" or NO_PLANT.startswith(road) else (houses + 1) // 2 + 1
        point.longitude, point.latitude = spots[f"{road}-{first * 2:03}"]
    Element.objects.bulk_update(points, ["longitude", "latitude"])


def _wait(at: datetime) -> None:
    """A few who asked before there was plant for them; one place has a day by which it is to be built."""
    asked: tuple[tuple[str, Any], ...] = (
        ("TH07-002", FIBRE), ("TH07-004", FIBRE), ("TH07-006", FIBRE), (NO_PLANT, FIBRE),
        ("TH04-002", (Need("secondary_pair"), Need("primary_pair"), Need("mdf_port"), Need("line_port"))),
    )  # fmt: skip
    for days, (address, needs) in enumerate(asked, 1):
        api.reserve(
            holder=f"interest/{address}", address=address, needs=needs, until=at + timedelta(days=1), actor=ACTOR,
            at=at - timedelta(days=days * 5),
        )  # fmt: skip
    api.confirm_build(place=FULL_SPLITTER, code="NO_PORT", expected_at=at + timedelta(days=20), actor=ACTOR, at=at)

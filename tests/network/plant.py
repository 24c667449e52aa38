"""A small plant to try the inventory on: one road with four houses, fibre and copper, pools; and a customer who lives there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from kapok.ground.customers import api as customers
from kapok.ground.places import api as places
from kapok.ground.places.rules import Level
from kapok.kernel.text import Text
from kapok.network.inventory import api as inventory
from kapok.network.inventory.rules import Need

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
UNTIL = AT + timedelta(days=1)
WHO: dict[str, Any] = {"actor": "staff/tester", "at": AT}
FIBRE = (Need("splitter_port"), Need("pon_port"))
COPPER = (Need("secondary_pair"), Need("primary_pair"), Need("mdf_port"), Need("line_port"), Need("number"))


def named(zh: str) -> Text:
    return Text(zh=zh, en="")


def set_up_places() -> None:
    """Exchange area TYX: 体育西路 with 1号 (and 101房), 3号, 5号; 9号 lies a kilometre off, 7号 has no point of its own."""
    places.draw_exchange_area(code="TYX", name=Text(zh="体育西", en="Tiyu West"), **WHO)
    places.draw_exchange_area(code="SP", name=Text(zh="石牌", en="Shipai"), **WHO)
    for code, level, zh, parent, more in (
        ("gd", Level.PROVINCE, "广东省", None, {}),
        ("road", Level.ROAD, "体育西路", "gd", {"exchange_area": "TYX"}),
        ("n1", Level.NUMBER, "1号", "road", {"longitude": 113.3220, "latitude": 23.1300}),
        ("r101", Level.ROOM, "101房", "n1", {}),
        ("n3", Level.NUMBER, "3号", "road", {"longitude": 113.3225, "latitude": 23.1300}),
        ("n5", Level.NUMBER, "5号", "road", {"longitude": 113.3250, "latitude": 23.1300}),
        ("n7", Level.NUMBER, "7号", "road", {}),
        ("n9", Level.NUMBER, "9号", "road", {"longitude": 113.3320, "latitude": 23.1300}),
    ):
        places.add_address(code=code, level=level, name=named(zh), parent=parent, **more, **WHO)  # type: ignore[arg-type]


def set_up_plant(splitter_ports: int = 4, pon_ports: int = 8, pairs: int = 2) -> None:
    """Fibre and copper at 1号 (a splitter and a distribution point that cover it); only copper covers 5号."""
    inventory.add_site(code="TYX", name=named("体育西局"), exchange_area="TYX", **WHO)
    for code, kind, parent, more in (
        ("OLT1", "olt", "", {"site": "TYX"}),
        ("OLT1/1", "pon", "OLT1", {}),
        ("SPL1", "splitter", "OLT1/1", {"covers": ["n1"], "longitude": 113.3220, "latitude": 23.1300}),
        ("MDF1", "mdf", "", {"site": "TYX"}),
        ("CAB1", "cabinet", "MDF1", {}),
        ("DP1", "distribution_point", "CAB1", {"covers": ["n1", "n5"]}),
        ("EX1", "exchange", "", {"site": "TYX"}),
    ):
        inventory.add_element(code=code, kind=kind, parent=parent, **more, **WHO)  # type: ignore[arg-type]
    for kind, element, count in (
        ("splitter_port", "SPL1", splitter_ports), ("pon_port", "OLT1/1", pon_ports), ("secondary_pair", "DP1", pairs),
        ("primary_pair", "CAB1", pairs), ("mdf_port", "MDF1", pairs), ("line_port", "EX1", pairs),
    ):  # fmt: skip
        inventory.add_resources(kind=kind, element=element, count=count, **WHO)
    inventory.add_pool(
        code="N-TYX", kind="number", name=named("体育西号段"), exchange_area="TYX", quarantine_days=90,
        values="2038880001-2038880003", **WHO,
    )  # fmt: skip
    inventory.add_pool(code="IP", kind="ipv4", name=named("宽带地址"), values="203.0.113.0/29", **WHO)


def customer(name: str = "陈静") -> str:
    return customers.register_customer(kind="person", name=name, segment="public", unit="patch", **WHO)


def reserve(holder: str = "order/O2026-000001-1", address: str = "r101", needs: Any = FIBRE, **more: Any) -> Any:
    return inventory.reserve(**({"holder": holder, "address": address, "needs": needs, "until": UNTIL} | WHO | more))


def install(holder: str = "order/O2026-000001-1", *, whose: str | None = None, needs: Any = FIBRE) -> str:
    """A service that runs: the number."""
    number = inventory.design_service(
        customer=whose or customer(), offer="fibre-100", offer_version=1, kind="fixed_broadband", address="r101",
        characteristics={"down_mbps": 100}, holder=holder, **WHO,
    )  # fmt: skip
    reserve(holder, needs=needs)
    inventory.keep(holder=holder, **WHO)
    inventory.put_in_service(holder=holder, service=number, **WHO)
    inventory.move_service(service=number, to="active", **WHO)
    return number

"""A front desk for the tests of screens: the shop of the chain with its channels, and technicians on shift in the days to come."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone

from kapok.ground.customers import api as customers
from kapok.ground.posts import api as posts
from tests.chain import shop
from tests.front import counter
from tests.network import plant

DAYS = 6


def now() -> datetime:
    """The moment at which the console looks."""
    return datetime.now(UTC)


def by(username: str) -> dict[str, Any]:
    """Who acts, now."""
    return {"actor": f"staff/{username}", "at": now()}


def set_up() -> str:
    """Open the shop and its counter; the number of a customer who lives at 体育西路1号101房."""
    counter.set_up()
    today = timezone.localdate()
    for username in ("technician", "technician2"):
        for ahead in range(1, DAYS):
            day = today + timedelta(days=ahead)
            posts.plan_shift(username=username, day=day, shift="day", **plant.WHO)
    return shop.customer("陈静", address="r101", phone="13800138000")


def elsewhere(name: str = "王老板") -> str:
    """The number of a customer of another unit than the hotline's."""
    return customers.register_customer(
        kind="organisation", name=name, segment="business", unit="key-accounts", phone="020-38889999", **by("manager")
    )

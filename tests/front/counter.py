"""The counter of the shop: the five channels with their queues and staff, customers of each segment, what they ask."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from kapok.front.channels import api
from kapok.front.channels.models import Case
from kapok.front.channels.rules import Channel, Decision
from kapok.ground.commitments.models import Commitment
from kapok.ground.places import api as places
from kapok.ground.work.models import Matter
from tests import worlds
from tests.chain import shop
from tests.network import plant

SEGMENTS = {Channel.KEY_ACCOUNT: "key_account", Channel.BUSINESS: "business"}


def set_up() -> None:
    """Open the shop with its channels."""
    worlds.begin("counter", _open)


def _open() -> None:
    shop.open_it()
    set_up_channels()


def set_up_channels() -> None:
    """Set the channels up, and let both agents serve the hotline."""
    for channel in Channel:
        api.set_channel(
            channel=channel, mass="hotline", business="key-accounts", key="key-accounts", supervision="supervision",
            segment=SEGMENTS.get(channel, "public"), overflow="dispatch", **plant.WHO,
        )  # fmt: skip
    for username in ("agent", "agent2"):
        api.assign_staff(channel="hotline", username=username, **plant.WHO)
    for segment in ("public", "business"):
        places.assign_patch(unit="tianhe-east-1", segment=segment, address="n1", since=plant.AT, **plant.WHO)


def business(**more: Any) -> str:
    """A shop of the street, whose account manager is there."""
    return shop.customer("越秀书店", "business", **({"manager": "keyaccount", "phone": "020-38880011"} | more))


def ask(minutes: float = 0, by: str = "agent", **said: Any) -> tuple[str, Decision]:
    """Something asked at the hotline."""
    return api.ask(**({"title": "专线报价", "channel": "hotline"} | said), **shop.by(by, minutes))


def case(matter: str) -> Case:
    """What was asked, as it stands."""
    return Case.objects.select_related("owner", "unit").get(matter=matter)


def matter(subject: str) -> Matter:
    """The matter, as it stands."""
    return Matter.objects.select_related("first_contact").get(subject=subject)


def clock(subject: str) -> Commitment:
    """The three-hour clock of a request."""
    return Commitment.objects.get(subject=subject, promise="reply")


def seconds(number: float) -> timedelta:
    """A span."""
    return timedelta(seconds=number)

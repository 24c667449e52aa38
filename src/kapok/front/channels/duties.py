"""Which post of a patch deals with what was asked. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from kapok.front.channels.words import Kind
from kapok.ground.catalog.offering.terms import Channel
from kapok.ground.places.rules import Segment
from kapok.ground.posts.queries import Acting

PAYPHONE = "payphone"
"""The kind of service."""


class Duty(StrEnum):
    """The functions of the posts of a patch, as `posts.open_post` takes them."""

    COMMUNITY = "community-manager"
    BUSINESS = "business-manager"
    LINES = "line-maintainer"
    PAYPHONES = "payphone-manager"


def duty_of(kind: Kind, channel: Channel, segment: str, service: str) -> Duty:
    """Whose work it is: payphones and what comes through the transient channel, faults, else by the segment.

    `service` is the kind of the service that it is about, empty where it is about none.
    """
    if channel is Channel.TRANSIENT or service == PAYPHONE:
        return Duty.PAYPHONES
    if kind is Kind.FAULT:
        return Duty.LINES
    return Duty.COMMUNITY if segment == Segment.PUBLIC else Duty.BUSINESS


def nearest(posts: Iterable[Acting], duty: Duty) -> Acting | None:
    """The post of this function, else the first by its code; of those at which A or B is there, None where nobody is.

    Who looks after payphones deals with nothing else.
    """
    fit = [each for each in posts if each.function != Duty.PAYPHONES or duty is Duty.PAYPHONES]
    manned = [each for each in fit if any(who and who.there for who in (each.a, each.b))]
    return min(manned, key=lambda each: (each.function != duty, each.code), default=None)

"""The windows in which somebody could come: for an order of several places those of each, else free for all that it takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from kapok.back.workforce import queries as field
from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text

MOST_VISITS, MOST_SITES = 6, 12
"""For more visits than these no one window is looked for, and of more places not that of each."""
NONE_FREE = Text(zh="两周内已约满", en="nothing is free within two weeks")
NONE_TOGETHER = Text(
    zh="两周内没有各处都空闲的时段，请逐处预约",
    en="no window within two weeks is free at every place: agree on each by itself",
)
TOO_MANY = Text(zh="上门处所较多，请逐处预约", en="there are many places to visit: agree on each by itself")


@dataclass(frozen=True)
class Windows:
    """The free windows by day, or why there are none; empty and without a reason where nobody has to come."""

    days: Sequence[tuple[str, Sequence[field.Window]]] = ()
    none: Text | None = None

    def __bool__(self) -> bool:
        return bool(self.days or self.none)


@dataclass(frozen=True)
class Site:
    """One of several places that are visited, with the windows that are free for all that is done there."""

    address: str
    full: Text
    windows: Windows


def sites(visits: Sequence[tuple[str, str, int]], named: Mapping[str, Text], at: datetime) -> list[Site]:
    """A window for each place, where there are several; nothing where there is one, or more than can be looked at."""
    places = dict.fromkeys(place for place, _, _ in visits)
    if not 1 < len(places) <= MOST_SITES:
        return []
    return [Site(code, named[code], windows([each for each in visits if each[0] == code], at)) for code in places]


def windows(visits: Sequence[tuple[str, str, int]], at: datetime) -> Windows:
    """The windows that are free for all these visits: address, skill, minutes of each."""
    if not visits:
        return Windows()
    if len(visits) > MOST_VISITS:
        return Windows(none=TOO_MANY)
    try:
        found = [field.windows(address=place, skill=skill, minutes=span, after=at) for place, skill, span in visits]
    except KapokError as why:
        return Windows(none=why.text)
    slots = _together(found)
    if not slots:
        return Windows(none=NONE_FREE if len(visits) == 1 else NONE_TOGETHER)
    days: dict[str, list[field.Window]] = {}
    for slot in slots:
        days.setdefault(f"{timezone.localdate(slot.starts_at):%m-%d}", []).append(slot)
    return Windows(list(days.items()))


def _together(found: Sequence[Sequence[field.Window]]) -> list[field.Window]:
    """What stands in each of the lists, with the least that is free."""
    others = [{(window.starts_at, window.ends_at): window.free for window in each} for each in found[1:]]
    slots = []
    for window in found[0]:
        span = (window.starts_at, window.ends_at)
        if all(span in each for each in others):
            slots.append(field.Window(*span, min([window.free, *(each[span] for each in others)])))
    return slots

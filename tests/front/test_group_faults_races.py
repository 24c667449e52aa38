"""At once from several connections: one announcement of a matter, one report of a service, one end, one call back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kapok.front.channels.announcing import api, queries
from kapok.front.channels.models import Announcement, Covered, Report
from kapok.ground.work import api as work
from kapok.kernel.text import Text
from tests.chain import shop
from tests.front import counter
from tests.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)

AT_ONCE = 8
WORDS = Text(zh="光缆中断，抢修中。", en="A cable is cut; it is being mended.")


@pytest.fixture(autouse=True)
def _open() -> None:
    counter.set_up()


def together(verb: Callable[[], Any]) -> list[Any]:
    """What each of several got who call at the same moment."""
    return at_once(*[verb] * AT_ONCE)


def test_at_once_nothing_is_announced_reported_ended_or_told_twice() -> None:
    service = shop.installed()
    matter = work.open_matter(kind="incident.occurred", title="光缆中断", first_contact="noc", **shop.by("noc"))
    said: dict[str, Any] = {"words": WORDS, "elements": ["OLT1"], "areas": ["SP"], "since": shop.later(5)}
    announced = together(lambda: api.announce(matter=matter, **said, **shop.by("noc", 10)))
    assert announced.count(api.AlreadyAnnounced) == AT_ONCE - 1
    one = Announcement.objects.get()
    assert (Covered.objects.count(), len(shop.told("channels.fault_announced"))) == (2, 1)
    reported = together(lambda: counter.ask(20, kind="fault", title="断网", service=service)[0])
    assert reported == [matter] * AT_ONCE
    row = Report.objects.get()
    assert (row.calls, queries.announcement(one.id).reports) == (AT_ONCE, 1)
    ended = together(lambda: api.end(announcement=one.id, **shop.by("noc", 30)))
    assert (ended.count(1), ended.count(api.AnnouncementOver)) == (1, AT_ONCE - 1)
    told = together(lambda: api.note_told(report=row.id, **shop.by("agent", 40)))
    assert (told.count(None), told.count(api.AlreadyTold)) == (1, AT_ONCE - 1)
    assert len(shop.told("channels.announcement_ended")) == len(shop.told("channels.reporter_told")) == 1

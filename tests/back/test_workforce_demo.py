"""The demonstration's technicians are on the road, whatever the hour at which it is loaded."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as project
from django.utils.module_loading import import_string
from pytest_django.fixtures import Settings

from kapok.back.workforce import boards, queries
from kapok.back.workforce.demo import FAULTS, load
from kapok.back.workforce.models import Picture, Stock, WorkOrder
from kapok.back.workforce.rules import LIVE
from kapok.ground.journal.models import Entry
from kapok.ground.people.models import Staff
from kapok.ground.places.models import Address
from kapok.ground.posts.models import RosterEntry
from kapok.ground.work.models import Matter
from tests.back.team import AT

pytestmark = pytest.mark.django_db


def set_up(hours: float) -> None:
    for loader in project.DEMO_LOADERS:
        if loader.startswith(("kapok.ground.", "kapok.back.")):
            import_string(loader)(AT + timedelta(hours=hours))


@pytest.mark.parametrize("hours", [3, 16])
def test_visits_stand_in_every_state(hours: float, settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    set_up(hours)
    at = AT + timedelta(hours=hours)
    mine = WorkOrder.objects.filter(kind="visit", appointment__isnull=False)
    assert Counter(mine.values_list("state", flat=True)) == {
        "replied": 1, "working": 1, "held": 1, "travelling": 1, "dispatched": 1, "created": 2
    }  # fmt: skip
    assert Picture.objects.count() == 2
    assert (
        Stock.objects.get(vehicle__driver=mine.get(state="replied").technician, material__code="connector").count == 38
    )
    assert len(queries.windows(address="TH01-002", skill="fibre", minutes=60, after=at)) >= 20
    board = boards.board("tianhe-east-field", at.date(), at)
    assert board is not None
    assert len(board.rows) == 4
    assert len(board.open) >= 2
    told = Entry.objects.count()
    load(at)
    assert Entry.objects.count() == told


def on_the_road() -> Counter[str]:
    mine = WorkOrder.objects.filter(kind="visit", appointment__isnull=False, state__in=LIVE)
    return Counter(mine.values_list("state", flat=True))


@pytest.mark.parametrize("days", [1, 5])
def test_on_a_later_day_the_visits_of_that_day_are_laid_and_what_was_left_has_ended(
    days: int, settings: Settings, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    set_up(3)
    before = on_the_road()
    first = set(WorkOrder.objects.filter(kind="visit").values_list("id", flat=True))
    later = AT + timedelta(days=days, hours=3)
    for loader in ("kapok.ground.posts.demo.load", "kapok.back.workforce.demo.load"):
        import_string(loader)(later)
    assert on_the_road() == before == {"working": 1, "held": 1, "travelling": 1, "dispatched": 1, "created": 2}
    old = WorkOrder.objects.filter(id__in=first, appointment__isnull=False)
    assert Counter(old.values_list("state", flat=True)) == {"replied": 1, "cancelled": 6}
    board = boards.board("tianhe-east-field", later.date(), later)
    assert board is not None
    assert sum(bool(row.jobs) for row in board.rows) >= 2
    today = WorkOrder.objects.filter(kind="visit", state__in=LIVE, appointment__isnull=False)
    assert all(each.opened_at > later - timedelta(hours=3) for each in today)
    assert (
        not Matter.objects.filter(title__in=FAULTS.values(), opened_at__lt=later - timedelta(hours=3))
        .exclude(state="closed")
        .exclude(title=FAULTS["TH01-002"])
    )
    told = Entry.objects.count()
    load(later + timedelta(hours=1))
    assert Entry.objects.count() == told, "once a day"


def test_shortly_after_midnight_the_story_of_the_evening_goes_on(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    set_up(14.5)  # half past eleven in the evening
    told = WorkOrder.objects.count()
    load(AT + timedelta(hours=15.5))
    assert WorkOrder.objects.count() == told


def test_what_somebody_changed_meanwhile_is_left_out_and_the_office_starts(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    set_up(3)
    boss = Staff.objects.get(username="supervisor")
    Matter.objects.filter(title=FAULTS["TH02-004"]).update(
        first_contact=boss, state="closed", closed_at=AT + timedelta(hours=4)
    )
    Address.objects.filter(code="TH06-006").update(code="TH06-999")
    load(AT + timedelta(days=1, hours=3))
    assert on_the_road()["travelling"] == 1


def test_shifts_go_on_whenever_it_is_loaded_again(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    set_up(3)
    later = AT + timedelta(days=30)
    asked = {"address": "TH01-002", "skill": "fibre", "minutes": 60, "after": later}
    assert queries.windows(**asked) == []
    cleared = RosterEntry.objects.filter(staff__username="noc")
    for loader in ("kapok.ground.posts.demo.load", "kapok.back.workforce.demo.load"):
        import_string(loader)(later)
    assert len(queries.windows(**asked)) >= 20
    assert cleared.filter(day__gte=later.date() - timedelta(days=7)).exists()
    told = Entry.objects.count()
    for loader in ("kapok.ground.posts.demo.load", "kapok.back.workforce.demo.load"):
        import_string(loader)(later + timedelta(hours=1))
    assert Entry.objects.count() == told

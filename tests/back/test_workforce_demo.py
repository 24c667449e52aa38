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
from kapok.back.workforce.demo import load
from kapok.back.workforce.models import Picture, Stock, WorkOrder
from kapok.ground.journal.models import Entry
from kapok.ground.posts.models import RosterEntry
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


def test_shifts_go_on_whenever_it_is_loaded_again(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    set_up(3)
    later = AT + timedelta(days=30)
    asked = {"address": "TH01-002", "skill": "fibre", "minutes": 60, "after": later}
    assert queries.windows(**asked) == []
    visits, cleared = WorkOrder.objects.count(), RosterEntry.objects.filter(staff__username="noc")
    for loader in ("kapok.ground.posts.demo.load", "kapok.back.workforce.demo.load"):
        import_string(loader)(later)
    assert len(queries.windows(**asked)) >= 20
    assert cleared.filter(day__gte=later.date() - timedelta(days=7)).exists()
    assert WorkOrder.objects.count() == visits
    told = Entry.objects.count()
    for loader in ("kapok.ground.posts.demo.load", "kapok.back.workforce.demo.load"):
        import_string(loader)(later + timedelta(hours=1))
    assert Entry.objects.count() == told

"""The demonstration's office: everything that can be in the way is there once, and its clocks run."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.utils.module_loading import import_string

from kapok.ground.commitments.models import Commitment
from kapok.ground.work import queries
from kapok.ground.work.baton import queries as baton
from kapok.ground.work.demo import STORIES, load
from kapok.ground.work.models import Item, Matter
from tests.ground.conftest import AT

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _demo(db: None) -> None:
    for loader in settings.DEMO_LOADERS:
        if loader.startswith("kapok.ground."):
            import_string(loader)(AT)


def test_there_is_something_to_do_for_everybody() -> None:
    work = {
        who: queries.my_work(who, AT) for who in ("agent", "agent2", "dispatcher", "technician", "technician2", "noc2")
    }
    assert [len(work[who].held) for who in ("agent", "technician", "noc2")] == [1, 2, 2]
    assert len(work["agent"].matters) >= 8
    assert [len(work["agent"].to_confirm), len(work["agent2"].offers), len(work["dispatcher"].refused)] == [1, 1, 2]
    assert len(work["technician"].offers) == 2
    assert len(work["technician2"].to_take_over) == 1
    assert len(queries.my_work("supervisor", AT).to_judge) == 2
    assert {item.holder for item in work["noc2"].held} == {"noc2"}
    assert {item.accountable for item in work["noc2"].held} == {"noc"}


def test_every_state_is_there() -> None:
    assert Matter.objects.count() == len(STORIES) == 14
    assert set(Item.objects.values_list("state", flat=True)) == {"offered", "refused", "disputed", "held", "delivered"}
    states = set(Commitment.objects.values_list("state", flat=True))
    assert {"open", "paused", "kept"} <= states
    late = Commitment.objects.filter(promise="repair", due_at__lt=AT, closed_at=None)
    assert [row.state for row in late] == ["open"]  # the scheduler has not been here
    assert Commitment.objects.filter(pack__code__startswith="flow-", subject__startswith="work/").exists()
    assert [each.offer.to_unit for each in baton.unanswered(AT)] == ["tianhe-east-field"]


def test_loading_it_again_changes_nothing() -> None:
    load(AT)
    assert Matter.objects.count() == 14

"""The demonstration's posts: filled, staffed for the week, and loaded twice without harm."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kapok.ground.journal.models import Entry
from kapok.ground.people import demo as people_demo
from kapok.ground.posts import demo, queries
from tests.ground.conftest import AT

pytestmark = pytest.mark.django_db


def test_every_post_has_an_a_and_a_b_and_a_ladder() -> None:
    people_demo.load(AT)
    demo.load(AT)
    assert [step.person.username for step in queries.escalation("hotline-desk", AT)] == [
        "agent", "agent2", "manager", "supervisor",
    ]  # fmt: skip
    found = queries.acting_for_unit("yuexiu-hall", AT)
    assert found is not None
    assert found.code == "branch-lead"
    assert [each.person.username for each in queries.duty("tianhe-east-field", AT)] == ["technician", "technician2"]


def test_loading_again_changes_nothing() -> None:
    people_demo.load(AT)
    demo.load(AT)
    before = Entry.objects.count()
    demo.load(AT + timedelta(hours=1))
    assert Entry.objects.count() == before
    demo.load(AT + timedelta(days=30))
    later = Entry.objects.order_by("recorded_at", "id")[before:]
    assert {entry.kind for entry in later} == {"posts.shift_planned"}, "only the shifts go on"
    again = Entry.objects.count()
    demo.load(AT + timedelta(days=30, hours=1))
    assert Entry.objects.count() == again

"""The demonstration's channels: set up once, with a request whose three hours run."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib import import_module

import pytest

from kapok.front.channels import demo, queries
from kapok.front.channels.models import Case, ChannelSetting, Interaction, Note
from kapok.ground.journal.models import Entry
from tests.front.counter import clock

AT = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
BEFORE = (
    "people.demo", "posts.demo", "places.demo", "customers.demo", "commitments.demo", "catalog.demo", "catalog.offering.demo",
)  # fmt: skip


@pytest.mark.django_db
def test_the_demonstration_sets_the_channels_up_once() -> None:
    for name in BEFORE:
        import_module(f"kapok.ground.{name}").load(AT)
    demo.load(AT)
    views = queries.channels()
    assert [view.code.value for view in views] == ["key_account", "business", "public", "transient", "hotline"]
    assert all(view.staff for view in views)
    case = Case.objects.get()
    assert (clock(case.matter).state, case.kind) == ("open", "request")
    assert Interaction.objects.filter(ended_at=None).count() == 0
    assert Note.objects.count() == 1
    written = Entry.objects.count()
    demo.load(AT)
    assert (ChannelSetting.objects.count(), Entry.objects.count()) == (5, written)

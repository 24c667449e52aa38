"""The demonstration's channels: set up once, with a request whose three hours run."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib import import_module
from typing import Any

import pytest

from kapok.front.channels import api, demo, queries
from kapok.front.channels.models import Case, ChannelSetting, Interaction, Note
from kapok.front.channels.rules import Channel
from kapok.ground.journal.models import Entry
from kapok.kernel.text import Text
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
    assert [view.staff for view in views if view.code is not Channel.HOTLINE] == [
        ("欧阳慧",), ("叶文",), ("邓丽华",), ("谢文杰",),
    ]  # fmt: skip
    assert views[3].mass == Text(zh="公话与流动业务班", en="Payphones and Cards Team")
    case = Case.objects.get()
    assert (clock(case.matter).state, case.kind) == ("open", "request")
    assert (case.owner.username, clock(case.matter).owner) == ("keyaccount2", "staff/keyaccount2")
    assert Interaction.objects.filter(ended_at=None).count() == 0
    assert Note.objects.count() == 1
    written = Entry.objects.count()
    demo.load(AT)
    assert (ChannelSetting.objects.count(), Entry.objects.count()) == (5, written)


@pytest.mark.django_db
def test_a_broken_payphone_goes_to_who_looks_after_them_on_that_patch() -> None:
    for name in BEFORE:
        import_module(f"kapok.ground.{name}").load(AT)
    demo.load(AT)
    said: dict[str, Any] = {
        "kind": "fault",
        "title": "公用电话无音",
        "address": "TH01-002",
        "actor": "staff/agent3",
        "at": AT,
    }
    _, decision = api.ask(channel="transient", **said)
    assert (decision.unit, decision.owner) == ("tianhe-east-1", "technician3")
    _, decision = api.ask(channel="transient", **said | {"address": "TH06-002"})
    assert (decision.unit, decision.owner) == ("tianhe-east-2", "technician4")
    _, decision = api.ask(channel="public", **said | {"address": "TH01-004"})
    assert decision.owner not in {"technician3", "technician4"} or decision.unit != "tianhe-east-1"

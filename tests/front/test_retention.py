"""What need not be kept for ever goes at night, after the time that the settings say, and nothing else goes with it."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from kapok.back.workforce import files
from kapok.back.workforce.models import Done
from kapok.back.workforce.upkeep import drop_orphans, forget_told
from kapok.config.tasks import sweep
from kapok.front.channels.models import AccessCode, Case, DoorKnock, Message, Placed, Stranger
from kapok.front.channels.online import api as online
from kapok.front.channels.upkeep import forget_codes, forget_forms, forget_knocks, forget_strangers
from kapok.ground.customers.models import Customer
from kapok.ground.customers.retention import remove
from kapok.ground.journal.rules import FORGOTTEN
from kapok.ground.people.models import Staff
from kapok.ground.work.models import Item, Matter
from kapok.kernel.ids import uuid7
from kapok.network.activation.adapters.sessions import open_sessions
from kapok.network.activation.models import Accounting
from kapok.network.activation.upkeep import forget_sessions
from tests.chain import shop
from tests.network.plant import AT

NIGHT = AT + timedelta(days=400)
SECOND = timedelta(seconds=1)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_shop")]


def ago(days: float) -> datetime:
    """So many days before the night."""
    return NIGHT - timedelta(days=days)


def knock(at: datetime) -> None:
    DoorKnock.objects.create(id=uuid7(at), kind="asked", order="a" * 64, address="b" * 64, at=at)


def code(order: str, at: datetime, used: datetime | None = None) -> None:
    AccessCode.objects.create(order=order, digest="c" * 64, sent_to="139****5551", sent_at=at, used_at=used)


def packet(session: str, status: str, at: datetime, seconds: int = 0, nas: str = "10.0.0.1") -> None:
    Accounting.objects.create(
        session=session, status=status, login="line1@kapok", service="S1", nas_address=nas, seconds=seconds, at=at
    )


def sessions() -> list[tuple[str, str]]:
    return sorted(Accounting.objects.values_list("session", "status"))


def test_the_door_forgets_after_a_week() -> None:
    for at in (ago(7) - SECOND, ago(7), ago(1)):
        knock(at)
    assert (forget_knocks(at=NIGHT), forget_knocks(at=NIGHT)) == (1, 0)
    assert sorted(DoorKnock.objects.values_list("at", flat=True)) == [ago(7), ago(1)]
    code("O-1", ago(8), used=ago(8))
    code("O-2", ago(8))
    code("O-3", ago(6), used=ago(6))
    assert (forget_codes(at=NIGHT), forget_codes(at=NIGHT)) == (2, 0)
    assert list(AccessCode.objects.values_list("order", flat=True)) == ["O-3"]


def test_what_still_counts_at_the_door_stays_however_short_the_time(settings: Settings) -> None:
    settings.DOOR_KEPT = timedelta(0)
    knock(NIGHT - timedelta(minutes=1))
    code("O-1", NIGHT - timedelta(minutes=1))
    assert (forget_knocks(at=NIGHT), forget_codes(at=NIGHT)) == (0, 0)


def test_keys_of_forms_and_phones_are_forgotten_after_ninety_days() -> None:
    shop.placed()
    item, staff = Item.objects.first(), Staff.objects.get(username="agent")
    for days in (91, 89):
        Placed.objects.create(key=uuid4(), order=f"O-{days}", at=ago(days))
        Done.objects.create(
            key=uuid4(), staff=staff, item=item, deed="accept", pressed_at=ago(200), reached_at=ago(days)
        )
    assert (forget_forms(at=NIGHT), forget_told(at=NIGHT)) == (1, 1)
    assert list(Placed.objects.values_list("order", flat=True)) == ["O-89"]
    assert list(Done.objects.values_list("reached_at", flat=True)) == [ago(89)]


def test_sessions_that_ended_half_a_year_ago_are_forgotten_as_a_whole() -> None:
    packet("old", "Start", ago(186))
    packet("old", "Interim-Update", ago(185.5), 300)
    packet("old", "Stop", ago(185), 600)
    packet("late", "Start", ago(300))
    packet("late", "Stop", ago(183), 700)
    packet("open", "Start", ago(399))
    packet("open", "Interim-Update", ago(398), 300)
    packet("fell", "Start", ago(300), nas="10.0.0.2")
    packet("back", "Start", ago(250), nas="10.0.0.2")
    packet("up", "Accounting-On", ago(260), nas="10.0.0.2")
    assert [each.session for each in open_sessions("S1", "-")] == ["back", "open"]
    assert (forget_sessions(at=NIGHT, batch=1), forget_sessions(at=NIGHT)) == (4, 0)
    assert sessions() == [
        ("back", "Start"), ("late", "Start"), ("late", "Stop"), ("open", "Interim-Update"), ("open", "Start"),
        ("up", "Accounting-On"),
    ]  # fmt: skip
    assert [each.session for each in open_sessions("S1", "-")] == ["back", "open"]


def leave(minutes: float) -> str:
    return online.leave_request(
        words="能装千兆吗？我是王小明", name="王小明", phone="138 0013 8000", agreed=True, network="10.0.0.1", actor="customer",
        at=shop.later(minutes),
    )  # fmt: skip


def test_what_a_stranger_left_is_overwritten_ninety_days_after_the_matter_was_closed() -> None:
    old, late, open_still = leave(0), leave(1), leave(2)
    for subject, closed in ((old, ago(91)), (late, ago(89))):
        Matter.objects.filter(subject=subject).update(state="closed", closed_at=closed)
    asked = Message.objects.count()
    assert (forget_strangers(at=NIGHT), forget_strangers(at=NIGHT)) == (1, 0)
    row = Stranger.objects.get(case=old)
    assert (row.name, row.phone) == (FORGOTTEN, FORGOTTEN)
    assert [*Message.objects.filter(case=old).values_list("words", flat=True)] == [FORGOTTEN]
    for subject in (late, open_still):
        assert Stranger.objects.get(case=subject).phone == "13800138000"
        assert Message.objects.get(case=subject).words == "能装千兆吗？我是王小明"
    assert Message.objects.count() == asked


def test_what_a_stranger_wrote_who_is_a_customer_now_stays_theirs() -> None:
    subject, number = leave(0), shop.customer("王小明")
    Case.objects.filter(matter=subject).update(customer=Customer.objects.get(number=number))
    Matter.objects.filter(subject=subject).update(state="closed", closed_at=ago(91))
    assert forget_strangers(at=NIGHT) == 1
    assert Stranger.objects.get(case=subject).phone == FORGOTTEN
    assert Message.objects.get(case=subject).words == "能装千兆吗？我是王小明"


def test_much_is_removed_in_batches() -> None:
    for minute in range(7):
        knock(ago(100) + timedelta(minutes=minute))
    with CaptureQueriesContext(
        connection,
    ) as told:
        assert remove(DoorKnock.objects.all(), batch=3) == 7
    assert sum(query["sql"].startswith("DELETE") for query in told) == 3
    assert not DoorKnock.objects.exists()


def test_files_that_no_picture_owns_are_removed(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    assert drop_orphans(at=NIGHT) == 0
    old, young = uuid7(AT), uuid7(AT)
    for key, days in ((old, 2), (young, 0.5)):
        files.keep(key, b"x")
        os.utime(files.path(key), (ago(days).timestamp(),) * 2)
    (files.path(old).parent / "notes.txt").write_text("ours")
    assert drop_orphans(at=NIGHT) == 1
    assert (files.path(old).exists(), files.path(young).exists()) == (False, True)
    assert (files.path(old).parent / "notes.txt").exists()


def test_the_nightly_sweep_does_all_of_it(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    knock(ago(8))
    code("O-1", ago(8))
    Placed.objects.create(key=uuid4(), order="O-1", at=ago(91))
    packet("old", "Start", ago(300))
    packet("old", "Stop", ago(299), 600)
    Matter.objects.filter(subject=leave(0)).update(state="closed", closed_at=ago(91))
    sweep(int(NIGHT.timestamp()))
    rows = (DoorKnock, AccessCode, Placed, Accounting)
    assert [model.objects.count() for model in rows] == [0, 0, 0, 0]
    assert Stranger.objects.get().name == FORGOTTEN

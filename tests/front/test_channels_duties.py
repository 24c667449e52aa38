"""What R6 sends to which post of a patch, and what the faults of firms are owed within three hours, over the verbs."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from kapok.front.channels import api
from kapok.front.channels.announcing import api as announcing
from kapok.ground.commitments import scheduler
from kapok.ground.commitments.models import Commitment
from kapok.ground.posts import api as posts
from kapok.ground.work.models import Item, Matter
from kapok.kernel.text import Text
from tests.chain import shop
from tests.front.counter import ask, business, case, matter
from tests.network import plant

pytestmark = [pytest.mark.usefixtures("open_shop"), pytest.mark.django_db]

DIAGNOSIS: dict[str, Any] = {"substance": "diagnosis", "reply": "光纤弯折，明早上门"}
POSTS = (
    ("business-manager", "dispatcher2", "technician"),
    ("community-manager", "technician2", "noc"),
    ("line-maintainer", "noc2", "keyaccount2"),
)


def fill_the_patch() -> None:
    """A post for each other duty at the patch, whose payphones are technician3's."""
    for function, a, b in POSTS:
        title = Text(zh=function, en=function)
        posts.open_post(
            code=f"east-{function}", function=function, title=title, unit="tianhe-east-1", a=a, b=b, **plant.WHO
        )


@pytest.mark.parametrize(
    ("said", "owner"),
    [
        ({"kind": "fault"}, "noc2"), ({"kind": "request"}, "technician2"),
        ({"kind": "complaint", "complaint_kind": "network"}, "technician2"),
        ({"kind": "fault", "channel": "transient"}, "technician3"), ({"kind": "request", "channel": "transient"}, "technician3"),
    ],
)  # fmt: skip
def test_each_kind_of_case_goes_to_the_post_of_its_duty(said: dict[str, Any], owner: str) -> None:
    fill_the_patch()
    subject, decision = ask(title="某事", address="n1", **said)
    assert (decision.owner, decision.unit, case(subject).owner.username) == (owner, "tianhe-east-1", owner)


def test_what_a_firm_reports_goes_to_who_maintains_the_lines_and_what_it_asks_for_to_its_manager_of_the_patch() -> None:
    fill_the_patch()
    firm = business(manager="", address="n1")
    assert ask(customer=firm, kind="fault", title="断网")[1].owner == "noc2"
    assert ask(1, customer=firm)[1].owner == "dispatcher2"


def night() -> datetime:
    """An hour before midnight."""
    return datetime(2026, 3, 2, 23, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


def reported() -> tuple[str, float]:
    """A fault that a firm reports at night, and how many minutes after the shop opened that was."""
    minutes = (night() - shop.later(0)).total_seconds() / 60
    subject, decision = ask(minutes, kind="fault", title="断网", customer=business())
    assert decision.three_hours
    return subject, minutes


def clock(subject: str) -> Commitment:
    return Commitment.objects.get(subject=subject, promise="reply-fault")


def test_the_fault_of_a_firm_is_answered_within_three_hours_of_the_night_and_mended_all_the_same() -> None:
    subject, minutes = reported()
    assert clock(subject).due_at == shop.later(minutes + 180)
    assert matter(subject).first_contact.username == "agent"
    assert not api.answer(matter=subject, how="message", word="收到", **shop.by("agent", minutes + 10))
    before = set(Item.objects.filter(matter__subject=subject).values_list("id", "state"))
    assert not api.answer(matter=subject, **DIAGNOSIS, **shop.by("agent", minutes + 20))
    assert clock(subject).state == "open"
    assert api.answer(matter=subject, how="message", word="好", **shop.by("agent", minutes + 170))
    assert (clock(subject).state, clock(subject).closed_at) == ("kept", shop.later(minutes + 170))
    assert set(Item.objects.filter(matter__subject=subject).values_list("id", "state")) == before
    assert Matter.objects.get(subject=subject).state == "open"


def test_who_does_not_answer_a_fault_is_warned_after_two_hours_and_late_after_three() -> None:
    subject, minutes = reported()
    seen = []
    for after in (119, 121, 181):
        scheduler.fire(at=shop.later(minutes + after))
        kinds = ("commitments.warned", "commitments.breached")
        seen.append([any(each["promise"] == "reply-fault" for each in shop.told(kind, subject)) for kind in kinds])
    assert seen == [[False, False], [True, False], [True, True]]
    assert clock(subject).state == "overdue"


def test_the_fault_of_a_household_and_one_under_a_group_fault_have_no_such_clock() -> None:
    subject, decision = ask(kind="fault", title="断网", customer=shop.customer(address="r101"))
    assert (decision.three_hours, Commitment.objects.filter(subject=subject, promise="reply-fault").count()) == (
        False,
        0,
    )
    incident, _ = ask(1, kind="fault", title="光缆中断")
    words = Text(zh="光缆中断，抢修中。", en="A cable is cut.")
    announcing.announce(matter=incident, words=words, areas=["TYX"], since=shop.later(1), **shop.by("agent", 2))
    attached, _ = ask(3, kind="fault", title="断网", customer=business(address="n1"))
    assert attached == incident
    assert not Commitment.objects.filter(promise="reply-fault").exists()

"""Posts, absences, rosters and skills over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from kapok.ground.journal.models import Entry
from kapok.ground.people import api as people
from kapok.ground.people.cast import Login
from kapok.ground.posts import api as posts
from kapok.ground.posts import demo, queries
from kapok.ground.posts.models import Absence, PostHolder, RosterEntry, StaffSkill
from kapok.kernel.text import Language
from tests import worlds
from tests.console.conftest import AT, SignedIn


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def filled(cast: dict[str, Login]) -> None:
    worlds.begin("posts of the demonstration", lambda: demo.load(AT))


@pytest.fixture
def manager(filled: None, signed_in: SignedIn) -> Client:
    return signed_in("manager", Language.EN)


def text(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def posted(client: Client, address: str, **form: Any) -> str:
    return client.post(address, form, follow=True).content.decode()


def acts(code: str = "hotline-desk") -> str:
    post = queries.acting(code, now())
    assert post is not None
    assert post.acting is not None
    return post.acting.username


def days(first: int, last: int) -> dict[str, str]:
    today = timezone.localdate(now())
    return {
        "kind": "leave",
        "first": str(today + timedelta(days=first)),
        "last": str(today + timedelta(days=last)),
        "note": "两单待回访",
    }


@pytest.mark.usefixtures("filled")
def test_one_sees_the_posts_of_ones_units(signed_in: SignedIn) -> None:
    page = text(signed_in("agent"), "/posts")
    assert "热线受理岗" in page
    assert "履职中" in page
    assert "综合调度岗" not in page
    assert signed_in("agent").get("/posts/dispatch-desk").status_code == 404
    assert "Hotline reception" in text(signed_in("agent", Language.EN), "/posts/hotline-desk")


def test_a_post_shows_who_is_asked_next_and_its_time_line(manager: Client) -> None:
    page = text(manager, "/posts/hotline-desk")
    assert "梁小敏" in page
    assert "Head of" not in page
    assert "unit head · Kapok Telecom Guangzhou" in page
    assert "梁小敏 appointed as A" in page
    assert "no roles" in page


COUNTER = {
    "code": "Hall-Desk",
    "function": "counter",
    "unit": "yuexiu-hall",
    "name_zh": "前台岗",
    "name_en": "Counter",
    "a": "viewer",
    "b": "agent",
}


def test_a_post_is_opened_with_a_and_b_filled_anew_and_closed(manager: Client) -> None:
    assert manager.post("/posts/new", COUNTER).headers["Location"] == "/posts/hall-desk"
    assert acts("hall-desk") == "viewer"
    assert "already has a post" in posted(manager, "/posts/new", **{**COUNTER, "code": "other"})
    assert "already holds the other place" in posted(manager, "/posts/hall-desk/fill", place="B", username="viewer")
    assert "Nobody of your units" in posted(manager, "/posts/hall-desk/fill", place="B", username="nobody")
    posted(manager, "/posts/hall-desk/fill", place="A", username="agent2", a="viewer", b="agent")
    assert acts("hall-desk") == "agent2"
    assert "A and B have changed places." in posted(manager, "/posts/hall-desk/exchange")
    assert acts("hall-desk") == "agent"
    assert manager.post("/posts/hall-desk/close").headers["Location"] == "/posts"
    assert "Counter" not in text(manager, "/posts")
    page = text(manager, "/posts/hall-desk")
    assert "closed" in page
    assert "/posts/hall-desk/fill" not in page
    assert "has been closed" in posted(manager, "/posts/hall-desk/exchange")


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        ({"a": ""}, "This field is required"),
        ({"b": "viewer"}, "A and B are two people"),
        ({"b": "nobody"}, "Nobody of your units has this staff number"),
        ({"accept_minutes": "0"}, "greater than or equal to 1"),
    ],
)
def test_a_post_is_not_opened_without_two_people(manager: Client, typed: dict[str, str], complaint: str) -> None:
    assert complaint in posted(manager, "/posts/new", **{**COUNTER, **typed})
    assert queries.acting("hall-desk", now()) is None


def test_a_post_has_its_own_time_to_accept_offers(manager: Client) -> None:
    manager.post("/posts/new", COUNTER)
    assert "<dt>Minutes to accept an offer</dt>" not in text(manager, "/posts/hall-desk")
    manager.post("/posts/new", {**COUNTER, "code": "slow", "function": "archive", "accept_minutes": "90"})
    acting = queries.acting("slow", now())
    assert acting is not None
    assert acting.accept_ttl == timedelta(minutes=90)
    assert '<dt>Minutes to accept an offer</dt><dd class="tabular">90</dd>' in text(manager, "/posts/slow")


def test_how_long_offers_may_wait_is_changed_by_who_manages_the_roster(manager: Client, signed_in: SignedIn) -> None:
    address = "/posts/hotline-desk/accept-time"
    assert "Saved. What is offered already keeps its time." in posted(manager, address, accept_minutes="45")
    page = text(manager, "/posts/hotline-desk")
    assert '<dt>Minutes to accept an offer</dt><dd class="tabular">45</dd>' in page
    assert "changed from the general rule to 45 minutes" in page
    assert "greater than or equal to 1" in posted(manager, address, accept_minutes="0")
    agent = signed_in("agent")
    assert agent.post(address, {"accept_minutes": "5"}).status_code == 403
    assert address not in text(agent, "/posts/hotline-desk")
    assert manager.get(address).status_code == 405
    hotline = queries.acting("hotline-desk", now())
    assert hotline is not None
    assert hotline.accept_ttl == timedelta(minutes=45)
    assert "changed from 45 minutes to the general rule" in posted(manager, address, accept_minutes="")


def test_who_has_been_replaced_meanwhile_is_not_replaced_again(manager: Client) -> None:
    page = text(manager, "/posts/hotline-desk")
    assert '<input type="hidden" name="a" value="agent"' in page
    seen = {"a": "agent", "b": "agent2", "place": "A"}
    posted(manager, "/posts/hotline-desk/fill", username="viewer", **seen)
    told = posted(manager, "/posts/hotline-desk/fill", username="keyaccount", **seen)
    assert "Place A of Hotline reception is held by viewer now" in told
    assert acts() == "viewer"


def test_who_may_not_grant_roles_fills_no_post_that_carries_them(manager: Client, signed_in: SignedIn) -> None:
    before = PostHolder.objects.count()
    assert manager.post("/posts/supervision-desk/fill", {"place": "B", "username": "manager"}).status_code == 404
    for act in ("exchange", "close"):
        assert manager.post(f"/posts/supervision-desk/{act}").status_code == 404
    assert manager.post("/posts/hotline-desk/role", {"role": "administrator"}).status_code == 403
    assert PostHolder.objects.count() == before
    administrator = signed_in("administrator", Language.EN)
    posted(administrator, "/posts/supervision-desk/fill", place="B", username="viewer")
    posted(administrator, "/posts/hotline-desk/role", role="analyst")
    assert "through a post" in text(administrator, "/people/agent")
    assert "already carries" in posted(administrator, "/posts/hotline-desk/role", role="analyst")
    posted(administrator, "/posts/hotline-desk/role", role="analyst", take="1")
    assert "through a post" not in text(administrator, "/people/agent")


@pytest.mark.usefixtures("filled")
def test_b_takes_over_with_a_note_and_hands_back(signed_in: SignedIn) -> None:
    agent = signed_in("agent", Language.EN)
    assert "at least four characters" in posted(agent, "/posts/hotline-desk/take-over", cause="declared", note="ok")
    assert acts() == "agent"
    assert "B acts now." in posted(agent, "/posts/hotline-desk/take-over", cause="declared", note="Two calls open")
    assert acts() == "agent2"
    assert "Two calls open" in text(agent, "/posts/hotline-desk")
    assert "Handed back" in posted(agent, "/posts/hotline-desk/hand-back", note="All settled")
    assert acts() == "agent"


@pytest.mark.usefixtures("filled")
def test_a_stranger_hands_nothing_over(signed_in: SignedIn) -> None:
    people.grant_role(username="viewer", role="viewer", unit="hotline", actor="staff/admin", at=AT)
    viewer = signed_in("viewer")
    form = {"cause": "declared", "note": "Two calls open"}
    assert viewer.post("/posts/hotline-desk/take-over", form).status_code == 404
    assert viewer.post("/posts/hotline-desk/fill", {"place": "A", "username": "viewer"}).status_code == 403
    assert acts() == "agent"


def test_the_second_leave_is_refused_with_the_reason(manager: Client, signed_in: SignedIn) -> None:
    agent = signed_in("agent", Language.EN)
    assert "Asked for" in posted(agent, "/absences/new", username="agent", **days(0, 2))
    asked = Absence.objects.get()
    assert agent.post(f"/absences/{asked.id}/grant").status_code == 403
    assert "梁小敏" in text(manager, "/absences")
    assert "The leave is granted." in posted(manager, f"/absences/{asked.id}/grant")
    assert acts() == "agent2"
    refused = posted(manager, "/absences/new", username="agent2", **days(2, 5))
    assert "agent, who holds the other place of Hotline reception, is absent" in refused
    assert Absence.objects.count() == 1
    assert "Withdrawn." in posted(agent, f"/absences/{asked.id}/withdraw")
    assert acts() == "agent"


def test_why_somebody_is_away_is_read_by_whom_it_concerns(manager: Client, signed_in: SignedIn) -> None:
    people.grant_role(username="viewer", role="agent", unit="hotline", actor="staff/admin", at=AT)
    asked = {**days(1, 2), "reason": "手术复查", "note": "两单待回访"}
    posted(signed_in("agent"), "/absences/new", username="agent", **asked)
    deputy = Client()
    deputy.post("/sign-in", {"username": "agent2", "password": "kapok-agent-2"})
    readers = {"self": signed_in("agent"), "manager": manager, "deputy": deputy, "colleague": signed_in("viewer")}
    pages = {who: text(client, "/absences") for who, client in readers.items()}
    assert all("梁小敏" in page for page in pages.values())
    assert [who for who, page in pages.items() if asked["reason"] in page] == ["self", "manager"]
    assert [who for who, page in pages.items() if asked["note"] in page] == ["self", "manager", "deputy"]


@pytest.mark.usefixtures("filled")
def test_nobody_grants_their_own_leave(manager: Client, signed_in: SignedIn) -> None:
    posted(manager, "/absences/new", username="manager", **days(5, 6))
    asked = Absence.objects.get()
    assert "Nobody grants their own leave" in posted(manager, f"/absences/{asked.id}/grant")
    assert f"/absences/{asked.id}/grant" not in text(manager, "/absences")
    for unit in ("hotline", "tianhe-east-field"):  # they manage the roster of another unit than the one they belong to
        people.grant_role(username="viewer", role="manager", unit=unit, actor="staff/admin", at=AT)
    other = signed_in("viewer", Language.EN)
    posted(other, "/absences/new", username="viewer", **days(5, 6))
    own = Absence.objects.exclude(id=asked.id).get()
    assert other.post(f"/absences/{own.id}/grant").status_code == 404
    assert own.state == "requested"


def test_one_asks_for_oneself_and_a_manager_for_the_crew(manager: Client, signed_in: SignedIn) -> None:
    agent = signed_in("agent", Language.EN)
    assert "only" not in posted(agent, "/absences/new", username="agent2", **days(1, 2))
    assert not Absence.objects.exists()
    assert "before the first" in posted(agent, "/absences/new", username="agent", **days(3, 2))
    assert "at most a year" in posted(agent, "/absences/new", username="agent", **days(3, 800))
    posted(manager, "/absences/new", username="agent2", **{**days(0, 0), "kind": "unplanned"})
    assert Absence.objects.get().state == "granted"
    assert Entry.objects.filter(kind="posts.declared_absent").count() == 1
    other = signed_in("technician")
    assert other.post(f"/absences/{Absence.objects.get().id}/withdraw").status_code == 404


def test_somebody_is_away_for_hours(manager: Client) -> None:
    day = {"kind": "training", "first": "2026-03-06", "last": "2026-03-06"}
    form = {**day, "username": "agent", "from_hour": "09:30", "until_hour": "11:00"}
    for until in ("09:30", "08:00"):
        told = posted(manager, "/absences/new", **{**form, "until_hour": until})
        assert "not later than the beginning" in told
    assert not Absence.objects.exists()
    posted(manager, "/absences/new", **form)
    posted(manager, "/absences/new", username="agent2", **{**day, "from_hour": "11:00"})
    periods = Absence.objects.order_by("period").values_list("period", flat=True)
    assert [
        [f"{timezone.localtime(each):%d %H:%M}" for each in (period.lower, period.upper)] for period in periods
    ] == [
        ["06 09:30", "06 11:00"],
        ["06 11:00", "07 00:00"],
    ]
    page = text(manager, "/roster?week=2026-03-02")
    assert "away 09:30–11:00" in page
    assert page.count("is-void") == 2  # the day shift of the one, and the late shift's beginning of the other


@pytest.mark.parametrize("month", ["2026-13", "x", "9999-12", "1000-01", "2026-03"])
def test_any_month_can_be_asked_for(manager: Client, month: str) -> None:
    assert manager.get(f"/absences?month={month}").status_code == 200
    assert manager.get(f"/roster?week={month}-09").status_code == 200


def test_the_roster_is_planned_and_cleared(manager: Client) -> None:
    page = text(manager, "/roster?week=2026-03-02")
    assert "Head of" not in page
    assert page.count('class="shift"') == RosterEntry.objects.count()
    form = {"username": "agent", "day": "2026-03-07", "shift": "day"}
    assert manager.post("/roster/plan", form).headers["Location"] == "/roster?week=2026-03-02"
    assert "another shift that overlaps" in posted(manager, "/roster/plan", **form)
    assert "Nobody of your units" in posted(manager, "/roster/plan", **{**form, "username": "moon"})
    before = RosterEntry.objects.count()
    assert "Cleared." in posted(manager, "/roster/clear", **form)
    assert "is not on that shift" in posted(manager, "/roster/clear", **form)
    assert RosterEntry.objects.count() == before - 1
    shift = {"code": "split", "name_zh": "短班", "name_en": "Short", "starts": "09:00", "ends": "12:00"}
    assert manager.post("/roster/shifts", shift).headers["Location"] == "/roster"
    assert "is in use" in posted(manager, "/roster/shifts", **shift)


def test_skills_are_shown_awarded_and_withdrawn(manager: Client, signed_in: SignedIn) -> None:
    assert "level 3" in text(manager, "/skills")
    skill = {"code": "copper", "name_zh": "铜缆", "name_en": "Copper"}
    assert manager.post("/skills/new", skill).headers["Location"] == "/skills"
    posted(manager, "/skills/award", username="agent", skill="copper", level="2")
    assert StaffSkill.objects.filter(skill__code="copper", period__upper_inf=True).count() == 1
    posted(manager, "/skills/award", username="agent", skill="copper", level="0")
    assert "does not have the skill" in posted(manager, "/skills/award", username="agent", skill="copper", level="0")
    assert signed_in("agent").post("/skills/award", skill).status_code == 403


def test_a_long_list_is_read_in_few_queries(
    manager: Client, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    posts.declare_absent(username="noc", until=AT + timedelta(days=3), actor="staff/admin", at=AT)
    for address in ("/posts", "/absences?month=2026-03", "/roster?week=2026-03-02", "/skills"):
        with django_assert_max_num_queries(24):
            assert manager.get(address).status_code == 200

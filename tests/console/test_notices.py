"""Notices on screen: the bell on every page, one's own only, marking as seen, and what happens when telling fails."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import expect
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from kapok.config.subscriptions import SUBSCRIPTIONS
from kapok.ground.commitments import scheduler
from kapok.ground.commitments.models import Commitment
from kapok.ground.journal import api as journal
from kapok.ground.journal.models import Letter
from kapok.ground.notices import queries
from kapok.ground.notices.models import Notice
from kapok.ground.people.models import Staff
from kapok.ground.posts import demo as posts
from kapok.kernel.ids import uuid7
from kapok.kernel.text import Language
from tests.console.conftest import AT, BrowserPage, SignedIn, leads_on, sideways
from tests.console.promised import HOUR, now, promised

[NOTICES] = [each for each in SUBSCRIPTIONS if each.name == "notices"]
NOWHERE = "00000000-0000-0000-0000-000000000001"


def told(username: str = "agent", *, kind: str = "breached", at: datetime | None = None, **fields: Any) -> Notice:
    """A notice to somebody about a commitment of the hotline."""
    row = promised(fields.pop("subject", "fault/F1"), due=-HOUR, state="overdue", unit=fields.pop("unit", "hotline"))
    at = at or now()
    return Notice.objects.create(
        id=uuid7(at), recipient=Staff.objects.get(username=username), commitment=row, entry=uuid7(at), subject=row.subject,
        kind=f"commitments.{kind}", title_zh="24 小时修复", title_en="Repaired in time", due_at=row.due_at,
        happened_at=row.due_at or at, at=at, **fields,
    )  # fmt: skip


def count(page: str) -> str | None:
    """The number on the bell."""
    found = re.search(r'class="bell-count[^>]*>([^<]*)<', page)
    return found[1] if found else None


def unseen(username: str = "agent") -> int:
    return queries.count_unseen(Staff.objects.get(username=username).id)


def get(client: Client, address: str, **more: Any) -> str:
    answer = client.get(address, **more)
    assert answer.status_code == 200
    return answer.content.decode()


def test_every_page_has_the_bell_with_the_number(signed_in: SignedIn) -> None:
    client = signed_in("agent")
    assert count(get(client, "/")) is None
    assert 'aria-label="通知：全部已读"' in get(client, "/")
    for number in range(3):
        told(subject=f"fault/F{number}")
    told("manager")
    for address in ("/", "/ledger", "/notices", "/account", "/work"):
        assert count(get(client, address)) == "3", address
    assert count(get(client, "/notices/bell")) == "3"
    english = get(signed_in("agent", Language.EN), "/notices/bell")
    assert 'aria-label="Notices: 3 not seen"' in english
    assert "data-poll" in english
    assert "<html" not in english


def test_the_bell_counts_to_99(signed_in: SignedIn) -> None:
    first = told()
    for _ in range(99):
        told_like(first)
    page = get(signed_in("agent", Language.EN), "/notices/bell")
    assert count(page) == "99+"
    assert "more than 99" in page


def told_like(notice: Notice) -> None:
    """Another one like it."""
    notice.pk, notice.entry = uuid7(now()), uuid7(now())
    notice.save(force_insert=True)


def test_the_bell_costs_one_query(signed_in: SignedIn, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    client = signed_in("agent")
    get(client, "/notices/bell")
    with django_assert_num_queries(4) as asked:  # session, person, permissions, and the number
        get(client, "/notices/bell")
    assert sum("notices_notice" in query["sql"] for query in asked.captured_queries) == 1


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (Language.ZH, ["今天", "违约", "预警", "24 小时修复", "故障 F1", "逾期未完成", "标为已读"]),
        (Language.EN, ["Today", "Broken", "Warning", "Repaired in time", "fault F1", "overdue", "Mark as seen"]),
    ],
)
def test_the_list_says_what_happened_by_day(signed_in: SignedIn, language: Language, words: list[str]) -> None:
    told()
    told(kind="warned", at=now() - timedelta(days=3))
    page = get(signed_in("agent", language), "/notices")
    for word in words:
        assert word in page
    assert len(re.findall(r'<section class="card', page)) == 2
    assert page.index(words[1]) < page.index(words[2])
    part = get(signed_in("agent", language), "/notices", headers={"HX-Request": "true", "HX-Target": "notices"})
    assert words[3] in part
    assert "<html" not in part


def test_one_tier_can_be_read_alone(signed_in: SignedIn) -> None:
    told(subject="fault/F1")
    Commitment.objects.update(tier="law")
    told(subject="fault/F2")
    client = signed_in("agent", Language.EN)
    assert get(client, "/notices").count('<li class="notice') == 2
    law = get(client, "/notices?tier=law")
    assert ("fault F1" in law, "fault F2" in law, "Mark all as seen" in law) == (True, False, False)
    assert "Nothing that you have not seen" in get(client, "/notices?tier=contract")
    assert get(client, "/notices?tier=nonsense").count('<li class="notice') == 2


def test_what_nobody_has_told_is_said(signed_in: SignedIn) -> None:
    assert "没有未读通知" in get(signed_in("viewer"), "/notices")
    assert "No notices yet" in get(signed_in("viewer", Language.EN), "/notices?all=1")


def test_the_list_costs_the_same_queries_however_long(
    signed_in: SignedIn, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in("agent")
    told()
    get(client, "/notices")
    with django_assert_num_queries(8):
        get(client, "/notices")
    for number in range(35):
        told(subject=f"fault/G{number}")
    with django_assert_num_queries(8):
        page = get(client, "/notices")
    assert page.count('class="notice"') == 30
    assert get(client, "/notices?page=2").count('class="notice"') == 6


def test_one_is_marked_as_seen_and_stays_under_all(signed_in: SignedIn) -> None:
    first, second = told(), told(subject="fault/F2")
    client = signed_in("agent")
    answer = client.post(f"/notices/{first.id}/seen", {"next": "/notices?page=1"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/notices?page=1")
    page = get(client, "/notices")
    assert str(first.id) not in page
    assert str(second.id) in page
    assert get(client, "/notices?all=1").count("is-seen") == 1


def test_opening_marks_as_seen_and_leads_to_the_commitment(signed_in: SignedIn) -> None:
    notice = told()
    client = signed_in("agent")
    answer = client.post(f"/notices/{notice.id}/open")
    assert answer.headers["Location"] == f"/ledger/{notice.commitment_id}"
    assert client.get(answer.headers["Location"]).status_code == 200
    assert unseen() == 0
    assert f'href="/ledger/{notice.commitment_id}"' in get(client, "/notices?all=1")


def test_what_one_may_not_read_is_told_but_not_opened(signed_in: SignedIn) -> None:
    notice = told(unit="yuexiu-hall")
    page = get(signed_in("agent"), "/notices")
    assert "24 小时修复" in page
    assert f"/notices/{notice.id}/open" not in page
    assert f"/notices/{notice.id}/seen" in page


def test_all_are_marked_that_stood_in_the_list_and_what_came_since_is_not(signed_in: SignedIn) -> None:
    for number in range(3):
        told(subject=f"fault/F{number}")
    client = signed_in("agent")
    sent = re.search(r'name="through" value="([^"]+)"', get(client, "/notices"))
    assert sent
    told(subject="fault/G1")
    told("manager")
    answer = client.post("/notices/seen", {"through": sent[1]}, follow=True).content.decode()
    assert "已将 3 条通知标为已读。" in answer
    assert (unseen(), unseen("manager")) == (1, 1)
    assert client.post("/notices/seen").status_code == 302
    assert (unseen(), unseen("manager")) == (0, 1)


@pytest.mark.parametrize("through", ["yesterday", "2026-03-02T09:00:00", "2026-99-02T09:00:00+08:00"])
def test_a_moment_that_is_none_marks_nothing(signed_in: SignedIn, through: str) -> None:
    told()
    assert signed_in("agent").post("/notices/seen", {"through": through}).status_code == 400
    assert unseen() == 1


def test_nobody_sees_or_marks_those_of_others(signed_in: SignedIn, client: Client) -> None:
    notice = told("manager")
    for role in ("agent", "administrator"):
        other = signed_in(role)
        assert "24 小时修复" not in get(other, "/notices?all=1")
        for action in ("seen", "open"):
            answer = other.post(f"/notices/{notice.id}/{action}", follow=True)
            assert [where for where, _ in answer.redirect_chain] == [{"seen": "/", "open": "/notices"}[action]]
            assert ("没有发给您的这条通知" in answer.content.decode()) == (action == "seen")
        other.post("/notices/seen")
    for action in (f"{notice.id}/seen", f"{notice.id}/open", "seen"):
        assert client.post(f"/notices/{action}").headers["Location"].startswith("/sign-in")
        assert signed_in("manager").get(f"/notices/{action}").status_code == 405
    assert unseen("manager") == 1
    assert signed_in("manager").post(f"/notices/{NOWHERE}/seen").status_code == 302


def test_who_is_sent_to_sign_in_by_the_bell_comes_back_to_the_page(db: None, client: Client) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/ledger?state=overdue"}
    answer = client.get("/notices/bell", headers=headers)
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/sign-in?next=%2Fledger%3Fstate%3Doverdue")
    bare = client.get("/notices/bell", headers={"HX-Request": "true", "HX-Current-URL": "about:blank"})
    assert bare.headers["HX-Redirect"] == "/sign-in?next=%2Fnotices%2Fbell"


def served(at: datetime) -> None:
    while journal.deliver(NOTICES, at=at):
        pass


@pytest.mark.django_db(transaction=True)
def test_telling_that_fails_is_mended_on_the_screen_of_undelivered_entries(
    transactional_db: None, signed_in: SignedIn, settings: Settings
) -> None:
    posts.load(AT)
    at, right = now(), settings.NOTICES_TELL
    row = promised(due=-HOUR)
    Commitment.objects.filter(id=row.id).update(next_fire_at=row.due_at, warned=len(row.warn_at))
    scheduler.fire(at=at)
    settings.NOTICES_TELL = {}
    served(at)
    for attempt in range(1, settings.DELIVERY_ATTEMPTS):
        assert journal.retry_due(NOTICES, at=at + timedelta(days=attempt)) == 1
    letter = Letter.objects.get()
    assert letter.state == "dead"
    administrator, agent = signed_in("administrator", Language.EN), signed_in("agent")
    listed = get(administrator, "/letters?subscriber=notices")
    assert f"/letters/{letter.id}" in listed
    assert "Broken: " in listed
    assert "builtins.KeyError" in get(administrator, f"/letters/{letter.id}")
    assert count(get(agent, "/")) is None
    settings.NOTICES_TELL = right
    assert administrator.post(f"/letters/{letter.id}/retry").status_code == 302
    assert journal.retry_due(NOTICES, at=now() + HOUR) == 1
    assert count(get(agent, "/")) == "1"
    assert "delivered" in get(administrator, f"/letters/{letter.id}")
    assert sorted(Notice.objects.values_list("recipient__username", flat=True)) == [
        "agent", "agent2", "manager", "supervisor",
    ]  # fmt: skip


@pytest.mark.browser
@pytest.mark.parametrize("language", [Language.ZH, Language.EN])
@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_the_bell_leads_to_the_list_and_goes_down(browser_page: BrowserPage, language: Language, phone: bool) -> None:
    for number in range(4):
        told(subject=f"fault/F2026-000{number}", kind="warned" if number % 2 else "breached")
    page = browser_page("agent", language, phone=phone, at="/work")
    bell = page.locator("#bell")
    expect(bell).to_contain_text("4")
    bell.focus()
    told(subject="fault/F2026-0009", at=now() - timedelta(days=2))
    page.evaluate("htmx.ajax('GET', '/notices/bell', {source: '#bell', target: '#bell', swap: 'outerHTML'})")
    expect(bell).to_contain_text("5")
    expect(bell).to_be_focused()
    with leads_on(page):
        page.keyboard.press("Enter")
    expect(page).to_have_url("/notices")
    expect(page.locator(".notice")).to_have_count(5)
    assert sideways(page) == 0
    with leads_on(page):
        page.locator(".notice button[id^=seen]").first.press("Enter")
    expect(page.locator(".notice")).to_have_count(4)
    expect(bell).to_contain_text("4")
    with leads_on(page):
        page.locator("#all-seen").press("Enter")
    expect(page.locator(".empty-title")).to_be_visible()
    expect(bell.locator(".bell-count")).to_have_count(0)

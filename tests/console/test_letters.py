"""Undelivered entries on screen: counts, one of them, another attempt, setting aside with a reason."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from playwright.sync_api import expect
from pytest_django.fixtures import Settings

from kapok.ground.commitments import stuck
from kapok.ground.commitments.models import StuckClock
from kapok.ground.journal import api as journal
from kapok.ground.journal import delivery, letters
from kapok.ground.journal.models import Entry, Letter
from kapok.ground.work import queries
from kapok.ground.work.baton import api as baton
from kapok.kernel.text import Language
from tests.console import office
from tests.console.conftest import BrowserPage, SignedIn, follow, sideways
from tests.ground.clocks import DUE, desk, started
from tests.ground.journal_lab import ring

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _quiet(settings: Settings) -> None:
    settings.JOURNAL_WITNESSES = []


def refuse(_line: object) -> None:
    raise RuntimeError("13800138000")


def undelivered() -> tuple[Letter, Letter]:
    """One that failed and one behind it, as `deliver` leaves them."""
    subscription = journal.Subscription("relay", refuse)
    for number in (1, 2):
        ring(number)
    first, second = Entry.objects.filter(kind="bell.rang").order_by("position")
    with transaction.atomic():
        error = delivery.attempt(subscription, first)
        assert error
        delivery._keep(subscription, first, AT, error)
        delivery._keep(subscription, second, AT)
    failed = Letter.objects.get(entry=first)
    return failed, Letter.objects.get(entry=second)


def test_what_waits_is_listed_with_counts_in_both_languages(signed_in: SignedIn) -> None:
    empty = signed_in("administrator").get("/letters").content.decode()
    assert "全部已送达" in empty
    undelivered()
    chinese = signed_in("administrator").get("/letters").content.decode()
    assert "铃响了1次" in chinese
    assert "等待重试" in chinese
    assert "排在失败条目之后" in chinese
    english = signed_in("administrator", Language.EN).get("/letters?state=parked&subscriber=relay").content.decode()
    assert "the bell rang 2 times" in english
    assert "the bell rang 1 times" not in english


def test_the_list_pages_on_and_refreshes_itself(signed_in: SignedIn) -> None:
    failed, behind = undelivered()
    client = signed_in("administrator", Language.EN)
    first = letters.letters(limit=1)
    rest = letters.letters(after=first.after, limit=1)
    assert [[each.id for each in page.letters] for page in (first, rest)] == [[failed.id], [behind.id]]
    assert rest.after is None
    assert letters.letters(subscriber="nobody").letters == []
    page = client.get(f"/letters?after={failed.id}").content.decode()
    assert (f"letter-{behind.id}" in page, f"letter-{failed.id}" in page, "To the first page" in page) == (
        True,
        False,
        True,
    )
    part = client.get("/letters", headers={"HX-Target": "letters"}).content.decode()
    assert (part.count('id="letter-'), "<html" in part) == (2, False)


def test_one_shows_the_error_and_what_waits_behind_it(signed_in: SignedIn) -> None:
    failed, _ = undelivered()
    page = signed_in("administrator", Language.EN).get(f"/letters/{failed.id}").content.decode()
    assert "builtins.RuntimeError" in page
    assert "13800138000" not in page
    assert "1 waits behind it" in page
    assert '<a href="/matters/bell/1" title="bell/1">bell 1</a>' in page
    assert "the bell rang 2 times" in page


def test_subjects_people_and_subscribers_are_called_by_their_names(signed_in: SignedIn) -> None:
    office.set_up()
    item = queries.items_of(office.fault())[0]
    baton.accept(item=item.id, actor="staff/agent", at=office.now())
    entry = Entry.objects.filter(subject=item.subject, kind="handoff.accepted").get()
    with transaction.atomic():
        subscription = journal.Subscription("workforce", refuse)
        delivery._keep(subscription, entry, AT, delivery.attempt(subscription, entry))
    key = Letter.objects.get(entry=entry).id
    for language, subscriber, title in (
        (Language.EN, "dispatch", "Accept, line test, pre-handle"), (Language.ZH, "外勤调度", "受理、测试、预处理")
    ):  # fmt: skip
        admin = signed_in("administrator", language)
        for page in (admin.get("/letters"), admin.get(f"/letters/{key}")):
            shown = page.content.decode()
            assert subscriber in shown
            assert f'<a href="/matters/{item.subject}" title="{item.subject}">{title}' in shown
        assert '<span title="agent">梁小敏</span>' in shown
        assert admin.get(f"/matters/{item.subject}").status_code == 200


def test_it_can_be_delivered_again(signed_in: SignedIn) -> None:
    failed, parked = undelivered()
    Letter.objects.filter(pk=failed.pk).update(state="dead")
    client = signed_in("administrator")
    assert client.post(f"/letters/{failed.id}/retry").status_code == 302
    assert Letter.objects.get(pk=failed.pk).state == "waiting"
    assert "要求向“relay”重新投递" in client.get(f"/letters/{failed.id}").content.decode()
    answer = client.post(f"/letters/{parked.id}/retry", follow=True).content.decode()
    assert "请先处理失败的那一条" in answer
    assert Letter.objects.get(pk=parked.pk).state == "parked"


def test_it_is_set_aside_only_with_a_reason(signed_in: SignedIn) -> None:
    failed, _ = undelivered()
    client = signed_in("administrator")
    assert client.post(f"/letters/{failed.id}/set-aside", {"reason": " "}).status_code == 200
    assert Letter.objects.get(pk=failed.pk).state == "waiting"
    assert client.post(f"/letters/{failed.id}/set-aside", {"reason": "重复"}).status_code == 302
    assert Letter.objects.get(pk=failed.pk).state == "set_aside"
    page = client.get(f"/letters/{failed.id}").content.decode()
    assert "重复" in page
    assert "set-aside" not in page
    again = client.post(f"/letters/{failed.id}/set-aside", {"reason": "again"}).content.decode()
    assert "已搁置" in again
    assert Letter.objects.get(pk=failed.pk).reason == "重复"


def test_only_who_may_mend_the_journal_sees_it(signed_in: SignedIn) -> None:
    failed, _ = undelivered()
    client = signed_in("agent")
    for address in ("/letters", f"/letters/{failed.id}"):
        assert client.get(address).status_code == 403
    assert client.post(f"/letters/{failed.id}/retry").status_code == 403
    assert client.post(f"/letters/{failed.id}/set-aside", {"reason": "x"}).status_code == 403
    assert Letter.objects.get(pk=failed.pk).state == "waiting"
    assert signed_in("administrator").get("/letters/00000000-0000-0000-0000-000000000001").status_code == 404


@pytest.mark.browser
@pytest.mark.parametrize("language", [Language.ZH, Language.EN])
@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_setting_aside_asks_first(browser_page: BrowserPage, language: Language, phone: bool) -> None:
    failed, _ = undelivered()
    page = browser_page("administrator", language, phone=phone, at="/letters")
    page.goto(f"/letters/{failed.id}")
    assert sideways(page) == 0
    page.fill("#id_reason", "重复的铃")
    page.click("button[data-confirm]")
    expect(page.locator("#confirm-text")).to_be_visible()
    assert Letter.objects.get(pk=failed.pk).state == "waiting"
    follow(page.locator("[data-confirm-yes]"))
    expect(page.locator("button[data-confirm]")).to_have_count(0)
    assert Letter.objects.get(pk=failed.pk).state == "set_aside"


def test_clocks_that_could_not_fire_are_paged(signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kapok.edges.console.letters.views.PAGE", 2)
    pack = desk()
    for number in range(3):
        moment = DUE + timedelta(minutes=number)
        stuck.set_aside(started(pack, f"fault/F{number}", due_at=moment).id, moment, "error", at=DUE)
    client = signed_in("administrator", Language.EN)
    first = client.get("/letters?state=dead").content.decode()
    assert [f"fault/F{number}" in first for number in range(3)] == [True, True, False]
    [onward] = re.findall(r'href="(\?[^"]*clock=[^"]+)"', first)
    assert "state=dead" in onward
    second = client.get("/letters" + html.unescape(onward)).content.decode()
    assert [f"fault/F{number}" in second for number in range(3)] == [False, False, True]
    assert "To the first page" in second
    assert "fault/F0" in client.get("/letters?clock=none").content.decode()


def test_a_clock_that_could_not_fire_is_listed_and_tried_again(signed_in: SignedIn) -> None:
    row = started(desk())
    stuck.set_aside(row.id, DUE, "django.db.utils.InternalError (firing.py:1 x)", at=DUE)
    chinese = signed_in("administrator").get("/letters").content.decode()
    assert "未能触发的时钟" in chinese
    client = signed_in("administrator", Language.EN)
    page = client.get("/letters").content.decode()
    for words in ("Clocks that could not fire", "fault/F1", "InternalError", "waiting for another attempt"):
        assert words in page
    address = f"/letters/clocks/{row.id}/retry"
    assert client.get(address).status_code == 405
    assert signed_in("agent").post(address).status_code == 403
    assert "tried again within a second" in client.post(address, follow=True).content.decode()
    assert StuckClock.objects.get().next_try_at > DUE
    StuckClock.objects.update(state="done", settled_at=DUE)
    assert "is not set aside" in client.post(address, follow=True).content.decode()
    assert "Clocks that could not fire" not in client.get("/letters").content.decode()


def test_all_clocks_that_could_not_fire_are_tried_again_together(signed_in: SignedIn) -> None:
    pack = desk()
    for number in range(2):
        row = started(pack, f"fault/F{number}")
        stuck.set_aside(row.id, DUE, "django.db.utils.InternalError (firing.py:1 x)", at=DUE)
    StuckClock.objects.update(state="dead")
    address = "/letters/clocks/retry"
    assert "要重试全部未能触发的时钟吗？" in signed_in("administrator").get("/letters").content.decode()
    client = signed_in("administrator", Language.EN)
    page = client.get("/letters").content.decode()
    assert 'data-confirm="Try all clocks again that could not fire?"' in page
    assert client.get(address).status_code == 405
    assert signed_in("agent").post(address).status_code == 403
    assert set(StuckClock.objects.values_list("state", flat=True)) == {"dead"}
    assert "All these clocks will be tried again" in client.post(address, follow=True).content.decode()
    assert set(StuckClock.objects.values_list("state", flat=True)) == {"waiting"}
    assert all(row.next_try_at > DUE for row in StuckClock.objects.all())
    StuckClock.objects.update(state="done", settled_at=DUE)
    assert "is not set aside" in client.post(address, follow=True).content.decode()

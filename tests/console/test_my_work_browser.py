"""One's own work in a browser: by keyboard alone, with clocks that move and piles that refresh without a reload."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from kapok.ground.work import api as matters
from kapok.ground.work import queries
from kapok.ground.work.baton import api as baton
from kapok.kernel.text import Language
from tests.console import office
from tests.console.conftest import BrowserPage, leads_on, sideways

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def at_work(transactional_db: None, cast: object) -> None:
    office.set_up()


def test_an_offer_is_accepted_by_keyboard(browser_page: BrowserPage) -> None:
    office.fault("first")
    second = office.fault("second", ago=timedelta(minutes=1))
    page = browser_page("agent", Language.EN, at="/work")
    waiting = page.locator("section", has=page.locator("#pile-offers")).locator("article")
    expect(waiting).to_have_count(2)
    page.keyboard.press("j")
    expect(waiting.nth(0)).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(waiting.nth(1)).to_be_focused()
    with leads_on(page):
        page.keyboard.press("a")
    expect(page.locator("#pile-held")).to_contain_text("In your hands")
    assert queries.items_of(second)[0].holder == "agent"
    page.keyboard.press("j")
    expect(page.locator("article.is-here")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/matters/work/"))


def test_a_refusal_is_written_without_the_mouse_and_no_refresh_takes_it_away(browser_page: BrowserPage) -> None:
    subject = office.fault()
    page = browser_page("agent", Language.EN, at="/work")
    page.keyboard.press("j")
    page.keyboard.press("r")
    reason = page.get_by_label("Reason")
    expect(reason).to_be_focused()
    page.evaluate("htmx.trigger('#desk', 'refresh')")
    reason.select_option("duplicate")
    page.keyboard.press("Tab")
    page.keyboard.type("the same as F1")
    page.keyboard.press("Tab")
    with leads_on(page):
        page.keyboard.press("Enter")
    expect(page.locator("#pile-refused")).to_be_visible()
    assert queries.items_of(subject)[0].state == "refused"


def test_the_first_contact_is_accepted_by_keyboard(browser_page: BrowserPage) -> None:
    subject = office.fault(kind="complaint.received", facts={"complaint_kind": "billing"})
    matters.hand_over_first_contact(
        matter=subject, to="keyaccount", note="a key account", actor="staff/agent", at=office.now()
    )
    page = browser_page("account_manager", Language.EN, at="/work")
    job = page.locator("section", has=page.locator("#pile-offers")).locator("article")
    expect(job).to_contain_text("To be the first contact")
    expect(job.locator(".left")).to_be_visible()
    page.keyboard.press("j")
    with leads_on(page):
        page.keyboard.press("a")
    expect(page.locator("#pile-matters")).to_contain_text("You are the first contact of")
    assert queries.matter(subject).first_contact == "keyaccount"  # type: ignore[union-attr]  # it is there
    page.get_by_role("link", name="Settled lately").click()
    expect(page.get_by_text("Nothing has been settled")).to_be_visible()


def test_what_others_offer_appears_by_itself_and_clocks_move(browser_page: BrowserPage) -> None:
    subject = office.fault()
    page = browser_page("technician", at="/work")
    page.evaluate("window.same = true")
    expect(page.locator("#desk")).to_contain_text("暂无待办")
    office.asked(subject, "tianhe-east-field")
    page.evaluate("htmx.trigger('#desk', 'refresh')")
    left = page.locator(".job .left").first
    expect(left).to_be_visible()
    first = left.text_content()
    expect(left).not_to_have_text(first or "")
    assert page.evaluate("window.same") is True


def test_the_place_in_the_list_survives_a_refresh(browser_page: BrowserPage) -> None:
    for number in range(3):
        office.fault(f"fault {number}")
    page = browser_page("agent", Language.EN, at="/work")
    page.keyboard.press("j")
    page.keyboard.press("j")
    here = page.locator("article.is-here")
    key = here.get_attribute("id")
    here.evaluate("each => each.dataset.before = ''")
    page.evaluate("htmx.trigger('#desk', 'refresh')")
    expect(page.locator("[data-before]")).to_have_count(0)
    expect(here).to_have_attribute("id", key or "")
    expect(here).to_be_focused()


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_no_page_of_work_is_wider_than_its_window(browser_page: BrowserPage, language: Language, phone: bool) -> None:
    subject = office.fault("客户反映夜间频繁掉线且重启无效需要尽快上门处理", urgent=True)
    item = office.asked(subject, "hotline", note="请带光猫一台，型号见附件，客户晚上七点以后在家")
    baton.accept(item=item.id, actor="staff/agent", at=office.now())
    page = browser_page("agent", language, phone=phone, dark=phone)
    for address in (
        "/work",
        "/work/take",
        f"/work/items/{item.id}/transfer",
        f"/matters/{subject}",
        f"/matters/work/{item.id}",
    ):
        page.goto(address)
        assert sideways(page) == 0, address

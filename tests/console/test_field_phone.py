"""The technician's phone in a real browser: the line goes, work goes on, the line comes back, everything is done once."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page, expect
from pytest_django.fixtures import Settings

from kapok.back.workforce import api, matters
from kapok.back.workforce.models import Appointment, Done, Picture, Reading, WorkOrder
from kapok.ground.journal.models import Entry
from kapok.ground.people.models import Staff
from kapok.kernel.text import Language
from tests.back import job as jobs
from tests.back.job import PNG, by, item_of, stands, van, visit
from tests.console.conftest import BrowserPage, follow, settled, sideways
from tests.console.test_field import on_shift_tomorrow

pytestmark = [pytest.mark.browser, pytest.mark.peer("chromium"), pytest.mark.django_db(transaction=True)]
KEPT = """async () => {
  await navigator.serviceWorker.ready;
  const kept = async () => Boolean(await caches.match("/field/today") && navigator.serviceWorker.controller);
  while (!await kept()) await new Promise((good) => setTimeout(good, 50));
}"""
"""Wait until the page can be opened without a line."""
ON_THE_BOARD = re.compile(r"/dispatch\?unit=")
"""The answer with what lies on the board now."""


@pytest.fixture
def cast(transactional_db: None, settings: Settings, tmp_path: Path) -> dict[str, object]:
    """The field team in place of the demonstration: the browser's fixture signs in by role."""
    settings.MEDIA_ROOT = tmp_path
    jobs.set_up()
    van()
    Staff.objects.update(must_change_password=False)
    return {name: Staff.objects.get(username=name) for name in ("han", "disp")}


def soon() -> None:
    """The window begins in an hour of today's clock, whatever the test's own calendar says."""
    now = datetime.now(UTC)
    Appointment.objects.update(starts_at=now + timedelta(minutes=1), ends_at=now + timedelta(hours=2))


def deed(page: Page, name: str) -> None:
    page.locator(f"[data-deed={name}]").first.click()


@pytest.mark.parametrize("language", list(Language))
def test_work_goes_on_without_a_line_and_is_sent_once(browser_page: BrowserPage, language: Language) -> None:
    item = item_of(visit())
    api.assign(item=item, technician="han", reason="熟悉该楼", **by("disp", 1))
    soon()
    page = browser_page("han", language, phone=True, at="/field/today")
    card = page.locator(".phone-card")
    expect(card).to_have_count(1)
    expect(page.locator("#line")).to_have_class("phone-line is-online")
    page.evaluate(KEPT)
    assert sideways(page) == 0

    page.context.set_offline(True)
    page.reload()
    expect(card).to_have_count(1)
    expect(page.locator("#line")).to_have_class("phone-line is-offline")
    for name in ("accept", "set_off", "arrive", "begin"):
        deed(page, name)
    expect(page.locator("#unsent li")).to_have_count(4)
    deed(page, "hold")
    page.locator("select[name=reason]").select_option("no_cable")
    page.locator("#sheet [type=submit]").click()
    deed(page, "lift_hold")
    deed(page, "reply")
    page.locator("input[name=camera]").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": PNG})
    expect(page.locator(".phone-photos img")).to_have_count(1)
    page.locator("input[name=test-optical_power]").fill("-21.5")
    page.locator("select:has(option[value=connector])").select_option("connector")
    page.locator("input[name=use-connector]").fill("2")
    sign(page)
    page.locator("#sheet [type=submit]").click()
    expect(page.locator("#unsent li")).to_have_count(7)
    expect(card).to_have_attribute("data-state", "replied")
    assert stands(item) == ("dispatched", "han")
    assert Done.objects.count() == 0

    page.reload()  # what was done survives the page
    expect(page.locator("#unsent li")).to_have_count(7)

    page.context.set_offline(False)
    expect(page.locator("#unsent")).to_be_hidden()
    expect(page.locator("#line")).to_have_class("phone-line is-online")
    assert stands(item) == ("replied", "han")
    assert Done.objects.count() == 7
    assert sorted(Picture.objects.values_list("kind", "media_type")) == [
        ("photo", "image/jpeg"),
        ("signature", "image/png"),
    ]
    assert str(Reading.objects.get().value) == "-21.500"
    assert Entry.objects.filter(kind="workforce.replied", subject=f"work/{item}").count() == 1


def test_without_a_line_a_visit_has_a_window_only_once_one_is_agreed(browser_page: BrowserPage) -> None:
    item = item_of(jobs.job())
    assert WorkOrder.objects.get(item=item).appointment is None
    assert not Appointment.objects.exists()
    page = browser_page("han", phone=True, at="/field/today")
    card = page.locator(f"[data-item='{item}']")
    expect(card).to_have_count(1)
    page.context.set_offline(True)
    card.locator("[data-deed=accept]").click()
    expect(card).to_have_attribute("data-state", "accepted")
    expect(card.locator("[data-deed=appoint]")).to_have_count(1)
    expect(card.locator("[data-deed=rebook]")).to_have_count(0)
    card.locator("[data-deed=hold]").click()
    page.locator("select[name=reason]").select_option("no_cable")
    page.locator("#sheet [type=submit]").click()
    expect(card).to_have_attribute("data-state", "held")
    card.locator("[data-deed=lift_hold]").click()
    expect(card).to_have_attribute("data-state", "accepted")
    page.context.set_offline(False)
    expect(page.locator("#unsent")).to_be_hidden()
    assert stands(item) == ("accepted", "han")
    expect(card).to_have_attribute("data-state", "accepted")


def test_an_answer_that_is_lost_on_the_way_does_nothing_twice(browser_page: BrowserPage) -> None:
    """The server has done it, the phone does not know: it sends the same key again."""
    item = item_of(visit())
    api.accept(item=item, **by("han", 1))
    soon()
    page = browser_page("han", phone=True, at="/field/today")
    expect(page.locator(".phone-card")).to_have_count(1)
    lost: list[str] = []

    def lose(route: object) -> None:
        if lost:
            route.continue_()  # type: ignore[attr-defined]
            return
        lost.append(route.fetch().text())  # type: ignore[attr-defined]
        route.abort("internetdisconnected")  # type: ignore[attr-defined]

    page.route("**/field/deeds", lose)
    deed(page, "arrive")
    expect(page.locator("#unsent li")).to_have_count(1)
    expect(page.locator("#line")).to_have_class("phone-line is-offline")
    assert stands(item) == ("arrived", "han")
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.locator("#unsent")).to_be_hidden()
    assert lost
    assert Done.objects.count() == 1
    assert Entry.objects.filter(kind="visit.started", subject__startswith="fault/").count() == 1


def test_what_is_refused_is_shown_until_it_is_seen(browser_page: BrowserPage) -> None:
    item = item_of(visit())
    api.assign(item=item, technician="han", reason="近", **by("disp", 1))
    soon()
    page = browser_page("han", Language.EN, phone=True, at="/field/today")
    expect(page.locator(".phone-card")).to_have_count(1)
    page.context.set_offline(True)
    deed(page, "accept")
    expect(page.locator("#unsent li")).to_have_count(1)
    api.assign(item=item, technician="liu", reason="改派", insist=True, **by("disp", 2))
    page.context.set_offline(False)
    expect(page.locator(".phone-refused")).to_contain_text("dispatched to liu")
    page.get_by_role("button", name="Discard").click()
    expect(page.locator("#unsent")).to_be_hidden()
    assert stands(item) == ("dispatched", "liu")
    assert WorkOrder.objects.get(item=item).technician is not None


def sign(page: Page) -> None:
    page.wait_for_function(
        "[...document.images].every((each) => each.complete)"
    )  # a photo pushes down what stands below it
    page.locator(".phone-signature").scroll_into_view_if_needed()
    box = page.locator(".phone-signature").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 90, steps=5)
    page.mouse.up()


def test_a_reply_that_is_refused_is_mended_with_all_that_was_entered(browser_page: BrowserPage) -> None:
    item = jobs.at_work()
    soon()
    page = browser_page("han", Language.EN, phone=True, at="/field/today")
    deed(page, "reply")
    expect(page.locator("fieldset[data-proof=photo] .phone-needed")).to_have_text("needed: photo of the site")
    page.locator("#sheet [type=submit]").click()
    expect(page.locator("#sheet .phone-missing[role=alert]").last).to_have_text("Still missing: photo of the site")
    broken = {"name": "a.heic", "mimeType": "image/heic", "buffer": b"no picture"}
    page.locator("input[name=camera]").set_input_files([broken])
    expect(page.locator("fieldset[data-proof=photo] .phone-missing")).to_contain_text(
        "cannot read these pictures: a.heic"
    )
    page.locator("input[name=camera]").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": PNG})
    expect(page.locator(".phone-photos img")).to_have_count(1)
    page.locator("input[name=test-optical_power]").fill("-21.5")
    page.locator("select:has(option[value=connector])").select_option("connector")
    page.locator("input[name=use-connector]").fill("2")
    page.locator("textarea[name=note]").fill("drop fibre replaced")
    sign(page)
    api.count_van(plate="A·10001", material="connector", count=1, note="", **by("disp", 30))
    page.locator("#sheet [type=submit]").click()
    expect(page.locator(".phone-refused")).to_contain_text("CONNECTOR")
    assert (stands(item), Picture.objects.count(), Done.objects.count()) == (("working", "han"), 0, 0)

    page.get_by_role("button", name="Mend and send again").click()
    expect(page.locator(".phone-photos img")).to_have_count(1)
    expect(page.locator("input[name=test-optical_power]")).to_have_value("-21.5")
    expect(page.locator("textarea[name=note]")).to_have_value("drop fibre replaced")
    page.locator("input[name=use-connector]").fill("1")
    page.locator("#sheet [type=submit]").click()
    expect(page.locator("#unsent")).to_be_hidden()
    assert stands(item) == ("replied", "han")
    assert sorted(Picture.objects.values_list("kind", flat=True)) == ["photo", "signature"]
    assert (str(Reading.objects.get().value), WorkOrder.objects.get(item=item).note) == (
        "-21.500",
        "drop fibre replaced",
    )


@pytest.mark.parametrize(
    ("language", "weak", "fails", "slow"),
    [
        (Language.EN, "weak: It will do", "fail: Clean and remake", "fail: Unplug"),
        (Language.ZH, "偏弱：可以交付", "不合格：清洁并重接", "不合格：断开客户设备"),
    ],
)
def test_a_reading_is_judged_at_once_and_without_a_line(
    browser_page: BrowserPage, language: Language, weak: str, fails: str, slow: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matters, "ordered", lambda holders: {each: {"down_rate": 300} for each in holders})
    item = jobs.at_work()
    soon()
    page = browser_page("han", language, phone=True, at="/field/today")
    expect(page.locator(".phone-card")).to_have_count(1)
    page.context.set_offline(True)
    deed(page, "reply")
    grades, light = page.locator(".phone-grade"), page.locator("input[name=test-optical_power]")
    for reading, grade, said in (("-21.5", "pass", ""), ("-26", "weak", weak), ("-45", "fail", fails)):
        light.fill(reading)
        expect(grades.first).to_have_class(f"phone-grade is-{grade}")
        expect(grades.first).to_contain_text(said)
        expect(page.locator("textarea[name=despite]")).to_be_visible(visible=grade == "fail")
    light.fill("-21.5")
    page.locator("input[name=test-down_rate]").fill("100")
    expect(grades.nth(1)).to_contain_text(slow)
    page.locator("input[name=test-up_rate]").fill("1")
    expect(grades.nth(2)).to_have_text("")
    page.locator("input[name=camera]").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": PNG})
    expect(page.locator(".phone-photos img")).to_have_count(1)
    page.locator("#sheet [type=submit]").click()
    expect(page.locator("#sheet")).to_be_visible()  # the reason is asked for
    page.locator("textarea[name=despite]").fill("老光猫，下周更换")
    page.locator("#sheet [type=submit]").click()
    expect(page.locator("#unsent li")).to_have_count(1)
    page.context.set_offline(False)
    expect(page.locator("#unsent")).to_be_hidden()
    assert stands(item) == ("replied", "han")
    assert list(Reading.objects.order_by("test").values_list("test", "grade", "despite")) == [
        ("down_rate", "fail", "老光猫，下周更换"), ("optical_power", "pass", ""), ("up_rate", "", ""),
    ]  # fmt: skip


OURS = """async () => [
  ...Object.keys(localStorage).filter((name) => name.startsWith("kapok-field-")),
  ...(await caches.keys()).filter((name) => name.startsWith("kapok-field-")),
]"""
"""What the phone keeps: names of the store, and of the pages."""


def sign_in(page: Page, username: str) -> None:
    page.locator("input[name=username]").fill(username)
    page.locator("input[name=password]").fill("wet-cotton-9")
    follow(page.locator("form[action$=sign-in] button"))
    expect(page.locator("input[name=password]")).to_have_count(0)


def test_whoever_signs_out_leaves_nothing_of_their_day_on_the_phone(browser_page: BrowserPage) -> None:
    api.accept(item=item_of(visit()), **by("han", 1))
    soon()
    page = browser_page("han", phone=True, at="/field/today")
    expect(page.locator(".phone-card")).to_have_count(1)
    page.evaluate(KEPT)
    assert "kapok-field-day/han" in page.evaluate(OURS)
    assert "光猫亮红灯" in page.evaluate("localStorage.getItem('kapok-field-day/han')")
    page.goto("/")
    page.evaluate("document.querySelector('form[action$=sign-out]').submit()")
    page.wait_for_url("**/sign-in*")
    page.wait_for_function(f"async () => (await ({OURS})()).length === 0")
    page.context.set_offline(True)
    with pytest.raises(PlaywrightError):
        page.goto("/field/today")
    page.context.set_offline(False)


def test_another_who_signs_in_sees_nothing_of_the_day_before_nor_sends_it(browser_page: BrowserPage) -> None:
    item = item_of(visit())
    api.accept(item=item, **by("han", 1))
    soon()
    page = browser_page("han", phone=True, at="/field/today")
    expect(page.locator(".phone-card")).to_have_count(1)
    page.context.set_offline(True)
    deed(page, "arrive")
    expect(page.locator("#unsent li")).to_have_count(1)
    page.context.clear_cookies()
    page.context.set_offline(False)
    page.goto("/sign-in")
    sign_in(page, "liu")
    page.goto("/field/today")
    expect(page.locator("#who")).to_have_text("Liu")
    expect(page.locator(".phone-card")).to_have_count(0)
    expect(page.locator("#unsent")).to_be_hidden()
    assert page.evaluate("localStorage.getItem('kapok-field-day/han')") is None
    assert stands(item) == ("appointed", "han")

    page.context.clear_cookies()
    page.goto("/sign-in")
    sign_in(page, "han")
    page.goto("/field/today")
    expect(page.locator(".phone-card")).to_have_attribute("data-state", "arrived")
    expect(page.locator("#unsent")).to_be_hidden()
    assert stands(item) == ("arrived", "han")


def test_what_is_turned_away_on_the_line_holds_nothing_up(browser_page: BrowserPage) -> None:
    """A gateway says that it is too large: it is refused in words, what is behind it goes on, and it is sent again by hand."""
    first, second = (item_of(visit(hour=hour)) for hour in (10, 12))
    for item in (first, second):
        api.assign(item=item, technician="han", reason="近", **by("disp", 1))
    soon()
    page = browser_page("han", Language.EN, phone=True, at="/field/today")
    expect(page.locator(".phone-card")).to_have_count(2)
    turned: list[str] = []

    def turn_away(route: object) -> None:
        if turned:
            route.continue_()  # type: ignore[attr-defined]
            return
        turned.append("413")
        route.fulfill(status=413, body="too large")  # type: ignore[attr-defined]

    page.context.set_offline(True)
    for item in (first, second):
        page.locator(f"[data-item='{item}'] [data-deed=accept]").click()
    expect(page.locator("#unsent li")).to_have_count(2)
    page.route("**/field/deeds", turn_away)
    page.context.set_offline(False)
    expect(page.locator(".phone-refused")).to_contain_text("too large for the line")
    expect(page.locator("#unsent li")).to_have_count(1)
    assert (stands(first)[0], stands(second)[0]) == ("dispatched", "appointed")
    page.get_by_role("button", name="Send again").click()
    expect(page.locator("#unsent")).to_be_hidden()
    assert stands(first) == ("appointed", "han")


@pytest.mark.parametrize("language", list(Language))
def test_a_visit_is_moved_and_work_passed_on_without_a_line(browser_page: BrowserPage, language: Language) -> None:
    first, second = jobs.taken(), jobs.taken(20)
    soon()
    on_shift_tomorrow("han")
    page = browser_page("han", language, phone=True, at="/field/today")
    expect(page.locator(".phone-card")).to_have_count(2)
    page.wait_for_function("localStorage.getItem('kapok-field-windows/han') !== null")
    page.context.set_offline(True)
    one = page.locator(f"[data-item='{first}']")
    one.locator(".phone-more summary").click()
    one.locator("[data-deed=rebook]").click()
    chosen = page.locator("select[name=window] option").first.inner_text()
    page.locator("select[name=reason]").select_option("not_home")
    page.locator("#sheet [type=submit]").click()
    expect(one.locator(".phone-window")).to_contain_text("10:00–12:00")
    assert chosen.endswith("（可约 2）" if language is Language.ZH else "(2 free)")
    other = page.locator(f"[data-item='{second}']")
    other.locator(".phone-more summary").click()
    other.locator("[data-deed=pass_on]").click()
    page.locator("select[name=to]").select_option("liu")
    page.locator("textarea[name=reason]").fill("needs a ladder")
    page.locator("#sheet [type=submit]").click()
    expect(other.locator("[data-deed]")).to_have_count(0)
    assert sideways(page) == 0
    page.context.set_offline(False)
    expect(page.locator("#unsent")).to_be_hidden()
    moved = WorkOrder.objects.select_related("appointment").get(item=first).appointment
    assert moved is not None
    assert (moved.moved, stands(first), stands(second)) == (1, ("appointed", "han"), ("dispatched", "liu"))


def test_nothing_to_do_is_said(browser_page: BrowserPage) -> None:
    page = browser_page("han", phone=True, at="/field/today")
    expect(page.locator(".phone-nothing")).to_contain_text("今天没有工单")


@pytest.mark.parametrize("language", list(Language))
def test_the_board_assigns_by_dragging_and_by_keyboard(browser_page: BrowserPage, language: Language) -> None:
    first, second = item_of(visit()), item_of(visit(hour=12))
    page = browser_page("disp", language, at="/dispatch?unit=east-field&day=2026-03-02")
    expect(page.locator(".waiting .chip")).to_have_count(2)
    page.locator(f".chip[data-item='{first}']").drag_to(page.locator(".lane[data-technician=han] .lane-who"))
    expect(page.locator(".waiting .chip")).to_have_count(1)
    assert stands(first) == ("dispatched", "han")
    page.locator(f".chip[data-item='{second}']").focus()
    page.keyboard.press("Enter")
    page.locator(".lane[data-technician=liu]").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".waiting .chip")).to_have_count(0)
    assert stands(second) == ("dispatched", "liu")
    expect(page.locator(".lane[data-technician=han] .lane-job")).to_have_count(1)


def test_what_comes_while_work_is_being_chosen_waits(browser_page: BrowserPage) -> None:
    item = item_of(visit())
    page = browser_page("disp", at="/dispatch?unit=east-field&day=2026-03-02")
    chip = page.locator(f".chip[data-item='{item}']")
    chip.focus()
    with page.expect_response(ON_THE_BOARD):
        page.evaluate("htmx.trigger('#board', 'refresh')")
    settled(page)
    expect(chip).to_be_focused()
    with page.expect_response(ON_THE_BOARD):
        page.evaluate("htmx.trigger('#board', 'refresh')")
        page.keyboard.press("Enter")
    settled(page)
    expect(chip).to_have_attribute("aria-pressed", "true")
    with page.expect_response(ON_THE_BOARD):
        page.keyboard.press("Escape")
    settled(page)
    expect(chip).to_have_attribute("aria-pressed", "false")
    assert stands(item) == ("created", "")


@pytest.mark.parametrize("language", list(Language))
def test_the_board_asks_before_it_sends_somebody_who_is_off_shift(
    browser_page: BrowserPage, language: Language
) -> None:
    item = item_of(visit())
    soon()
    page = browser_page("disp", language, at="/dispatch?unit=east-field")
    chip, lane = page.locator(f".chip[data-item='{item}']"), page.locator(".lane[data-technician=liu] .lane-who")
    for answer, state in (("no", ("created", "")), ("yes", ("dispatched", "liu"))):
        chip.drag_to(lane)
        expect(page.locator("#confirm")).to_be_visible()
        expect(page.locator("#confirm-text")).to_contain_text("不当班" if language is Language.ZH else "off shift")
        with page.expect_response(ON_THE_BOARD):
            page.locator(f"#confirm [value={answer}]").click()
        settled(page)
        expect(page.locator(".waiting .chip")).to_have_count(1 if answer == "no" else 0)
        assert stands(item) == state

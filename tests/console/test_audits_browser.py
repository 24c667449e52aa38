"""Audits in a real browser: upload, map by pointing, start, read, compare."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect
from pytest_django.fixtures import Settings

from kapok.ground.people.models import OrgUnit
from kapok.kernel.text import Language
from kapok.supervision.mining import api as mining
from kapok.supervision.mining import demo, tasks
from kapok.supervision.mining.models import Audit
from tests.console.conftest import AT, PATIENCE_MILLISECONDS, BrowserPage, follow, sideways, sought

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MAP = re.compile("/map$")
HOSTILE = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"


@pytest.fixture(autouse=True)
def _files(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / demo.FILE
    path.write_bytes(demo.log())
    return path


def uploaded(page: Page, log: Path) -> Page:
    """The page on which the log is mapped."""
    page.goto("/audits/new")
    page.locator("#logs").set_input_files(log)
    follow(page.locator("#upload button.btn-primary"))
    expect(page).to_have_url(MAP)
    return page


def judged() -> Audit:
    """What the worker would do."""
    row = Audit.objects.get(state="waiting")
    tasks.judge(audit=str(row.id), run_number=row.run)
    return Audit.objects.get(id=row.id)


def column(page: Page, name: str) -> Locator:
    """The box that says what the column is."""
    return page.get_by_role("columnheader", name=name).get_by_role("combobox")


def test_from_a_file_to_a_report_and_a_comparison(browser_page: BrowserPage, log: Path) -> None:
    page = browser_page("analyst", at="/audits")
    follow(page.get_by_role("link", name="上传日志").first)
    page.get_by_label("名称").fill("一季度")
    page.locator("#logs").set_input_files(log)
    expect(page.locator("#chosen")).to_contain_text("KB")
    follow(page.get_by_role("button", name="上传并继续"))
    expect(page).to_have_url(MAP)
    expect(page.locator("#check")).to_contain_text("可以开始")
    follow(page.get_by_role("button", name="开始审计"))
    expect(page.locator("#progress")).to_contain_text("排队中")
    row = judged()
    assert (row.name, row.state, row.failure) == ("一季度", "done", None)
    expect(page.locator(".kr")).to_contain_text("故障 24 小时内修复")
    demo.load(AT)
    follow(page.get_by_role("link", name="对比"))
    page.get_by_label("之后").select_option(str(Audit.objects.get(name=demo.NAME).id))
    follow(page.get_by_role("button", name="对比"))
    expect(page.locator(".report-sheet")).to_contain_text("两次审计对比")
    assert len(re.findall("audit=", page.url)) == 2
    page.reload()
    expect(page.locator(".report-sheet")).to_contain_text("两次审计对比")


def test_pointing_changes_what_would_be_read(browser_page: BrowserPage, log: Path) -> None:
    page = uploaded(browser_page("analyst", Language.EN), log)
    check = page.locator("#check")
    expect(check).to_contain_text("Ready to start")
    column(page, "障碍部位").select_option("case")
    expect(check.locator("dd").nth(2)).to_have_text("3")
    expect(column(page, "工单号")).to_have_value("")
    column(page, "工单号").select_option("case")
    expect(column(page, "障碍部位")).to_have_value("")
    expect(check.locator("dd").nth(2)).to_have_text("300")
    page.get_by_role("button", name="Add an event").click()
    expect(page.locator(".rule")).to_have_count(6)
    rule = page.locator(".rule").last
    rule.get_by_label("Event", exact=True).select_option("fault.confirmed")
    rule.locator("label.chip", has_text="客户确认").click()
    expect(check.locator(".matched")).to_contain_text("restoration confirmed by the customer277")
    expect(check).to_contain_text("confirm with the customer")
    rule.get_by_role("button", name="Remove this event").click()
    expect(check.locator(".matched")).not_to_contain_text("restoration confirmed")
    page.get_by_label("Pack", exact=True).select_option("uk-automatic-compensation")
    expect(page.locator("#pack-note")).to_contain_text("unverified")
    page.get_by_label("Time format").fill("%d.%m.%Y")
    page.get_by_label("Time zone").click()
    expect(check).to_contain_text("cannot be read")


def test_the_map_as_yaml_with_errors_by_line(browser_page: BrowserPage, log: Path) -> None:
    page = uploaded(browser_page("analyst", Language.EN), log)
    follow(page.get_by_role("button", name="As YAML"))
    text = page.get_by_role("textbox", name="The map as YAML")
    good = text.input_value()
    text.fill(good.replace("kind: fault.reported", "kind: fault.reportd"))
    expect(page.locator("#check .findings")).to_contain_text("did you mean 'fault.reported'")
    expect(page.locator("#check .findings .badge")).to_have_text(re.compile(r"line \d+"))
    text.fill(good)
    expect(page.locator("#check")).to_contain_text("Ready to start")
    follow(page.get_by_role("button", name="By pointing"))
    expect(column(page, "工单号")).to_have_value("case")


def test_what_is_refused_is_refused_before_it_is_sent(
    browser_page: BrowserPage, settings: Settings, tmp_path: Path
) -> None:
    settings.UPLOAD_MEGABYTES = 1
    page = browser_page("analyst", Language.EN, at="/audits/new")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    for name, content, said in (
        ("empty.csv", b"", "is empty"),
        ("notes.docx", b"x", "is of no known type"),
        ("big.csv", b"x" * (2**20 + 1), "larger than the 1 MB taken here"),
    ):
        path = tmp_path / name
        path.write_bytes(content)
        page.locator("#logs").set_input_files(path)
        expect(page.locator("#logs-refused")).to_contain_text(said)
        page.get_by_role("button", name="Upload and go on").click()
    page.get_by_role("button", name="Remove big.csv").click()
    expect(page.locator("#logs-refused")).to_be_empty()
    assert "POST" not in sent
    assert not Audit.objects.exists()


def test_a_file_is_dropped(browser_page: BrowserPage) -> None:
    page = browser_page("analyst", Language.EN, at="/audits/new")
    dropped = page.evaluate_handle(
        "() => { const data = new DataTransfer(); data.items.add(new File(['a,b\\n1,2\\n'], 'drop.csv')); return data; }"
    )
    page.locator("#dropzone").dispatch_event("drop", {"dataTransfer": dropped})
    expect(page.locator("#chosen")).to_contain_text("drop.csv")
    follow(page.get_by_role("button", name="Upload and go on"))
    expect(page).to_have_url(MAP)
    expect(page.get_by_role("alert")).to_contain_text("Nothing in 'drop.csv' looks like a case or a time")
    expect(page.locator("#check")).to_contain_text("Say which column is the “case”.")


def test_a_hostile_log_is_only_words(browser_page: BrowserPage) -> None:
    rows = [
        f'"{HOSTILE.replace(chr(34), chr(34) * 2)} {n}",{step},2026-03-0{day}T08:00:00Z,"{HOSTILE.replace(chr(34), chr(34) * 2)}"'
        for n in range(3)
        for step, day in (("reported", 2), ("<b>repaired</b>", 5))
    ]
    header = 'ticket,step,when,"<script>alert(1)</script>"'
    name = "<img src=x onerror=alert(1)>.csv"
    page = browser_page("analyst", Language.EN)
    key = mining.upload(
        unit=OrgUnit.objects.get(code="supervision").id,
        name=HOSTILE[:200],
        files=[(name, ["\n".join([header, *rows]).encode()])],
        actor="staff/analyst",
        at=AT,
    )
    page.goto(f"/audits/{key}/map")
    expect(page.locator(".pointing tbody")).to_contain_text("<script>document.title")
    page.goto("/audits")
    expect(page.locator(".audit-name a")).to_contain_text("<script>")
    text = (
        'columns: {case: ticket, activity: step, time: when, unit: "<script>alert(1)</script>"}\n'
        "facts: {service: fixed_voice}\nevents:\n- {kind: fault.reported, activity: reported}\n"
        '- {kind: fault.restored, activity: "<b>repaired</b>"}\n'
    )
    mining.start(audit=key, pack="guangzhou-pledges", map_text=text, actor="staff/analyst", at=AT)
    assert judged().state == "done"
    page.goto(f"/audits/{key}")
    expect(page.locator(".kr")).to_contain_text("<script>document.title")
    assert page.locator(".kr script, .kr img, .kr [onerror]").count() == 0
    assert "owned" not in page.title().replace(HOSTILE[:200], "")
    page.goto(f"/audits/compare?audit={key}&audit={key}")
    assert page.locator("main script, main img").count() == 0


def test_deleting_is_asked_first(browser_page: BrowserPage) -> None:
    page = browser_page("analyst", Language.EN)
    demo.load(AT)
    page.goto(f"/audits/{Audit.objects.get().id}")
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    assert Audit.objects.exists()
    page.get_by_role("button", name="Delete").click()
    follow(page.get_by_role("dialog").get_by_role("button", name="Go ahead"))
    expect(page.get_by_role("status")).to_contain_text("was deleted with its logs")
    assert not Audit.objects.exists()


def test_the_palette_opens_an_audit(browser_page: BrowserPage) -> None:
    page = browser_page("analyst", Language.EN)
    demo.load(AT)
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox", name="Search screens")).to_be_focused()
    sought(page, "演示")
    page.get_by_role("option", name="演示").click()
    expect(page.locator(".kr")).to_be_visible()


@pytest.mark.parametrize("language", [Language.ZH, Language.EN])
@pytest.mark.parametrize("dark", [False, True])
def test_every_page_fits_a_phone(browser_page: BrowserPage, language: Language, dark: bool) -> None:
    page = browser_page("supervisor", language, phone=True, dark=dark, at="/audits")
    demo.load(AT)
    done = Audit.objects.get().id
    page.goto("/audits/new")
    follow(page.locator("form[action='/audits/try'] button"))
    for address in (
        "/audits",
        "/audits/new",
        page.url,
        f"/audits/{done}",
        f"/audits/compare?audit={done}&audit={done}",
    ):
        page.goto(address)
        expect(page.locator("main")).to_be_visible()
        assert sideways(page) == 0, address
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark" if dark else "light")


def test_without_a_script_the_forms_work_too(browser_page: BrowserPage, log: Path) -> None:
    scripted = browser_page("analyst", Language.EN)
    assert scripted.context.browser is not None
    plain = scripted.context.browser.new_context(
        base_url=scripted.url, java_script_enabled=False, storage_state=scripted.context.storage_state()
    )
    plain.set_default_timeout(PATIENCE_MILLISECONDS)
    page = uploaded(plain.new_page(), log)
    follow(page.get_by_role("button", name="Add an event"))
    expect(page.locator(".rule")).to_have_count(6)
    follow(page.get_by_role("button", name="Remove this event").last)
    expect(page.locator(".rule")).to_have_count(5)
    follow(page.get_by_role("button", name="Start the audit"))
    expect(page.locator("#progress")).to_contain_text("waiting")
    assert judged().state == "done"
    plain.close()

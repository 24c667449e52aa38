"""What surrounds every screen: headers, menu, palette, error pages, charts, translations."""

from __future__ import annotations

import json
import re
from pathlib import Path

import polib
import pytest
from django.core.exceptions import BadRequest
from django.http import HttpRequest
from django.template import engines
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import translation

from kapok.config import translations
from kapok.edges.console import charts, navigation
from kapok.edges.console.refusals import bad_request, server_error
from kapok.edges.console.templatetags.kapok import who
from kapok.ground.people import api as people
from kapok.ground.people.models import Staff
from kapok.kernel.text import Language
from tests.console.conftest import AT, SignedIn

CONSOLE = Path(navigation.__file__).parent
TEMPLATES = sorted(CONSOLE.rglob("*.html"))
OWN_FILES = [*TEMPLATES, *sorted((CONSOLE / "static" / "console").iterdir())]


def hits(client: Client, query: str) -> list[str]:
    page = client.get("/palette", {"q": query}).content.decode()
    return re.findall(r'role="option"[^>]*href="([^"]+)"', page)


@pytest.mark.django_db
def test_nothing_foreign_or_inline_may_run(client: Client) -> None:
    headers = client.get("/sign-in").headers
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("file", OWN_FILES, ids=lambda file: file.name)
def test_our_files_name_no_other_site_and_nothing_inline(file: Path) -> None:
    source = file.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"https?://", source)
    if file.suffix == ".html":
        assert not re.search(r"<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=|<style", source)


@pytest.mark.parametrize("entry", navigation.SCREENS, ids=lambda entry: entry.url)
def test_every_screen_of_the_menu_is_named_in_both_languages_and_has_an_icon(entry: navigation.Screen) -> None:
    assert entry.name.zh
    assert entry.name.en
    assert reverse(entry.url)
    sprite = (CONSOLE / "static" / "vendor" / "tabler" / "icons.svg").read_text()
    assert f'<symbol id="{entry.icon}"' in sprite


@pytest.mark.parametrize(
    ("page", "marked"), [("/inventory/qualify", "/inventory/qualify"), ("/inventory/pools", "/inventory"), ("/", "/")]
)
def test_the_menu_marks_the_one_screen_on_which_a_page_lies(signed_in: SignedIn, page: str, marked: str) -> None:
    shown = signed_in("administrator").get(page).content.decode()
    assert re.findall(r'nav-item active">\s*<a class="nav-link" href="([^"]+)"', shown) == [marked]


def test_every_icon_of_a_template_is_in_the_sprite() -> None:
    sprite = (CONSOLE / "static" / "vendor" / "tabler" / "icons.svg").read_text()
    used = {name for file in TEMPLATES for name in re.findall(r'(?:\{% icon |icon=)"([\w-]+)"', file.read_text())}
    assert len(used) > 10
    assert {name for name in used if f'<symbol id="{name}"' not in sprite} == set()


@pytest.mark.parametrize("query", ["人员", "ry", "PEOPLE", "users roles", "授权"])
def test_the_palette_finds_a_screen_by_either_language_or_initials(signed_in: SignedIn, query: str) -> None:
    assert "/people" in hits(signed_in("administrator"), query)


def test_the_palette_finds_people_by_name_and_number(signed_in: SignedIn) -> None:
    client = signed_in("administrator")
    assert hits(client, "梁小敏") == ["/people/agent"]
    assert "/people/analyst" in hits(client, "analyst")


def test_the_palette_shows_only_what_one_may_open(signed_in: SignedIn) -> None:
    client = signed_in("agent")
    assert hits(client, "梁小敏") == []
    assert "/people" not in hits(client, "")
    assert "没有与" in client.get("/palette?q=zzz").content.decode()


def test_the_start_page_says_what_to_do_without_a_role(signed_in: SignedIn) -> None:
    client = signed_in("agent")
    people.revoke_role(username="agent", role="agent", unit="hotline", actor="staff/admin", at=AT)
    assert "请管理员为您授权" in client.get("/").content.decode()


@pytest.mark.parametrize(("language", "words"), [(Language.ZH, "没有这个页面"), (Language.EN, "There is no such page")])
def test_a_missing_page_is_told_in_ones_language(signed_in: SignedIn, language: Language, words: str) -> None:
    answer = signed_in("viewer", language).get("/nowhere")
    assert answer.status_code == 404
    assert words in answer.content.decode()


@pytest.mark.django_db
def test_a_missing_page_is_told_to_strangers_too(client: Client) -> None:
    answer = client.get("/nowhere")
    assert answer.status_code == 404
    assert "没有这个页面" in answer.content.decode()


def test_our_own_fault_is_told_without_the_database() -> None:
    """No `db` mark: the page must appear while the database is away, also to somebody who is signed in."""
    request = RequestFactory().get("/broken")
    request.user = Staff(username="lin", must_change_password=False)
    for language, words in (("zh-hans", "系统出错"), ("en", "Something went wrong on our side")):
        with translation.override(language):
            page = server_error(request)
        assert page.status_code == 500
        assert words in page.content.decode()
        assert re.search(r"<code>[0-9a-f]{8}</code>", page.content.decode())


def test_a_request_that_cannot_be_understood_is_told_without_the_database() -> None:
    with translation.override("en"):
        page = bad_request(HttpRequest(), BadRequest())
    assert page.status_code == 400
    assert "cannot be understood" in page.content.decode()


def test_a_chart_carries_its_figures_as_a_table() -> None:
    drawing = charts.bars(
        "每周", ["第1周", "第2周"], [charts.Series("按时", [3, None]), charts.Series("超时", [1, 0])], unit="件"
    )
    page = engines["django"].from_string("{% chart drawing %}").render({"drawing": drawing})
    embedded = re.search(r'<script id="[^"]+" type="application/json">(.*?)</script>', page)
    assert embedded is not None
    option = json.loads(embedded[1])
    assert [each["data"] for each in option["series"]] == [[3, None], [1, 0]]
    assert (option["xAxis"]["data"], option["yAxis"]["name"]) == (["第1周", "第2周"], "件")
    assert re.findall(r"<t[hd][^>]*>([^<]*)</t[hd]>", page) == [
        "",
        "按时 (件)",
        "超时 (件)",
        "第1周",
        "3",
        "1",
        "第2周",
        "",
        "0",
    ]
    assert 'role="img" aria-label="图表：每周' in page


def test_lying_bars_read_from_the_top_and_stacks_are_whole() -> None:
    drawing = charts.bars("x", ["a"], [charts.Series("s", [1])], lying=True, stacked=True)
    assert drawing.option["yAxis"] == {"type": "category", "data": ["a"], "inverse": True}
    assert drawing.option["series"][0]["stack"] == "whole"
    assert charts.lines("x", ["a"], [charts.Series("s", [1])]).option["series"][0]["type"] == "line"


def test_what_is_drawn_cannot_break_the_page() -> None:
    drawing = charts.lines("</script><b>", ["</script><i>"], [charts.Series("s", [1])])
    page = engines["django"].from_string("{% chart drawing %}").render({"drawing": drawing})
    assert "</script><" not in page.replace("</script>\n", "")


def test_every_message_has_its_translation() -> None:
    assert translations.check() == []


def test_the_check_of_translations_finds_what_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "area" / "locale").mkdir(parents=True)
    (tmp_path / "area" / "views.py").write_text(
        '_("New")\n_("Known")\n_("Has %(place)s")\nngettext("%(n)s day", "%(n)s days", 2)\n'
    )
    (tmp_path / "stray.py").write_text('_("Nobody owns me")\n')
    monkeypatch.setattr(translations, "PACKAGE", tmp_path)
    translations.extract()
    catalogue = tmp_path / "area" / translations.CATALOGUE
    text = catalogue.read_text()
    for message, said in (("Known", "已知"), ("Has %(place)s", "有%(places)s")):
        text = text.replace(f'msgid "{message}"\nmsgstr ""', f'msgid "{message}"\nmsgstr "{said}"')
    catalogue.write_text(text.replace('msgid "New"', 'msgid "Old"'))
    found = sorted(complaint.split(": ")[1] for complaint in translations.check() if complaint.startswith("area"))
    assert found == ["missing", "other placeholders", "stale", "untranslated"]
    assert any(complaint.startswith("stray.py: has messages") for complaint in translations.check())


def _said(folder: Path, **chinese: str) -> None:
    """A folder whose code says each of these, with a catalogue that translates it so."""
    (folder / "locale").mkdir(parents=True)
    (folder / "words.py").write_text("".join(f"_({text!r})\n" for text in chinese))
    translations.extract()
    catalogue = polib.pofile(str(folder / translations.CATALOGUE))
    for entry in catalogue:
        entry.msgstr = chinese[entry.msgid]
    catalogue.save()


def test_one_message_in_two_wordings_is_named_with_its_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(translations, "PACKAGE", tmp_path)
    _said(tmp_path / "ledger", Order="排序", Search="搜索")
    _said(tmp_path / "orders", Order="订单", Search="搜索")
    files = [f"{area}/{translations.CATALOGUE.as_posix()}" for area in ("ledger", "orders")]
    assert translations.check() == [
        f"'Order': said differently: 排序 ({files[0]}); 订单 ({files[1]}). Agree on one, or give each sense a context."
    ]
    for area, said in (("ledger", "排序"), ("orders", "订单")):
        (tmp_path / area / "words.py").write_text(f'pgettext("{area}", "Order")\n_("Search")\n')
        catalogue = polib.pofile(str(tmp_path / area / translations.CATALOGUE))
        for entry in catalogue:
            entry.msgctxt = area if entry.msgstr == said else None
        catalogue.save()
    assert translations.check() == []


def test_english_left_lost_places_and_other_plurals_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(translations, "PACKAGE", tmp_path)
    _said(tmp_path / "area", Search="Search", Kapok="Kapok")
    (tmp_path / "area" / "more.py").write_text('ngettext("%(n)s day of %(n)s", "%(n)s days of %(n)s", 2)\n')
    translations.extract()
    path = tmp_path / "area" / translations.CATALOGUE
    catalogue = polib.pofile(str(path))
    for entry in catalogue:
        if entry.msgid_plural:
            entry.msgstr_plural = {0: "%(n)s 天", 1: "%(n)s 天"}
    catalogue.metadata["Plural-Forms"] = "nplurals=2; plural=n != 1;"
    catalogue.save(str(path))
    name = f"area/{translations.CATALOGUE.as_posix()}"
    assert translations.check() == [
        f"{name}: plural forms: the header has to say 'nplurals=1; plural=0;'. Run extract.",
        f"{name}: plural forms: '%(n)s day of %(n)s'",
        f"{name}: other placeholders: '%(n)s day of %(n)s'",
        f"{name}: left in English: 'Search'",
    ]


def test_what_a_reader_is_not_shown_of_what_was_typed_stands_in_its_title() -> None:
    page = engines["django"].from_string("<q>{{ words|kept }}</q>")
    said = {
        "端口坏 / SW2-P3": ("<q>端口坏 / SW2-P3</q>", "<q>端口坏 / SW2-P3</q>"),
        "缺 <端口> / no port": (
            '<q><span title="缺 &lt;端口&gt; / no port">缺 &lt;端口&gt;</span></q>',
            '<q><span title="缺 &lt;端口&gt; / no port">no port</span></q>',
        ),
        "<b>": ("<q>&lt;b&gt;</q>", "<q>&lt;b&gt;</q>"),
    }
    for words, (zh, en) in said.items():
        for language, shown in (("zh-hans", zh), ("en", en)):
            with translation.override(language):
                assert page.render({"words": words}) == shown


def test_a_time_line_says_whether_one_of_ours_a_customer_or_the_system_did_it() -> None:
    actors = ("staff/agent", "customer/C00000001", "customer", "system/ordering")
    with translation.override(Language.ZH.value):
        assert [who(actor) for actor in actors] == ["agent", "客户", "客户", "系统"]
    with translation.override(Language.EN.value):
        assert [who(actor) for actor in actors] == ["agent", "customer", "customer", "the system"]

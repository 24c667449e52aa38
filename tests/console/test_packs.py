"""Reading packs: the list, one pack, one promise, over HTTP."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from django.test import Client

from kapok.edges.console.packs import library
from kapok.edges.console.packs.wording import lines
from kapok.kernel.promises import Pack, available, find, load

HOSTILE = ["../../etc/passwd", "..%2F..%2Fetc%2Fpasswd", "nowhere", "a" * 3000, "guangzhou-pledges.yaml", "<b>"]


def page(client: Client, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status, address
    return words(response.content.decode())


def words(html: str) -> str:
    """What a reader sees: without tags, blanks as one."""
    visible = re.sub(r"<(script|style|svg).*?</\1>", " ", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", visible)))


def test_the_list_shows_every_pack_by_what_it_is(reader: Client) -> None:
    shown = page(reader, "/packs")
    for path in available():
        assert path.stem in shown
    assert shown.index("Regulations 19") < shown.index("Public pledges 3") < shown.index("Contracts 6")
    assert "law 27 duties 9 from 2005-04-20 2026.2" in shown
    assert "public pledge 7 contract 21 internal stage 27 duties 3" in shown


def test_a_pack_with_unverified_rows_says_so_in_list_pack_promise_and_calculator(agent: Client) -> None:
    label = load(find("uk-automatic-compensation")).label
    assert label is not None
    assert page(agent, "/packs").count(label.zh) == sum(load(path).label is not None for path in available())
    for address in (
        "/packs/uk-automatic-compensation",
        "/packs/uk-automatic-compensation/GB-AC-DELAYED-REPAIR",
        "/calculator?pack=uk-automatic-compensation&promise=GB-AC-DELAYED-REPAIR",
    ):
        assert f"{label.zh} （3 条承诺中的 1 条）" in page(agent, address)


def test_a_verified_pack_bears_no_such_label(agent: Client) -> None:
    assert "未经核实" not in page(agent, "/packs/guangzhou-pledges")


@pytest.mark.parametrize(
    ("query", "found"),
    [("Automatic", True), ("gb-ac", True), ("二个完整工作日", True), ("英国", True), ("xyzzy", False)],
)
def test_search_finds_packs_and_promises_in_both_languages_and_by_code(reader: Client, query: str, found: bool) -> None:
    part = reader.get("/packs", {"q": query}, headers={"HX-Request": "true", "HX-Target": "pack-rows"})
    text = words(part.content.decode())
    assert ("uk-automatic-compensation" in text) is found
    assert ("Nothing found" in text) is not found
    assert "<html" not in part.content.decode()


def test_a_pack_reads_like_a_law(reader: Client) -> None:
    shown = page(reader, "/packs/cn-service-specification-2005")
    assert "信息产业部令第36号 (MII Order 36) · in force from 2005-04-20 · 27 promises" in shown
    assert "Applies to Service: fixed voice; area: town; action: install or move." in shown
    assert "Clock Runs from “fee of the order paid” until “order completed” or “service activated”." in shown
    assert "Time allowed Within 25 days." in shown
    assert "The day of the start is day 0. The last day ends at 24:00." in shown
    assert "In each quarter: mean ≤ 15 days." in shown
    assert "not verified · from memory, not checked" in shown


def test_every_promise_can_be_linked_and_has_a_page(agent: Client) -> None:
    html = agent.get("/packs/uk-dispute-resolution").content.decode()
    assert re.findall(r'<article class="promise[^"]*" id="([^"]+)"', html) == ["GB-ADR", "GB-ADR-2026-04-08"]
    for path in available():
        pack = load(path)
        html = agent.get(f"/packs/{pack.code}").content.decode()
        anchors = re.findall(r'<article class="promise[^"]*" id="([^"]+)"', html)
        assert len(anchors) == len(set(anchors)) == len(pack.promises)


def test_one_promise_in_full_with_its_scale_and_source(reader: Client) -> None:
    shown = page(reader, "/packs/de-tkg/DE-58-OUTAGE")
    assert "units 1–2 the greater of EUR 5.00 and 10 % of the monthly fee" in shown
    assert "from unit 3 on the greater of EUR 10.00 and 20 % of the monthly fee" in shown
    assert "less the price reduction already granted" in shown
    assert "opens fault reported by the customer fault.reported" in shown
    assert 'href="https://buzer.de/58_TKG.htm"' in reader.get("/packs/de-tkg/DE-58-OUTAGE").content.decode()


def test_a_promise_shows_its_earlier_rows_and_its_dated_rates(agent: Client) -> None:
    assert "此前版本：至 2026-04-07" in page(agent, "/packs/uk-dispute-resolution/GB-ADR").replace("： ", "：")
    shown = page(agent, "/packs/uk-automatic-compensation/GB-AC-DELAYED-REPAIR")
    assert "费率“delayed_repair”" in shown
    assert "2025-04-01 2026-03-31 GBP 9.98 运营商网页" in shown
    assert "missed_appointment" not in shown


def test_stage_budgets_add_up_with_their_reserve(agent: Client) -> None:
    shown = page(agent, "/packs/guangzhou-pledges")
    assert "最长路径 18 小时 ＋ 预留 6 小时（25%），承诺时限 24 小时" in shown
    assert "最长路径 11 日 ＋ 预留 3.75 日（25%），承诺时限 15 日 · 余量 6 小时" in shown


def test_calendars_are_drawn_with_their_holidays(agent: Client) -> None:
    shown = page(agent, "/packs/uk-bt-business")
    assert "日历“england-with-saturday” Europe/London" in shown
    assert "周日 休息" in shown
    assert re.search(r"假日 .*2026 01-01, +04-03", shown)


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("service=leased_line", 45),
        ("tier=stage", 27),
        ("evidence=own", 55),
        ("q=repair-drop", 1),
        ("tier=pledge&service=wireless", 6),
        ("q=xyzzy", 0),
    ],
)
def test_promises_are_narrowed_down(reader: Client, query: str, count: int) -> None:
    html = reader.get(f"/packs/guangzhou-pledges?{query}", headers={"HX-Target": "promise-rows"}).content.decode()
    assert html.count('<article class="promise') == count
    assert f"{count} of 55 promises" in words(html)


def test_a_filter_that_is_none_is_said_so_and_narrows_nothing(reader: Client) -> None:
    html = reader.get("/packs/guangzhou-pledges?tier=moon&service=' OR 1=1").content.decode()
    assert html.count('<article class="promise') == 55
    assert html.count("is-invalid") == 2


@pytest.mark.parametrize("name", HOSTILE)
def test_a_pack_or_promise_that_is_none_is_not_found(agent: Client, name: str) -> None:
    page(agent, f"/packs/{name}", 404)
    page(agent, f"/packs/guangzhou-pledges/{name}", 404)
    assert agent.get("/calculator", {"pack": name, "promise": "repair"}).status_code == 404
    assert agent.get("/calculator", {"pack": "guangzhou-pledges", "promise": name}).status_code == 404


def test_the_palette_finds_packs_and_promises(agent: Client, reader: Client) -> None:
    found = agent.get("/palette", {"q": "自动赔付"}).content.decode()
    assert 'href="/packs/uk-automatic-compensation"' in found
    found = reader.get("/palette", {"q": "delayed-repair"}).content.decode()
    assert 'href="/packs/uk-automatic-compensation/GB-AC-DELAYED-REPAIR"' in found
    assert "Total loss restored" in found


def test_a_changed_file_is_read_again_and_a_broken_one_is_named(
    agent: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "cn-telecom-regulations.yaml"
    text = find("cn-telecom-regulations").read_text(encoding="utf-8")
    monkeypatch.setattr(library, "available", lambda: [copy] if copy.exists() else [])
    assert "还没有规则包" in page(agent, "/packs")
    copy.write_text(text, encoding="utf-8")
    assert "2026.2" in page(agent, "/packs")
    copy.write_text(text.replace('"2026.2"', '"2026.3"'), encoding="utf-8")
    os.utime(copy, (1, 1))
    assert "2026.3" in page(agent, "/packs")
    copy.write_text(text.replace("promises:", "promisses:"), encoding="utf-8")
    shown = page(agent, "/packs")
    assert "有一个规则包无法读取" in shown
    assert "promisses" in shown
    page(agent, "/packs/cn-telecom-regulations", 404)


@pytest.mark.parametrize("pack", [load(path) for path in available()], ids=lambda pack: pack.code)
def test_every_promise_of_every_pack_can_be_said_in_both_languages(pack: Pack) -> None:
    for promise in pack.promises:
        for line in lines(promise, pack):
            for text in (line.label, *line.sentences, *(cell for step in line.steps for cell in step)):
                assert text.zh.strip()
                assert text.en.strip()
                assert not re.search(r"[,;:]\S", re.sub(r"\d\d:\d\d(:\d\d)?|\d(,\d{3})+|“[^”]*”", "", text.zh)), text.zh
                assert not re.search(r"[\u4e00-\u9fff]", text.en), text.en


def test_the_list_reads_a_file_again_only_when_it_has_changed(reader: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    page(reader, "/packs")
    read: list[Path] = []

    def reading(path: Path) -> Pack:
        read.append(path)
        return load(path)

    monkeypatch.setattr(library, "load", reading)
    assert "Regulations 19" in page(reader, "/packs")
    assert read == []
    first, was = available()[0], library._edition
    monkeypatch.setattr(
        library, "_edition", lambda path: replace(was(path), modified_ns=1) if path == first else was(path)
    )
    assert "Regulations 19" in page(reader, "/packs")
    assert read == [first]

"""The calculator over HTTP: worked examples of money and deadlines to the penny and the minute, and what is refused."""

from __future__ import annotations

import re
from datetime import date, timedelta
from urllib.parse import urlencode

import pytest
from django.test import Client

from kapok.kernel.promises import Pack, available, load
from kapok.kernel.promises.selector import Bounds
from tests.console.test_packs import words

Query = dict[str, str | list[str]]
HOME: Query = {"f_service": "fixed_broadband", "f_customer_class": "consumer", "f_outage": "total"}
REPAIR: Query = {"pack": "uk-automatic-compensation", "promise": "GB-AC-DELAYED-REPAIR", **HOME}
START: Query = {
    "pack": "uk-automatic-compensation",
    "promise": "GB-AC-DELAYED-START",
    "f_service": "fixed_broadband",
    "f_customer_class": "consumer",
}
GUANGZHOU: Query = {"pack": "guangzhou-pledges", "promise": "repair", "f_service": "fixed_broadband"}


def answer(client: Client, query: Query, **more: str | list[str]) -> str:
    """What the answer says, as the page without JavaScript shows it."""
    response = client.get("/calculator?" + urlencode(query | more, doseq=True))
    assert response.status_code == 200
    return words(response.content.decode().partition('id="answer"')[2])


def errors(client: Client, query: Query, **more: str | list[str]) -> dict[str, str]:
    """What stands beside each field, by its name."""
    html = client.get("/calculator?" + urlencode(query | more, doseq=True)).content.decode()
    found = re.findall(r'<div class="case-error" id="error-([\w-]+)">(.*?)</div>', html)
    return {name: words(text).strip() for name, text in found if text}


@pytest.mark.parametrize(
    ("case", "promised", "opened", "active", "amount", "due"),
    [
        ("CM01", "2025-06-04", "2025-06-01T09:00", "2025-06-06T11:00", "GBP 12.48", "Wed 2025-06-04 23:59"),
        ("CM03", "2024-06-05", "2024-06-01T09:00", "2024-06-07T11:00", "GBP 12.20", "Wed 2024-06-05 23:59"),
    ],
)
def test_cm01_and_cm03_a_late_start_is_paid_by_the_day(
    reader: Client, case: str, promised: str, opened: str, active: str, amount: str, due: str
) -> None:
    shown = answer(reader, START, f_promised_date=promised, opened=opened, closed=active)
    assert "Broken" in shown
    assert f"Due {due}" in shown
    assert f"What is owed {amount}" in shown
    assert "2 days" in shown


@pytest.mark.parametrize("hour", ["00:00", "08:30", "17:01", "23:59"])
def test_cm04_reported_on_monday_is_due_on_wednesday_at_2359(agent: Client, hour: str) -> None:
    shown = answer(agent, REPAIR, opened=f"2024-01-08T{hour}", seen="2024-01-09T12:00")
    assert "进行中" in shown
    assert "到期 2024-01-10 周三 23:59" in shown
    assert "目前无须赔偿：尚未违约。" in shown


def test_cm05_the_trigger_amount_and_two_days(agent: Client, reader: Client) -> None:
    case: Query = {**REPAIR, "opened": "2023-02-01T10:00", "closed": "2023-02-06T12:00"}
    shown = answer(reader, case)
    assert "Broken late by 2 days 12 hours 1 minute" in shown
    assert "Due Fri 2023-02-03 23:59 Done Mon 2023-02-06 12:00 Working time 74 hours" in shown
    assert "What is owed GBP 25.20" in shown
    assert "GBP 8.40" in shown
    assert "to be paid or credited by 2023-03-08" in shown
    shown = answer(agent, case)
    assert "违约 逾期 2 天 12 小时 1 分钟" in shown
    assert "应赔 GBP 25.20" in shown
    assert "2023-03-08" in shown


def test_cm12_one_percent_of_the_fee_a_day(agent: Client) -> None:
    case: Query = {
        "pack": "cn-telecom-regulations",
        "promise": "CN-TR-INSTALL",
        "f_service": "fixed_voice",
        "f_action": "install",
        "f_promised_date": "2024-03-15",
        "opened": "2024-03-01T10:00",
        "closed": "2024-03-22T16:00",
    }
    shown = answer(agent, case, f_fee="200.00")
    assert "到期 2024-03-15 周五 24:00" in shown
    assert "应赔 14.00 元" in shown
    assert "7 天" in shown
    assert "缺少计算所需的数据" in answer(agent, case)
    assert "不符合赔偿条件" in answer(agent, case, f_fee="200.00", f_cause="customer")


def test_a_guangzhou_repair_with_a_pause(agent: Client, reader: Client) -> None:
    case: Query = {**GUANGZHOU, "opened": "2026-03-02T20:00", "closed": "2026-03-03T23:30"}
    late = answer(agent, case)
    assert "违约 逾期 3 小时 30 分钟" in late
    assert "本承诺未规定违约赔偿。" in late
    pause: Query = {"paused": ["2026-03-03T09:00"], "resumed": ["2026-03-03T14:00"]}
    kept = answer(agent, case | pause)
    assert "履约" in kept
    assert "到期 2026-03-04 周三 01:00 内部目标 2026-03-03 周二 02:00" in kept
    assert "用时 22 小时 30 分钟 （不含暂停）" in kept
    assert "Kept" in answer(reader, case | pause)


def test_working_hours_are_shaded_and_counted(reader: Client) -> None:
    case: Query = {"pack": "guangzhou-pledges", "promise": "reply", "f_segment": "business"}
    case |= {"opened": "2026-03-02T20:30", "closed": "2026-03-03T12:00"}
    shown = answer(reader, case)
    assert "Due Tue 2026-03-03 09:30" in shown
    assert "Working time 5 hours 30 minutes" in shown
    html = reader.get("/calculator?" + urlencode(case)).content.decode()
    assert html.count('class="shut"') == 1
    assert 'aria-label="begun Mon 2026-03-02 20:30, due Tue 2026-03-03 09:30' in html


def test_notice_that_was_never_given(reader: Client) -> None:
    case: Query = {"pack": "cn-service-specification-2005", "promise": "CN-36-PLANNED-OUTAGE", "opened": ""}
    shown = answer(reader, case, closed="2026-03-10T00:00")
    assert "Broken" in shown
    assert "Due Sat 2026-03-07 00:00" in shown
    shown = answer(reader, case, opened="2026-03-06T23:00", closed="2026-03-10T00:00")
    assert "Kept" in shown


def test_a_limit_is_measured_and_paid_by_its_ladder(agent: Client) -> None:
    case: Query = {"pack": "contract-level3-crossroads", "promise": "L3-CROSSROADS", "opened": "2026-03-01T00:00"}
    assert "应赔 USD 50.00" in answer(agent, case, f_unavailability="00:45:00", f_monthly_fee="1000")
    assert "应赔 USD 100.00" in answer(agent, case, f_unavailability="00:45:01", f_monthly_fee="1000")
    assert "履约" in answer(agent, case, f_unavailability="10 minutes", f_monthly_fee="1000")
    assert "f_unavailability" in errors(agent, case, f_unavailability="long", f_monthly_fee="1000")


def test_a_promise_that_does_not_apply_says_why(agent: Client) -> None:
    case: Query = {**REPAIR, "opened": "2023-02-01T10:00", "closed": "2023-02-06T12:00"}
    shown = answer(agent, case, f_outage="degraded")
    assert "本承诺不适用" in shown
    assert "原因： 只适用于中断程度为全断" in shown
    assert "原因为客户或计划作业的除外" in answer(agent, case, f_cause="customer")
    assert "当日尚未生效或已失效" in answer(agent, case, opened="2018-02-01T10:00", closed="2018-02-02T10:00")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"closed": "2026-03-01T10:00"}, "closed"),
        ({"opened": "yesterday"}, "opened"),
        ({"opened": "2026-02-30T10:00"}, "opened"),
        ({"opened": "9999-12-31T23:59"}, "opened"),
        ({"opened": "0001-01-01T00:00"}, "opened"),
        ({"opened": "2026-03-02T10:00+08:00"}, "opened"),
        ({"opened": "2" * 5000}, "opened"),
        ({"opened": ""}, "opened"),
        ({"opened": "2099-12-31T10:00", "closed": ""}, "opened"),
        ({"closed": "", "seen": "2026-03-01T10:00"}, "seen"),
        ({"f_service": "moon"}, "f_service"),
        ({"paused": "2026-03-01T10:00", "resumed": "2026-03-02T12:00"}, "pause-0"),
        ({"paused": "2026-03-02T12:00", "resumed": "2026-03-09T12:00"}, "pause-0"),
        ({"paused": "2026-03-02T12:00", "resumed": "2026-03-02T11:00"}, "pause-0"),
        ({"paused": "", "resumed": "2026-03-02T11:00"}, "pause-0"),
        (
            {"paused": ["2026-03-02T11:00", "2026-03-02T12:00"], "resumed": ["2026-03-02T13:00", "2026-03-02T14:00"]},
            "pause-1",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_stands_beside_its_field_and_nothing_is_reckoned(
    agent: Client, given: Query, field: str
) -> None:
    case: Query = {**GUANGZHOU, "opened": "2026-03-02T10:00", "closed": "2026-03-03T09:00"}
    assert list(errors(agent, case | given)) == [field]
    shown = answer(agent, case | given)
    assert "还不能试算" in shown
    assert "履约" not in shown


def test_a_time_that_the_clocks_skip_is_refused(reader: Client) -> None:
    found = errors(reader, REPAIR, opened="2024-03-31T01:30", closed="2024-04-05T10:00")
    assert found == {
        "opened": "This time does not exist in Europe/London: the clocks are put forward past it. Give an earlier or later one."
    }


@pytest.mark.parametrize("fee", ["1e999999999", "-1", "NaN", "9" * 40, "Infinity", "十元", "0x10"])
def test_a_sum_that_is_none_is_refused_beside_its_field(agent: Client, fee: str) -> None:
    case: Query = {"pack": "cn-telecom-regulations", "promise": "CN-TR-INSTALL", "f_promised_date": "2024-03-15"}
    case |= {"f_service": "fixed_voice", "f_action": "install", "opened": "2024-03-01T10:00"}
    assert list(errors(agent, case, f_fee=fee, closed="2024-03-22T16:00")) == ["f_fee"]


@pytest.mark.parametrize(
    "noise",
    ["add", "remove=99", "remove=-1", "remove=²", "remove=" + "9" * 400, "f_x=1", "paused=x", "resumed=x"],
)
def test_hostile_queries_never_break_the_page(agent: Client, noise: str) -> None:
    query = urlencode(GUANGZHOU | {"opened": "2026-03-02T10:00", "closed": "2026-03-03T09:00"})
    assert agent.get(f"/calculator?{query}&{noise}", follow=True).status_code == 200
    assert agent.get("/calculator?" + "paused=1&" * 900 + query).status_code == 200


def test_pauses_are_added_and_removed_by_buttons_without_javascript(agent: Client) -> None:
    case: Query = GUANGZHOU | {
        "opened": "2026-03-02T10:00",
        "paused": ["2026-03-02T11:00"],
        "resumed": ["2026-03-02T12:00"],
    }
    added = agent.get("/calculator?" + urlencode(case | {"add": "pause"}, doseq=True))
    assert added.status_code == 302
    assert added.headers["Location"].endswith("paused=2026-03-02T11%3A00&resumed=2026-03-02T12%3A00&paused=&resumed=")
    html = agent.get(added.headers["Location"]).content.decode()
    assert html.count('name="paused"') == 2
    removed = agent.get("/calculator?" + urlencode(case | {"remove": "0"}, doseq=True))
    assert "paused" not in removed.headers["Location"]


def test_the_link_to_an_open_matter_gives_the_same_answer_for_ever(agent: Client) -> None:
    query = urlencode(GUANGZHOU | {"opened": "2026-03-02T10:00"})
    html = agent.get(f"/calculator?{query}").content.decode()
    link = re.search(r'<a href="([^"]+)" class="share"', html)
    assert link is not None
    assert "seen=20" in link[1]
    again = agent.get(link[1].replace("&amp;", "&")).content.decode()
    assert re.findall(r"截至</dt><dd[^>]*>([^<]+)", again) == re.findall(r"截至</dt><dd[^>]*>([^<]+)", html)


def test_a_part_brings_answer_errors_and_the_address(agent: Client) -> None:
    query = urlencode(GUANGZHOU | {"opened": "2026-03-02T10:00", "closed": "2026-03-01T10:00", "seen": ""})
    part = agent.get(f"/calculator?{query}", headers={"HX-Request": "true", "HX-Target": "answer"})
    html = part.content.decode()
    assert "<html" not in html
    assert '<div class="case-error" id="error-closed" hx-swap-oob="true">早于开始时间。</div>' in html
    assert '<div class="case-error" id="error-opened" hx-swap-oob="true"></div>' in html
    assert part.headers["HX-Replace-Url"] == "/calculator?" + urlencode(
        GUANGZHOU | {"opened": "2026-03-02T10:00", "closed": "2026-03-01T10:00"}
    )


def test_without_a_promise_one_is_chosen(agent: Client) -> None:
    shown = words(agent.get("/calculator", {"q": "24 小时内修复"}).content.decode())
    assert "故障 24 小时内修复" in shown
    assert "没有找到" in words(agent.get("/calculator", {"q": "xyzzy"}).content.decode())
    assert "还有更多" in words(agent.get("/calculator").content.decode())


@pytest.mark.parametrize("pack", [load(path) for path in available()], ids=lambda pack: pack.code)
def test_every_promise_can_be_reckoned(reader: Client, pack: Pack) -> None:
    for promise in pack.promises:
        wanted = {f"f_{name}": value[0] for name, value in promise.applies.items() if isinstance(value, tuple)}
        wanted |= {f"f_{name}": "300" for name in ("availability", "jitter_excess", "day_number")}
        bounds = promise.applies.get("lines")
        wanted |= {"f_lines": (bounds.at_least or bounds.at_most or "") if isinstance(bounds, Bounds) else "1"}
        wanted |= {"f_unavailability": "05:00:00", "f_window": "06:00:00", "f_promised_date": "2023-03-05"}
        day = promise.effective.to or pack.effective.to or date(2026, 3, 2)
        moments = {"opened": f"{day}T10:00", "closed": f"{day + timedelta(days=20)}T10:00"}
        query: Query = {"pack": pack.code, "promise": promise.code, **wanted, **moments}
        assert re.search("Kept|Broken", answer(reader, query)), promise.code

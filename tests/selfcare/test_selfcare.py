"""The customers' pages: the door with its code, the order in their words, another window, the confirmation with its stars."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings as project
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import localtime
from pytest_django.fixtures import Settings

from kapok.back.workforce import api as workforce
from kapok.back.workforce import queries as field
from kapok.back.workforce.models import Appointment, WorkOrder
from kapok.chain.ordering import api as ordering
from kapok.chain.ordering import engine, unpaid
from kapok.chain.ordering import queries as orders
from kapok.chain.ordering.api import LineDraft
from kapok.chain.ordering.models import Leg, Order
from kapok.edges.selfcare import doors, showing
from kapok.front.channels import visiting
from kapok.front.channels.models import AccessCode, Case, DoorKnock
from kapok.front.channels.online import api as online
from kapok.ground.commitments.models import Commitment
from kapok.ground.journal.models import Entry
from kapok.ground.posts.demo import plan_weeks
from kapok.ground.work.models import Matter
from kapok.kernel.text import Language
from kapok.network.activation import api as activation
from tests.appointments import appointment_of
from tests.chain import shop
from tests.console import counter_page

STAGE = re.compile(r'<li class="is-\w+"[^>]*><span>([^<]+)</span>')
OTHER = re.compile(r'name="window" value="([^"]+)"')


@pytest.fixture
def chen(open_counter: str, db: None, settings: Settings) -> str:
    """A customer of the shop, in a demonstration."""
    settings.DEMO = True
    return open_counter


def placed(customer: str, *, window: bool = True, places: tuple[str, ...] = ("r101",)) -> str:
    """A broadband order, the visit in the first free window."""
    now = counter_page.now()
    free = field.windows(address="r101", skill="fibre", minutes=120, after=now)[0]
    return ordering.place_order(
        customer=customer, channel="hotline", lines=[LineDraft(offer="fibre-100", address=each) for each in places],
        pay=True, window=(free.starts_at, free.ends_at) if window else None, **counter_page.by("agent"),
    )  # fmt: skip


def code_of(order: str) -> str:
    return AccessCode.objects.get(order=order).shown


def inside(order: str, *, language: str = "zh-hans") -> Client:
    """A client who came in by the code of an order."""
    client = Client()
    client.cookies[project.LANGUAGE_COOKIE_NAME] = language
    assert client.post("/my/", {"order": order}).status_code == 200
    answer = client.post("/my/code", {"order": order, "code": code_of(order)})
    assert answer.headers["Location"] == f"/my/orders/{order}"
    return client


def test_a_customer_follows_the_order_in_their_own_words(chen: str) -> None:
    order = placed(chen)
    page = inside(order).get(f"/my/orders/{order}").content.decode()
    for said in (order, "体育西路", "我们将于", "改到其他时间", "正在兑现"):
        assert said in page
    (leg,) = orders.order(order).legs
    assert STAGE.findall(page) == [each.title.zh for each in leg.stages], "the steps are those of the flow"
    english = inside(order, language="en").get(f"/my/orders/{order}").content.decode()
    assert STAGE.findall(english) == [each.title.en for each in leg.stages]


def test_a_customer_is_told_in_words_what_happens_at_each_stage(chen: str) -> None:
    order = placed(chen)
    told = re.compile(r'<p class="told">([^<]+)</p>')
    chinese = told.findall(inside(order).get(f"/my/orders/{order}").content.decode())
    english = told.findall(inside(order, language="en").get(f"/my/orders/{order}").content.decode())
    assert chinese[3] == "我们致电与您约定上门时间。"
    assert english == [
        "We check your address and what you asked for, and set a line aside for you.",
        "We assign the line from our exchange to your home.", "We prepare your service in our exchange.",
        "We call you to agree when we come.", "Our technician comes as agreed; please let somebody be there.",
        "We test that your service works.", "We call you back and ask whether it is as you wished.",
        "We bill as of the day it was completed.",
    ]  # fmt: skip


def test_of_a_promise_that_stands_still_no_moment_is_said_to_pass(chen: str) -> None:
    order = placed(chen)
    due = re.compile(r'<p class="promise"><strong>')
    assert due.search(inside(order).get(f"/my/orders/{order}").content.decode())
    said = {"reason": "房屋装修", "evidence": "来电录音", **counter_page.by("supervisor")}
    assert ordering.defer(order=order, leg=1, until=counter_page.now() + timedelta(days=9), **said) is None
    page = inside(order).get(f"/my/orders/{order}").content.decode()
    assert not due.search(page)
    assert "时钟已暂停" in page
    assert "the clock stands still" in inside(order, language="en").get(f"/my/orders/{order}").content.decode()


def test_what_is_put_off_says_when_it_goes_on_and_that_another_time_is_agreed(chen: str) -> None:
    order = placed(chen)
    client, english = inside(order), inside(order, language="en")
    until = counter_page.now() + timedelta(days=9)
    said = {"reason": "房屋装修", "evidence": "来电录音", **counter_page.by("supervisor")}
    ordering.defer(order=order, leg=1, until=until, **said)
    page = client.get(f"/my/orders/{order}").content.decode()
    for words in (
        f"到 {localtime(until):%Y-%m-%d %H:%M} 自动继续办理。",
        "原约定的上门时段已取消，我们会与您重新约定。",
    ):
        assert words in page
    assert "我们将于" not in page
    page = english.get(f"/my/orders/{order}").content.decode()
    assert f"It goes on by itself {localtime(until):%Y-%m-%d %H:%M}." in page
    assert "The time that was agreed no longer holds; we agree a new one with you." in page


def test_what_waits_for_plant_says_that_the_time_is_agreed_when_it_goes_on(chen: str) -> None:
    order = placed(chen, window=False)
    ordering.wait_for_plant(order=order, leg=1, reason="管道未通", **counter_page.by("dispatcher"))
    assert "继续办理时，我们会与您约定上门时段。" in inside(order).get(f"/my/orders/{order}").content.decode()


def test_an_amendment_is_told(chen: str) -> None:
    order = placed(chen)
    told = "订单内容已变更，现为第 2 版。"
    assert told not in inside(order).get(f"/my/orders/{order}").content.decode()
    ordering.amend(order=order, line=1, offer="fibre-300", **counter_page.by("agent"))
    assert told in inside(order).get(f"/my/orders/{order}").content.decode()
    english = inside(order, language="en").get(f"/my/orders/{order}").content.decode()
    assert "What you ordered was changed; this is version 2." in english


def test_what_is_not_paid_says_until_when_and_then_that_it_was_cancelled(chen: str) -> None:
    said: dict[str, Any] = {"customer": chen, "channel": "hotline", "pay": False, **counter_page.by("agent")}
    order = ordering.place_order(lines=[LineDraft(offer="fibre-100", address="r101")], **said)
    client, day = inside(order), timedelta(days=1)
    since = orders.order(order).placed_at
    page = client.get(f"/my/orders/{order}").content.decode()
    assert f"请于 {localtime(since + 14 * day):%Y-%m-%d %H:%M} 前缴费，逾期自动撤单" in page
    for days in (5, 14):
        unpaid.look(at=since + days * day)
    page = client.get(f"/my/orders/{order}").content.decode()
    assert "没有按时缴费，订单已自动撤销，您无需付款；如仍需要，请重新下单。" in page
    assert "前缴费" not in page


STATE = re.compile(r'<span class="state">([^<]+)</span>')


def test_of_three_parts_one_is_late_and_the_order_has_one_state(chen: str) -> None:
    lines = [shop.line(), shop.line(address="n1"), shop.line(address="n3")]
    order = shop.placed(*lines, whose=chen)
    shop.run(1)
    for part in (1, 2):
        for minutes, stage in ((2, "appoint"), (4, "visit"), (6, "confirm")):
            shop.do(order, stage, minutes, which=part)
            shop.run(minutes + 1)
    page = inside(order).get(f"/my/orders/{order}").content.decode()
    states = STATE.findall(page)
    assert states[0] == "办理中", "the order has one state, that of the part that is still to be done"
    assert [STATE.findall(each)[0] for each in page.split('<section class="card">')[1:4]] == [
        "已竣工",
        "已竣工",
        "办理中",
    ]
    late = [each.count("我们未能按时兑现") for each in page.split('<section class="card">')[1:4]]
    assert late[:2] == [0, 0]
    assert late[2] > 0
    home = inside(order).get("/my/home").content.decode()
    assert STATE.findall(home).count("办理中") == 1


def test_of_what_fell_out_is_said_what_happens_next(chen: str) -> None:
    activation.switch_on_fault(element="olt", fault="refuses", **counter_page.by("noc"))
    order = placed(chen, window=False)
    engine.advance(at=counter_page.now(), limit=20)
    assert orders.order(order).legs[0].by_hand
    client = inside(order)
    page = client.get(f"/my/orders/{order}").content.decode()
    assert "有一步系统未能自动完成，已转由我们的工作人员办理；您无需做什么，对您的承诺照常计时。" in page
    english = inside(order, language="en").get(f"/my/orders/{order}").content.decode()
    assert "our staff is doing it" in english
    Leg.objects.filter(order__number=order).update(state="failed", exception="10C", compensation="10C")
    Order.objects.filter(number=order).update(state="failed", exception="10C")
    page = client.get(f"/my/orders/{order}").content.decode()
    assert "您的撤单已受理，系统未能自动完成收尾，我们的工作人员正在处理；您无需做什么。" in page
    assert "未能完成" not in page
    assert set(STATE.findall(page)) >= {"撤单中（人工处理）"}
    english = inside(order, language="en").get(f"/my/orders/{order}").content.decode()
    assert "failed" not in english


def test_no_staff_data_are_shown(chen: str) -> None:
    order = placed(chen)
    page = inside(order).get(f"/my/orders/{order}").content.decode()
    for hidden in ("梁小敏", "agent", "何永明", "technician", "热线班", "装维班", "陈静", "13800138000", chen):
        assert hidden not in page


@pytest.mark.parametrize(
    "page",
    [
        "orders/{}", "orders/{}/1/visit", "orders/{}/1/confirm", "home", "new", "ask", "services/S00000001",
        "asked/request/R2026-000001",
    ],
)  # fmt: skip
def test_nobody_enters_without_a_code(chen: str, page: str) -> None:
    address = f"/my/{page.format(placed(chen))}"
    for answer in (Client().get(address), Client().post(address, {"rating": "5"})):
        assert (answer.status_code, answer.headers["Location"]) == (302, "/my/")


def test_one_stays_for_half_an_hour(chen: str) -> None:
    order = placed(chen)
    client = inside(order)
    session = client.session
    assert datetime.fromisoformat(session[doors.UNTIL]) > counter_page.now() + timedelta(minutes=29)
    session[doors.UNTIL] = (counter_page.now() - timedelta(seconds=1)).isoformat()
    session.save()
    assert client.get(f"/my/orders/{order}").headers["Location"] == "/my/"


def test_leaving_forgets_the_order(chen: str) -> None:
    order = placed(chen)
    client = inside(order)
    assert client.get("/my/").headers["Location"] == "/my/home"
    assert client.post("/my/leave").headers["Location"] == "/my/"
    assert client.get(f"/my/orders/{order}").status_code == 302


def test_the_door_tells_nobody_which_orders_exist(chen: str) -> None:
    order, client = placed(chen), Client()
    pages = [client.post("/my/", {"order": number}).content.decode() for number in (order, "O2026-999999")]
    bare = [re.sub(r'(value="[^"]*"|csrf\S+)', "", page) for page in pages]
    assert bare[0] == bare[1]
    wrong = [client.post("/my/code", {"order": number, "code": "1"}) for number in (order, "O2026-999999")]
    assert [answer.status_code for answer in wrong] == [422, 422]
    assert all("验证码不符" in answer.content.decode() for answer in wrong)
    assert client.get(f"/my/orders/{order}").status_code == 302


def test_who_asks_too_often_is_turned_away_in_words(chen: str) -> None:
    order, client = placed(chen), Client()
    answers = [client.post("/my/", {"order": order}) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert "尝试次数过多" in answers[-1].content.decode()
    tries = [client.post("/my/code", {"order": order, "code": f"{n}"}).status_code for n in range(11)]
    assert tries == [422] * 10 + [429]
    assert DoorKnock.objects.count() == 15


@pytest.mark.parametrize("typed", ["", "长" * 21, "x" * 1_000_000])
def test_what_is_no_order_number_is_said_at_the_field(chen: str, typed: str) -> None:
    page = Client().post("/my/", {"order": typed}).content.decode()
    assert 'role="alert"' in page
    assert DoorKnock.objects.count() == 0


def test_the_visit_is_moved_to_a_window_that_is_free(chen: str) -> None:
    order = placed(chen)
    client, before = inside(order), appointment_of(f"order/{order}-1")
    assert before is not None
    page = client.get(f"/my/orders/{order}/1/visit").content.decode()
    chosen = OTHER.findall(page)[3]
    assert client.post(f"/my/orders/{order}/1/visit", {"window": chosen}).headers["Location"] == f"/my/orders/{order}"
    after = appointment_of(f"order/{order}-1")
    assert after is not None
    assert (f"{after.starts_at.isoformat()}/{after.ends_at.isoformat()}", after.moved) == (chosen, 1)
    (actor,) = Entry.objects.filter(kind="workforce.appointment_moved").values_list("actor", flat=True)
    assert actor == f"customer/{chen}"


def gone() -> None:
    """The window that is booked lies nine days back."""
    back = timedelta(days=9)
    Appointment.objects.update(starts_at=F("starts_at") - back, ends_at=F("ends_at") - back)


def test_a_visit_whose_window_has_passed_is_not_said_to_come_and_another_one_is_chosen(chen: str) -> None:
    order = placed(chen)
    client = inside(order)
    assert "我们将于" in client.get(f"/my/orders/{order}").content.decode()
    gone()
    page = client.get(f"/my/orders/{order}").content.decode()
    assert ("我们将于" in page, showing.PASSED.zh in page, f"/my/orders/{order}/1/visit" in page) == (False, True, True)
    form = client.get(f"/my/orders/{order}/1/visit").content.decode()
    assert "已过：" in form
    chosen = OTHER.findall(form)[0]
    assert client.post(f"/my/orders/{order}/1/visit", {"window": chosen}).status_code == 302
    after = appointment_of(f"order/{order}-1")
    assert after is not None
    assert (f"{after.starts_at.isoformat()}/{after.ends_at.isoformat()}", after.moved) == (chosen, 1)
    assert "我们将于" in client.get(f"/my/orders/{order}").content.decode()


@pytest.mark.parametrize(
    "window",
    [
        "",
        "tomorrow",
        "2020-01-01T09:00:00+08:00/2020-01-01T11:00:00+08:00",
        "2099-01-01T03:00:00+08:00/2099-01-01T05:00:00+08:00",
    ],
)
def test_a_window_that_is_not_offered_is_refused_and_nothing_moves(chen: str, window: str) -> None:
    order = placed(chen)
    client = inside(order)
    answer = client.post(f"/my/orders/{order}/1/visit", {"window": window})
    assert answer.status_code == 422
    assert "请" in answer.content.decode()
    visit = appointment_of(f"order/{order}-1")
    assert visit is not None
    assert visit.moved == 0


@pytest.mark.parametrize("state", ["travelling", "arrived", "working"])
def test_while_the_technician_is_on_the_way_or_there_the_visit_is_not_moved(chen: str, state: str) -> None:
    order = placed(chen)
    client = inside(order)
    chosen = OTHER.findall(client.get(f"/my/orders/{order}/1/visit").content.decode())[3]
    engine.advance(at=counter_page.now(), limit=100)
    visit = appointment_of(f"order/{order}-1")
    assert visit is not None
    item = WorkOrder.objects.get(appointment=visit.id, kind="visit").item_id
    for verb in ("accept", "set_off", "arrive", "begin")[: 2 + ["travelling", "arrived", "working"].index(state)]:
        getattr(workforce, verb)(item=item, **counter_page.by("technician"))
    assert WorkOrder.objects.get(item=item).state == state
    assert f"/my/orders/{order}/1/visit" not in client.get(f"/my/orders/{order}").content.decode()
    answer = client.post(f"/my/orders/{order}/1/visit", {"window": chosen})
    assert answer.status_code == 422
    assert "装维人员已出发或已到场" in answer.content.decode()
    begins, ends = (datetime.fromisoformat(each) for each in chosen.split("/"))
    said = {"appointment": visit.id, "starts_at": begins, "ends_at": ends, "reason": "customer"}
    with pytest.raises(workforce.UnderWay):
        workforce.rebook(**said, by_customer=True, **counter_page.by("agent"))
    assert appointment_of(f"order/{order}-1") == visit
    workforce.rebook(**said, **counter_page.by("agent"))


def test_every_open_day_is_offered_on_the_web_and_at_the_desk(chen: str) -> None:
    plan_weeks(datetime.now(UTC), {"technician", "technician2"}, 3)
    order = placed(chen, window=False)
    page = inside(order).get(f"/my/orders/{order}/1/visit").content.decode()
    windows = OTHER.findall(page)
    free = field.windows(address="r101", skill="fibre", minutes=60, after=datetime.now(UTC))
    offered = {each.value for each in free}
    assert len(windows) > 24
    assert abs(len(windows) - len(offered)) <= 1
    days = {localtime(datetime.fromisoformat(each.partition("/")[0])).date() for each in windows}
    assert page.count('<details class="day"') == len(days)
    assert page.count('<details class="day" open') == 1
    assert (max(days) - localtime().date()).days in {12, 13}
    last = windows[-1]
    wrong = inside(order).post(f"/my/orders/{order}/1/visit", {"window": "x"}).content.decode()
    assert wrong.count('role="alert"') == 1
    assert inside(order).post(f"/my/orders/{order}/1/visit", {"window": last}).status_code == 302
    booked = appointment_of(f"order/{order}-1")
    assert booked is not None
    assert f"{booked.starts_at.isoformat()}/{booked.ends_at.isoformat()}" == last
    at_desk = visiting.windows([("r101", "fibre", 60)], datetime.now(UTC))
    assert len(at_desk.days) == len(days)


def test_where_none_is_agreed_a_window_is_chosen(chen: str) -> None:
    order = placed(chen, window=False)
    client, subject = inside(order), f"order/{order}-1"
    assert "上门时段尚未约定" in client.get(f"/my/orders/{order}").content.decode()
    chosen = OTHER.findall(client.get(f"/my/orders/{order}/1/visit").content.decode())[0]
    answer = client.post(f"/my/orders/{order}/1/visit", {"window": chosen})
    assert answer.headers["Location"] == f"/my/orders/{order}"
    booked = appointment_of(subject)
    assert booked is not None
    assert (f"{booked.starts_at.isoformat()}/{booked.ends_at.isoformat()}", booked.moved) == (chosen, 0)
    (actor,) = Entry.objects.filter(kind="workforce.appointment_booked").values_list("actor", flat=True)
    assert actor == f"customer/{chen}"


def test_a_window_that_was_given_back_is_chosen_anew_when_the_order_goes_on(chen: str) -> None:
    order = placed(chen)
    client, where = inside(order), f"/my/orders/{order}/1/visit"
    later = counter_page.now() + timedelta(days=1)
    said = {"order": order, "leg": 1, "reason": "出差", **counter_page.by("agent")}
    ordering.defer(**said, until=later, evidence="录音 1")
    assert appointment_of(f"order/{order}-1") is None
    assert (client.get(where).status_code, client.post(where, {"window": "x"}).status_code) == (404, 404)
    assert "选择时段" not in client.get(f"/my/orders/{order}").content.decode()
    ordering.undefer(**said)
    page = client.get(f"/my/orders/{order}").content.decode()
    assert ("原约定的上门时段已取消" in page, where in page) == (True, True)
    chosen = OTHER.findall(client.get(where).content.decode())[0]
    assert client.post(where, {"window": chosen}).status_code == 302
    booked = appointment_of(f"order/{order}-1")
    assert booked is not None
    assert (booked.booked, booked.starts_at.isoformat()) == (True, chosen.partition("/")[0])


def test_whoever_chooses_after_another_moves_what_was_booked(chen: str) -> None:
    order = placed(chen, window=False)
    client = inside(order)
    seen = OTHER.findall(client.get(f"/my/orders/{order}/1/visit").content.decode())[:2]
    for chosen in seen:
        assert client.post(f"/my/orders/{order}/1/visit", {"window": chosen}).status_code == 302
    booked = appointment_of(f"order/{order}-1")
    assert booked is not None
    assert (booked.moved, booked.starts_at.isoformat()) == (1, seen[1].partition("/")[0])


def test_where_nobody_has_to_come_there_is_nothing_to_choose(chen: str) -> None:
    order = placed(chen, window=False)
    client = inside(order)
    assert client.get(f"/my/orders/{order}/7/visit").status_code == 404
    finished = done(chen)
    assert inside(finished).get(f"/my/orders/{finished}/1/visit").status_code == 404


def test_how_many_questions_an_order_takes_hangs_not_on_its_legs(chen: str) -> None:
    orders = [placed(chen, window=False), placed(chen, window=False, places=("r101", "n3", "n5"))]
    counted = []
    for order in orders:
        with CaptureQueriesContext(connection) as asked:
            assert showing.mine(order, chen, datetime.now(UTC)) is not None
        counted.append(len([each for each in asked if "workforce_" in each["sql"]]))
    assert counted[0] == counted[1] <= 3


def done(customer: str) -> str:
    """An order whose line works, to be confirmed."""
    number = shop.placed(whose=customer)
    shop.run(1)
    for stage in ("appoint", "visit"):
        if stage in shop.live(number):
            shop.do(number, stage, 2)
            shop.run(3)
    shop.run(4)
    assert shop.live(number) == {"confirm"}
    return number


def test_the_result_is_confirmed_and_rated_once(chen: str) -> None:
    order = done(chen)
    client = inside(order)
    assert "确认并评价" in client.get(f"/my/orders/{order}").content.decode()
    refused: dict[str, Any]
    for refused in ({"rating": "6"}, {"rating": "x"}, {"word": "长" * 501}, {"works": ""}, {"works": "maybe"}):
        assert client.post(f"/my/orders/{order}/1/confirm", {"works": "yes"} | refused).status_code == 422
    assert shop.leg(order).confirmed_at is None
    answer = client.post(f"/my/orders/{order}/1/confirm", {"works": "yes", "rating": "4", "word": "师傅很准时"})
    assert answer.headers["Location"] == f"/my/orders/{order}"
    leg = Leg.objects.get(order__number=order)
    assert (leg.rating, leg.confirmed_at is not None) == (4, True)
    assert "order.confirmed" in shop.happened(leg.subject)
    page = client.get(f"/my/orders/{order}").content.decode()
    assert "★★★★" in page
    assert "确认并评价" not in page
    again = client.post(f"/my/orders/{order}/1/confirm", {"works": "yes", "rating": "1"})
    assert (again.headers["Location"], shop.leg(order).rating) == (f"/my/orders/{order}", 4)


@pytest.mark.parametrize(
    ("language", "asks", "said"), [("zh-hans", "评价本次服务", "已评"), ("en", "Say how it was", "been rated")]
)
def test_what_the_hotline_noted_as_confirmed_is_rated_once(chen: str, language: str, asks: str, said: str) -> None:
    order = done(chen)
    client, where = inside(order, language=language), f"/my/orders/{order}/1/rate"
    assert client.get(where).headers["Location"] == f"/my/orders/{order}"
    with pytest.raises(ordering.NothingToConfirm):
        ordering.rate(order=order, leg=1, rating=5, actor=f"customer/{chen}", at=shop.later(5))
    ordering.confirm(order=order, leg=1, word="回访 3", **counter_page.by("agent"))
    page = client.get(f"/my/orders/{order}").content.decode()
    assert (asks in page, where in page) == (True, True)
    for refused in ({}, {"rating": "6"}, {"rating": "x"}):
        assert client.post(where, refused).status_code == 422
    assert shop.leg(order).rating is None
    assert client.post(where, {"rating": "4"}).headers["Location"] == f"/my/orders/{order}"
    assert (shop.leg(order).rating, [each["rating"] for each in shop.told("ordering.rated")]) == (4, [4])
    page = client.get(f"/my/orders/{order}").content.decode()
    assert ("★★★★" in page, where in page) == (True, False)
    assert client.post(where, {"rating": "1"}).status_code == 302
    with pytest.raises(ordering.AlreadyRated) as once:
        ordering.rate(order=order, leg=1, rating=1, actor=f"customer/{chen}", at=counter_page.by("agent")["at"])
    assert said in once.value.text.in_(Language.of(language))
    assert shop.leg(order).rating == 4


def test_what_is_amiss_is_a_fault_with_an_owner_and_a_clock_and_confirms_nothing(chen: str) -> None:
    order = done(chen)
    client, where = inside(order), f"/my/orders/{order}/1/confirm"
    assert "有问题" in client.get(where).content.decode()
    for word in ("", " 啊 "):
        assert client.post(where, {"works": "no", "word": word}).status_code == 422
    assert not Case.objects.exists()
    answer = client.post(where, {"works": "no", "rating": "1", "word": "网速只有一半"})
    case = Case.objects.get()
    assert answer.headers["Location"] == f"/my/asked/{case.matter}"
    assert "网速只有一半" in client.get(answer.headers["Location"]).content.decode()
    (line,) = orders.order(order).legs[0].lines
    assert (case.kind, case.service.number if case.service else "") == ("fault", line.service)
    assert Matter.objects.get(subject=case.matter).first_contact_id is not None
    assert Commitment.objects.filter(subject=case.matter, state="open").exists()
    leg = Leg.objects.get(order__number=order)
    assert (leg.confirmed_at, leg.rating) == (None, None)
    assert "order.confirmed" not in shop.happened(leg.subject)
    assert shop.told("channels.said_amiss", leg.subject) == [{"matter": case.matter}]
    assert client.post(where, {"works": "no", "word": "还是不行"}).status_code == 302
    assert Case.objects.count() == 1
    assert client.post(where, {"works": "yes"}).headers["Location"] == f"/my/orders/{order}"
    assert shop.leg(order).confirmed_at is not None


def test_nothing_is_amiss_with_what_is_not_done_or_anothers(chen: str) -> None:
    order, other = placed(chen), done(shop.customer("李芳", phone="13900139001"))
    client = inside(order)
    assert client.post(f"/my/orders/{order}/1/confirm", {"works": "no", "word": "不行"}).status_code == 302
    assert client.post(f"/my/orders/{other}/1/confirm", {"works": "no", "word": "不行"}).status_code == 404
    said = {
        "words": "不行",
        "customer": chen,
        "network": "10.0.0.1",
        "actor": f"customer/{chen}",
        "at": counter_page.now(),
    }
    with pytest.raises(ordering.UnknownOrder):
        online.say_amiss(order=other, leg=1, **said)
    with pytest.raises(ordering.NothingToConfirm):
        online.say_amiss(order=order, leg=1, **said)
    assert not Case.objects.exists()


def test_what_is_not_done_cannot_be_confirmed(chen: str) -> None:
    order = placed(chen)
    client = inside(order)
    assert (
        client.post(f"/my/orders/{order}/1/confirm", {"works": "yes", "rating": "5"}).headers["Location"]
        == f"/my/orders/{order}"
    )
    assert shop.leg(order).confirmed_at is None


def test_the_language_is_chosen_at_the_door(chen: str) -> None:
    client = Client()
    assert "获取验证码" in client.get("/my/", headers={"Accept-Language": "zh-CN"}).content.decode()
    client.post("/my/language", {"language": "en"})
    assert "Send me a code" in client.get("/my/").content.decode()
    client.post("/my/language", {"language": "tlh"})
    assert "Send me a code" in client.get("/my/").content.decode()

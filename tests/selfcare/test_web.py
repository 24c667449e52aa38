"""The customers' pages take orders and requests: what is shown is what is held, and everybody sees only what is theirs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings as project
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from kapok.chain.ordering.models import Leg, Order
from kapok.front.channels import api as counter_api
from kapok.front.channels import queries
from kapok.front.channels.models import AccessCode, Case, DoorKnock, Interaction, Message, Placed, Stranger
from kapok.front.channels.online import queries as online
from kapok.ground.catalog.offering import api as offers
from kapok.ground.catalog.offering import queries as catalog
from kapok.ground.commitments.models import Commitment
from kapok.ground.journal.models import Entry
from kapok.network.activation.models import Subscriber
from kapok.network.inventory.models import Resource
from tests.appointments import appointment_of
from tests.chain import shop
from tests.console import counter_page
from tests.front.counter import business
from tests.selfcare.test_selfcare import placed

HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')
WINDOW = re.compile(r'<option value="([^"]+/[^"]+)"')
DUE = re.compile(r'<p class="promise"><strong>([\d-]+)</strong>')
QUOTE = {"substance": "quote", "reply": "专线每月 1200 元"}


@pytest.fixture
def chen(open_counter: str, db: None, settings: Settings) -> str:
    """A customer of the shop, in a demonstration."""
    settings.DEMO = True
    return open_counter


def inside(customer: str, *, language: str = "zh-hans") -> Client:
    """A client who came in by their number as a customer."""
    client = Client()
    client.cookies[project.LANGUAGE_COOKIE_NAME] = language
    client.post("/my/", {"order": customer.lower()})
    answer = client.post("/my/code", {"order": customer, "code": AccessCode.objects.get(order=customer).shown})
    assert answer.headers["Location"] == "/my/home"
    return client


def page(client: Client, where: str, /, **query: str) -> str:
    answer = client.get(f"/my/{where}", query)
    assert answer.status_code == 200
    return answer.content.decode()


def filled(client: Client, offer: str = "fibre-100", address: str = "r101", **more: str) -> dict[str, str]:
    """The form of a new order as the page shows it."""
    return (
        dict(HIDDEN.findall(page(client, "new", address=address, offer=offer))) | {"pay": "bill", "window": ""} | more
    )


def written() -> tuple[int, ...]:
    """How much there is of all that the web writes."""
    tables = (Order, Leg, Case, Interaction, Message, Stranger, Placed, Commitment, Entry)
    reserved = Resource.objects.filter(state="reserved").count()
    return reserved, *(table.objects.count() for table in tables)


# ---- who comes in, and sees what ----


def test_one_comes_in_by_ones_own_number_and_sees_what_is_theirs(chen: str) -> None:
    order = placed(chen)
    home = page(inside(chen), "home")
    assert order in home
    assert "新办业务" in home
    for hidden in ("陈静", "13800138000", "梁小敏", "热线班"):
        assert hidden not in home
    assert "Your orders" in page(inside(chen, language="en"), "home")


def test_the_door_tells_nobody_which_customers_exist(chen: str) -> None:
    client = Client()
    pages = [client.post("/my/", {"order": number}).content.decode() for number in (chen, "C99999999")]
    bare = [re.sub(r'(value="[^"]*"|csrf\S+)', "", each) for each in pages]
    assert bare[0] == bare[1]


def test_nobody_sees_what_is_somebody_elses(chen: str) -> None:
    other = shop.customer("丙丁", phone="13900139000")
    order, service = placed(chen), shop.installed(whose=chen, address="n3")
    client = inside(chen)
    asked = client.post("/my/ask", {"topic": "question", "words": "专线多少钱"}).headers["Location"]
    stranger = inside(other)
    for address in (f"/my/orders/{order}", f"/my/orders/{order}/1/visit", f"/my/orders/{order}/1/confirm",
                    f"/my/services/{service}", asked, "/my/orders/O2026-999999", "/my/asked/request/R2026-999999"):  # fmt: skip
        before = written()
        assert stranger.get(address).status_code == 404
        assert stranger.post(address, {"answers": "yes", "rating": "5", "action": "suspend"}).status_code == 404
        assert written() == before
    home = page(stranger, "home")
    assert order not in home
    assert service not in home


# ---- a new order ----


def test_what_can_be_had_where_is_said_with_how_fast_or_why_not(chen: str) -> None:
    client = inside(chen)
    assert "体育西路1号101房" in page(client, "new")
    there = page(client, "new", address="r101")
    assert "光纤到户 · 最高 1000 Mbit/s" in there
    assert "暂不能办理：附近没有接入点" in page(client, "new", address="n9")
    assert "nowhere" in page(client, "new", address="nowhere")
    assert "r101" in page(client, "new", q="体育西路1号101")


def test_price_promise_and_window_shown_are_what_the_order_holds(chen: str) -> None:
    client = inside(chen)
    shown = page(client, "new", address="r101", offer="fibre-100")
    before = written()
    window = WINDOW.findall(shown)[2]
    assert written() == before, "nothing is written before it is confirmed"
    answer = client.post("/my/new", filled(client, window=window))
    order = Order.objects.select_related("customer", "first_contact").get()
    assert answer.headers["Location"] == f"/my/orders/{order.number}"
    assert (order.customer.number, order.channel, order.paid_at is not None) == (chen, "public", True)
    assert "100.00 元" in shown
    assert "88.00 元" in shown
    assert (order.quote["one_off"], order.quote["monthly"]) == (10000, 8800)
    made = Commitment.objects.filter(subject__startswith="order/", due_at__isnull=False).exclude(tier="stage")
    assert DUE.findall(shown) == sorted(f"{timezone.localdate(row.due_at)}" for row in made if row.due_at)
    assert DUE.findall(shown)
    visit = appointment_of(f"order/{order.number}-1")
    assert visit is not None
    assert f"{visit.starts_at.isoformat()}/{visit.ends_at.isoformat()}" == window
    (talk,) = queries.interactions_of(chen)
    assert (talk.medium.value, talk.first_contact, talk.matters) == (
        "web", order.first_contact.username, (f"order/{order.number}",),
    )  # fmt: skip
    assert client.get(answer.headers["Location"]).status_code == 200


def test_who_pays_later_is_promised_from_then(chen: str) -> None:
    client = inside(chen)
    client.post("/my/new", filled(client, pay="later"))
    order = Order.objects.get()
    assert (order.paid_at, order.state) == (None, "pending")


def test_sent_twice_it_places_one_order(chen: str) -> None:
    client = inside(chen)
    form = filled(client)
    assert client.post("/my/new", form).headers["Location"] == client.post("/my/new", form).headers["Location"]
    assert Order.objects.count() == 1


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"offer": "telex"}, "没有代码为“telex”的商品"), ({"offer": ""}, "请选择商品"), ({"address": ""}, "请选择地址"),
        ({"seen": "forged"}, "不一致"),
        ({"address": "n3"}, "不一致"), ({"offer": "circuit-10"}, "只售给"), ({"pay": "never"}, "never"), ({"key": "x"}, ""),
        ({"window": "tomorrow"}, "请从列表中选择时段"), ({"window": "2026-12-01T09:00/2026-12-01T11:00"}, "请从列表中选择时段"),
        ({"window": "9999-12-31T20:00:00+00:00/9999-12-31T22:00:00+00:00"}, "请从列表中选择时段"),
        ({"window": "0001-01-01T00:00:00+14:00/0001-01-01T02:00:00+14:00"}, "请从列表中选择时段"),
        ({"window": "2020-01-01T09:00:00+08:00/2020-01-01T11:00:00+08:00"}, "时段"), ({"account": "A99999999"}, "A99999999"),
    ],
)  # fmt: skip
def test_a_form_that_cannot_be_is_refused_and_nothing_is_written(chen: str, more: dict[str, str], said: str) -> None:
    client = inside(chen)
    form, before = filled(client) | more, written()
    answer = client.post("/my/new", form)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert written() == before


def test_five_megabytes_are_refused_at_the_door(chen: str) -> None:
    client = inside(chen)
    for address in ("new", "ask", "request"):
        before = written()
        assert client.post(f"/my/{address}", {"words": "a" * 5 * 2**20, "offer": "x"}).status_code == 413
        assert written() == before


def test_a_stale_form_is_refused_with_what_changed_and_goes_through_when_seen(chen: str) -> None:
    client = inside(chen)
    form = filled(client)
    document = catalog.offer("fibre-100").offer.document()
    for price in document["prices"]:
        price["amount"] += 1000
    offers.draft_offer(document=document, **counter_page.by("manager"))
    offers.publish_offer(code="fibre-100", revision=1, **counter_page.by("manager"))
    before = written()
    answer = client.post("/my/new", form)
    said = answer.content.decode()
    assert answer.status_code == 422
    assert "月费由 88.00 元变为 98.00 元" in said
    assert written() == before
    fresh = dict(HIDDEN.findall(said))
    assert client.post("/my/new", form | fresh).status_code == 302
    assert Order.objects.get().quote["monthly"] == 9800


# ---- a service that one has ----


def test_a_customer_suspends_and_resumes_and_asks_for_what_takes_a_person(chen: str) -> None:
    service = shop.installed(whose=chen, address="n3")
    client = inside(chen)
    plain = page(client, f"services/{service}")
    assert "停机" in plain
    assert "光纤宽带 300M" in plain
    assert f"/my/ask?topic=wish&amp;service={service}" in plain
    form = dict(HIDDEN.findall(page(client, f"services/{service}", action="suspend")))
    answer = client.post(f"/my/services/{service}", form)
    order = Order.objects.order_by("-placed_at").first()
    assert order is not None
    assert answer.headers["Location"] == f"/my/orders/{order.number}"
    assert Leg.objects.get(order=order).action == "suspend"
    again = dict(HIDDEN.findall(plain)) | form | {"key": str(uuid4())}
    assert client.post(f"/my/services/{service}", again).status_code == 422, "one order at a time"
    for action in ("cease", "telex", "resume"):
        before = written()
        assert client.post(f"/my/services/{service}", form | {"action": action, "key": str(uuid4())}).status_code == 422
        assert written() == before


def test_a_change_of_plan_says_its_price_and_is_refused_when_it_changed(chen: str) -> None:
    service = shop.installed(whose=chen, address="n3")
    client = inside(chen)
    shown = page(client, f"services/{service}", action="change", offer="fibre-300")
    assert "每月 128.00 元" in shown
    form = dict(HIDDEN.findall(shown))
    before = written()
    stale = client.post(f"/my/services/{service}", form | {"offer": "fibre-1000"})
    assert (stale.status_code, written() == before) == (422, True)
    answer = client.post(f"/my/services/{service}", form)
    (line,) = Leg.objects.select_related("order__customer").filter(action="change")
    assert (line.order.customer.number, answer.headers["Location"]) == (chen, f"/my/orders/{line.order.number}")
    assert "每月 128.00 元" in client.get(answer.headers["Location"]).content.decode()


def test_what_is_sold_no_more_is_suspended_and_changed_by_its_customer(chen: str) -> None:
    service = shop.installed(whose=chen, address="n3")
    offers.retire_offer(code="fibre-100", **counter_page.by("manager"))
    client = inside(chen)
    assert "?action=suspend" in page(client, f"services/{service}")
    shown = page(client, f"services/{service}", action="change", offer="fibre-300")
    answer = client.post(f"/my/services/{service}", dict(HIDDEN.findall(shown)))
    order = Order.objects.latest("placed_at")
    assert answer.headers["Location"] == f"/my/orders/{order.number}"
    assert (order.quote["one_off"], order.quote["monthly"]) == (0, 12800)
    shop.Leg.objects.filter(order=order).update(state="completed")
    form = dict(HIDDEN.findall(page(client, f"services/{service}", action="suspend")))
    assert client.post(f"/my/services/{service}", form).status_code == 302
    assert Leg.objects.get(order=Order.objects.latest("placed_at")).action == "suspend"


def test_a_trial_offers_its_customer_nothing_that_it_cannot_do(chen: str) -> None:
    service = shop.installed("trial-fibre-1000", whose=chen, address="n3")
    assert "?action=suspend" not in page(inside(chen), f"services/{service}")


def test_a_plan_that_the_line_does_not_carry_is_refused(chen: str) -> None:
    service = shop.installed(whose=chen, address="n3")
    client = inside(chen)
    form = dict(HIDDEN.findall(page(client, f"services/{service}", action="change", offer="fibre-1000")))
    shop.new_version("fibre-1000", characteristics={"down_mbps": 2000, "up_mbps": 200, "profile": "ftth-1000"})
    assert "现有线路最高 1000 Mbit/s，不足 2000" in page(client, f"services/{service}")
    before = written()
    answer = client.post(f"/my/services/{service}", form)
    assert (answer.status_code, "不足 2000" in answer.content.decode()) == (422, True)
    assert written() == before


def test_a_change_whose_price_was_raised_meanwhile_is_refused_and_goes_through_when_seen(chen: str) -> None:
    service = shop.installed(whose=chen, address="n3")
    client = inside(chen)
    form = dict(HIDDEN.findall(page(client, f"services/{service}", action="change", offer="fibre-300")))
    shop.new_version("fibre-300", dearer=1000)
    before = written()
    answer = client.post(f"/my/services/{service}", form)
    assert (answer.status_code, "每月 138.00 元" in answer.content.decode()) == (422, True)
    assert written() == before
    fresh = dict(HIDDEN.findall(answer.content.decode()))
    assert client.post(f"/my/services/{service}", form | fresh).status_code == 302
    assert Order.objects.latest("placed_at").quote["monthly"] == 13800


# ---- asking ----


def test_what_is_open_is_shown_to_the_customer_who_says_whether_it_is_the_same(chen: str) -> None:
    client = inside(business(phone="020-38880012"))
    assert "same_as" not in page(client, "ask")
    said = {"topic": "question", "words": "专线多少钱？"}
    first = client.post("/my/ask", said).headers["Location"].removeprefix("/my/asked/")
    form = page(client, "ask")
    assert f'value="{first}"' in form
    assert "专线多少钱？" in form
    client.post("/my/ask", said | {"words": "另外要一个固话"})
    assert Case.objects.count() == 2
    again = client.post("/my/ask", said | {"words": "还没有答复", "same_as": first})
    assert (again.headers["Location"], Case.objects.count()) == (f"/my/asked/{first}", 2)
    assert client.post("/my/ask", said | {"same_as": "request/R2026-999999"}).status_code == 422


def test_a_business_asks_sees_who_answers_until_when_and_says_whether_it_does(chen: str) -> None:
    firm = business(phone="020-38880012")
    client = inside(firm)
    answer = client.post("/my/ask", {"topic": "question", "words": "专线多少钱？\n急", "call_back": "on"})
    matter = Case.objects.get(customer__number=firm).matter
    assert answer.headers["Location"] == f"/my/asked/{matter}"
    seen = page(client, f"asked/{matter}")
    clock = Commitment.objects.get(subject=matter, promise="reply")
    assert clock.due_at is not None
    for said in (
        "首问负责人",
        "梁小敏",
        f"{timezone.localtime(clock.due_at):%Y-%m-%d %H:%M}",
        "计时中",
        "专线多少钱？<br>急",
        "电话告知",
    ):
        assert said in seen
    assert "已解决" not in seen
    assert "欧阳慧" not in seen
    assert client.post(f"/my/asked/{matter}", {"answers": "yes"}).status_code == 422
    counter_api.answer(matter=matter, **QUOTE, **counter_page.by("keyaccount"))
    seen = page(client, f"asked/{matter}")
    assert "已解决" in seen
    assert "欧阳慧" in seen
    refused: Mapping[str, str]
    for refused in ({"answers": "no", "word": ""}, {"answers": "maybe"}, {}, {"answers": "no", "word": "长" * 1001}):
        assert client.post(f"/my/asked/{matter}", refused).status_code == 422
    assert client.post(f"/my/asked/{matter}", {"answers": "no", "word": "没说安装费"}).status_code == 302
    assert Commitment.objects.get(id=clock.id).state == "open"
    counter_api.answer(matter=matter, **QUOTE, **counter_page.by("keyaccount"))
    assert client.post(f"/my/asked/{matter}", {"answers": "yes", "word": ""}).status_code == 302
    assert Commitment.objects.get(id=clock.id).state == "kept"
    assert "时钟已停止" in page(client, f"asked/{matter}")


@pytest.mark.parametrize(("rule", "shown"), [("name", "梁小敏"), ("number", "agent"), ("nobody", "")])
def test_who_answers_is_shown_as_the_operator_rules(chen: str, settings: Settings, rule: str, shown: str) -> None:
    settings.FIRST_CONTACT_SHOWN = rule
    firm = business(phone="020-38880013")
    client = inside(firm)
    seen = client.get(
        client.post("/my/ask", {"topic": "question", "words": "报价"}).headers["Location"]
    ).content.decode()
    assert {name for name in ("梁小敏", "agent", "欧阳慧", "keyaccount") if name in seen} == (
        {shown} if shown else set()
    )


@pytest.mark.parametrize(
    "more", [{"topic": "weather"}, {"topic": ""}, {"words": ""}, {"words": "长" * 2001}, {"service": "S99999999"}]
)
def test_what_cannot_be_asked_is_said_and_nothing_is_written(chen: str, more: dict[str, str]) -> None:
    shop.installed(whose=chen, address="n3")
    client, before = inside(chen), written()
    assert client.post("/my/ask", {"topic": "question", "words": "你好"} | more).status_code == 422
    assert written()[:-1] == before[:-1]


def test_the_login_is_shown_when_its_owner_presses_for_it(chen: str) -> None:
    service, other = shop.installed(whose=chen), shop.installed(address="n3")
    client, secret = inside(chen), Subscriber.objects.get(service=service).secret
    assert secret not in page(client, f"services/{service}")
    assert client.get(f"/my/services/{service}/login").status_code == 405
    shown = client.post(f"/my/services/{service}/login")
    assert (shown.status_code, secret in shown.content.decode()) == (200, True)
    assert "no-store" in shown.headers["Cache-Control"]
    assert client.post(f"/my/services/{other}/login").status_code == 404
    rows = Entry.objects.filter(kind="ordering.access_seen").values_list("subject", "actor")
    assert list(rows) == [(f"service/{service}", f"customer/{chen}")]
    assert not Entry.objects.filter(data__icontains=secret).exists()
    assert Client().post(f"/my/services/{service}/login").headers["Location"] == "/my/"


# ---- strangers ----


def test_anybody_sees_what_an_address_can_have_and_nothing_of_anybody(chen: str) -> None:
    placed(chen)
    client, before = Client(), written()
    found = page(client, "check", q="体育西路1号")
    assert "?address=" in found
    there = page(client, "check", address="r101")
    assert "最高 1000 Mbit/s" in there
    assert "88.00 元" in there
    assert "数字电路" not in there
    for hidden in (chen, "陈静", "138", "SPL1", "OLT"):
        assert hidden not in there
    assert written() == before


def test_who_looks_too_often_is_turned_away(chen: str) -> None:
    client = Client()
    for _ in range(3):
        page(client, "check", address="r101")
    knock = DoorKnock.objects.filter(kind="looked")
    assert knock.count() == 3
    row = knock.first()
    assert row is not None
    DoorKnock.objects.bulk_create(
        DoorKnock(id=uuid4(), kind="looked", order=row.order, address=row.address, at=row.at) for _ in range(117)
    )
    answer = client.get("/my/check", {"address": "r101"})
    assert answer.status_code == 429
    assert "尝试次数过多" in answer.content.decode()
    assert "Mbit/s" not in answer.content.decode()
    assert page(client, "check")


def test_a_customer_who_looks_too_often_is_turned_away_too(chen: str) -> None:
    client = inside(chen)
    page(client, "new")
    assert not DoorKnock.objects.filter(kind="looked").exists()
    page(client, "new", q="体育西路")
    page(client, "new", address="r101")
    client.post("/my/new", {"address": "r101", "offer": "nothing"})
    knock = DoorKnock.objects.filter(kind="looked")
    assert knock.count() == 3
    row = knock.first()
    assert row is not None
    DoorKnock.objects.bulk_create(
        DoorKnock(id=uuid4(), kind="looked", order=row.order, address="elsewhere", at=row.at) for _ in range(117)
    )
    for answer in (client.get("/my/new", {"address": "r101"}), client.post("/my/new", {"address": "r101"})):
        assert answer.status_code == 429
        assert "尝试次数过多" in answer.content.decode()
        assert "Mbit/s" not in answer.content.decode()
    assert page(client, "new")


def left(**more: str) -> dict[str, str]:
    return {"words": "能装千兆吗？", "name": "王小明", "phone": "13900001111", "agreed": "on", "address": "r101"} | more


def test_a_stranger_leaves_a_request_that_the_channels_staff_answer(chen: str) -> None:
    answer = Client().post("/my/request", left())
    case = Case.objects.get()
    assert case.matter.partition("/")[2] in answer.content.decode()
    assert (case.customer, case.channel, case.call_back, case.unit.code.startswith("tianhe")) == (
        None,
        "public",
        True,
        True,
    )
    (talk,) = queries.interactions_about(case.matter)
    assert (talk.medium.value, talk.customer) == ("web", "")
    kept = online.left_by(case.matter)
    assert kept is not None
    assert (kept.name, kept.phone) == ("王**", "139****1111")


@pytest.mark.parametrize(
    "more",
    [
        {"agreed": ""}, {"name": ""}, {"name": "长" * 61}, {"phone": "abc"}, {"phone": "1" * 31}, {"words": ""},
        {"words": "长" * 2001}, {"address": "nowhere"}, {"address": "x" * 61},
    ],
)  # fmt: skip
def test_what_a_stranger_cannot_leave_is_said_and_nothing_is_written(chen: str, more: dict[str, str]) -> None:
    before = written()
    assert Client().post("/my/request", left(**more)).status_code == 422
    assert written() == before


def test_a_sign_that_nobody_types_is_refused(chen: str) -> None:
    before = written()
    assert Client().post("/my/request", left(name="a\x00b")).status_code == 400
    assert written() == before


def test_forms_come_from_our_pages(chen: str) -> None:
    client = Client(enforce_csrf_checks=True)
    for address in ("request", "", "code", "language"):
        assert client.post(f"/my/{address}", left()).status_code == 403
    assert Stranger.objects.count() == 0


# ---- the desk ----


def served(username: str) -> Client:
    from kapok.ground.people.models import Staff

    client = Client()
    client.force_login(Staff.objects.get(username=username), "django.contrib.auth.backends.ModelBackend")
    return client


def test_the_desk_sees_what_came_by_the_web_and_answers_it(chen: str) -> None:
    Client().post("/my/request", left())
    case = Case.objects.select_related("owner").get()
    (talk,) = queries.interactions_about(case.matter)
    desk = served(talk.first_contact)
    assert f"/desk/interactions/{talk.id}" in desk.get("/desk").content.decode()
    shown = desk.get(f"/desk/requests/{case.matter}").content.decode()
    for said in ("能装千兆吗？", "王**", "139****1111", "待回拨"):
        assert said in shown
    assert "13900001111" not in shown
    before: Any = Entry.objects.count()
    desk.post(f"/desk/strangers/{case.matter}", {"purpose": "curiosity"})
    assert Entry.objects.count() == before
    clear = desk.post(f"/desk/strangers/{case.matter}", {"purpose": "order"}).content.decode()
    assert "13900001111" in clear
    assert Entry.objects.filter(kind="channels.stranger_seen", subject=case.matter).count() == 1
    assert served("technician").post(f"/desk/strangers/{case.matter}", {"purpose": "order"}).status_code == 403
    said = {"substance": "diagnosis", "reply": "可以装", "how": "call", "seconds": "30", "word": ""}
    assert desk.post(f"/desk/requests/{case.matter}", said).status_code == 302
    assert Case.objects.get().answered_at is not None

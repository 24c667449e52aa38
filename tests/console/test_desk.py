"""The front desk over HTTP: searching, the customer on one page, notes, unmasking, interactions, the answer to a request."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import localtime

from kapok.chain.ordering import queries as orders
from kapok.chain.ordering.models import Order
from kapok.front.channels import api, queries
from kapok.front.channels.models import Case, Interaction, Note
from kapok.ground.customers.models import Customer, PersonalLook
from kapok.ground.journal.queries import timeline
from kapok.kernel.ids import uuid7
from kapok.kernel.text import Language
from kapok.network.activation.models import Subscriber
from kapok.network.inventory.models import Resource, Service
from tests.chain import shop
from tests.console import counter_page
from tests.console.conftest import SignedIn
from tests.front import counter


@pytest.fixture
def chen(open_counter: str, cast: object) -> str:
    """A customer of the shop."""
    return open_counter


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("陈静", True),
        ("cj", True),
        ("8000", True),
        ("13800138000", True),
        ("tyxl1", True),
        ("zzzz", False),
        ("c", False),
    ],
)
def test_one_box_finds_a_customer_by_anything(signed_in: SignedIn, chen: str, typed: str, shown: bool) -> None:
    page = signed_in("agent").get("/desk/search", {"q": typed}).content.decode()
    assert (f"/desk/customers/{chen}" in page) is shown


def test_the_box_finds_orders_services_numbers_and_addresses(signed_in: SignedIn, chen: str) -> None:
    client = signed_in("agent")
    order = shop.placed(whose=chen)
    service = shop.installed("voice", address="n5")
    number = shop.held(shop.service(service).holder)
    assert "number" in number
    assert f"/orders/{order}" in client.get("/desk/search", {"q": order[:8]}).content.decode()
    assert f"#{service}" in client.get("/desk/search", {"q": service}).content.decode()
    line = Resource.objects.get(kind="number", service__number=service).value.removeprefix("20")
    whole = [f"20{line}", f"020-{line}", f"+86 20 {line}", f"0086 20{line}", line]
    for typed in [*whole, "203888", "020-3888", "+86 203888", "38880"]:
        assert f"#{service}" in client.get("/desk/search", {"q": typed}).content.decode(), typed
    for typed in whole:
        page = client.get("/desk/search", {"q": typed}).content.decode()
        assert "来电识别" in page, typed
        assert f"/desk/customers/{shop.service(service).customer.number}" in page, typed
    assert "/places/n1" in client.get("/desk/search", {"q": "体育西路1号"}).content.decode()


@pytest.mark.parametrize("typed", ["cj", "陈静", "ox", "o2026x", "c12", "13800138000", "s1x", "zzzz"])
def test_orders_and_services_are_asked_only_for_what_looks_like_a_number_of_theirs(
    signed_in: SignedIn, chen: str, typed: str
) -> None:
    client = signed_in("agent")
    with CaptureQueriesContext(connection) as asked:
        client.get("/desk/search", {"q": typed})
    told = " ".join(each["sql"] for each in asked)
    by_telephone = typed.isdecimal()
    assert ("ordering_order" in told, "inventory_service" in told) == (False, by_telephone)


@pytest.mark.parametrize(
    ("typed", "along"),
    [
        ("o2026", "Index Scan Backward using ordering_order_number_"),
        ("O2026-0", "Index Scan Backward using ordering_order_number_"),
        ("S0000", "Index Scan using inventory_service_number_"),
        ("203888", "Index Scan using inventory_resource_value"),
    ],
)
def test_beginnings_are_read_along_their_index(signed_in: SignedIn, chen: str, typed: str, along: str) -> None:
    client, tables = signed_in("agent"), ("ordering_order", "inventory_service", "inventory_resource")
    with CaptureQueriesContext(connection) as asked:
        client.get("/desk/search", {"q": typed})
    questions = [
        each["sql"]
        for each in asked
        if " LIKE " in each["sql"] and any(f"FROM {table}" in each["sql"] for table in tables)
    ]
    assert len(questions) == (2 if typed.isdecimal() else 1)  # a local number may begin so, or one with its area code
    for question in questions:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_sort = off")
            cursor.execute(f"EXPLAIN {question}")
            plan = "\n".join(row[0] for row in cursor.fetchall())
        assert (along in plan, "Sort" in plan) == (True, False), plan


def test_the_services_of_others_do_not_push_ones_own_out_of_the_box(signed_in: SignedIn, chen: str) -> None:
    others = counter_page.elsewhere()
    own = shop.installed("voice", whose=chen, address="n5")
    held = Resource.objects.filter(service__number=own, kind="number").get()
    pool, row = held.pool, shop.service(own)
    for count in range(9):
        foreign = Service.objects.create(
            id=uuid7(counter_page.now()), number=f"S9000000{count}", customer=Customer.objects.get(number=others), offer="voice",
            offer_version=1, kind=row.kind, state="active", holder=f"order/X{count}", designed_at=row.designed_at,
            changed_at=row.changed_at,
        )  # fmt: skip
        Resource.objects.create(
            id=uuid7(counter_page.now()), kind="number", code=f"X/{count}", value=f"203887000{count}", pool=pool,
            state="in_service", holder=foreign.holder, service=foreign, free_from=row.designed_at, changed_at=row.changed_at,
        )  # fmt: skip
    page = signed_in("agent").get("/desk/search", {"q": "20388"}).content.decode()
    assert (f"#{own}" in page, "S9000000" in page) == (True, False)


def test_the_page_of_a_customer_says_what_they_have_what_is_open_and_what_we_owe(
    signed_in: SignedIn, chen: str
) -> None:
    client = signed_in("agent")
    service = shop.installed(whose=chen)
    order = shop.placed(whose=chen, minutes=20)
    page = client.get(f"/desk/customers/{chen}").content.decode()
    for said in (service, order, "体育西路", "我们接下来要做到", "138****8000"):
        assert said in page
    assert "13800138000" not in page
    assert page.count("data-due=") >= 2
    part = client.get(
        f"/desk/customers/{chen}", headers={"HX-Request": "true", "HX-Target": "standing"}
    ).content.decode()
    assert "<html" not in part
    assert service in part


def test_an_old_open_order_stays_in_sight_however_many_came_after_it(signed_in: SignedIn, chen: str) -> None:
    order = shop.placed(whose=chen)
    first = Order.objects.get(number=order)
    said = {field: getattr(first, field) for field in ("customer", "channel", "unit", "first_contact", "quote")}
    Order.objects.bulk_create(
        Order(
            id=uuid7(shop.later(n)), number=f"O2027-{n:06}", placed_at=shop.later(n), closed_at=shop.later(n),
            state="completed", **said,
        )
        for n in range(1, 25)
    )  # fmt: skip
    page = signed_in("agent").get(f"/desk/customers/{chen}").content.decode()
    assert f"/orders/{order}" in page
    assert "我们接下来要做到" in page
    assert "没有待兑现的承诺" not in page
    assert (page.count("/orders/O2027-"), "O2027-000004" in page) == (20, False)


def test_of_very_many_open_orders_the_oldest_are_shown_and_the_rest_counted(chen: str) -> None:
    numbers = [shop.placed(whose=chen, minutes=n) for n in range(3)]
    found = orders.open_of(chen, limit=2)
    assert ([row.number for row in found.rows], found.more) == (numbers[:2], 1)
    assert list(found.subjects) == [f"order/{number}-1" for number in numbers]
    whole = orders.open_of(chen, limit=3)
    assert (len(whole.rows), whole.more) == (3, 0)


def test_the_page_reads_in_english(signed_in: SignedIn, chen: str) -> None:
    page = signed_in("agent", Language.EN).get(f"/desk/customers/{chen}").content.decode()
    assert "What we owe next" in page
    assert "我们接下来" not in page


def test_personal_data_are_shown_for_a_purpose_that_is_kept(signed_in: SignedIn, chen: str) -> None:
    client = signed_in("agent")
    assert f"/customers/{chen}/look" in client.get(f"/desk/customers/{chen}").content.decode()
    shown = client.post(f"/customers/{chen}/look", {"purpose": "order"}).content.decode()
    assert "13800138000" in shown
    assert list(PersonalLook.objects.values_list("purpose", "actor")) == [("order", "staff/agent")]


def test_a_note_is_kept_and_a_bad_one_is_refused_beside_its_field(signed_in: SignedIn, chen: str) -> None:
    client = signed_in("agent")
    assert client.post(f"/desk/customers/{chen}/note", {"words": "晚上才在家"}).status_code == 302
    assert "晚上才在家" in client.get(f"/desk/customers/{chen}").content.decode()
    for words in ("", "长" * 1001, "长" * 1_000_000):
        assert "is-invalid" in client.post(f"/desk/customers/{chen}/note", {"words": words}).content.decode()
    assert Note.objects.count() == 1


@pytest.mark.parametrize("role", ["viewer", "technician", "dispatcher"])
def test_only_who_serves_enters_the_desk(signed_in: SignedIn, chen: str, role: str) -> None:
    client = signed_in(role)
    for address in ("/desk", f"/desk/customers/{chen}", "/desk/take", f"/desk/customers/{chen}/order"):
        assert client.get(address).status_code == 403


def test_a_customer_of_other_units_does_not_exist(signed_in: SignedIn, chen: str) -> None:
    client = signed_in("account_manager")
    assert client.get(f"/desk/customers/{chen}").status_code == 404
    assert client.post(f"/desk/customers/{chen}/note", {"words": "看看"}).status_code == 404
    assert f"/desk/customers/{chen}" not in client.get("/desk/search", {"q": "陈静"}).content.decode()


def test_an_interaction_is_taken_with_one_key_routed_and_closed(signed_in: SignedIn, chen: str) -> None:
    client = signed_in("agent")
    assert client.post(f"/desk/customers/{chen}/take").status_code == 302
    talk = queries.running("agent")
    assert talk is not None
    assert (talk.customer, talk.channel.value, talk.medium.value) == (chen, "hotline", "phone")
    refused = client.post(f"/desk/customers/{chen}/take", follow=True).content.decode()
    assert "您还有一次接触未结束" in refused
    asked = client.post(
        f"/desk/interactions/{talk.id}/ask", {"kind": "fault", "title": "断网"}, follow=True
    ).content.decode()
    assert "R6" in asked
    assert "保障线" in asked
    case = Case.objects.get()
    assert case.matter in client.get(f"/desk/interactions/{talk.id}").content.decode().replace("/matters/", "")
    assert client.post(f"/desk/interactions/{talk.id}/close", {"resolution": "已报障"}).status_code == 302
    assert queries.running("agent") is None


def test_a_number_of_another_units_customer_shows_nothing_of_them(signed_in: SignedIn, chen: str) -> None:
    service = shop.installed("voice", whose=chen)
    number = Resource.objects.get(holder=shop.service(service).holder, kind="number").value
    taken = {"channel": "hotline", "medium": "phone", "calling": number}
    page = signed_in("agent").post("/desk/take", taken, follow=True).content.decode()
    assert service in page
    client = signed_in("account_manager")
    page = client.post("/desk/take", taken | {"channel": "key_account"}, follow=True).content.decode()
    talk = queries.running("keyaccount")
    assert (talk is not None and talk.customer) == chen
    for hidden in (service, "体育西路"):
        assert hidden not in page
    asked = {"kind": "fault", "title": "断网", "service": service}
    assert "is-invalid" in client.post(f"/desk/interactions/{talk.id}/ask", asked).content.decode()
    assert not Case.objects.exists()


def test_of_another_units_customer_neither_number_nor_link_nor_time_line_is_shown(
    signed_in: SignedIn, chen: str
) -> None:
    client = signed_in("account_manager")
    talk = api.take(channel="key_account", medium="phone", calling="13800138000", **counter_page.by("keyaccount"))
    matter, _ = api.ask(
        title="断网", kind="fault", channel="key_account", customer=chen, interaction=talk, **counter_page.by("keyaccount")
    )  # fmt: skip
    stranger = api.take(channel="hotline", medium="phone", **counter_page.by("agent"))
    api.recognise_customer(interaction=stranger, customer=chen, **counter_page.by("agent"))
    pages = [client.get(each) for each in ("/desk", f"/desk/interactions/{talk}", f"/desk/requests/{matter}")]
    assert [page.status_code for page in pages] == [200, 200, 200]
    for page in pages:
        assert chen not in page.content.decode()
    assert "其他单位的客户" in pages[0].content.decode()
    assert "••••" in pages[1].content.decode()
    mine = signed_in("agent")
    assert chen in mine.get(f"/desk/interactions/{stranger}").content.decode()
    assert client.get(f"/desk/interactions/{stranger}").status_code == 404


# ---- a caller whom nobody knew ----


def test_a_stranger_is_named_on_screen_and_what_they_asked_is_theirs(signed_in: SignedIn, chen: str) -> None:
    client = signed_in("agent")
    client.post("/desk/take", {"channel": "hotline", "medium": "phone", "topic": "查宽带"})
    talk = queries.running("agent")
    assert talk is not None
    matter, _ = api.ask(title="断网", kind="fault", channel="hotline", interaction=talk.id, **counter_page.by("agent"))
    page = client.get(f"/desk/interactions/{talk.id}").content.decode()
    assert ("来的是谁？" in page, "/customers/new" in page) == (True, True)
    assert f"/desk/interactions/{talk.id}/name" in client.get(f"/desk/customers/{chen}").content.decode()
    client.post(f"/desk/interactions/{talk.id}/close", {"resolution": "待查"})
    answer = client.post(f"/desk/interactions/{talk.id}/name", {"customer": chen})
    assert answer.headers["Location"] == f"/desk/customers/{chen}"
    assert queries.interaction(talk.id).customer == chen
    desk = client.get(f"/desk/customers/{chen}").content.decode()
    assert matter.partition("/")[2] in desk
    assert "来的是谁？" not in client.get(f"/desk/interactions/{talk.id}").content.decode()


def test_a_stranger_is_not_named_as_somebody_out_of_reach(signed_in: SignedIn, chen: str) -> None:
    client, other = signed_in("agent"), counter_page.elsewhere()
    talk = api.take(channel="hotline", medium="phone", **counter_page.by("agent"))
    for wrong in ("", "C9", other):
        page = client.post(f"/desk/interactions/{talk}/name", {"customer": wrong}).content.decode()
        assert "请从列表中选择客户" in page
    assert signed_in("account_manager").post(f"/desk/interactions/{talk}/name", {"customer": other}).status_code == 404
    assert queries.interaction(talk).customer == ""


def test_what_cannot_be_asked_is_said_beside_its_field(signed_in: SignedIn, chen: str) -> None:
    client = signed_in("agent")
    talk = api.take(channel="hotline", medium="phone", customer=chen, **counter_page.by("agent"))
    for sent in (
        {"kind": "complaint", "title": "太慢"},
        {"kind": "wish", "title": "想要"},
        {"kind": "fault", "title": ""},
    ):
        page = client.post(f"/desk/interactions/{talk}/ask", sent)
        assert "is-invalid" in page.content.decode()
    assert client.post("/desk/take", {"channel": "hotline", "medium": "hall"}).content.decode().count("is-invalid") == 1
    assert (Case.objects.count(), Interaction.objects.count()) == (0, 1)


def test_a_request_is_answered_only_with_substance_and_acknowledgement(signed_in: SignedIn, chen: str) -> None:
    subject, _ = api.ask(title="专线报价", channel="hotline", customer=counter.business(), **counter_page.by("agent"))
    client, address = signed_in("account_manager"), f"/desk/requests/{subject}"
    assert "商务客户 3 小时回应" in client.get(address).content.decode()
    received = client.post(address, {"how": "call", "seconds": "60"}, follow=True).content.decode()
    assert "时钟照走" in received
    assert "is-invalid" in client.post(address, {"substance": "quote", "reply": ""}).content.decode()
    short = client.post(
        address, {"substance": "quote", "reply": "月租 1200", "how": "call", "seconds": "19"}
    ).content.decode()
    assert "20" in short
    assert queries.case(subject).replied_at is None  # type: ignore[union-attr]
    done = client.post(
        address, {"substance": "quote", "reply": "月租 1200", "how": "call", "seconds": "20"}, follow=True
    )
    assert "时钟已停" in done.content.decode()
    assert counter.clock(subject).state == "kept"
    assert signed_in("viewer").get(address).status_code == 403


def test_the_channels_are_shown(signed_in: SignedIn, chen: str) -> None:
    page = signed_in("agent").get("/desk/channels").content.decode()
    assert "梁小敏, 苏婷" in page
    assert "60 s, 300 s" in page


# ---- the login of a line ----


def test_a_login_is_shown_for_a_purpose_that_is_kept(signed_in: SignedIn, chen: str) -> None:
    service, client = shop.installed(whose=chen), signed_in("agent")
    secret = Subscriber.objects.get(service=service).secret
    where = f"/desk/customers/{chen}/services/{service}/login"
    assert where in client.get(f"/desk/customers/{chen}").content.decode()
    asked = client.get(where)
    assert (asked.status_code, secret in asked.content.decode()) == (200, False)
    refused = client.post(where, {"purpose": ""})
    assert (refused.status_code, secret in refused.content.decode()) == (422, False)
    assert not PersonalLook.objects.exists()
    shown = client.post(where, {"purpose": "fault", "matter": "fault/F1"})
    assert secret in shown.content.decode()
    assert f"{service.lower()}@kapok" in shown.content.decode()
    assert "no-store" in shown.headers["Cache-Control"]
    assert list(PersonalLook.objects.values_list("purpose", "matter")) == [("fault", "fault/F1")]
    assert [each.kind for each in timeline(f"service/{service}") if "access" in each.kind] == ["ordering.access_seen"]
    assert client.post(f"/desk/customers/{chen}/services/S99999999/login", {"purpose": "fault"}).status_code == 404


def test_who_may_not_unmask_or_serves_other_units_sees_no_login(signed_in: SignedIn, chen: str) -> None:
    service = shop.installed(whose=chen)
    where = f"/desk/customers/{chen}/services/{service}/login"
    assert signed_in("viewer").post(where, {"purpose": "fault"}).status_code == 403
    other = counter_page.elsewhere()
    elsewhere = f"/desk/customers/{other}/services/{service}/login"
    assert signed_in("agent").post(elsewhere, {"purpose": "fault"}).status_code == 404
    assert not PersonalLook.objects.exists()
    voice = shop.installed("voice", whose=chen, address="n5")
    page = signed_in("agent").get(f"/desk/customers/{chen}").content.decode()
    assert (f"{service}/login" in page, f"{voice}/login" in page) == (True, False)


def test_the_customers_word_is_noted_at_the_desk_and_shown_with_whose_it_is(signed_in: SignedIn, chen: str) -> None:
    client = signed_in("agent")
    talk = api.take(channel="hotline", medium="phone", customer=chen, **counter_page.by("agent"))
    subject, _ = api.ask(
        title="报价", channel="hotline", customer=chen, interaction=talk, **counter_page.by("agent")
    )  # fmt: skip
    where = f"/desk/withdrawn/{subject}"
    now = f"{localtime(counter_page.now()):%Y-%m-%dT%H:%M}"
    said = {"withdraw-who": "本人", "withdraw-said_at": now, "withdraw-how": "call", "withdraw-why": "不需要了"}
    assert "客户撤回" in client.get(f"/desk/requests/{subject}").content.decode()
    for lacking in said:
        assert client.post(where, said | {lacking: ""}).status_code == 200
    assert Case.objects.get(matter=subject).withdrawn_at is None
    assert client.post(where, said).headers["Location"] == f"/desk/requests/{subject}"
    page = client.get(f"/desk/requests/{subject}").content.decode()
    assert ("不需要了" in page, "我方人员登记" in page, where in page) == (True, True, False)
    assert signed_in("viewer").post(where, said).status_code == 403

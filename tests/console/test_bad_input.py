"""Whatever is sent to the pages of the console and of the customers is answered, never with a failure of ours."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import unescape
from itertools import cycle
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, reverse
from pytest_django.fixtures import Settings

from kapok.edges.console.customers.urls import urlpatterns as customers
from kapok.edges.console.desk.actions import ON_SERVICES
from kapok.edges.console.desk.urls import urlpatterns as desk
from kapok.edges.console.field.actions import ON_ORDERS as ON_WORK
from kapok.edges.console.field.urls import urlpatterns as field
from kapok.edges.console.flows.urls import urlpatterns as flows
from kapok.edges.console.inventory.urls import urlpatterns as inventory
from kapok.edges.console.offers.urls import urlpatterns as offers
from kapok.edges.console.orders.actions import ON_LEGS, ON_ORDERS
from kapok.edges.console.orders.urls import urlpatterns as orders
from kapok.edges.console.places.urls import urlpatterns as places
from kapok.edges.console.specifications.urls import urlpatterns as specifications
from kapok.edges.selfcare.urls import urlpatterns as selfcare
from kapok.front.channels import api as channels
from kapok.front.channels.models import AccessCode, Interaction
from kapok.ground.people.models import Staff
from kapok.kernel.text import Language
from tests.chain import shop
from tests.console import counter_page
from tests.console.conftest import SignedIn
from tests.console.test_offers_screens import fields
from tests.front import counter

NULL = "a\0b"
VALUES = {
    "null": NULL, "long": "长" * 2_000, "huge": "9" * 400, "path": "../../etc", "last day": "9999-12-31", "joined": "~",
    "ends of time": "0001-01-01T00:00+14:00/9999-12-31T23:59-12:00",
}  # fmt: skip
NAMES = (
    "q", "who", "where", "customer", "address", "offer", "add", "drop", "window", "key", "seen", "account", "pay", "note",
    "channel", "medium", "topic", "calling", "dialled", "resolution", "kind", "complaint_kind", "service", "pressed", "title",
    "substance", "reply", "how", "seconds", "word", "words", "purpose", "characteristics", "deed", "load-material", "load-count",
    "count-material", "count-count", "count-note", "drive-driver", "plate", "unit", "day", "technician", "told", "after", "state",
    "order", "code", "rating", "action", "call_back", "name", "phone", "agreed", "answers", "language", "line", "reason", "until",
    "search", "segment", "skill", "mass", "business", "overflow", "overflow_after", "call_back_after", "username",
    "title_zh", "title_en", "counted_zh", "counted_en", "leg", "step", "approver", "starts_at", "ends_at", "minutes",
)  # fmt: skip
FIELD = re.compile(r'name="([^"]+)"')
ROUTES = {
    f"{space}:{each.name}": each
    for space, all_ in (
        ("console", [*desk, *field, *orders, *customers, *inventory, *offers, *specifications, *flows, *places]),
        ("selfcare", selfcare),
    )
    for each in all_
}
CODES = {
    "console:inventory-area": "TYX", "console:inventory-element": "SPL1", "console:inventory-resource": "SPL1:P001",
    "console:inventory-pool": "VLAN", "console:edit-area": "TYX", "offers": "fibre-100", "specifications": "fibre-broadband",
    "flows": "install", "places": "r101", "": "suspend",
}  # fmt: skip
"""By the address, or by its beginning."""
GONE = {"selfcare:leave"}
"""After this one is out."""


@pytest.fixture
def chen(open_counter: str, db: None, settings: Settings) -> str:
    """A customer of the shop, in a demonstration."""
    settings.DEMO = True
    return open_counter


@pytest.fixture
def known(chen: str, cast: object) -> Mapping[str, Any]:
    """What there is to put into an address."""
    service = shop.installed(whose=chen)
    order = shop.placed(whose=chen, minutes=20)
    admin = Staff.objects.get(username="admin")
    talk = channels.take(channel="hotline", medium="phone", customer=chen, actor=admin.subject, at=counter_page.now())
    subject, _ = counter.ask(customer=chen)
    return {
        "number": {
            "selfcare:my-service": service, "order": order, "services": service, "offers": 1, "specifications": 1, "flows": 1,
            "": chen,
        }, "service": service, "sort": "service", "identifier": talk,
        "subject": subject, "matter": subject, "leg": 1, "item": uuid4(), "picture": uuid4(), "plate": "A1", "code": CODES,
        "step": uuid4(), "channel": "hotline", "report": uuid4(),
    }  # fmt: skip


def inside(chen: str) -> Client:
    """A client who came in by their number as a customer."""
    client = Client()
    client.post("/my/", {"order": chen})
    client.post("/my/code", {"order": chen, "code": AccessCode.objects.get(order=chen).shown})
    return client


def address(name: str, pattern: URLPattern, known: Mapping[str, Any]) -> str:
    given = {}
    for each in pattern.pattern.converters:
        value = known[each]
        if isinstance(value, dict):
            area = str(pattern.pattern).split("/")[0]
            value = value.get(name) or value.get(area) or ("order" in area and value.get("order")) or value[""]
        given[each] = value
    return reverse(name, kwargs=given)


SPACES = [
    "/my/", "/desk", "/dispatch", "/field", "/orders", "/customers", "/inventory", "/services", "/offers", "/specifications",
    "/flows", "/places",
]  # fmt: skip


@pytest.mark.parametrize("space", SPACES)
def test_no_value_makes_a_page_fail(signed_in: SignedIn, chen: str, known: Mapping[str, Any], space: str) -> None:
    """The same value in every field, by the address and by a form; also in those that the page itself has."""
    office = {"/field": "technician"}
    client = inside(chen) if space == "/my/" else signed_in(office.get(space, "administrator"))
    found = [address(name, each, known) for name, each in ROUTES.items() if name not in GONE]
    mine = [where for where in found if where.startswith(space)]
    assert mine
    for where in mine:
        own = FIELD.findall(client.get(where).content.decode(errors="replace"))
        for what, value in VALUES.items():
            sent = dict.fromkeys([*NAMES, *own], value)
            assert client.get(where, dict.fromkeys(NAMES[:12], value[:500])).status_code < 500, (where, what)
            assert client.post(where, sent).status_code < 500, (where, what)


FORM = re.compile(r'<form\b([^>]*\bmethod="post"[^>]*)>(.*?)</form>', re.DOTALL)
WRONG = {"long": "长" * 2_000, "huge": "9" * 400, "negative": "-5", "last day": "9999-12-31"}
FILLED = {"name": "陈静", "phone": "13800138000", "code": "x1", "title_zh": "字", "title_en": "word"}
"""What stands in a field that a page leaves empty; else 1."""
FURTHER = re.compile(r"[1-9]")
"""Is in the name of a field in a row beyond the first."""


def forms(where: str, page: str) -> Iterator[tuple[str, dict[str, list[str]]]]:
    """The forms of a page, each with where it goes and what a browser would send of it."""
    for head, body in FORM.findall(page):
        action = re.search(r'action="([^"]*)"', head)
        said = {name: words if any(words) else [FILLED.get(name, "1")] for name, words in fields(body).items()}
        goes = unescape(action[1]) if action and action[1] else where
        if goes.startswith(f"/{where.split('/')[1]}"):  # not those of the frame, one of which signs out
            yield goes, said


def acted_on(order: str, service: str, chen: str) -> list[str]:
    """The pages of all that can be done with an order, a leg, a service, a work order."""
    leg, served = f"/orders/{order}/1", f"/desk/customers/{chen}/services/{service}"
    shop.run(21)
    work = f"/dispatch/{shop.item(order, 'appoint').id}"
    tables = {f"/orders/{order}": ON_ORDERS, leg: ON_LEGS, served: ON_SERVICES, work: ON_WORK}
    return [f"{where}/{code}" for where, codes in tables.items() for code in codes]


@pytest.mark.parametrize("every", [False, pytest.param(True, marks=pytest.mark.slow)])
@pytest.mark.parametrize("space", [each for each in SPACES if each != "/field"])
def test_one_wrong_value_in_a_form_that_is_filled_in(
    signed_in: SignedIn, chen: str, known: Mapping[str, Any], space: str, every: bool
) -> None:
    """Each field in turn, of each form once, with `every` value or the next one; nothing that a form did is kept."""
    client = inside(chen) if space == "/my/" else signed_in("administrator")
    client.post("/offers/fibre-100/1/draft")
    client.post("/flows/install/1/draft")
    client.post("/specifications/service/fibre-broadband/1/draft")
    pages = [address(name, each, known) for name, each in ROUTES.items() if name not in GONE]
    pages += acted_on(known["number"]["order"], known["service"], chen)
    seen: set[tuple[str, ...]] = set()
    turns = cycle(WRONG.items())
    for page in dict.fromkeys(page for page in pages if page.startswith(space)):
        answer = client.get(page)
        for where, given in forms(page, answer.content.decode(errors="replace")) if answer.status_code == 200 else ():
            if (form := (where.partition("?")[0], *sorted(given))) in seen:
                continue
            seen.add(form)
            for field_ in sorted(name for name in given if not FURTHER.search(name)):
                for what, value in WRONG.items() if every else [next(turns)]:
                    with transaction.atomic():
                        assert client.post(where, given | {field_: [value]}).status_code < 500, (where, field_, what)
                        transaction.set_rollback(True)


ALERT = re.compile(r'(?:role="alert"|data-toast="error")[^>]*>(.*?)</div>', re.DOTALL)
HAN = re.compile(r"[\u3400-\u9fff]")
FOREIGN = {"empty": "", "words": "nothing of the kind", "huge": "9" * 400, "negative": "-5", "last day": "9999-12-31"}


def refusals(client: Client, where: str) -> Iterator[str]:
    """What a page says of a wrong value in each field of its forms; nothing that a form did is kept."""
    for goes, given in forms(where, client.get(where).content.decode()):
        for field_ in sorted(given):
            for value in FOREIGN.values():
                with transaction.atomic():
                    answer = client.post(goes, given | {field_: [value]}, follow=True)
                    yield from ALERT.findall(answer.content.decode(errors="replace"))
                    transaction.set_rollback(True)


def test_what_is_refused_of_orders_is_said_in_english(signed_in: SignedIn, chen: str) -> None:
    order, client = shop.placed(whose=chen), signed_in("administrator", Language.EN)
    shop.run(1)
    pages = [f"/orders/{order}/{code}" for code in ON_ORDERS] + [f"/orders/{order}/1/{code}" for code in ON_LEGS]
    told = [each for page in pages for each in refusals(client, page)]
    desk_client = signed_in("agent", Language.EN)
    told += refusals(desk_client, f"/desk/customers/{chen}/order?address=r101&offer={shop.FIBRE}")
    assert len(set(told)) > 5
    assert {each for each in told if HAN.search(each)} == set()


@pytest.mark.parametrize("value", ["long", "huge", "last day", "joined"])
def test_after_the_language_one_comes_back_only_to_a_page(signed_in: SignedIn, value: str) -> None:
    answer = signed_in("agent").post("/language", {"language": "en", "next": VALUES[value]})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")


@pytest.mark.parametrize("value", VALUES)
def test_one_wrong_value_among_right_ones(signed_in: SignedIn, chen: str, value: str) -> None:
    wrong, talks = VALUES[value], Interaction.objects.count()
    right = {
        "address": "r101",
        "offer": shop.FIBRE,
        "key": str(uuid4()),
        "pay": "later",
        "window": "",
        "seen": "x",
        "account": "",
    }
    agent, mine = signed_in("agent"), inside(chen)
    for field_ in (*right, "line", "note"):
        given = right | {field_: wrong}
        for client, where in ((agent, f"/desk/customers/{chen}/order"), (mine, "/my/new")):
            assert client.post(where, given).status_code < 500, (where, field_)
            assert client.get(where, given | {field_: wrong[:2000]}).status_code < 500, (where, field_)
    took = {"channel": "hotline", "medium": "fax", "topic": "", "calling": "", "dialled": ""}
    for field_ in took:
        assert agent.post("/desk/take", took | {field_: wrong}).status_code < 500
    assert Interaction.objects.count() == talks


@pytest.mark.parametrize("where", ["/my/new", "/desk/customers/{}/order", "/dispatch/vans/new"])
def test_a_null_character_among_files_is_refused(signed_in: SignedIn, chen: str, where: str) -> None:
    client = inside(chen) if where.startswith("/my") else signed_in("administrator")
    for field_ in ("address", "line", "plate"):
        assert client.post(where.format(chen), {field_: NULL}).status_code == 400

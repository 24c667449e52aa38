"""Whatever is sent to the desk, the orders, the field and the customers' pages is answered, never with a failure of ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, reverse
from pytest_django.fixtures import Settings

from kapok.edges.console.desk.urls import urlpatterns as desk
from kapok.edges.console.field.urls import urlpatterns as field
from kapok.edges.console.orders.urls import urlpatterns as orders
from kapok.edges.selfcare.urls import urlpatterns as selfcare
from kapok.front.channels import api as channels
from kapok.front.channels.models import AccessCode, Interaction
from kapok.ground.people.models import Staff
from tests.chain import shop
from tests.console import counter_page
from tests.console.conftest import SignedIn
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
ROUTES = {
    f"{space}:{each.name}": each
    for space, all_ in (("console", [*desk, *field, *orders]), ("selfcare", selfcare))
    for each in all_
}
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
        "number": {"selfcare:my-service": service, "order": order, "": chen}, "service": service, "identifier": talk,
        "subject": subject, "matter": subject, "leg": 1, "item": uuid4(), "picture": uuid4(), "plate": "A1", "code": "suspend",
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
            value = value.get(name) or value["order" if "order" in str(pattern.pattern).split("/")[0] else ""]
        given[each] = value
    return reverse(name, kwargs=given)


@pytest.mark.parametrize("space", ["/my/", "/desk", "/dispatch", "/field", "/orders"])
def test_no_value_makes_a_page_fail(signed_in: SignedIn, chen: str, known: Mapping[str, Any], space: str) -> None:
    """The same value in every field, by the address and by a form."""
    office = {"/field": "technician"}
    client = inside(chen) if space == "/my/" else signed_in(office.get(space, "administrator"))
    found = [address(name, each, known) for name, each in ROUTES.items() if name not in GONE]
    mine = [where for where in found if where.startswith(space)]
    assert mine
    for where in mine:
        for what, value in VALUES.items():
            sent = dict.fromkeys(NAMES, value)
            assert client.get(where, dict.fromkeys(NAMES[:12], value[:500])).status_code < 500, (where, what)
            assert client.post(where, sent).status_code < 500, (where, what)


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

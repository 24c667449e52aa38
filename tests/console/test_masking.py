"""No page shows a customer's name, contact or document in clear to anybody who has not asked for it with a purpose."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from django.conf import settings as project
from django.http import HttpResponse
from django.test import Client
from django.urls import Resolver404, resolve
from django.utils.module_loading import import_string
from pytest_django.fixtures import Settings

from kapok.back.workforce.models import WorkOrder
from kapok.chain.ordering.models import Order
from kapok.front.channels import api as channels
from kapok.ground.customers import demo as customers
from kapok.ground.customers.models import Contact, Customer, PersonalLook
from kapok.ground.customers.rules import PartyKind, masked_contact
from kapok.ground.people.models import Staff
from kapok.ground.places import demo as places
from kapok.ground.places.rules import UPPER
from tests.console.conftest import AT, SignedIn

OF_A_KIND = 2
"""So many pages of one kind are looked at in each role."""
LINK = re.compile(r"(?:href|hx-get|src)=\"([^\"#]+)")
WALKED = (
    "/customers",
    "/desk",
    "/orders",
    "/dispatch",
    "/field",
    "/palette",
    "/matters",
    "/work",
    "/services",
    "/notices",
)

pytestmark = pytest.mark.django_db

ROLES = ("agent", "manager", "dispatcher", "technician")


def secrets() -> dict[str, str]:
    """What is to be masked, and whose it is."""
    found = dict(Contact.objects.values_list("value", "customer__number"))
    documents = Customer.objects.exclude(party__document="").values_list("party__document", "number")
    return {value: number for value, number in (*found.items(), *documents) if len(value) > 5}


def names() -> dict[str, str]:
    """The names of persons, which nobody of the staff has, and who they are."""
    people = Customer.objects.filter(party__kind=PartyKind.PERSON).values_list("party__name", "number")
    staff = set(Staff.objects.values_list("name", flat=True))
    return {name: number for name, number in people if len(name) > 2 and name not in staff}


def homes() -> dict[str, str]:
    """Where persons live, below the road, as both languages write it, and who they are."""
    people = Customer.objects.filter(party__kind=PartyKind.PERSON, address__level__gt=UPPER).select_related("address")
    return {full: one.number for one in people if one.address for full in (one.address.full_zh, one.address.full_en)}


OF_CUSTOMERS = {
    "console:customers",
    "console:customer",
    "console:desk-customer",
    "console:desk-search",
    "console:palette",
}
"""Pages about who somebody is; where work is done is shown to whoever orders, plans or does it."""


def begins() -> list[str]:
    """Where a walk begins, beside the first page: what is found only by typing, and some of each kind."""
    customers = list(Customer.objects.filter(party__kind=PartyKind.PERSON, merged_into=None).order_by("number"))
    some = customers[:OF_A_KIND]
    asked = [one.party.name[0:2] for one in some] + list(secrets())[:OF_A_KIND]
    return [
        "/",
        *(f"/{place}?q={words}" for words in asked for place in ("customers", "desk/search", "palette")),
        *(f"/{place}/{one.number}" for one in some for place in ("customers", "desk/customers")),
        *(f"/orders/{number}" for number in Order.objects.values_list("number", flat=True)[:OF_A_KIND]),
        *(f"/dispatch/{item}" for item in WorkOrder.objects.values_list("item_id", flat=True)[:OF_A_KIND]),
        "/field/today", "/field/jobs", "/customers/doubles", "/customers/looks", "/desk",
    ]  # fmt: skip


def walk(client: Client) -> dict[str, str]:
    """The pages that links lead to, some of each kind: address and text."""
    queue, seen, kinds, pages = begins(), set(), Counter[str](), {}
    while queue:
        path = queue.pop(0)
        if path in seen or not (path == "/" or path.startswith(WALKED)):
            continue
        seen.add(path)
        try:
            kind = resolve(urlsplit(path).path).view_name
        except Resolver404:
            continue
        kinds[kind] += 1
        if kinds[kind] > OF_A_KIND * 2:
            continue
        answer = client.get(path)
        if answer.status_code == 200 and not answer.streaming:
            pages[path] = text(answer)
            queue += [
                urljoin(path, link.replace("&amp;", "&")) for link in LINK.findall(pages[path]) if link[:4] != "http"
            ]
    return pages


def text(answer: HttpResponse) -> str:
    return answer.content.decode(errors="ignore")


def test_nobody_sees_a_name_a_contact_or_a_document_in_clear(
    signed_in: SignedIn, settings: Settings, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    at = datetime.now(UTC)
    for loader in project.DEMO_LOADERS:
        import_string(loader)(at)
    hidden, called, lives = secrets(), names(), homes()
    assert (len(hidden) > 20, len(called) > 5, len(lives) > 10) == (True, True, True)
    hidden |= called
    shown = []
    for role in ROLES:
        pages = walk(signed_in(role))
        assert len(pages) > 10, (role, sorted(pages))
        for path, page in pages.items():
            told = (value for value in hidden if value in page and value not in path)  # a search repeats what was typed
            shown += [(role, path, value, hidden[value]) for value in told]
            if resolve(urlsplit(path).path).view_name in OF_CUSTOMERS:
                shown += [(role, path, home, lives[home]) for home in lives if home in page]
    assert shown == []
    assert not PersonalLook.objects.exists()


def test_a_home_is_shown_as_far_as_the_road_until_it_is_asked_for(signed_in: SignedIn) -> None:
    places.load(AT)
    customers.load(AT)
    one = Customer.objects.filter(party__name="张伟民").select_related("address", "party").get()
    assert one.address is not None
    full, road = one.address.full_zh, one.address.road.zh
    client = signed_in("manager")
    for page in (
        f"/customers/{one.number}",
        f"/desk/customers/{one.number}",
        "/customers?q=张伟民",
        "/desk/search?q=zwm",
    ):
        shown = text(client.get(page))
        assert (f"{road}****" in shown, full in shown) == (True, False), page
    assert one.address.code not in text(client.get(f"/customers/{one.number}"))
    edit = text(client.get(f"/customers/{one.number}/edit"))
    assert one.address.code not in edit
    unit = one.unit.code
    kept = {"segment": one.segment, "unit": unit, "star": "5", "revision": str(one.revision), "address": ""}
    assert client.post(f"/customers/{one.number}/edit", kept).status_code == 302
    after = Customer.objects.get(id=one.id)
    assert (after.address_id, after.star) == (one.address.id, 5)
    assert full in text(client.post(f"/customers/{one.number}/look", {"purpose": "fault"}))
    talk = channels.take(
        channel="hotline", medium="phone", customer=one.number, actor="staff/manager", at=datetime.now(UTC)
    )
    assert full in text(client.get(f"/customers/{one.number}"))
    channels.close_interaction(interaction=talk, resolution="已告知", actor="staff/manager", at=datetime.now(UTC))
    assert full not in text(client.get(f"/customers/{one.number}"))
    firm = Customer.objects.filter(party__kind=PartyKind.ORGANISATION, address__isnull=False).select_related("address")[
        0
    ]
    assert firm.address is not None
    assert firm.address.full_zh in text(client.get(f"/customers/{firm.number}"))


def test_what_is_asked_for_with_a_purpose_is_shown_once_and_noted(signed_in: SignedIn) -> None:
    places.load(AT)
    customers.load(AT)
    contact = Contact.objects.filter(kind="mobile", customer__party__kind="person", ended_at=None).first()
    assert contact is not None
    number = contact.customer.number
    client = signed_in("manager")
    masked = masked_contact(contact.kind, contact.value)
    page = text(client.get(f"/customers/{number}"))
    assert (masked in page, contact.value in page) == (True, False)
    refused = client.post(f"/customers/{number}/look", {"purpose": "", "note": ""})
    assert contact.value not in text(refused)
    assert not PersonalLook.objects.filter(customer__number=number, actor="staff/manager").exists()
    shown = client.post(f"/customers/{number}/look", {"purpose": "identity", "note": "", "matter": "order/O1"})
    assert contact.value in text(shown)
    look = PersonalLook.objects.get(customer__number=number, actor="staff/manager")
    assert (look.purpose, look.matter) == ("identity", "order/O1")
    assert contact.value not in text(client.get(f"/customers/{number}"))

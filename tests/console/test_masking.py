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
from kapok.ground.customers import demo as customers
from kapok.ground.customers.models import Contact, Customer, PersonalLook
from kapok.ground.customers.rules import PartyKind, masked_contact
from kapok.ground.people.models import Staff
from kapok.ground.places import demo as places
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
    hidden, called = secrets(), names()
    assert (len(hidden) > 20, len(called) > 5) == (True, True)
    hidden |= called
    shown = []
    for role in ROLES:
        pages = walk(signed_in(role))
        assert len(pages) > 10, (role, sorted(pages))
        for path, page in pages.items():
            told = (value for value in hidden if value in page and value not in path)  # a search repeats what was typed
            shown += [(role, path, value, hidden[value]) for value in told]
    assert shown == []
    assert not PersonalLook.objects.exists()


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

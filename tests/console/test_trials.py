"""A trial over HTTP: the page of its service says until when, and whoever manages its orders extends it for a reason."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from django.test import Client

from kapok.chain.ordering import trials
from kapok.chain.ordering.models import Extension, Line
from kapok.ground.people.models import Staff
from kapok.kernel.text import Language
from tests.chain import shop
from tests.chain.conftest import open_shop

__all__ = ["open_shop"]
TRIAL = "trial-fibre-1000"
pytestmark = [pytest.mark.usefixtures("open_shop"), pytest.mark.django_db]


def signed_in(username: str, language: Language = Language.EN) -> Client:
    client = Client()
    Staff.objects.filter(username=username).update(language=language.value, must_change_password=False)
    client.force_login(Staff.objects.get(username=username), "django.contrib.auth.backends.ModelBackend")
    return client


def test_a_trial_is_extended_on_the_page_of_its_service() -> None:
    service = shop.installed("trial-fibre-1000")
    page = signed_in("manager").get(f"/services/{service}").content.decode()
    assert "On trial until" in page
    answer = signed_in("manager").post(f"/services/{service}/extend", {"reason": "故障两天"}, follow=True)
    assert "The trial goes on until" in answer.content.decode()
    (row,) = Extension.objects.all()
    assert (row.service.number, row.reason, row.by) == (service, "故障两天", "staff/manager")


def test_without_a_reason_or_without_leave_nothing_is_extended() -> None:
    service = shop.installed("trial-fibre-1000")
    answer = signed_in("manager").post(f"/services/{service}/extend", {"reason": " "}, follow=True)
    assert "The trial goes on until" not in answer.content.decode()
    assert "Extend the trial" not in signed_in("agent").get(f"/services/{service}").content.decode()
    assert signed_in("agent").post(f"/services/{service}/extend", {"reason": "再试"}).status_code == 403
    assert signed_in("manager").post("/services/S99999999/extend", {"reason": "再试"}).status_code == 404
    assert not Extension.objects.exists()


def test_what_is_on_no_trial_shows_none() -> None:
    service = shop.installed()
    page = signed_in("manager").get(f"/services/{service}").content.decode()
    assert "On trial until" not in page
    assert "Extend the trial" not in page


def desk(service: str) -> str:
    return f"/desk/customers/{shop.service(service).customer.number}"


def test_the_desk_says_until_when_and_who_may_extend_it() -> None:
    service = shop.installed(TRIAL)
    page = signed_in("agent").get(desk(service)).content.decode()
    assert re.search(r"On trial until \d{4}-\d\d-\d\d \d\d:\d\d, then it ends by itself, free of charge\.", page)
    assert "Whoever manages orders may extend it." in page
    assert "/extend" not in page
    assert f"{desk(service)}/services/{service}/change" in page
    assert "Keep it, on an offer that is sold" in page
    assert "End the trial now" in page
    manager = signed_in("manager")
    address = f"/services/{service}/extend?from=desk"
    assert address in manager.get(desk(service)).content.decode()
    assert "Why the trial goes on" in manager.get(address).content.decode()
    answer = manager.post(address, {"reason": "故障两天"})
    assert answer.headers["Location"] == desk(service)
    assert Extension.objects.get().reason == "故障两天"
    assert signed_in("agent").get(address).status_code == 403
    chinese = signed_in("agent", Language.ZH).get(desk(service)).content.decode()
    assert "转为正式套餐" in chinese
    assert "立即结束试用" in chinese
    plain = shop.installed()
    page = signed_in("agent").get(desk(plain)).content.decode()
    assert "On trial until" not in page
    assert "Modify" in page
    assert signed_in("manager").get(f"/services/{plain}/extend?from=desk").headers["Location"] == desk(plain)


def test_a_trial_is_kept_by_an_order_of_its_own_and_ends_no_more() -> None:
    service = shop.installed(TRIAL)
    client, address = signed_in("agent"), f"{desk(service)}/services/{service}/change"
    page = client.get(address).content.decode()
    assert "free of charge; it ends by itself" in page
    assert re.search(r'value="fibre-1000" data-wish checked', page)
    assert "CNY 0.00 → <strong>CNY 199.00</strong>" in page
    seen = re.findall(r'name="(key|seen)"[^>]*value="([^"]+)"', page)
    sent = dict(seen) | {"offer": "fibre-1000", "note": ""}
    assert client.post(address, sent).status_code == 302
    order = Line.objects.select_related("leg__order", "offer").get(leg__action="change")
    assert (order.offer.code, order.leg.order.quote["one_off"], order.leg.order.quote["monthly"]) == (
        "fibre-1000",
        0,
        19900,
    )
    assert "On trial until" in client.get(desk(service)).content.decode()
    minutes = (datetime.now(UTC) - shop.AT).total_seconds() / 60
    number = order.leg.order.number
    while live := shop.live(number):
        minutes += 2
        shop.do(number, min(live), minutes)
        shop.run(minutes + 1)
    assert shop.stands(number)[0] == "completed"
    assert (shop.service(service).offer, shop.service(service).state) == ("fibre-1000", "active")
    assert "On trial until" not in client.get(desk(service)).content.decode()
    assert trials.end(at=shop.later(minutes + 400 * 24 * 60)) == 0


def test_a_trial_is_ended_at_once() -> None:
    service = shop.installed(TRIAL)
    client, address = signed_in("agent"), f"{desk(service)}/services/{service}/cease"
    page = client.get(address).content.decode()
    assert "The trial ends now, free of charge" in page
    sent = dict(re.findall(r'name="(key|seen)"[^>]*value="([^"]+)"', page)) | {"reason": "price", "note": ""}
    assert client.post(address, sent).status_code == 302
    order = Line.objects.select_related("leg__order").get(leg__action="cease").leg.order
    assert (order.quote["one_off"], order.quote["monthly"]) == (0, 0)
    page = client.get(desk(service)).content.decode()
    assert order.number in page
    assert "End the trial now" not in page

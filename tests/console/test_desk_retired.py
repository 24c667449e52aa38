"""Services on offers sold no more at the front desk over HTTP: what may be done with them, and what they come to."""

from __future__ import annotations

import pytest

from kapok.chain.ordering.models import Line, Order
from kapok.ground.catalog.offering import api as offers
from tests.chain import shop
from tests.console import counter_page
from tests.console.conftest import SignedIn
from tests.console.test_desk_actions import act, address, chen, filled, line, shown, written

__all__ = ["chen"]
TRIAL = "trial-fibre-1000"


def retire(code: str) -> None:
    offers.retire_offer(code=code, **counter_page.by("manager"))


def test_the_actions_of_a_service_on_a_retired_offer_stay(signed_in: SignedIn, chen: str) -> None:
    client, service = signed_in("agent"), shop.installed(whose=chen)
    retire("fibre-100")
    page = client.get(f"/desk/customers/{chen}").content.decode()
    for action in ("change", "move", "suspend", "cease", "transfer", "replace"):
        assert f'href="{address(chen, service, action)}"' in page
    assert "光纤宽带 100M" in page
    assert 'value="onu"' in client.get(address(chen, service, "replace")).content.decode()
    assert "88.00 元" in client.get(address(chen, service, "suspend")).content.decode()
    assert "停售" not in client.get(address(chen, service, "change")).content.decode()


@pytest.mark.parametrize("action", ["suspend", "replace", "cease", "move"])
def test_it_is_done_on_the_version_that_the_service_has(signed_in: SignedIn, chen: str, action: str) -> None:
    client, service = signed_in("agent"), shop.installed(whose=chen)
    shop.new_version("fibre-100", dearer=500, actions=["install"])
    retire("fibre-100")
    assert act(client, chen, service, action).status_code == 302
    assert line()[:3] == (action, "fibre-100", service)
    order = Order.objects.latest("placed_at")
    versions = Line.objects.filter(leg__order=order).values_list("offer__number", flat=True)
    assert (set(versions), order.quote["monthly"]) == ({1}, 0)


def test_a_trial_sold_no_more_is_disconnected(signed_in: SignedIn, chen: str) -> None:
    client, service = signed_in("agent"), shop.installed(TRIAL, whose=chen)
    retire(TRIAL)
    assert f'href="{address(chen, service, "cease")}"' in client.get(f"/desk/customers/{chen}").content.decode()
    assert act(client, chen, service, "cease").status_code == 302
    assert line()[:3] == ("cease", TRIAL, service)


def test_a_change_is_quoted_held_and_shown_with_what_the_new_plan_costs_a_month(signed_in: SignedIn, chen: str) -> None:
    client, service = signed_in("agent"), shop.installed(whose=chen)
    retire("fibre-100")
    terms = shown(client, chen, service, "change")
    assert "88.00 元 → <strong>128.00 元</strong>" in terms
    answer = act(client, chen, service, "change")
    quote = Order.objects.latest("placed_at").quote
    assert (quote["one_off"], quote["monthly"]) == (0, 12800)
    assert "一次性 0.00 元，每月 128.00 元" in client.get(answer.headers["Location"]).content.decode()


def test_a_change_whose_price_was_raised_meanwhile_is_refused(signed_in: SignedIn, chen: str) -> None:
    client, service = signed_in("agent"), shop.installed(whose=chen)
    form = filled(client, chen, service, "change")
    shop.new_version("fibre-300", dearer=1000)
    before = written()
    refused = client.post(address(chen, service, "change"), form)
    assert (refused.status_code, "版本、月费或可办理情况已变更" in refused.content.decode()) == (422, True)
    assert "138.00 元" in refused.content.decode()
    assert written() == before


def test_an_offer_that_the_line_does_not_carry_is_shown_with_the_reason(signed_in: SignedIn, chen: str) -> None:
    client, service = signed_in("agent"), shop.installed(whose=chen)
    shop.new_version("fibre-1000", characteristics={"down_mbps": 2000, "up_mbps": 200, "profile": "ftth-1000"})
    assert "现有线路最高 1000 Mbit/s，不足 2000" in client.get(address(chen, service, "change")).content.decode()
    before = written()
    assert act(client, chen, service, "change", offer="fibre-1000").status_code == 422
    assert written() == before

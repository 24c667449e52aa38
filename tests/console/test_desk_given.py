"""What was routed, over HTTP: in the work of whom the rules chose; what the clerk says is the same; who is to be called."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kapok.front.channels import api, queries
from kapok.front.channels.models import Case
from kapok.ground.work.models import Item
from kapok.kernel.text import Language
from tests.console import counter_page
from tests.console.conftest import SignedIn
from tests.front import counter


@pytest.fixture
def chen(open_counter: str, cast: object) -> str:
    """A customer of the shop."""
    return open_counter


def number(matter: str) -> str:
    return matter.partition("/")[2]


def test_a_complaint_about_a_person_stands_in_the_work_of_the_supervision(signed_in: SignedIn, chen: str) -> None:
    client = signed_in("agent", Language.EN)
    talk = api.take(channel="hotline", medium="phone", customer=chen, **counter_page.by("agent"))
    form = client.get(f"/desk/interactions/{talk}").content.decode()
    for kind in ("network", "billing", "attitude", "other"):
        assert f'<option value="{kind}"' in form
    assert 'value="service"' not in form
    sent = {"kind": "complaint", "complaint_kind": "attitude", "title": "a rude manager"}
    asked = client.post(f"/desk/interactions/{talk}/ask", sent, follow=True).content.decode()
    assert "the queue of the supervision centre" in asked
    matter = Case.objects.get().matter
    assert matter in signed_in("supervisor").get("/work").content.decode()
    assert "Deal with the complaint" not in signed_in("technician", Language.EN).get("/work").content.decode()


def test_the_clerk_is_shown_what_is_open_and_says_whether_it_is_the_same(signed_in: SignedIn, chen: str) -> None:
    client = signed_in("agent", Language.EN)
    talk = api.take(channel="hotline", medium="phone", customer=chen, **counter_page.by("agent"))
    where = f"/desk/interactions/{talk}"
    assert "Is it about one of these" not in client.get(where).content.decode()
    client.post(f"{where}/ask", {"kind": "request", "title": "a quote"})
    first = Case.objects.get().matter
    page = client.get(where).content.decode()
    assert "Is it about one of these" in page
    assert f'<option value="{first}">{number(first)} request or question' in page
    client.post(f"{where}/ask", {"kind": "request", "title": "another thing"})
    assert Case.objects.count() == 2
    client.post(f"{where}/ask", {"kind": "request", "title": "that quote", "same_as": first})
    assert Case.objects.count() == 2
    assert "is-invalid" in client.post(
        f"{where}/ask", {"kind": "request", "title": "that quote", "same_as": "request/R2026-999999"}
    ).content.decode()  # fmt: skip


def test_who_is_to_be_called_stands_in_a_list_with_a_key_until_they_were(signed_in: SignedIn, chen: str) -> None:
    talks = [api.take(channel="hotline", medium="phone", **counter_page.by(who)) for who in ("agent", "agent2")]
    matter, decision = api.ask(
        title="资费咨询", channel="hotline", waited=timedelta(minutes=5), interaction=talks[0],
        **counter_page.by("agent"),
    )  # fmt: skip
    assert (decision.call_back, decision.unit) == (True, "hotline")
    client = signed_in("agent", Language.EN)
    desk = client.get("/desk").content.decode()
    assert 'href="/desk/call-backs" data-shortcut="b"' in desk
    assert '<span class="badge bg-yellow-lt">1</span>' in desk
    page = client.get("/desk/call-backs").content.decode()
    assert f'href="/desk/requests/{matter}" data-shortcut="1"' in page
    assert "资费咨询" in page
    answer = client.get(f"/desk/requests/{matter}").content.decode()
    assert "to be called back" in answer
    assert client.get(f"/desk/called/{matter}").status_code == 405
    assert signed_in("account_manager").post(f"/desk/called/{matter}").status_code == 404
    assert queries.case(matter).called_at is None  # type: ignore[union-attr]
    done = client.post(f"/desk/called/{matter}", follow=True).content.decode()
    assert "called back" in done
    assert "Nobody is to be called back" in client.get("/desk/call-backs").content.decode()
    assert "were called already" in client.post(f"/desk/called/{matter}", follow=True).content.decode()
    assert signed_in("viewer").get("/desk/call-backs").status_code == 403


def test_of_another_units_customer_the_list_says_no_number(signed_in: SignedIn, chen: str) -> None:
    theirs = counter_page.elsewhere()
    matter, _ = api.ask(title="报价", channel="hotline", customer=theirs, **counter_page.by("agent"))
    Case.objects.filter(matter=matter).update(call_back=True)
    page = signed_in("agent").get("/desk/call-backs").content.decode()
    assert number(matter) in page
    assert theirs not in page
    assert counter.case(matter).customer is not None


def test_a_business_request_is_the_managers_once_they_accept_and_the_pages_say_so(
    signed_in: SignedIn, chen: str
) -> None:
    matter, _ = api.ask(title="专线报价", channel="hotline", customer=counter.business(), **counter_page.by("agent"))
    agent, manager = signed_in("agent", Language.EN), signed_in("account_manager", Language.EN)
    for page in (f"/desk/requests/{matter}", f"/matters/{matter}"):
        said = agent.get(page).content.decode()
        assert "First contact: 梁小敏, Hotline Team" in said
        assert "offered to 欧阳慧" in said
    chinese = signed_in("agent", Language.ZH).get(f"/desk/requests/{matter}").content.decode()
    assert "待 欧阳慧 接受" in chinese
    item = Item.objects.get(matter__subject=matter)
    assert str(item.id) in manager.get("/work").content.decode()
    accept = f"/work/items/{item.id}/accept"
    agent.post(accept)
    item.refresh_from_db()
    assert (item.state, counter.matter(matter).first_contact.username) == ("offered", "agent")
    assert manager.post(accept).status_code == 302
    assert counter.matter(matter).first_contact.username == "keyaccount"
    for page in (f"/desk/requests/{matter}", f"/matters/{matter}"):
        said = manager.get(page).content.decode()
        assert "First contact: 欧阳慧, Key Accounts" in said
        assert "offered to" not in said

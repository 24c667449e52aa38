"""Hand-offs and disputes over HTTP: the list, both sides of one, its judgement, the matrix; each within one's units."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from kapok.ground.work import queries
from kapok.ground.work.baton import api as baton
from kapok.ground.work.rules import Reason
from kapok.kernel.text import Language
from tests.console import office
from tests.console.conftest import SignedIn


@pytest.fixture(autouse=True)
def at_work(cast: object) -> None:
    office.set_up()


def text(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def offers(page: str) -> int:
    return len(re.findall(r'href="/handoffs/[0-9a-f-]{36}"', page))


def refused(title: str = "repair") -> queries.Offer:
    """Work that the hotline asked the field team for and that was refused."""
    item = office.asked(office.fault(), "tianhe-east-field", title=title)
    baton.refuse(item=item.id, reason=Reason.WRONG_AREA, defect="not ours", actor="staff/technician", at=office.now())
    return queries.handoffs_of(item.id)[0]


def test_hand_offs_are_listed_filtered_and_opened(signed_in: SignedIn) -> None:
    found = refused()
    client = signed_in("supervisor", Language.EN)
    assert offers(text(client, "/handoffs")) == 2  # the stage that the flow offered, and the work asked for
    assert offers(text(client, "/handoffs?state=refused")) == 1
    assert offers(text(client, "/handoffs?state=unsettled&period=day")) == 1
    assert offers(text(client, "/handoffs?state=accepted")) == 0
    assert offers(text(client, "/handoffs?state=nonsense")) == 2
    page = text(client, f"/handoffs/{found.id}")
    for words in (
        "The offering side · Hotline Team",
        "The receiving side · Tianhe East Field Team",
        "wrong area",
        "not ours",
    ):
        assert words in page
    assert client.get("/handoffs/00000000-0000-0000-0000-000000000000").status_code == 404


def test_it_is_judged_from_its_page_by_who_belongs_to_neither_side(signed_in: SignedIn) -> None:
    found = refused()
    baton.dispute(item=found.item, note="it is theirs", actor="staff/agent", at=office.now())
    assert "Judged for" not in text(signed_in("agent", Language.EN), f"/handoffs/{found.id}")
    assert signed_in("dispatcher", Language.EN).get(f"/handoffs/{found.id}").status_code == 404
    judge = signed_in("supervisor", Language.EN)
    assert "Judged for" in text(judge, f"/handoffs/{found.id}")
    address = f"/work/items/{found.item}/judge"
    answer = judge.post(address, {"found_for": "receiver", "note": "wrong map", "next": f"/handoffs/{found.id}"})
    assert answer.headers["Location"] == f"/handoffs/{found.id}"
    page = text(signed_in("supervisor", Language.EN), f"/handoffs/{found.id}")
    assert "refusal upheld" in page
    assert "wrong map" in page
    assert "Judged for" not in page


def test_nobody_reads_the_hand_offs_of_other_units(signed_in: SignedIn) -> None:
    found = refused()
    client = signed_in("account_manager", Language.EN)
    assert offers(text(client, "/handoffs")) == 0
    assert client.get(f"/handoffs/{found.id}").status_code == 404
    assert "No hand-offs" in text(client, "/handoffs/matrix")
    assert offers(text(signed_in("technician"), "/handoffs")) == 1


def test_the_matrix_says_who_keeps_whom_waiting(signed_in: SignedIn) -> None:
    found = refused()
    baton.dispute(item=found.item, note="it is theirs", actor="staff/agent", at=office.now())
    late = office.asked(office.fault(), "tianhe-east-field", at=office.now() - timedelta(hours=2))
    baton.accept(item=late.id, actor="staff/technician", at=office.now())
    client = signed_in("supervisor", Language.EN)
    page = text(client, "/handoffs/matrix?period=day")
    assert "0 in time, 1 late, 1 refused" in page
    assert "Tianhe East Field Team" in page
    assert "Answered late or not at all" in page
    assert text(client, "/handoffs/matrix?period=nonsense").count('aria-current="true"') == 1
    assert "近 7 天" in text(signed_in("supervisor"), "/handoffs/matrix")

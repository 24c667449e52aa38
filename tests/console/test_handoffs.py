"""Hand-offs and disputes over HTTP: the list, both sides of one, its judgement, the matrix; each within one's units."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client

from kapok.edges.console.work import handoffs as screens
from kapok.ground.work import api as work
from kapok.ground.work import queries
from kapok.ground.work.baton import api as baton
from kapok.ground.work.baton import pages
from kapok.ground.work.models import Handoff
from kapok.ground.work.rules import Reason
from kapok.kernel.ids import uuid7
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


def copies(found: queries.Offer, count: int, state: str) -> None:
    """As many more hand-offs like one, some of them of the same moment, and half of them within the field team."""
    row = Handoff.objects.get(id=found.id)
    items = [office.asked(office.fault(), "tianhe-east-field").id for _ in range(2)]
    rows = []
    for number in range(count):
        row.id, row.item_id, row.number, row.state = uuid7(office.now()), items[number % 2], 10 + number, state
        row.offered_at -= timedelta(minutes=number % 3)
        row.from_unit_id = row.to_unit_id if number % 2 else row.from_unit_id
        rows.append(Handoff(**{field.attname: getattr(row, field.attname) for field in Handoff._meta.fields}))
    Handoff.objects.bulk_create(rows)


def walked(client: Client, address: str) -> list[list[str]]:
    """The hand-offs of every page, going on from page to page."""
    found = []
    while address:
        page = text(client, address)
        found.append(re.findall(r'id="offer-([0-9a-f-]{36})"', page))
        onward = re.search(r'rel="next" href="([^"]+)"', page)
        address = f"/handoffs{unescape(onward[1])}" if onward else ""
    return found


@pytest.mark.parametrize("role", ["supervisor", "technician"])
def test_the_pages_show_every_hand_off_once(signed_in: SignedIn, role: str) -> None:
    copies(refused(), 110, "withdrawn")
    client = signed_in(role)
    wanted = Handoff.objects.filter(state="withdrawn").order_by("-offered_at", "-id").values_list("id", flat=True)
    shown = walked(client, "/handoffs?state=withdrawn")
    assert [len(page) for page in shown] == [50, 50, 10]
    assert [each for page in shown for each in page] == [str(id_) for id_ in wanted]
    assert sum(map(len, walked(client, "/handoffs"))) == Handoff.objects.count() - (3 if role == "technician" else 0)
    assert offers(text(client, "/handoffs?after=nonsense")) == 50


def test_disputes_come_oldest_first_and_page_on(signed_in: SignedIn) -> None:
    first = refused()
    for _ in range(3):
        refused()
    page = pages.disputes(limit=2)
    rest = pages.disputes(after=page.after, limit=2)
    assert [page.offers[0].id, len(page.offers), len(rest.offers), rest.after] == [first.id, 2, 2, None]
    assert not {each.id for each in page.offers} & {each.id for each in rest.offers}
    own = text(signed_in("technician"), "/handoffs?state=unsettled")
    assert offers(own) == 4
    assert offers(text(signed_in("account_manager"), "/handoffs?state=unsettled")) == 0


def test_the_list_and_both_sides_refresh_themselves(signed_in: SignedIn) -> None:
    found = refused()
    client = signed_in("supervisor", Language.EN)
    assert 'hx-get="/handoffs?state=refused"' in text(client, "/handoffs?state=refused")
    part = client.get("/handoffs?state=refused", headers={"HX-Target": "handoffs"}).content.decode()
    assert (offers(part), "<html" in part, "<select" in part) == (1, False, False)
    sides = client.get(f"/handoffs/{found.id}", headers={"HX-Target": "sides"}).content.decode()
    assert ("not ours" in sides, "<html" in sides, "<form" in sides) == (True, False, False)


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
    work.urge(matter=late.matter, note="where is it", actor="staff/agent", at=office.now())
    client = signed_in("supervisor", Language.EN)
    page = text(client, "/handoffs/matrix?period=day")
    assert 'data-label="Urged">1<' in page
    assert "0 in time, 1 late, 1 refused" in page
    assert "Tianhe East Field Team" in page
    assert "Answered late or not at all" in page
    assert text(client, "/handoffs/matrix?period=nonsense").count('aria-current="true"') == 1
    assert "近 7 天" in text(signed_in("supervisor"), "/handoffs/matrix")


def test_the_pairs_of_many_units_are_listed_in_pages(signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch) -> None:
    refused()
    monkeypatch.setattr(screens, "WIDE", 2)
    monkeypatch.setattr(screens, "PAGE", 1)
    client = signed_in("supervisor", Language.EN)
    assert "from ↓ to →" in text(client, "/handoffs/matrix")  # two pairs of so few units are a matrix
    monkeypatch.setattr(screens, "WIDE", 1)
    first, second = (text(client, f"/handoffs/matrix?page={number}") for number in (1, 2))
    for page in (first, second):
        assert "from ↓ to →" not in page
        assert page.count('data-label="Median wait"') == 1
    assert "1–1 of 2" in first
    assert "2–2 of 2" in second
    assert first.count("Tianhe East Field Team") != second.count("Tianhe East Field Team")
    assert text(client, "/handoffs/matrix?page=99").count('data-label="Median wait"') == 1
    assert "1–1 of 2" in text(client, "/handoffs/matrix?page=nonsense")


def test_all_units_have_pages_of_their_own(signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch) -> None:
    late = [
        office.asked(office.fault(), unit, at=office.now() - timedelta(hours=2))
        for unit in ("tianhe-east-field", "dispatch")
    ]
    monkeypatch.setattr(screens, "WORST", 1)
    monkeypatch.setattr(screens, "PAGE", 1)
    client = signed_in("supervisor", Language.EN)
    page = text(client, "/handoffs/matrix?period=day")
    assert (page.count('data-label="Points"'), "1 unit more" in page) == (1, True)
    assert 'href="?period=day&amp;of=units"' in page
    pages_ = [text(client, f"/handoffs/matrix?period=day&of=units&page={number}") for number in (1, 2)]
    assert [each.count('data-label="Points"') for each in pages_] == [1, 1]
    assert [("from ↓ to →" in each, "By pairs of units" in each) for each in pages_] == [(False, True)] * 2
    assert len(late) == 2

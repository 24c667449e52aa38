"""The screens of offers over HTTP: what is shown, what is refused, and that the refused thing did not happen."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils.html import escape

from kapok.ground.catalog import demo as catalog_demo
from kapok.ground.catalog.offering import api, demo, queries
from kapok.ground.catalog.packs import pack_called
from kapok.ground.people import api as people
from kapok.ground.people.cast import Login
from kapok.ground.posts import api as posts
from kapok.kernel.text import Language, Text
from tests import worlds
from tests.console.conftest import AT, SignedIn

WHO = {"actor": "staff/tester", "at": AT}


@pytest.fixture
def offers(cast: dict[str, Login]) -> None:
    worlds.begin("offers of the demonstration", _set_up)


def _set_up() -> None:
    for skill in ("fibre", "climbing"):
        posts.define_skill(code=skill, title=Text(zh=skill, en=skill), **WHO)
    catalog_demo.load(AT)
    demo.load(AT)


@pytest.fixture
def manager(offers: None, signed_in: SignedIn) -> Client:
    return signed_in("manager", Language.EN)


@pytest.fixture
def drafted(manager: Client) -> Client:
    """The next version of the broadband offer as a draft."""
    manager.post("/offers/fibre-100/1/draft")
    return manager


def fields(page: str) -> dict[str, list[str]]:
    """What a browser would send of the editor."""
    found: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", page):
        said = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if "name" in said and (said.get("type") != "checkbox" or " checked" in tag):
            found.setdefault(said["name"], []).append(unescape(said.get("value", "on")))
    for name, words in re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>([^<]*)', page):
        found[name] = [unescape(words)]
    for name, options in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', options) or re.search(
            r'<option value="([^"]*)"', options
        )
        found[name] = [chosen[1] if chosen else ""]
    return found


def editor(client: Client, code: str = "fibre-100") -> dict[str, list[str]]:
    return fields(client.get(f"/offers/{code}/edit").content.decode())


def test_the_catalogue_shows_what_is_on_sale_drafted_and_retired(manager: Client) -> None:
    page = manager.get("/offers").content.decode()
    assert (
        page.index("Telephone line") < page.index("Fibre broadband 100 M") < page.index("Bundle for small businesses")
    )
    assert "CNY 88.00" in page
    assert "Wireless local telephone" in manager.get("/offers?state=retired").content.decode()
    assert "Telephone line" not in manager.get("/offers?state=draft").content.decode()
    part = manager.get("/offers?kind=bundle", headers={"HX-Target": "offer-rows"}).content.decode()
    assert ("sme-blue" in part, "<html" in part, "fibre-100" in part) == (True, False, False)
    assert "No such offer" in manager.get("/offers?text=nothing").content.decode()


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            Language.EN,
            ["Fibre broadband 100 M", "Together a month", "Installing or moving fixed voice", "Download (Mbit/s)"],
        ),
        (Language.ZH, ["光纤宽带 100M", "合计每月", "固定电话与宽带装移机", "下行速率"]),
    ],
)
def test_an_offer_is_shown_in_both_languages(
    offers: None, signed_in: SignedIn, language: Language, words: list[str]
) -> None:
    page = signed_in("viewer", language).get("/offers/fibre-100").content.decode()
    assert [each for each in words if each not in page] == []
    assert '<svg class="flow' in page
    assert "/retire" not in page


def test_the_flow_of_each_action_is_shown(manager: Client) -> None:
    page = manager.get("/offers/circuit-100?flow=circuit-sl1").content.decode()
    assert "SL1 key-account circuit (5 working days)" in page
    assert '?flow=circuit-sl1#flow" aria-current="true"' in page
    assert '<g class="gear"' in page


def test_what_is_not_there_is_not_found(manager: Client) -> None:
    for address in ("none", "voice/9", "voice/edit", "none/1/copy", "voice/compare?to=7", "none/compare"):
        assert manager.get(f"/offers/{address}").status_code == 404, address


def test_a_viewer_changes_nothing(offers: None, signed_in: SignedIn) -> None:
    client = signed_in("viewer")
    for address in ("new", "fibre-2000/edit", "voice/1/copy"):
        assert client.get(f"/offers/{address}").status_code == 403, address
    for address in ("voice/retire", "fibre-2000/publish", "fibre-2000/discard", "voice/1/draft"):
        assert client.post(f"/offers/{address}", {"revision": "1"}).status_code == 403, address
    assert queries.offer("voice").number == 1
    assert queries.draft("fibre-2000") is not None


def test_whoever_manages_one_unit_only_does_not_change_what_everybody_sells(offers: None, signed_in: SignedIn) -> None:
    people.grant_role(username="technician", role="manager", unit="tianhe", **WHO)
    client = signed_in("technician")
    assert client.post("/offers/voice/retire").status_code == 403
    assert queries.offer("voice").number == 1


def test_the_palette_finds_offers(manager: Client) -> None:
    page = manager.get("/palette?q=SME-blue").content.decode()
    assert 'href="/offers/sme-blue/1"' in page


def test_an_offer_is_drawn_up_from_nothing_and_put_on_sale(manager: Client) -> None:
    head = {"code": "Fibre-500", "title_zh": "宽带 500M", "title_en": "Broadband 500 M", "kind": "plan"}
    assert manager.post("/offers/new", head).headers["Location"] == "/offers/fibre-500/edit"
    again = manager.post("/offers/new", head).content.decode()
    assert "taken by another offer" in again
    typed = editor(manager, "fibre-500") | {
        "spec": ["fibre-broadband"], "char_down_mbps": ["500"], "char_up_mbps": ["50"], "char_profile": ["ftth-500"],
        "need_0_kind": ["pon_port"], "price_0_kind": ["recurring"], "price_0_zh": ["月租"], "price_0_amount": ["1,158.50"],
        "segments": ["public", "business"], "promise_0_named": ["guangzhou-pledges/install"],
        "visit_skill": ["fibre"], "visit_minutes": ["90"],
    }  # fmt: skip
    assert manager.post("/offers/fibre-500/edit", typed | {"do": "save"}).headers["Location"] == "/offers/fibre-500"
    said = queries.offer("fibre-500", 1).offer
    assert [(each.pack, each.code) for each in said.promises] == [("guangzhou-pledges", "install")]
    pack = pack_called("guangzhou-pledges")
    assert pack is not None
    promised = next(row.title for row in pack.promises if row.code == "install")
    page = manager.get("/offers/fibre-500/edit").content.decode()
    assert ("chooses among the promises of the packs in force" in page, page.count(escape(promised.en))) == (True, 1)
    assert (said.service, said.characteristics["down_mbps"], said.prices[0].amount) == ("fixed_broadband", 500, 115850)
    assert (said.segments, said.prices[0].title.en, said.visit and said.visit.minutes) == (
        ("public", "business"),
        "月租",
        90,
    )
    page = manager.post("/offers/fibre-500/publish", {"revision": "2"}, follow=True).content.decode()
    assert "The offer is on sale" in page
    assert queries.offer("fibre-500").number == 1


def test_what_stands_in_the_fields_is_the_offer(drafted: Client) -> None:
    before = queries.offer("fibre-100", 2)
    assert drafted.post("/offers/fibre-100/edit", editor(drafted) | {"do": "save"}).status_code == 302
    after = queries.offer("fibre-100", 2)
    assert (after.offer, after.revision) == (before.offer, before.revision + 1)


def test_every_kind_of_offer_comes_back_out_of_its_fields(manager: Client) -> None:
    for code in ("voice", "sim-voice", "circuit-10", "payphone", "sme-blue", "trial-fibre-1000", "support"):
        manager.post(f"/offers/{code}/1/draft")
        assert manager.post(f"/offers/{code}/edit", editor(manager, code) | {"do": "save"}).status_code == 302, code
        assert queries.offer(code, 2).offer == queries.offer(code, 1).offer


UNREADABLE: list[tuple[dict[str, list[str]], str]] = [
    ({"price_0_amount": ["88 yuan"]}, "prices: &#x27;88 yuan&#x27; cannot be read, write an amount such as 88.00"),
    ({"price_0_amount": ["88.005"]}, "write an amount such as 88.00"),
    ({"price_0_amount": ["9999999999999"]}, "write an amount such as 88.00"),
    ({"price_0_amount": ["1e999999999"]}, "write an amount such as 88.00"),
    ({"price_0_amount": ["-1"]}, "prices.0.amount"),
    ({"char_down_mbps": ["fast"]}, "characteristics: &#x27;fast&#x27; cannot be read"),
    ({"eligibility": ["payment"]}, "is no condition"),
    ({"zh": ["长" * 201]}, "holds at most 200 characters"),
    ({"visit_minutes": ["soon"]}, "visit: &#x27;soon&#x27; cannot be read"),
    ({"position": ["-1"]}, "place in the catalogue: &#x27;-1&#x27; cannot be read"),
    ({"kind": ["gift"]}, "&#x27;kind&#x27; has an unknown value"),
    ({"promise_0_named": ["install"]}, "promises.0.code"),
]


def test_what_cannot_be_read_is_named_and_nothing_is_written(drafted: Client) -> None:
    for changed, words in UNREADABLE:
        page = drafted.post("/offers/fibre-100/edit", editor(drafted) | changed | {"do": "save"})
        assert page.status_code == 200, words
        assert words in page.content.decode()
    draft = queries.offer("fibre-100", 2)
    assert (draft.revision, draft.offer) == (1, queries.offer("fibre-100", 1).offer)


def test_a_draft_in_several_currencies_is_shown_without_a_sum(drafted: Client) -> None:
    typed = editor(drafted) | {"price_1_currency": ["eur"]}
    assert drafted.post("/offers/fibre-100/edit", typed | {"do": "save"}).status_code == 302
    for address in ("", "/fibre-100", "/fibre-100/edit", "/fibre-100/compare"):
        assert drafted.get(f"/offers{address}").status_code == 200
    page = drafted.post("/offers/fibre-100/publish", {"revision": "2"}, follow=True).content.decode()
    assert "its prices are in several currencies" in page
    assert queries.offer("fibre-100").number == 1


def test_a_stale_form_is_refused(drafted: Client) -> None:
    typed = editor(drafted)
    api.change_offer(
        code="fibre-100", document=queries.offer("fibre-100", 2).offer.document() | {"position": 3}, revision=1, **WHO
    )
    page = drafted.post("/offers/fibre-100/edit", typed | {"zh": ["别的"], "do": "save"}).content.decode()
    assert "Somebody else has just changed the draft (now revision 2)" in page
    assert queries.offer("fibre-100", 2).offer.position == 3
    assert (
        "changed the draft"
        in drafted.post("/offers/fibre-100/publish", {"revision": "1"}, follow=True).content.decode()
    )
    assert queries.offer("fibre-100").number == 1


def test_the_check_follows_the_typing(drafted: Client) -> None:
    typed = editor(drafted) | {"char_profile": [""], "do": "check"}
    part = drafted.post("/offers/fibre-100/edit", typed, headers={"HX-Target": "check"}).content.decode()
    assert ("<form" in part, "&#x27;speed profile&#x27; is missing: add it" in part) == (False, True)
    more = drafted.post("/offers/fibre-100/edit", typed, headers={"HX-Target": "editor"}).content.decode()
    assert 'name="price_3_amount"' in more
    assert queries.offer("fibre-100", 2).revision == 1


def test_two_versions_are_compared(drafted: Client) -> None:
    document: dict[str, Any] = queries.offer("fibre-100", 2).offer.document()
    document["prices"][1]["amount"] = 7800
    api.change_offer(code="fibre-100", document=document, revision=1, **WHO)
    page = drafted.get("/offers/fibre-100/compare").content.decode()
    assert "<del>CNY 88.00 a month</del>" in page
    assert "<ins>CNY 78.00 a month</ins>" in page
    assert "No difference" in drafted.get("/offers/fibre-100/compare?from=1&to=1").content.decode()


def test_a_part_of_a_bundle_is_not_retired(manager: Client) -> None:
    page = manager.post("/offers/voice/retire", follow=True).content.decode()
    assert "The bundle “sme-blue” on sale contains the offer “voice”" in page
    assert queries.offer("voice").number == 1
    assert "takes no new orders" in manager.post("/offers/sme-blue/retire", follow=True).content.decode()
    assert "takes no new orders" in manager.post("/offers/voice/retire", follow=True).content.decode()


def test_a_draft_is_copied_and_discarded(manager: Client) -> None:
    typed = {"code": "voice-2", "title_zh": "电话二", "title_en": "Telephone two"}
    assert manager.post("/offers/voice/1/copy", typed).headers["Location"] == "/offers/voice-2/edit"
    assert "taken by another offer" in manager.post("/offers/voice/1/copy", typed).content.decode()
    assert manager.post("/offers/voice-2/discard").headers["Location"] == "/offers"
    assert manager.get("/offers/voice-2").status_code == 404

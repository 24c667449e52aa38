"""The screens of specifications over HTTP: what is shown, what is refused, and that the refused thing did not happen."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from kapok.ground.catalog.offering import queries as offers
from kapok.ground.catalog.specifying import queries, rows
from kapok.ground.catalog.specifying.document import Sort
from kapok.ground.people import api as people
from kapok.kernel.text import Language
from tests.console.conftest import AT, SignedIn
from tests.console.test_offers_screens import _set_up as sell
from tests.console.test_offers_screens import fields

WHO = {"actor": "staff/tester", "at": AT}
WEBSITE = "/specifications/service/website"


@pytest.fixture
def sold(cast: object) -> None:
    sell()


@pytest.fixture
def manager(cast: object, signed_in: SignedIn) -> Client:
    return signed_in("manager", Language.EN)


def editor(client: Client, where: str = WEBSITE) -> dict[str, list[str]]:
    return fields(client.get(f"{where}/edit").content.decode())


def saved(client: Client, where: str, given: dict[str, Any]) -> str:
    return client.post(f"{where}/edit", given | {"do": "save"}, follow=True).content.decode()


def test_the_list_shows_what_is_in_force_and_is_searched(manager: Client) -> None:
    page = manager.get("/specifications").content.decode()
    assert page.index(">local calls<") < page.index(">fibre broadband<") < page.index(">IPv4 address<")
    assert "SIM card" in manager.get("/specifications?sort=resource&text=sim").content.decode()
    assert "SIM card" not in manager.get("/specifications?sort=usage").content.decode()
    part = manager.get("/specifications?text=vlan", headers={"HX-Target": "specification-rows"}).content.decode()
    assert ("VLAN" in part, "<html" in part) == (True, False)
    assert "No such specification" in manager.get("/specifications?text=nothing").content.decode()


@pytest.mark.parametrize(
    ("where", "language", "words"),
    [
        ("service/fibre-broadband", Language.EN, ["download (Mbit/s)", "1 to 400000", "optical network unit", "None."]),
        ("service/circuit", Language.ZH, ["下行速率（Mbit/s）", "无保护", "可占资源", "遵循它的在售商品", "业务规格"]),
        ("resource/vlan", Language.EN, ["State model", "allocation: free", "1 to 4094", "resource specification"]),
        ("resource/sim", Language.ZH, ["没有特性", "占用：空闲"]),
        ("usage/local-voice", Language.EN, ["time of calls", "minute", "billing rates usage by it later"]),
        ("usage/local-voice", Language.ZH, ["通话时长", "分钟", "计费时再据以批价"]),
    ],
)
def test_a_specification_is_shown_in_both_languages(
    cast: object, signed_in: SignedIn, where: str, language: Language, words: list[str]
) -> None:
    page = signed_in("viewer", language).get(f"/specifications/{where}").content.decode()
    assert [each for each in words if each not in page] == []
    assert "/retire" not in page


def test_what_is_not_there_is_not_found(manager: Client) -> None:
    for address in (
        "service/none",
        "mood/website",
        "service/website/9",
        "service/website/edit",
        "mood/x/edit",
        "usage/x/1/copy",
    ):
        assert manager.get(f"/specifications/{address}").status_code == 404, address
    for address in ("mood/website/publish", "service/none/publish", "service/none/1/draft", "mood/website/retire"):
        assert manager.post(f"/specifications/{address}", {"revision": "1"}).status_code == 404, address


def test_a_viewer_changes_nothing(cast: object, signed_in: SignedIn) -> None:
    people.grant_role(username="technician", role="manager", unit="tianhe", **WHO)
    for username in ("viewer", "technician"):
        client = signed_in(username)
        for address in ("new", "service/website/edit", "service/website/1/copy"):
            assert client.get(f"/specifications/{address}").status_code == 403, address
        for address in ("website/publish", "website/retire", "website/discard", "website/1/draft"):
            assert client.post(f"/specifications/service/{address}", {"revision": "1"}).status_code == 403, address
    assert [each.state for each in queries.versions(Sort.SERVICE, "website")] == ["published"]


def test_the_next_version_is_drafted_edited_and_published_with_the_offers(sold: None, manager: Client) -> None:
    page = manager.post(f"{WEBSITE}/1/draft", follow=True).content.decode()
    assert "The draft has been made." in page
    given = editor(manager)
    assert (given["char_0_name"], given["char_0_unit_en"], given["resources"]) == (
        ["space_gb"],
        ["GB"],
        ["ipv4", "ipv6_prefix"],
    )
    given |= {
        "char_1_name": ["backup"], "char_1_zh": ["备份"], "char_1_en": ["backup"], "char_1_type": ["words"],
        "char_1_choices": ["none: 无 / none\ndaily: 每日 / every day"], "char_1_default": ["weekly"],
        "char_1_needed": ["yes"], "char_1_configurable": ["no"],
    }  # fmt: skip
    part = manager.post(f"{WEBSITE}/edit", given, headers={"HX-Target": "check"}).content.decode()
    assert "the default of &#x27;backup&#x27; is none that it can be" in part
    assert "The draft has been saved." in saved(manager, WEBSITE, given | {"char_1_default": ["none"]})
    page = manager.get(WEBSITE).content.decode()
    assert "2 offers on sale get new versions that follow it" in page
    assert "every day" in page
    page = manager.post(f"{WEBSITE}/publish", {"revision": "2"}, follow=True).content.decode()
    assert "The version is in force, and the offers on sale follow it." in page
    assert "Version 2 of the specification in force; 2 offers on sale renewed by it" in page
    offer = offers.offer("website")
    assert (offer.number, offer.offer.characteristics) == (2, {"space_gb": 20, "backup": "none"})
    known = offer.specified.services["website"].by_name["backup"]
    assert (list(known.values), known.default, known.configurable, known.needed) == (
        ["none", "daily"],
        "none",
        False,
        True,
    )
    page = manager.get("/offers/website").content.decode()
    assert "Version 2 of the offer on sale, by the new version of “website”" in page
    difference = manager.get("/offers/website/compare").content.decode()
    assert "backup" in difference


def test_what_would_break_an_offer_on_sale_says_so_and_stays_a_draft(sold: None, manager: Client) -> None:
    manager.post(f"{WEBSITE}/1/draft")
    saved(manager, WEBSITE, editor(manager) | {"char_0_most": ["10"]})
    page = manager.post(f"{WEBSITE}/publish", {"revision": "2"}, follow=True).content.decode()
    assert "Company website (characteristics: &#x27;space (GB)&#x27; has to be a whole number from 1 to 10)" in page
    assert offers.offer("website").number == 1
    assert [each.state for each in queries.versions(Sort.SERVICE, "website")] == ["draft", "published"]
    assert rows.specified().services["website"].by_name["space_gb"].most == 400_000


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"char_0_most": ["many"]}, "&#x27;many&#x27; cannot be read, write a whole number such as 100"),
        ({"char_0_name": ["No Name"]}, "This keeps it from being published"),
        ({"zh": [""], "en": [""]}, "This keeps it from being published"),
        ({"char_0_choices": ["长" * 600]}, "cannot be read, write code: Chinese / English"),
        ({"service": ["telepathy"]}, "there is no &#x27;telepathy&#x27;"),
    ],
)
def test_what_cannot_be_read_is_said_and_not_kept(manager: Client, given: dict[str, list[str]], said: str) -> None:
    manager.post(f"{WEBSITE}/1/draft")
    page = manager.post(f"{WEBSITE}/edit", editor(manager) | given).content.decode()
    assert said in page
    draft = queries.draft(Sort.SERVICE, "website")
    assert draft is not None
    assert (draft.revision, draft.entry) == (1, queries.specification(Sort.SERVICE, "website", 1).entry)


def test_a_usage_plan_is_begun_copied_published_retired_and_a_draft_given_up(manager: Client) -> None:
    told = {"code": "Data", "title_zh": "流量", "title_en": "traffic", "sort": "usage"}
    assert manager.post("/specifications/new", told).url == "/specifications/usage/data/edit"
    assert "is taken already" in manager.post("/specifications/new", told).content.decode()
    given = editor(manager, "/specifications/usage/data") | {
        "counts": ["data_volume"],
        "unit_zh": ["GB"],
        "unit_en": ["GB"],
    }
    saved(manager, "/specifications/usage/data", given)
    manager.post("/specifications/usage/data/publish", {"revision": "2"})
    assert rows.specified().plans["data"].counts == "data_volume"
    copied = manager.post(
        "/specifications/usage/data/1/copy", {"code": "data2", "title_zh": "流量二", "title_en": "traffic 2"}
    )
    assert copied.url == "/specifications/usage/data2/edit"
    assert manager.post("/specifications/usage/data2/discard").url == "/specifications"
    page = manager.post("/specifications/usage/data/retire", follow=True).content.decode()
    assert "No offer can be put on sale by it any more." in page
    assert "data" not in rows.specified().plans
    again = manager.post("/specifications/usage/data/retire", follow=True).content.decode()
    assert "there is nothing to retire" in again


def test_who_saves_upon_another_s_change_is_told(manager: Client) -> None:
    manager.post(f"{WEBSITE}/1/draft")
    given = editor(manager)
    saved(manager, WEBSITE, given | {"en": ["site"]})
    assert "Somebody else has just changed the draft (now revision 2)" in saved(
        manager, WEBSITE, given | {"en": ["mine"]}
    )
    draft = queries.draft(Sort.SERVICE, "website")
    assert draft is not None
    assert draft.title.en == "site"
    assert "Somebody else" in manager.post(f"{WEBSITE}/publish", {"revision": "1"}, follow=True).content.decode()


def test_the_editor_of_offers_knows_the_usage_plans(sold: None, manager: Client) -> None:
    page = manager.get("/offers/fibre-2000/edit").content.decode()
    assert '<datalist id="usage-plans"><option value="local-voice">local calls</option>' in page


def test_the_palette_finds_specifications(manager: Client) -> None:
    page = manager.get("/palette?q=subscriber").content.decode()
    assert "/specifications/resource/line_port/1" in page
    assert "resource specification" in page

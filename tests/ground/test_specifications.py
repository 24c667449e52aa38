"""The verbs of specifications and usage plans: drafts, publishing with the offers that follow, retiring; versions are kept."""

from __future__ import annotations

import copy
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction

from kapok.ground.catalog import api as catalog
from kapok.ground.catalog import demo as flows
from kapok.ground.catalog import queries as catalog_queries
from kapok.ground.catalog.offering import api as offer_api
from kapok.ground.catalog.offering import demo as offers
from kapok.ground.catalog.offering import queries as offer_queries
from kapok.ground.catalog.offering import rows as offer_rows
from kapok.ground.catalog.offering.models import OfferSpecification, OfferVersion
from kapok.ground.catalog.packs import pack_called
from kapok.ground.catalog.specifying import api, queries, rows, soundness
from kapok.ground.catalog.specifying.document import Characteristic, Sort, parse
from kapok.ground.catalog.specifying.models import SpecificationVersion
from kapok.ground.catalog.template import Unreadable
from kapok.ground.commitments import api as commitments
from kapok.ground.commitments import demo as packs
from kapok.ground.journal.models import Entry
from kapok.ground.people import demo as people
from kapok.ground.posts import demo as posts
from kapok.kernel.text import Text
from kapok.network.inventory.kinds import Kind
from tests import shipped, worlds
from tests.ground.conftest import AT, WHO
from tests.races import outcomes

LATER = {"actor": "staff/tester", "at": AT + timedelta(hours=1)}
FIBRE = next(each for each in shipped.SERVICES if each["code"] == "fibre-broadband")
CIRCUIT = next(each for each in shipped.SERVICES if each["code"] == "circuit")
WEBSITE = next(each for each in shipped.SERVICES if each["code"] == "website")
VISITS: dict[str, Any] = {
    "code": "visits", "title": {"zh": "网站访问", "en": "visits"}, "counts": "data_volume", "unit": {"zh": "GB", "en": "GB"},
}  # fmt: skip


def website(*stated: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The specification of websites, stating more."""
    return copy.deepcopy(WEBSITE) | {"characteristics": [*WEBSITE["characteristics"], *stated]} | more


def stated(name: str = "tls", **more: Any) -> dict[str, Any]:
    return {"name": name, "title": {"zh": "加密", "en": "encryption"}} | more


def publish(document: dict[str, Any], sort: Sort = Sort.SERVICE, **who: Any) -> int:
    """Draft and publish, as one does."""
    said = who or LATER
    api.draft_specification(sort=sort, document=document, **said)
    return api.publish_specification(sort=sort, code=document["code"], revision=1, **said)


@pytest.fixture
def sold(db: None) -> None:
    """What the demonstration sells."""
    worlds.begin("offers that follow specifications", _set_up)


def _set_up() -> None:
    for loader in (people, posts, packs, flows, offers):
        loader.load(AT)


def test_what_comes_along_is_in_force_without_a_demonstration(db: None) -> None:
    held = rows.specified()
    assert sorted(held.services) == ["circuit", "fibre-broadband", "payphone", "sim-voice", "voice-line", "website"]
    assert set(held.resources) < soundness.KINDS
    assert sorted(held.plans) == ["local-voice", "payphone-card", "sim-voice"]
    assert held.services["fibre-broadband"].by_name["down_mbps"].called == Text(
        zh="下行速率（Mbit/s）", en="download (Mbit/s)"
    )
    assert all(queries.findings(each.entry) == () for each in queries.shown(queries.newest_rows()))


def test_the_kinds_of_resources_are_those_of_the_inventory() -> None:
    assert frozenset(map(str, Kind)) == soundness.KINDS


def test_a_specification_is_drafted_changed_published_and_retired(db: None) -> None:
    said = {"sort": Sort.USAGE, "code": "visits"}
    assert api.draft_specification(sort=Sort.USAGE, document=VISITS, **WHO) == 1
    with pytest.raises(api.SpecificationDraftExists, match="visits"):
        api.draft_specification(sort=Sort.USAGE, document=VISITS, **WHO)
    other = VISITS | {"counts": "calls"}
    assert api.change_specification(document=other, revision=1, **said, **WHO) == 2
    with pytest.raises(api.SpecificationMoved, match="revision 2"):
        api.change_specification(document=VISITS, revision=1, **said, **WHO)
    with pytest.raises(api.SpecificationMoved):
        api.publish_specification(revision=1, **said, **WHO)
    with pytest.raises(api.SpecificationTaken):
        api.change_specification(document=VISITS | {"code": "other"}, revision=2, **said, **WHO)
    assert api.publish_specification(revision=2, **said, **WHO) == 1
    assert rows.specified().plans["visits"].counts == "calls"
    with pytest.raises(api.NoSpecificationDraft):
        api.publish_specification(revision=2, **said, **WHO)
    api.retire_specification(**said, **LATER)
    with pytest.raises(api.SpecificationNotInForce):
        api.retire_specification(**said, **LATER)
    with pytest.raises(api.UnknownSpecification, match="No usage plan has the code “nothing”"):
        api.retire_specification(sort=Sort.USAGE, code="nothing", **LATER)
    kinds = (
        Entry.objects.filter(subject="usage-specification/visits").order_by("position").values_list("kind", flat=True)
    )
    assert [kind.removeprefix("catalog.specification_") for kind in kinds] == [
        "drafted",
        "changed",
        "published",
        "retired",
    ]


def test_a_draft_is_copied_and_given_up(db: None) -> None:
    said = {"sort": Sort.SERVICE, "code": "circuit", "number": 1}
    api.copy_specification(to="circuit-x", title=Text(zh="专线", en="private line"), **said, **WHO)
    copied = queries.draft(Sort.SERVICE, "circuit-x")
    assert copied is not None
    assert (copied.title.en, copied.entry.document()["resources"]) == ("private line", CIRCUIT["resources"])
    with pytest.raises(api.SpecificationTaken):
        api.copy_specification(to="website", title=Text(zh="专线", en="private line"), **said, **WHO)
    api.discard_specification(sort=Sort.SERVICE, code="circuit-x", **WHO)
    assert not queries.exists("service", "circuit-x")
    with pytest.raises(api.UnknownSpecificationVersion):
        queries.specification(Sort.SERVICE, "circuit", 2)


def test_the_database_keeps_what_was_published(sold: None) -> None:
    first = SpecificationVersion.objects.filter(sort="service", code="circuit")
    links = OfferSpecification.objects.filter(specification__in=first)
    for change in (lambda: first.update(document={}), links.delete, lambda: links.update(version=uuid4())):
        with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
            change()
    assert rows.specified().services["circuit"].document() == parse(Sort.SERVICE, CIRCUIT).document()


@pytest.mark.parametrize(
    ("sort", "document", "code"),
    [
        (Sort.SERVICE, website(service="telepathy"), "unknown_value"),
        (Sort.SERVICE, website(resources=["gold"]), "unknown_value"),
        (Sort.SERVICE, website(resources=["dsl_port"]), "unknown_value"),
        (Sort.SERVICE, website(resources=["vlan", "vlan"]), "twice"),
        (Sort.SERVICE, website(stated("space_gb")), "twice"),
        (Sort.SERVICE, website(stated(type="number", least=2, most=1)), "range"),
        (Sort.SERVICE, website(stated(type="flag", default="yes")), "default"),
        (Sort.SERVICE, website(stated(type="number", most=5, default=6)), "default"),
        (Sort.SERVICE, website(stated(type="flag", choices=[{"value": "a", "title": {"zh": "甲", "en": "a"}}])), "choices"),
        (Sort.SERVICE, website(stated(choices=[{"value": "a", "title": {"zh": "甲", "en": "a"}}] * 2)), "twice"),
        (Sort.RESOURCE, {"code": "gold", "title": {"zh": "金", "en": "gold"}}, "unknown_value"),
    ],
)  # fmt: skip
def test_what_does_not_hang_together_is_not_published(
    db: None, sort: Sort, document: dict[str, Any], code: str
) -> None:
    number = api.draft_specification(sort=sort, document=document, **WHO)
    with pytest.raises(api.SpecificationRefused) as refused:
        api.publish_specification(sort=sort, code=document["code"], revision=1, **WHO)
    assert [each.code for each in refused.value.findings] == [code]
    assert all(each.text.zh and each.text.en for each in refused.value.findings)
    assert rows.version_called(sort, document["code"], number).state == "draft"


@pytest.mark.parametrize(
    ("sort", "document"),
    [
        (Sort.SERVICE, website(colour="red")),
        (Sort.SERVICE, website(stated("Not a name"))),
        (Sort.SERVICE, website(stated(type="colour"))),
        (Sort.RESOURCE, {"code": "vlan", "title": {"zh": "V", "en": "V"}, "states": "mood"}),
        (Sort.USAGE, {"code": "visits", "title": {"zh": "访问", "en": "visits"}}),
        (Sort.USAGE, VISITS | {"title": {"zh": "\0", "en": "x"}}),
    ],
)
def test_what_is_no_specification_is_refused(db: None, sort: Sort, document: dict[str, Any]) -> None:
    with pytest.raises(Unreadable):
        parse(sort, document)
    with pytest.raises(api.SpecificationRefused):
        api.draft_specification(sort=sort, document=document, **WHO)


@pytest.mark.parametrize(
    ("said", "good", "bad"),
    [
        ({"type": "flag"}, [True, False], [1, "yes"]),
        ({"type": "number"}, [1, 400_000], [0, 400_001, True, "1"]),
        ({"type": "number", "least": 32, "most": 64}, [32, 64], [31, 65]),
        ({}, ["anything"], [1, None]),
        ({"choices": [{"value": "a", "title": {"zh": "甲", "en": "A"}}]}, ["a"], ["b"]),
    ],
)
def test_what_fits(said: dict[str, Any], good: list[object], bad: list[object]) -> None:
    known = Characteristic.model_validate(stated(**said))
    assert ([known.fits(each) for each in good], [known.fits(each) for each in bad]) == (
        [True] * len(good), [False] * len(bad),
    )  # fmt: skip


# ---- what offers follow ----


def test_an_offer_follows_the_version_it_was_put_on_sale_with(sold: None) -> None:
    before, draft = offer_queries.offer("website"), website(stated(type="flag", default=True))
    offer_api.draft_offer(document=before.offer.document() | {"position": 1}, **WHO)
    trial = offer_queries.offer("trial-website")
    assert publish(draft) == 2
    after = offer_queries.offer("website")
    assert (before.number, after.number, after.offer.characteristics) == (1, 2, {"space_gb": 20, "tls": True})
    assert list(before.specified.services["website"].by_name) == ["space_gb"]
    assert list(after.specified.services["website"].by_name) == ["space_gb", "tls"]
    assert offer_queries.offer("website", 1).offer == before.offer
    waiting = offer_queries.draft("website")
    assert waiting is not None
    assert (waiting.number, waiting.revision, waiting.offer.position) == (3, 1, 1)
    assert offer_queries.offer("trial-website").number == trial.number + 1
    assert offer_queries.offer("voice").number == 1
    assert offer_api.publish_offer(code="website", revision=1, **LATER) == 3
    assert Entry.objects.filter(kind="catalog.offer_renewed").count() == 2
    told = Entry.objects.get(kind="catalog.specification_published")
    assert (told.subject, told.data["number"], told.data["replaces"], told.data["offers"]) == (
        "service-specification/website", 2, 1, 2,
    )  # fmt: skip


def test_what_offers_on_sale_would_not_fit_is_refused(sold: None) -> None:
    narrow = copy.deepcopy(CIRCUIT)
    narrow["characteristics"][2]["choices"] = narrow["characteristics"][2]["choices"][1:]
    api.draft_specification(sort=Sort.SERVICE, document=narrow, **WHO)
    with pytest.raises(api.BreaksOffers) as refused:
        api.publish_specification(sort=Sort.SERVICE, code="circuit", revision=1, **LATER)
    assert "Leased circuit 10 M (characteristics: 'protection' has to be protected)" in refused.value.text.en
    assert "数字电路 10M（业务参数：“保护方式”应为protected）" in refused.value.text.zh
    assert "100" not in refused.value.text.en
    assert (offer_queries.offer("circuit-10").number, offer_queries.offer("circuit-100").number) == (1, 1)
    assert list(rows.held("service", "circuit").order_by("number").values_list("state", flat=True)) == [
        "published", "draft",
    ]  # fmt: skip
    offer_api.retire_offer(code="circuit-10", **LATER)
    api.publish_specification(sort=Sort.SERVICE, code="circuit", revision=1, **LATER)
    assert offer_queries.offer("circuit-100").number == 2


def test_a_draft_that_was_refused_is_read_anew_once_it_is_mended(sold: None) -> None:
    narrow = copy.deepcopy(CIRCUIT)
    narrow["characteristics"][2]["choices"] = narrow["characteristics"][2]["choices"][1:]
    api.draft_specification(sort=Sort.SERVICE, document=narrow, **WHO)
    with pytest.raises(api.BreaksOffers), transaction.atomic():
        api.publish_specification(sort=Sort.SERVICE, code="circuit", revision=1, **LATER)
    api.change_specification(sort=Sort.SERVICE, code="circuit", document=CIRCUIT, revision=1, **LATER)
    assert api.publish_specification(sort=Sort.SERVICE, code="circuit", revision=2, **LATER) == 2
    assert offer_queries.offer("circuit-10").number == 2


def test_a_needed_characteristic_without_a_default_breaks_offers(sold: None) -> None:
    with pytest.raises(api.BreaksOffers, match="'encryption' is missing"):
        publish(website(stated(type="flag")))


def test_a_retired_specification_is_for_no_new_offer(sold: None) -> None:
    for sort, code in ((Sort.SERVICE, "website"), (Sort.RESOURCE, "sim"), (Sort.USAGE, "payphone-card")):
        api.retire_specification(sort=sort, code=code, **LATER)
    kept = offer_queries.offer("website")
    assert (kept.number, list(kept.specified.services)) == (1, ["website"])
    for code, finding in (("website", "unknown_spec"), ("sim-voice", "unknown_value"), ("payphone", "unknown_plan")):
        offer_api.draft_offer(document=offer_queries.offer(code).offer.document(), **LATER)
        with pytest.raises(offer_api.OfferRefused) as refused:
            offer_api.publish_offer(code=code, revision=1, **LATER)
        assert finding in [each.code for each in refused.value.findings]
        assert offer_queries.offer(code).number == 1


def test_an_offer_names_a_usage_plan_in_force(sold: None) -> None:
    document = offer_queries.offer("website").offer.document()
    document["prices"].append(
        {
            "kind": "usage",
            "title": {"zh": "流量", "en": "traffic"},
            "amount": 5,
            "per": VISITS["unit"],
            "plan": "visits",
        }
    )
    offer_api.draft_offer(document=document, **LATER)
    with pytest.raises(
        offer_api.OfferRefused, match="no usage plan 'visits' is in force: publish it first, or use one of local-voice"
    ):
        offer_api.publish_offer(code="website", revision=1, **LATER)
    publish(VISITS, Sort.USAGE)
    offer_api.publish_offer(code="website", revision=1, **LATER)
    assert list(offer_queries.offer("website").specified.plans) == ["visits"]
    assert publish(VISITS | {"counts": "calls"}, Sort.USAGE) == 2
    assert offer_queries.offer("website").number == 3
    assert offer_queries.offer("website", 2).specified.plans["visits"].counts == "data_volume"


def test_what_a_version_follows_is_read_once(sold: None, django_assert_num_queries: Any) -> None:
    version = OfferVersion.objects.get(code="circuit-10", state="published")
    offer_rows.specified(version.id)
    with django_assert_num_queries(0):
        assert offer_rows.specified(version.id).services["circuit"].code == "circuit"


def test_of_two_who_publish_at_once_one_does(transactional_db: None) -> None:
    api.draft_specification(sort=Sort.SERVICE, document=website(title={"zh": "网站", "en": "site"}), **WHO)
    came = outcomes(
        *(lambda: api.publish_specification(sort=Sort.SERVICE, code="website", revision=1, **WHO) for _ in range(3))
    )
    assert came == ["NoSpecificationDraft", "NoSpecificationDraft", "done"]


def test_an_offer_goes_on_sale_before_or_after_its_specification(transactional_db: None) -> None:
    _set_up()
    offer_api.draft_offer(document=offer_queries.offer("website").offer.document(), **WHO)
    came = outcomes(
        lambda: offer_api.publish_offer(code="website", revision=1, **LATER),
        lambda: publish(website(stated(type="flag", default=True))),
    )
    assert came == ["done", "done"]
    last = offer_queries.offer("website")
    assert (last.offer.characteristics.get("tls"), list(last.specified.services["website"].by_name)) == (
        True, ["space_gb", "tls"],
    )  # fmt: skip


# ---- packs that offers name ----


def test_a_pack_is_not_retired_while_an_offer_or_a_flow_names_its_promises(sold: None) -> None:
    with pytest.raises(commitments.PackNeeded, match="“guangzhou-pledges”: Telephone line, "):
        commitments.retire_pack(code="guangzhou-pledges", **LATER)
    assert pack_called("guangzhou-pledges") is not None
    for code in ("sme-blue", *(code for code, _ in offer_queries.codes() if code != "sme-blue")):
        offer_api.retire_offer(code=code, **LATER)
    with pytest.raises(commitments.PackNeeded) as refused:
        commitments.retire_pack(code="guangzhou-pledges", **LATER)
    assert "Telephone line" not in refused.value.text.en
    for each in catalog_queries.in_force():
        catalog.retire_flow(code=each.flow, **LATER)
    commitments.retire_pack(code="guangzhou-pledges", **LATER)
    assert pack_called("guangzhou-pledges") is None
    offer_api.draft_offer(document=offer_queries.offer("website", 1).offer.document(), **LATER)
    with pytest.raises(offer_api.OfferRefused, match="no pack in force holds the promise 'guangzhou-pledges/reply'"):
        offer_api.publish_offer(code="website", revision=1, **LATER)

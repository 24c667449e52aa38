"""The verbs of offers: drafts, publishing with findings, retiring; versions are kept, running orders keep theirs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils.module_loading import import_string

from kapok.ground.catalog import api as catalog
from kapok.ground.catalog.cast import INSTALL
from kapok.ground.catalog.offering import api, checking, queries, rules
from kapok.ground.catalog.offering import demo as offering_demo
from kapok.ground.catalog.offering.models import OfferVersion
from kapok.ground.journal.models import Entry
from kapok.ground.people import demo as people_demo
from kapok.ground.posts import api as posts
from kapok.kernel.money import Money
from kapok.kernel.text import Text
from tests import worlds
from tests.ground.conftest import AT, WHO
from tests.races import outcomes

LATER = {"actor": "staff/tester", "at": AT + timedelta(hours=1)}
FIBRE: dict[str, Any] = {
    "code": "fibre-100",
    "title": {"zh": "百兆宽带", "en": "Broadband 100 M"},
    "segments": ["public", "business"],
    "channels": ["public", "hotline"],
    "service": "fixed_broadband",
    "spec": "fibre-broadband",
    "characteristics": {"down_mbps": 100, "up_mbps": 20, "profile": "res-100"},
    "resources": [{"kind": "pon_port"}, {"kind": "splitter_port"}, {"kind": "vlan"}],
    "prices": [
        {"kind": "one_off", "title": {"zh": "安装费", "en": "installation"}, "amount": 10000},
        {"kind": "recurring", "title": {"zh": "月租", "en": "rental"}, "amount": 8800},
    ],
    "actions": ["install", "move"],
    "promises": [{"pack": "guangzhou-pledges", "code": "install"}],
}


@pytest.fixture
def flows(db: None) -> None:
    worlds.begin("a flow to sell by", _set_up)


def _set_up() -> None:
    people_demo.load(AT)
    posts.define_skill(code="fibre", title=Text(zh="光纤熔接", en="Fibre splicing"), **WHO)
    catalog.draft_flow(document=INSTALL, **WHO)
    catalog.publish_flow(code="install", revision=1, **WHO)


def test_an_offer_is_drafted_changed_published_and_retired(flows: None) -> None:
    assert api.draft_offer(document=FIBRE, **WHO) == 1
    cheaper = FIBRE | {"title": {"zh": "百兆", "en": "100 M"}}
    assert api.change_offer(code="fibre-100", document=cheaper, revision=1, **WHO) == 2
    assert api.publish_offer(code="fibre-100", revision=2, **WHO) == 1
    view = queries.offer("fibre-100")
    assert (view.code, view.number, view.state, view.title.en) == ("fibre-100", 1, "published", "100 M")
    quote = rules.price(view.offer, 2)
    assert (quote.one_off, quote.monthly) == (Money(20000, "CNY"), Money(17600, "CNY"))
    api.retire_offer(code="fibre-100", **LATER)
    with pytest.raises(api.OfferNotOnSale):
        queries.offer("fibre-100")
    assert queries.offer("fibre-100", 1).offer == view.offer
    assert [each.kind for each in Entry.objects.filter(subject="offer/fibre-100").order_by("id")] == [
        "catalog.offer_drafted", "catalog.offer_changed", "catalog.offer_published", "catalog.offer_retired",
    ]  # fmt: skip


def test_the_database_keeps_what_was_published(flows: None) -> None:
    api.draft_offer(document=FIBRE, **WHO)
    api.publish_offer(code="fibre-100", revision=1, **WHO)
    for change in (
        lambda rows: rows.update(document={}),
        lambda rows: rows.update(state="draft", published_at=None),
        lambda rows: rows.delete(),
    ):
        with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
            change(OfferVersion.objects.filter(code="fibre-100"))
    assert queries.offer("fibre-100").offer.document() == queries.parsed(FIBRE).document()


def test_what_lacks_a_flow_is_not_published(flows: None) -> None:
    api.draft_offer(document=FIBRE | {"actions": ["install", "renumber"]}, **WHO)
    with pytest.raises(api.OfferRefused) as refused:
        api.publish_offer(code="fibre-100", revision=1, **WHO)
    assert [(each.where, each.code) for each in refused.value.findings] == [("actions", "no_flow")]
    assert queries.draft("fibre-100") is not None
    assert not Entry.objects.filter(kind="catalog.offer_published").exists()


def test_a_draft_is_one_and_moves_only_for_who_has_read_it(flows: None) -> None:
    api.draft_offer(document=FIBRE, **WHO)
    with pytest.raises(api.OfferDraftExists):
        api.draft_offer(document=FIBRE, **WHO)
    with pytest.raises(api.OfferTaken):
        api.change_offer(code="fibre-100", document=FIBRE | {"code": "other"}, revision=1, **WHO)
    with pytest.raises(api.OfferRefused):
        api.change_offer(code="fibre-100", document=FIBRE | {"colour": "red"}, revision=1, **WHO)
    for moved in (
        lambda: api.change_offer(code="fibre-100", document=FIBRE, revision=7, **WHO),
        lambda: api.publish_offer(code="fibre-100", revision=7, **WHO),
    ):
        with pytest.raises(api.OfferMoved, match="revision 1"):
            moved()
    api.discard_offer(code="fibre-100", **WHO)
    assert not OfferVersion.objects.exists()
    for unknown in (
        lambda: api.discard_offer(code="fibre-100", **WHO),
        lambda: api.publish_offer(code="fibre-100", revision=1, **WHO),
        lambda: api.retire_offer(code="fibre-100", **WHO),
        lambda: queries.offer("fibre-100"),
        lambda: queries.offer("fibre-100", 1),
        lambda: queries.why_not("fibre-100", {}, "", AT),
    ):
        with pytest.raises(api.UnknownOffer):
            unknown()


def test_orders_keep_their_version_and_a_past_moment_its_offers(flows: None) -> None:
    api.draft_offer(document=FIBRE, **WHO)
    api.publish_offer(code="fibre-100", revision=1, **WHO)
    api.draft_offer(document=FIBRE | {"segments": ["business"]}, **LATER)
    api.copy_offer(code="fibre-100", number=2, to="fibre-b", title=queries.offer("fibre-100").title, **LATER)
    api.discard_offer(code="fibre-100", **LATER)
    with pytest.raises(api.NoOfferDraft):
        api.discard_offer(code="fibre-100", **LATER)
    with pytest.raises(api.OfferTaken):
        api.copy_offer(code="fibre-100", number=1, to="fibre-b", title=queries.offer("fibre-100").title, **LATER)
    api.draft_offer(document=FIBRE | {"segments": ["business"]}, **LATER)
    assert api.publish_offer(code="fibre-100", revision=1, **LATER) == 2
    assert queries.offer("fibre-100", 1).offer.segments == ("public", "business")
    with pytest.raises(api.UnknownOfferVersion):
        queries.offer("fibre-100", 3)
    someone, after = {"segment": "public"}, LATER["at"]
    assert [each.number for each in queries.on_sale(someone, "public", AT)] == [1]
    assert queries.on_sale(someone, "public", after) == []
    assert queries.on_sale(someone, "public", AT - timedelta(seconds=1)) == []
    assert [each.number for each in queries.on_sale({"segment": "business"}, "public", after)] == [2]
    assert queries.why_not("fibre-100", someone, "public", AT) is None
    assert queries.why_not("fibre-100", someone, "public", after) == Text(
        zh="只售给客户群：商务客户", en="it is sold only for segment business"
    )
    api.retire_offer(code="fibre-100", **LATER)
    told = queries.why_not("fibre-100", someone, "public", after)
    assert told is not None
    assert "已停售" in told.zh
    published = Entry.objects.filter(kind="catalog.offer_published").order_by("id").last()
    assert published is not None
    assert published.data == {"offer": "fibre-100", "number": 2, "replaces": 1}


def _draft_bundle() -> None:
    for code in ("one", "two"):
        api.draft_offer(document=FIBRE | {"code": code}, **WHO)
        api.publish_offer(code=code, revision=1, **WHO)
    bundle = {
        "code": "both",
        "title": FIBRE["title"],
        "kind": "bundle",
        "parts": ["one", "two"],
        "prices": FIBRE["prices"],
    }
    api.draft_offer(document=bundle, **WHO)


def test_a_bundle_holds_its_parts_on_sale(flows: None) -> None:
    _draft_bundle()
    api.publish_offer(code="both", revision=1, **WHO)
    assert [each.code for each in queries.parts(queries.offer("both").offer)] == ["one", "two"]
    with pytest.raises(api.PartOfBundle, match="both"):
        api.retire_offer(code="one", **LATER)
    foreign = [price | {"currency": "EUR"} for price in FIBRE["prices"]]
    api.draft_offer(document=FIBRE | {"code": "one", "prices": foreign}, **LATER)
    with pytest.raises(api.PartOfBundle):
        api.publish_offer(code="one", revision=1, **LATER)
    assert queries.offer("one").number == 1
    api.retire_offer(code="both", **LATER)
    api.publish_offer(code="one", revision=1, **LATER)
    api.retire_offer(code="two", **LATER)
    assert queries.codes() == [("one", queries.offer("one").title)]


def test_of_two_who_publish_at_once_one_does(transactional_db: None) -> None:
    _set_up()
    api.draft_offer(document=FIBRE, **WHO)
    came = outcomes(*(lambda: api.publish_offer(code="fibre-100", revision=1, **WHO) for _ in range(4)))
    assert came == ["NoOfferDraft", "NoOfferDraft", "NoOfferDraft", "done"]
    assert Entry.objects.filter(kind="catalog.offer_published").count() == 1


def test_a_part_is_not_retired_while_its_bundle_is_published(transactional_db: None) -> None:
    _set_up()
    _draft_bundle()
    outcomes(lambda: api.publish_offer(code="both", revision=1, **WHO), lambda: api.retire_offer(code="one", **LATER))
    sold = {code for code, _ in queries.codes()}
    assert sold in ({"one", "two", "both"}, {"two"})


def test_two_who_draft_at_once_make_one_draft(transactional_db: None) -> None:
    came = outcomes(*(lambda: api.draft_offer(document=FIBRE, **WHO) for _ in range(4)))
    assert came == ["OfferDraftExists", "OfferDraftExists", "OfferDraftExists", "done"]
    assert OfferVersion.objects.count() == Entry.objects.filter(kind="catalog.offer_drafted").count() == 1


def test_the_demonstration_sells_what_its_flows_can_carry_out(db: None) -> None:
    for loader in ("people", "posts", "commitments", "catalog", "catalog.offering"):
        import_string(f"kapok.ground.{loader}.demo.load")(AT)
    sold = [each.code for each in queries.on_sale({}, "", AT)]
    assert sold[:4] == ["voice", "fibre-100", "fibre-300", "fibre-1000"]
    everyday = {"segment": "public", "area": "urban"}
    assert [each.code for each in queries.on_sale(everyday, "public", AT)] == [
        "voice", "fibre-100", "fibre-300", "fibre-1000", "sim-voice", "trial-fibre-1000",
    ]  # fmt: skip
    assert [each.code for each in queries.on_sale({}, "transient", AT)] == ["payphone"]
    taken = queries.flows_taken(queries.offer("circuit-100").offer)["install"]
    assert list(taken) == ["circuit", "circuit-sl1", "circuit-sl2", "circuit-sl3"]
    with pytest.raises(api.OfferNotOnSale):
        queries.offer("wireless-local")
    draft = queries.draft("fibre-2000")
    assert draft is not None
    assert [each.code for each in checking.findings(draft.offer)] == ["missing"]
    assert (draft.state_name.en, queries.offer("voice").state_name.en) == ("draft", "on sale")
    before = OfferVersion.objects.count()
    offering_demo.load(AT)
    assert OfferVersion.objects.count() == before

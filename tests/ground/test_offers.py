"""The verbs of offers: drafts, publishing with findings, retiring; versions are kept, running orders keep theirs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils.module_loading import import_string

from kapok.ground.catalog import api as catalog
from kapok.ground.catalog.cast import INSTALL
from kapok.ground.catalog.offering import api, queries, rules
from kapok.ground.catalog.offering import demo as offering_demo
from kapok.ground.catalog.offering.models import OfferVersion
from kapok.ground.journal.models import Entry
from kapok.ground.people import demo as people_demo
from kapok.kernel.money import Money
from tests.ground.conftest import AT, WHO

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
    people_demo.load(AT)
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


def test_the_demonstration_sells_what_its_flows_can_carry_out(db: None) -> None:
    for loader in ("people", "posts", "commitments", "catalog", "catalog.offering"):
        import_string(f"kapok.ground.{loader}.demo.load")(AT)
    offering_demo.load(AT)
    sold = [each.code for each in queries.on_sale({}, "", AT)]
    assert sold[:4] == ["voice", "fibre-100", "fibre-300", "fibre-1000"]

"""The verbs of the catalogue: drafts, publishing, retiring, and the pack of stage promises that comes of it."""

from __future__ import annotations

import copy
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from kapok.ground.catalog import api as catalog
from kapok.ground.catalog import demo, queries
from kapok.ground.catalog.cast import FLOWS, REPAIR, REPLY
from kapok.ground.catalog.models import FlowTemplate, FlowVersion
from kapok.ground.catalog.template import Line
from kapok.ground.journal.models import Entry
from kapok.ground.people import demo as people_demo
from kapok.ground.posts import api as posts
from kapok.kernel.errors import KapokError
from kapok.kernel.promises import Entry as Happened
from kapok.kernel.promises import Outcome, judge_all, parse
from kapok.kernel.text import Text
from tests import worlds
from tests.ground.conftest import AT, WHO
from tests.races import outcomes

OTHER_LINE = REPAIR | {"line": "supervision"}
LATER = {"actor": "staff/tester", "at": AT + timedelta(hours=1)}


@pytest.fixture
def units(db: None) -> SimpleNamespace:
    worlds.begin("cast with a skill", _set_up)
    return SimpleNamespace()


def _set_up() -> None:
    people_demo.load(AT)
    posts.define_skill(code="fibre", title=Text(zh="光纤熔接", en="Fibre splicing"), **WHO)


@pytest.fixture
def published(units: SimpleNamespace) -> dict[str, Any]:
    catalog.draft_flow(document=REPAIR, **WHO)
    catalog.publish_flow(code="repair", revision=1, **WHO)
    return REPAIR


def of_the_bureau() -> dict[str, Any]:
    """The repair, every stage of it held by one unit."""
    stages = [node | ({"unit": "bureau", "skill": ""} if node["kind"] == "stage" else {}) for node in REPAIR["nodes"]]
    return REPAIR | {"nodes": stages}


def longer(document: dict[str, Any], stage: str, budget: str) -> dict[str, Any]:
    document = copy.deepcopy(document)
    next(node for node in document["nodes"] if node["code"] == stage)["budget"] = budget
    return document


def told(kind: str) -> list[Entry]:
    return list(Entry.objects.filter(kind=kind).order_by("id"))


def test_a_flow_is_drafted_changed_and_published(units: SimpleNamespace) -> None:
    assert catalog.draft_flow(document=REPAIR, **WHO) == 1
    assert catalog.change_draft(code="repair", document=longer(REPAIR, "cable", "15 hours"), revision=1, **WHO) == 2
    assert catalog.publish_flow(code="repair", revision=2, **LATER) == 1
    version = queries.version("repair", 1)
    assert (version.state, version.published_at, version.line) == ("published", LATER["at"], Line.ASSURANCE)
    assert version.applies == {"service": ("fixed_voice", "fixed_broadband")}
    assert str(queries.flow("repair", 1).stages["cable"].budget) == "15 hours"
    assert [each.kind for each in Entry.objects.filter(subject="flow/repair").order_by("id")] == [
        "catalog.flow_drafted", "catalog.draft_changed", "catalog.flow_published",
    ]  # fmt: skip
    (entry,) = told("catalog.flow_published")
    assert entry.data == {
        "flow": "repair", "number": 1, "pack": "flow-repair-v1", "total": {"zh": "17:00", "en": "17:00"},
        "room": {"zh": "18:00", "en": "18:00"}, "replaces": None,
    }  # fmt: skip


def test_the_next_version_replaces_the_one_before_and_both_stay(published: dict[str, Any]) -> None:
    assert catalog.draft_flow(document=longer(REPAIR, "cable", "15 hours"), **LATER) == 2
    catalog.publish_flow(code="repair", revision=1, **LATER)
    assert [(each.number, each.state) for each in queries.versions("repair")] == [(2, "published"), (1, "retired")]
    assert str(queries.flow("repair", 1).stages["cable"].budget) == "16 hours"
    assert told("catalog.flow_published")[-1].data["replaces"] == 1
    assert queries.flow_for(Line.ASSURANCE, {"service": "fixed_voice"}).number == 2


def test_budgets_that_do_not_fit_are_not_published(units: SimpleNamespace) -> None:
    catalog.draft_flow(document=longer(REPAIR, "cable", "17 hours"), **WHO)
    with pytest.raises(catalog.FlowRefused, match=r"accept → dispatch → cable .* take 19:00, more than the 18:00"):
        catalog.publish_flow(code="repair", revision=1, **WHO)
    assert queries.version("repair", 1).state == "draft"
    assert told("catalog.flow_published") == []


def test_a_promise_that_is_not_there_is_named(units: SimpleNamespace) -> None:
    for pack, code in (
        ("guangzhou-pledges", "flight"),
        ("no-such-pack", "repair"),
        ("guangzhou-pledges", "SL1-availability"),
    ):
        document = REPAIR | {"code": f"x-{code.lower()}", "serves": {"pack": pack, "code": code}}
        catalog.draft_flow(document=document, **WHO)
        with pytest.raises(catalog.FlowRefused, match=f"{pack}/{code}"):
            catalog.publish_flow(code=document["code"], revision=1, **WHO)
        catalog.discard_draft(code=document["code"], **WHO)


def test_there_is_one_draft_at_a_time(published: dict[str, Any]) -> None:
    catalog.draft_flow(document=REPAIR, **WHO)
    with pytest.raises(catalog.DraftExists, match="version 2"):
        catalog.draft_flow(document=REPAIR, **WHO)
    assert len(queries.versions("repair")) == 2


def test_a_change_over_somebody_elses_is_refused(units: SimpleNamespace) -> None:
    catalog.draft_flow(document=REPAIR, **WHO)
    catalog.change_draft(code="repair", document=longer(REPAIR, "cable", "15 hours"), revision=1, **WHO)
    with pytest.raises(catalog.DraftMoved, match="revision 2"):
        catalog.change_draft(code="repair", document=REPAIR, revision=1, **WHO)
    with pytest.raises(catalog.DraftMoved):
        catalog.publish_flow(code="repair", revision=1, **WHO)
    assert str(queries.flow("repair", 1).stages["cable"].budget) == "15 hours"


@pytest.mark.parametrize(
    ("verb", "refusal"),
    [
        (lambda: catalog.change_draft(code="repair", document=REPAIR, revision=1, **WHO), catalog.NoDraft),
        (lambda: catalog.change_draft(code="other", document=REPAIR, revision=1, **WHO), catalog.UnknownFlow),
        (lambda: catalog.change_draft(code="repair", document=REPAIR | {"code": "x"}, revision=1, **WHO), catalog.FlowTaken),
        (lambda: catalog.change_draft(code="repair", document=OTHER_LINE, revision=1, **WHO), catalog.LineFixed),
        (lambda: catalog.draft_flow(document=REPAIR | {"line": "fulfilment"}, **WHO), catalog.LineFixed),
        (lambda: catalog.draft_flow(document={"code": "x"}, **WHO), catalog.FlowRefused),
        (lambda: catalog.discard_draft(code="repair", **WHO), catalog.NoDraft),
        (lambda: catalog.publish_flow(code="repair", revision=1, **WHO), catalog.NoDraft),
        (lambda: catalog.publish_flow(code="other", revision=1, **WHO), catalog.UnknownFlow),
        (lambda: catalog.retire_flow(code="other", **WHO), catalog.UnknownFlow),
        (lambda: catalog.copy_flow(code="repair", number=9, to="x", title=Text(zh="甲", en="x"), **WHO), catalog.UnknownVersion),
        (lambda: catalog.copy_flow(code="repair", number=1, to="repair", title=Text(zh="甲", en="x"), **WHO), catalog.FlowTaken),
        (lambda: catalog.copy_flow(code="repair", number=1, to="A b", title=Text(zh="甲", en="x"), **WHO), catalog.FlowRefused),
        (lambda: queries.flow("other", 1), catalog.UnknownFlow),
        (lambda: queries.versions("other"), catalog.UnknownFlow),
    ],
)  # fmt: skip
def test_what_is_not_there_is_refused_and_nothing_happens(
    published: dict[str, Any], verb: Any, refusal: type[KapokError]
) -> None:
    entries, versions = Entry.objects.count(), list(FlowVersion.objects.values())
    with pytest.raises(refusal):
        verb()
    assert (Entry.objects.count(), list(FlowVersion.objects.values())) == (entries, versions)


def test_a_draft_is_discarded_and_an_unpublished_flow_with_it(published: dict[str, Any]) -> None:
    catalog.draft_flow(document=REPAIR, **WHO)
    catalog.discard_draft(code="repair", **WHO)
    assert [each.number for each in queries.versions("repair")] == [1]
    catalog.draft_flow(document=REPLY, **WHO)
    catalog.discard_draft(code="business-reply", **WHO)
    assert not FlowTemplate.objects.filter(code="business-reply").exists()


def test_a_retired_flow_takes_no_new_matter(published: dict[str, Any]) -> None:
    catalog.retire_flow(code="repair", **LATER)
    with pytest.raises(catalog.NoFlow):
        queries.flow_for(Line.ASSURANCE, {"service": "fixed_voice"})
    with pytest.raises(catalog.NotPublished):
        catalog.retire_flow(code="repair", **LATER)
    assert [entry.data for entry in told("catalog.flow_retired")] == [{"flow": "repair", "number": 1}]


def test_two_flows_of_the_same_reach_are_not_both_in_force(published: dict[str, Any]) -> None:
    catalog.copy_flow(code="repair", number=1, to="voice-repair", title=Text(zh="语音故障", en="Voice faults"), **WHO)
    with pytest.raises(catalog.SameReach, match="“repair”"):
        catalog.publish_flow(code="voice-repair", revision=1, **WHO)
    closer = REPAIR | {"code": "voice-repair", "applies": {"service": ["fixed_voice"], "segment": ["business"]}}
    catalog.change_draft(code="voice-repair", document=closer, revision=1, **WHO)
    catalog.publish_flow(code="voice-repair", revision=2, **WHO)
    chosen = queries.flow_for(Line.ASSURANCE, {"service": "fixed_voice", "segment": "business"})
    assert chosen.flow == "voice-repair"


@pytest.mark.parametrize(
    "change",
    [
        {"document": {}}, {"number": 7}, {"state": "draft", "published_at": None}, {"stage_pack": "x"}, {"segment": ["public"]},
    ],
)  # fmt: skip
def test_the_database_keeps_a_published_version(published: dict[str, Any], change: dict[str, Any]) -> None:
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        FlowVersion.objects.filter(template__code="repair").update(**change)
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        FlowVersion.objects.filter(template__code="repair").delete()


def test_a_retired_version_does_not_come_back(published: dict[str, Any]) -> None:
    catalog.retire_flow(code="repair", **LATER)
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        FlowVersion.objects.filter(template__code="repair").update(state="published", retired_at=None)


def test_the_demonstration_loads_once_and_its_packs_are_sound(units: SimpleNamespace) -> None:
    demo.load(AT)
    demo.load(AT)
    assert [each.flow for each in queries.in_force()] == sorted(each["code"] for each in FLOWS)
    for each in queries.in_force():
        pack = parse(queries.stage_pack(each.flow, each.number), each.flow)
        assert pack.code == f"flow-{each.flow}-v1"
        assert [row.code for row in pack.promises] == list(queries.flow(each.flow, 1).stages)
        assert {row.tier for row in pack.promises} == {"stage"}


def test_the_stage_pack_judges_a_hand_off(published: dict[str, Any]) -> None:
    assert queries.stage_pack("repair", 1).startswith("code: flow-repair-v1\n")
    pack = parse(queries.stage_pack("repair", 1), "flow-repair-v1")
    at, facts = datetime(2026, 3, 2, 1, 0, tzinfo=UTC), {"flow": "repair", "flow_version": "1", "stage": "dispatch"}
    entries = [Happened("handoff.offered", at, facts), Happened("handoff.delivered", at + timedelta(minutes=16), facts)]
    (judged,) = judge_all(pack, entries, facts, at + timedelta(days=1))
    assert (judged.promise.code, judged.state, judged.due_at) == (
        "dispatch",
        Outcome.BROKEN,
        at + timedelta(minutes=15),
    )


def test_the_working_hours_of_the_promise_are_those_of_its_stages(units: SimpleNamespace) -> None:
    demo.load(AT)
    pack = parse(queries.stage_pack("business-reply", 1), "x")
    assert pack.promises[0].calendar == "business-08-22"
    assert pack.promises[0].working


def test_the_list_shows_of_each_flow_the_version_that_counts(units: SimpleNamespace) -> None:
    demo.load(AT)
    catalog.draft_flow(document=REPAIR, **LATER)
    found = queries.shown(queries.newest_rows(text="宽带故障"))
    assert [(each.number, each.state) for each in found] == [(2, "draft")]
    fulfilment = {each["code"] for each in FLOWS if each["line"] == "fulfilment"}
    assert {"install", "business-reply"} < fulfilment
    assert {each.flow for each in queries.shown(queries.newest_rows(line="fulfilment"))} == fulfilment
    assert [each.flow for each in queries.shown(queries.newest_rows(state="draft"))] == ["repair"]


@pytest.mark.parametrize("attempt", range(3))
def test_of_two_publishers_one_succeeds(committed_office: SimpleNamespace, attempt: int) -> None:
    document = of_the_bureau()
    catalog.draft_flow(document=document, **WHO)
    assert outcomes(*[lambda: catalog.publish_flow(code="repair", revision=1, **WHO)] * 2) == ["NoDraft", "done"]
    assert FlowVersion.objects.get().state == "published"


def test_two_flows_of_the_same_reach_race(committed_office: SimpleNamespace) -> None:
    document = of_the_bureau()
    for code in ("one", "other"):
        catalog.draft_flow(document=document | {"code": code}, **WHO)
    outcome = outcomes(
        *[lambda code=code: catalog.publish_flow(code=code, revision=1, **WHO) for code in ("one", "other")]
    )
    assert outcome == ["SameReach", "done"]


def test_two_drafters_race(committed_office: SimpleNamespace) -> None:
    assert outcomes(*[lambda: catalog.draft_flow(document=REPAIR, **WHO)] * 3) == ["DraftExists"] * 2 + ["done"]

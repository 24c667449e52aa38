"""The screens of flows over HTTP: what is shown, what is refused, and that the refused thing did not happen."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from kapok.ground.catalog import api as catalog
from kapok.ground.catalog import demo, queries
from kapok.ground.catalog.cast import REPAIR
from kapok.ground.people import api as people
from kapok.ground.people.cast import Login
from kapok.ground.posts import api as posts
from kapok.ground.work.models import Matter
from kapok.kernel.text import Language, Text
from tests import worlds
from tests.console import office
from tests.console.conftest import AT, SignedIn

WHO = {"actor": "staff/tester", "at": AT}


@pytest.fixture
def flows(cast: dict[str, Login]) -> None:
    worlds.begin("flows of the demonstration", _set_up)


def _set_up() -> None:
    posts.define_skill(code="fibre", title=Text(zh="光纤熔接", en="Fibre splicing"), **WHO)
    demo.load(AT)


@pytest.fixture
def manager(flows: None, signed_in: SignedIn) -> Client:
    return signed_in("manager", Language.EN)


@pytest.fixture
def drafted(manager: Client) -> Client:
    catalog.draft_flow(document=REPAIR, **WHO)
    return manager


def fields(page: str) -> dict[str, str]:
    """What a browser would send of the editor."""
    found: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", page):
        said = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if "name" in said and (said.get("type") != "checkbox" or " checked" in tag):
            found[said["name"]] = unescape(said.get("value", "on"))
    for name, words in re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>([^<]*)', page):
        found[name] = unescape(words)
    for name, options in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r"<option selected>([^<]*)", options) or re.search(r"<option[^>]*>([^<]*)", options)
        found[name] = chosen[1] if chosen else ""
    return found


def editor(client: Client, code: str = "repair") -> dict[str, str]:
    return fields(client.get(f"/flows/{code}/edit").content.decode())


def test_a_stage_is_given_to_the_system_and_taken_back(drafted: Client) -> None:
    typed = editor(drafted) | {"do": "save"}
    drafted.post("/flows/repair/edit", typed | {"node-test-runs": "test", "node-dispatch-runs": "pray"})
    stages = queries.flow("repair", 2).stages
    assert (stages["test"].runs, stages["dispatch"].runs) == ("test", "")
    page = drafted.get("/flows/repair").content.decode()
    assert page.count('<g class="gear"') == 1
    assert drafted.post("/flows/repair/edit", typed | {"revision": "2", "node-test-runs": ""}).status_code == 302
    assert queries.flow("repair", 2).stages["test"].runs == ""


def test_a_stage_is_offered_by_name_and_to_whoever_holds_it_again(drafted: Client) -> None:
    typed = editor(drafted) | {"do": "save"}
    named = {"node-accept-addressee": "account_manager", "node-test-addressee": "agent"}
    assert drafted.post("/flows/repair/edit", typed | named).status_code == 302
    stages = queries.flow("repair", 2).stages
    assert (stages["accept"].addressee, stages["test"].addressee) == ("account_manager", "")
    said = "offered by name to the account manager, who is the first contact once they accept"
    assert unescape(drafted.get("/flows/repair").content.decode()).count(said) == 1
    compared = unescape(drafted.get("/flows/repair/compare?from=1&to=2").content.decode())
    assert "offered by name to" in compared
    assert '<option value="account_manager" selected>' in drafted.get("/flows/repair/edit").content.decode()
    again = typed | {"revision": "2", "node-accept-addressee": ""}
    assert drafted.post("/flows/repair/edit", again).status_code == 302
    assert queries.flow("repair", 2).stages["accept"].addressee == ""


def test_what_the_customer_is_told_is_typed_shown_and_left_to_plain_words_again(drafted: Client) -> None:
    typed = editor(drafted) | {"do": "save"}
    assert typed["node-test-told-zh"] == typed["node-test-told-en"] == ""
    said = {"node-test-told-zh": "我们测试您的线路。", "node-test-told-en": "We test your line."}
    assert drafted.post("/flows/repair/edit", typed | said).status_code == 302
    assert str(queries.flow("repair", 2).stages["test"].told) == str(Text("我们测试您的线路。", "We test your line."))
    assert "The customer is told: We test your line." in unescape(drafted.get("/flows/repair").content.decode())
    compared = unescape(drafted.get("/flows/repair/compare?from=1&to=2").content.decode())
    assert "the customer is told" in compared
    again = editor(drafted) | {"do": "save", "node-test-told-zh": "", "node-test-told-en": ""}
    assert drafted.post("/flows/repair/edit", again).status_code == 302
    assert queries.flow("repair", 2).stages["test"].told is None
    installing = unescape(drafted.get("/flows/install").content.decode())
    assert "The customer is told: We call you to agree when we come." in installing


def test_the_list_shows_flows_by_line_state_and_words(flows: None, signed_in: SignedIn) -> None:
    client = signed_in("viewer")
    page = client.get("/flows").content.decode()
    assert "固定电话与宽带故障修复" in page
    assert "新建流程" not in page
    assert "固定电话与宽带故障修复" not in client.get("/flows?line=fulfilment").content.decode()
    assert "没有这样的流程" in client.get("/flows?state=draft").content.decode()
    part = client.get("/flows?text=SL1", headers={"HX-Target": "flow-rows"}).content.decode()
    assert "SL1 大客户故障" in part
    assert "<html" not in part


def test_a_flow_is_shown_with_its_picture_and_sums(flows: None, signed_in: SignedIn) -> None:
    page = signed_in("viewer", Language.EN).get("/flows/repair").content.decode()
    assert "Longest path 18:00 of 18:00" in page
    assert '<svg class="flow flow-' in page
    assert "style=" not in page.split("<main")[1].split("</main>")[0]
    assert "Accept, line test, pre-handle → Dispatch → Repair of the cable → Recovery test" in unescape(page)
    assert "Publish" not in page


@pytest.mark.parametrize("address", ["/flows/none", "/flows/repair/9", "/flows/repair/9/bpmn", "/flows/none/1/bpmn",
                                     "/flows/none/compare",
                                     "/flows/repair/compare?to=7", "/flows/repair/edit", "/flows/none/1/copy"])  # fmt: skip
def test_what_is_not_there_is_not_found(manager: Client, address: str) -> None:
    assert manager.get(address).status_code == 404


def test_a_viewer_changes_nothing(flows: None, signed_in: SignedIn) -> None:
    client = signed_in("viewer")
    for address in (
        "new",
        "import",
        "repair/edit",
        "repair/publish",
        "repair/retire",
        "repair/1/copy",
        "repair/1/draft",
    ):
        assert client.post(f"/flows/{address}").status_code == 403, address
    assert queries.draft("repair") is None


def test_a_new_flow_begins_with_one_stage(manager: Client) -> None:
    values = {
        "code": "lines", "title_zh": "专线", "title_en": "Lines", "line": "fulfilment", "pack": "guangzhou-pledges",
        "promise": "SL2-circuit", "reserve": "20",
    }  # fmt: skip
    assert manager.post("/flows/new", values).headers["Location"] == "/flows/lines/edit"
    assert list(queries.flow("lines", 1).stages) == ["stage-1"]
    again = manager.post("/flows/new", values)
    assert '<a class="btn" href="/flows">' in again.content.decode()
    assert "taken by another flow" in again.content.decode()


def test_editing_in_the_page_and_saving_it(drafted: Client) -> None:
    typed = editor(drafted) | {"node-cable-budget": "15 hours", "node-cable-holder": "skill:cable", "do": "save"}
    assert drafted.post("/flows/repair/edit", typed).headers["Location"] == "/flows/repair"
    cable = queries.flow("repair", 2).stages["cable"]
    assert (str(cable.budget), cable.skill, cable.unit, cable.evidence[0].en) == (
        "15 hours",
        "cable",
        "",
        "photo of the site",
    )
    untouched = queries.flow("repair", 1).stages
    assert {code: stage for code, stage in queries.flow("repair", 2).stages.items() if code != "cable"} == {
        code: stage for code, stage in untouched.items() if code != "cable"
    }


def test_what_a_stage_tells_is_shown_and_typed(drafted: Client) -> None:
    page = drafted.get("/flows/repair").content.decode()
    assert "Tells of the matter" in page
    assert "service restored" in page.split('<div class="table-responsive">')[1]
    typed = editor(drafted) | {"node-cable-event": "fault.repaired，customer.informed", "do": "save"}
    assert drafted.post("/flows/repair/edit", typed).headers["Location"] == "/flows/repair"
    assert queries.flow("repair", 2).stages["cable"].event == ("fault.repaired", "customer.informed")
    compared = drafted.get("/flows/repair/compare?from=1&to=2").content.decode()
    assert "repair done, customer informed of progress" in compared


def test_an_event_that_no_stage_tells_is_named(drafted: Client) -> None:
    typed = editor(drafted) | {"node-cable-event": "fault.mended, fault.cancelled", "do": "save"}
    page = unescape(drafted.post("/flows/repair/edit", typed).content.decode())
    assert "there is no event 'fault.mended'" in page
    assert "cannot tell 'fault report withdrawn or invalid'" in page
    assert queries.version("repair", 2).revision == 1


def test_an_unchanged_page_saves_the_same_flow(drafted: Client) -> None:
    drafted.post("/flows/repair/edit", editor(drafted) | {"do": "save"})
    assert queries.version("repair", 2).revision == 2
    assert queries.flow("repair", 2) == queries.flow("repair", 1)


def test_the_check_shows_sums_without_saving(drafted: Client) -> None:
    typed = editor(drafted) | {
        "node-cable-budget": "17 hours",
        "do": "save",
    }  # the button that has the focus comes along
    part = drafted.post("/flows/repair/edit", typed, headers={"HX-Target": "check"}).content.decode()
    assert "Longest path 19:00 of 18:00" in part
    assert "shorten a stage or serve another promise" in part
    assert "<form" not in part
    assert queries.version("repair", 2).revision == 1


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"node-cable-budget": "soon"}, "'soon' is not an amount of time"),
        ({"way-3-when": "cable"}, "'cable' is no condition"),
        ({"serves-reserve": "much"}, "is no percentage"),
        ({"revision": "7"}, "Somebody else has just changed the draft"),
    ],
)
def test_what_cannot_be_kept_is_said_and_not_saved(drafted: Client, typed: dict[str, str], words: str) -> None:
    page = drafted.post("/flows/repair/edit", editor(drafted) | typed | {"do": "save"})
    assert words in unescape(page.content.decode())
    assert queries.version("repair", 2).revision == 1


@pytest.mark.parametrize(
    ("do", "stages"),
    [
        ("after accept", ["accept", "stage-1", "dispatch"]),
        ("swap dispatch accept", ["dispatch", "accept", "exchange"]),
        ("remove accept", ["dispatch", "exchange", "contact"]),
        ("remove nothing", ["accept", "dispatch", "exchange"]),
        ("explode accept", ["accept", "dispatch", "exchange"]),
        ("swap accept", ["accept", "dispatch", "exchange"]),
    ],
)
def test_a_step_changes_the_page_and_not_the_draft(drafted: Client, do: str, stages: list[str]) -> None:
    answer = drafted.post("/flows/repair/edit", editor(drafted) | {"do": do}, headers={"HX-Target": "editor"})
    found = re.findall(r'name="node-([\w-]+)-holder"', answer.content.decode())
    assert found[:3] == stages
    assert queries.version("repair", 2).revision == 1


def test_a_branch_of_its_own_is_drawn_saved_and_published(drafted: Client) -> None:
    after = drafted.post("/flows/repair/edit", editor(drafted) | {"do": "instead contact"}).content.decode()
    typed = fields(after)
    number = next(
        name for name in typed if name.endswith("-when") and typed[name] == "" and f"{name[:-5]}-otherwise" not in typed
    )
    typed |= {number: "outage: total", "node-stage-1-holder": "dispatch", "node-stage-1-budget": "30 minutes",
              "node-stage-1-zh": "急修联系", "node-stage-1-en": "Urgent contact", "do": "save"}  # fmt: skip
    assert drafted.post("/flows/repair/edit", typed).status_code == 302
    page = drafted.get("/flows/repair").content.decode()
    assert "Everything fits" in page
    answer = drafted.post("/flows/repair/publish", {"revision": "2"}, follow=True).content.decode()
    assert "The flow is in force" in answer
    assert queries.force_of(["repair"]) == {"repair": 2}


def test_a_way_back_is_added_and_cut(drafted: Client) -> None:
    typed = editor(drafted) | {
        "way-from": "confirm",
        "way-to": "test",
        "return-zh": "复测",
        "return-en": "test again",
        "do": "connect",
    }
    after = fields(drafted.post("/flows/repair/edit", typed).content.decode())
    assert {"from": "confirm", "to": "test", "returns": {"zh": "复测", "en": "test again"}} in json.loads(
        after["document"]
    )["edges"]
    cut = fields(drafted.post("/flows/repair/edit", after | {"do": "cut confirm test"}).content.decode())
    assert len(json.loads(cut["document"])["edges"]) == len(REPAIR["edges"])
    added = fields(drafted.post("/flows/repair/edit", after | {"do": "add choice"}).content.decode())
    assert {"kind": "choice", "code": "choice-1"} in json.loads(added["document"])["nodes"]


@pytest.mark.parametrize(
    "document", ["", "[]", '{"code": "repair"}', '{"code": "other", "title": {}, "nodes": []}', "[" * 9999]
)
def test_a_forged_document_is_not_taken(drafted: Client, document: str) -> None:
    assert drafted.post("/flows/repair/edit", {"document": document, "revision": "1", "do": "save"}).status_code == 404


@pytest.mark.parametrize("document", [
    {"code": "repair", "title": {}, "nodes": [{"code": "x", "kind": []}]},
    {"code": "repair", "title": {}, "nodes": [{"code": "x", "kind": "stage", "title": None}], "edges": [{"from": "x", "to": "x"}]},
    {"code": "repair", "title": {}, "nodes": [], "serves": {}, "line": 7},
])  # fmt: skip
def test_a_document_that_is_no_flow_is_refused(drafted: Client, document: dict[str, Any]) -> None:
    answer = drafted.post("/flows/repair/edit", {"document": json.dumps(document), "revision": "1", "do": "save"})
    assert answer.status_code == 200
    assert "This keeps it from being published" in answer.content.decode()
    assert queries.version("repair", 2).revision == 1


@pytest.fixture
def team(drafted: Client, signed_in: SignedIn) -> Client:
    """Somebody who draws flows for the response centre only."""
    people.grant_role(username="viewer", role="manager", unit="response", **WHO)
    return signed_in("viewer", Language.EN)


def test_what_is_in_force_is_for_the_top_unit(team: Client) -> None:
    own = REPAIR | {"code": "own", "nodes": [
        node | ({"unit": "dispatch", "skill": ""} if node["kind"] == "stage" else {}) for node in REPAIR["nodes"]
    ]}  # fmt: skip
    catalog.draft_flow(document=own, **WHO)
    for flow, verb in (("own", "publish"), ("repair", "publish"), ("repair", "retire")):
        page = team.post(f"/flows/{flow}/{verb}", {"revision": "1"}, follow=True).content.decode()
        assert "A flow takes in matters of every unit" in page
        assert f"/flows/{flow}/{verb}" not in page
    assert queries.force_of(["repair", "own"]) == {"repair": 1}
    assert team.post("/flows/own/edit", editor(team, "own") | {"do": "save"}).status_code == 302
    assert team.post("/flows/own/discard", follow=True).redirect_chain == [("/flows", 302)]


def test_a_draft_lies_within_ones_own_units(team: Client) -> None:
    said = "Stages lie with posts or skills, which any unit may have"
    for address in ("repair/edit", "repair/discard", "repair/1/draft", "repair/1/copy"):
        assert said in team.post(f"/flows/{address}", follow=True).content.decode(), address
    assert said in team.get("/flows/repair/edit", follow=True).content.decode()
    file = team.get("/flows/repair/1/bpmn").content
    for code in ("repair", "mine"):
        catalog.discard_draft(code="repair", **WHO) if code == "repair" else None
        answer = team.post("/flows/import", {"file": SimpleUploadedFile("x.bpmn", file), "code": code})
        assert said in answer.content.decode()
    assert queries.draft("repair") is None
    assert not queries.exists("mine")


@pytest.mark.parametrize("holder", ["unit:monitoring", "post:watch", "skill:fibre"])
def test_no_stage_is_drafted_for_others(team: Client, holder: str) -> None:
    values = {
        "code": "lines", "title_zh": "专线", "title_en": "Lines", "line": "fulfilment", "pack": "guangzhou-pledges",
        "promise": "SL2-circuit", "reserve": "20",
    }  # fmt: skip
    assert team.post("/flows/new", values).headers["Location"] == "/flows/lines/edit"
    typed = editor(team, "lines") | {"do": "save"}
    answer = team.post("/flows/lines/edit", typed | {"node-stage-1-holder": holder.removeprefix("unit:")})
    said = "not yours to manage: Network Monitoring Centre" if holder == "unit:monitoring" else "posts or skills"
    assert said in answer.content.decode()
    assert queries.version("lines", 1).revision == 1
    by_name = {"node-stage-1-holder": "dispatch", "node-stage-1-addressee": "account_manager"}
    assert "go to somebody by name" in team.post("/flows/lines/edit", typed | by_name).content.decode()
    assert team.post("/flows/lines/edit", typed | {"node-stage-1-holder": "dispatch"}).status_code == 302


def test_retiring_discarding_redrafting_copying(manager: Client) -> None:
    assert manager.post("/flows/repair/1/draft").headers["Location"] == "/flows/repair/edit"
    assert "The draft has been discarded" in manager.post("/flows/repair/discard", follow=True).content.decode()
    assert "takes no new matters" in manager.post("/flows/repair/retire", follow=True).content.decode()
    assert "no version in force" in manager.post("/flows/repair/retire", follow=True).content.decode()
    copied = manager.post("/flows/repair/1/copy", {"code": "Other", "title_zh": "另", "title_en": "Other"})
    assert copied.headers["Location"] == "/flows/other/edit"
    assert manager.post("/flows/other/discard", follow=True).redirect_chain == [("/flows", 302)]


def test_a_file_goes_out_and_comes_back(manager: Client) -> None:
    answer = manager.get("/flows/repair/1/bpmn")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="repair-v1.bpmn"'
    upload = SimpleUploadedFile("repair.bpmn", answer.content)
    assert manager.post("/flows/import", {"file": upload}).headers["Location"] == "/flows/repair/edit"
    assert queries.flow("repair", 2) == queries.flow("repair", 1)
    again = manager.post("/flows/import", {"file": SimpleUploadedFile("x.bpmn", b"<x/>")}).content.decode()
    assert "line 1: not a BPMN 2.0 file" in again


def test_what_a_file_holds_too_much_stands_beside_the_file(manager: Client) -> None:
    file = manager.get("/flows/repair/1/bpmn").content.decode()
    foreign = file.replace("<bpmn:startEvent", '<bpmn:manualTask id="m1"/><bpmn:sendTask id="s1"/><bpmn:startEvent', 1)
    page = manager.post("/flows/import", {"file": SimpleUploadedFile("x.bpmn", foreign.encode())}).content.decode()
    beside = page.split('name="file"')[1].split('name="code"')[0]
    assert "manualTask &#x27;m1&#x27; in process is not supported" in beside
    assert "<br>line" in beside
    assert "sendTask &#x27;s1&#x27;" in beside


def test_a_version_says_how_many_matters_follow_it(manager: Client) -> None:
    assert "open matter" not in manager.get("/flows/repair").content.decode()
    office.set_up()
    subject = office.fault()
    code = Matter.objects.values_list("flow__template__code", flat=True).get(subject=subject)
    assert "1 open matter follows it" in manager.get(f"/flows/{code}").content.decode()
    office.fault()
    assert "2 open matters follow it" in manager.get(f"/flows/{code}").content.decode()


def test_two_versions_are_compared(drafted: Client) -> None:
    drafted.post(
        "/flows/repair/edit",
        editor(drafted) | {"node-cable-budget": "15 hours", "way-3-when": "fault_kind: exchange", "do": "save"},
    )
    page = unescape(drafted.get("/flows/repair/compare").content.decode())
    assert '<a href="/flows/repair">repair</a>' in page
    assert "<del>16 hours</del>" in page
    assert "<ins>15 hours</ins>" in page
    assert "<del>kind of fault: exchange, equipment</del>" in page
    assert "No difference" in drafted.get("/flows/repair/compare?from=1&to=1").content.decode()

"""A delivered stage tells the matter: the promises that wait for it are kept without a note by hand."""

from __future__ import annotations

import copy
from datetime import timedelta
from typing import Any

import pytest

from kapok.ground.catalog import api as catalog
from kapok.ground.commitments import api as commitments
from kapok.ground.commitments.models import Commitment
from kapok.ground.journal.models import Entry
from kapok.ground.work import api as work
from kapok.ground.work.baton import api as baton
from kapok.kernel.promises import find
from tests.ground.conftest import AT
from tests.ground.work_office import FLOW, WITH_FLOW, by, do, fault, live, matter, offered, set_up_work, stage

pytestmark = pytest.mark.django_db
TOLD = {
    "accept": ["fault.diagnosed", "fault.dispatched"],
    "drop": "fault.repaired",
    "inform": "customer.informed",
    "test": "fault.restored",
}


def following(told: dict[str, Any]) -> None:
    """From now on the flow of the office tells these."""
    document = copy.deepcopy(FLOW)
    for node in document["nodes"]:
        if node["code"] in told:
            node["event"] = told[node["code"]]
    who = {"actor": "staff/tester", "at": AT - timedelta(hours=1)}
    catalog.draft_flow(document=document, **who)
    catalog.publish_flow(code="repair", revision=1, **who)


@pytest.fixture(autouse=True)
def _office(db: None) -> None:
    set_up_work()
    pack = find("guangzhou-pledges").read_text(encoding="utf-8")
    commitments.adopt_pack(document=pack, actor="staff/tester", at=AT - timedelta(days=1))
    following(TOLD)


def told(subject: str) -> list[tuple[str, str]]:
    rows = (
        Entry.objects.filter(subject=subject)
        .exclude(kind__in=["matter.changed", "work.defect_noted"])
        .order_by("at", "recorded_at", "id")
    )
    return list(rows.values_list("kind", "actor"))


def clocks(subject: str) -> dict[str, list[str]]:
    """The states of the matter's commitments by promise."""
    found: dict[str, list[str]] = {}
    for promise, state in (
        Commitment.objects.filter(subject=subject).order_by("opened_at").values_list("promise", "state")
    ):
        found.setdefault(promise, []).append(state)
    return found


def test_the_promises_are_kept_as_the_stages_are_delivered() -> None:
    subject = fault(flow=True)
    assert clocks(subject) == {"repair": ["open"], "repair-accept": ["open"]}
    do(subject, "accept", "agent", 1)
    assert clocks(subject) == {"repair": ["open"], "repair-accept": ["kept"], "repair-dispatch": ["kept"]}
    do(subject, "inform", "agent2", 5)
    do(subject, "drop", "tech", 20, "照片")
    assert clocks(subject)["repair-test"] == ["open"]
    do(subject, "test", "engineer", 25)
    assert {promise: clocks(subject)[promise] for promise in ("repair", "repair-test", "repair-confirm")} == {
        "repair": ["kept"], "repair-test": ["kept"], "repair-confirm": ["open"],
    }  # fmt: skip
    assert told(subject) == [
        ("fault.reported", "staff/agent"),
        ("fault.diagnosed", "staff/agent"),
        ("fault.dispatched", "staff/agent"),
        ("customer.informed", "staff/agent2"),
        ("fault.repaired", "staff/tech"),
        ("fault.restored", "staff/engineer"),
    ]


def test_what_was_learnt_goes_along() -> None:
    subject = fault(flow=True)
    item = stage(subject, "accept")
    baton.accept(item=item, **by("agent", 1))
    baton.deliver(item=item, facts={"fault_kind": "access_line"}, **by("agent", 2))
    entry = Entry.objects.get(subject=subject, kind="fault.diagnosed")
    assert entry.data["facts"] == {"fault_kind": "access_line"}
    assert (entry.data["unit"], entry.data["owner"]) == ("hotline", "staff/agent")
    assert entry.correlation == matter(subject).id
    assert matter(subject).facts == WITH_FLOW | {"fault_kind": "access_line"}
    assert clocks(subject)["repair-contact"] == ["open"]


def test_both_of_two_branches_may_tell_the_same() -> None:
    following({"drop": "fault.repaired", "inform": "fault.repaired", "test": "fault.restored"})
    subject = fault(flow=True)
    do(subject, "accept", "agent", 1)
    do(subject, "inform", "agent2", 5)
    do(subject, "drop", "tech", 10, "照片")
    do(subject, "test", "engineer", 15)
    assert [kind for kind, _ in told(subject)].count("fault.repaired") == 2
    assert clocks(subject)["repair-test"] == ["kept"]
    assert clocks(subject)["repair"] == ["kept"]


def test_what_somebody_noted_before_does_no_harm() -> None:
    subject = fault(flow=True)
    work.happen(matter=subject, kind="fault.diagnosed", **by("agent", 1))
    do(subject, "accept", "agent", 2)
    assert clocks(subject)["repair-accept"] == ["kept"]
    assert clocks(subject)["repair-dispatch"] == ["kept"]


def test_after_a_return_the_stage_tells_again() -> None:
    subject = fault(flow=True)
    do(subject, "accept", "agent", 1)
    do(subject, "inform", "agent2", 3)
    do(subject, "drop", "tech", 5, "照片")
    test = stage(subject, "test")
    baton.accept(item=test, **by("engineer", 8))
    baton.send_back(item=test, to="accept", note="不通", **by("engineer", 9))
    assert "fault.restored" not in [kind for kind, _ in told(subject)]
    do(subject, "accept", "agent", 10)
    assert [kind for kind, _ in told(subject)].count("fault.dispatched") == 2


def test_the_customers_word_told_by_a_stage_lets_the_matter_be_closed() -> None:
    following({"test": ["fault.restored", "fault.confirmed"]})
    subject = fault(flow=True)
    for code, who, minutes, *evidence in (
        ("accept", "agent", 1), ("inform", "agent", 3), ("drop", "tech", 5, "照片"), ("test", "engineer", 7),
    ):  # fmt: skip
        do(subject, code, who, minutes, *evidence)
    work.close_matter(matter=subject, **by("agent", 9))
    assert matter(subject).state == "closed"


def test_work_outside_of_the_flow_tells_nothing() -> None:
    subject = fault(flow=True)
    item = offered(subject)
    baton.accept(item=item, **by("tech", 1))
    baton.deliver(item=item, **by("tech", 2))
    assert [kind for kind, _ in told(subject)] == ["fault.reported"]


def test_a_complaint_on_the_same_flow_is_not_told_of_as_a_fault() -> None:
    facts = WITH_FLOW | {"complaint_kind": "network"}
    subject = work.open_matter(kind="complaint.received", title="投诉", facts=facts, **by("agent"))
    do(subject, "accept", "agent", 1)
    do(subject, "inform", "agent2", 3)
    assert [kind for kind, _ in told(subject)] == ["complaint.received", "customer.informed"]
    assert live(subject) == {"drop"}

"""The facts of a matter on the console's pages: flows, stages and people by their names, in the reader's language."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from kapok.edges.console.ledger.facts import known_of
from kapok.ground.catalog import queries as catalog
from kapok.ground.commitments.models import Commitment
from kapok.ground.work import api as work
from kapok.ground.work import queries
from kapok.kernel.text import Language, Text
from tests.console import office
from tests.console.conftest import SignedIn


@pytest.fixture
def at_work(cast: object) -> None:
    office.set_up()


pytestmark = pytest.mark.usefixtures("at_work")


def read(client: Client, address: str) -> str:
    """The page as it is read, on one line."""
    page = re.sub(r"<[^>]+>", " ", client.get(address).content.decode())
    return " ".join(unescape(page).split())


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            Language.EN,
            (
                "flow Repair of fixed voice and broadband",
                "stage Accept, line test, pre-handle",
                "version of the flow 1",
            ),
        ),
        (Language.ZH, ("流程 固定电话与宽带故障修复", "工序 受理、测试、预处理", "流程版本 1")),
    ],
)
def test_flows_and_stages_are_said_by_their_names(
    signed_in: SignedIn, language: Language, said: tuple[str, ...]
) -> None:
    subject = office.fault()
    reader = signed_in("administrator", language)
    page = read(reader, f"/matters/{subject}")
    for words in said:
        assert words in page
    assert not re.search(r"(flow|流程) repair|(stage|工序) accept ", page)
    clock = Commitment.objects.filter(subject=queries.items_of(subject)[0].subject).first()
    assert clock is not None
    page = read(reader, f"/ledger/{clock.id}").lower()
    for words in said:
        assert words.lower() in page


def test_packs_of_flows_say_of_which_flow_they_are(signed_in: SignedIn) -> None:
    page = read(signed_in("administrator", Language.EN), "/ledger/packs")
    assert "flow-cease-v1 flow Termination version of the flow 1" in page
    assert "flow_version" not in page


def test_what_facts_name_is_looked_up_at_once_whatever_their_number(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    several = [
        {"flow": flow, "flow_version": "1", "account_manager": "keyaccount"} for flow in ("repair", "install", "cease")
    ]
    with django_assert_num_queries(2):
        known = known_of(several * 20)
    assert [known.value("flow", facts).en for facts in several] == [
        catalog.flow(each["flow"], 1).title.en for each in several
    ]
    assert known.value("account_manager", several[0]) == Text(zh="欧阳慧", en="欧阳慧")


def test_what_there_is_not_is_said_by_its_code() -> None:
    facts = {
        "flow": "moon",
        "flow_version": "x",
        "stage": "dark",
        "account_manager": "nobody",
        "approved_by": "staff/noc",
    }
    assert [(name.en, value.en) for name, value in known_of([facts]).said(facts)] == [
        ("flow", "moon"), ("version of the flow", "x"), ("stage", "dark"), ("account manager", "nobody"),
        ("approved by", "Priya Nair"),
    ]  # fmt: skip
    assert known_of([{"flow": "repair", "flow_version": "99"}]).value("stage", {"stage": "accept"}).en == "accept"


def test_a_revision_says_by_name_what_became_of_its_facts(signed_in: SignedIn) -> None:
    subject = office.fault(ago=timedelta(hours=1))
    facts = {"account_manager": "keyaccount"}
    work.happen(
        kind="matter.changed", matter=subject, facts=facts, note="客户要求", actor="staff/agent", at=office.now()
    )
    clock = Commitment.objects.filter(subject=subject).first()
    assert clock is not None
    page = read(signed_in("administrator", Language.EN), f"/ledger/{clock.id}")
    assert "account manager was nothing, became 欧阳慧" in page

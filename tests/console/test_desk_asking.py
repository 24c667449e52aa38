"""What is asked at the desk of somewhere else, or by somebody nobody knows: the address says where it goes, the note goes along."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client

from kapok.front.channels import api
from kapok.front.channels.announcing import api as announcing
from kapok.front.channels.models import Case, Report
from kapok.ground.places.models import PlaceDefect
from kapok.ground.work import api as work
from kapok.ground.work.models import Matter
from kapok.kernel.text import Text
from tests.chain import shop
from tests.console import counter_page
from tests.console.conftest import SignedIn


@pytest.fixture
def chen(open_counter: str, cast: object) -> str:
    """A customer of the shop, who lives at 体育西路1号101房."""
    return open_counter


def stranger() -> UUID:
    """A call of somebody nobody knows."""
    return api.take(channel="hotline", medium="phone", **counter_page.by("agent"))


def ask(client: Client, talk: UUID, **said: str) -> str:
    """Something asked on the page of an interaction: the page after it."""
    given = {"kind": "fault", "title": "公用电话无音"} | said
    return client.post(f"/desk/interactions/{talk}/ask", given, follow=True).content.decode()


def test_what_a_stranger_reports_goes_to_the_patch_of_its_address_with_the_note(signed_in: SignedIn, chen: str) -> None:
    page = ask(signed_in("agent"), stranger(), address="n1", where="体育西路1号", note="路口第二个亭")
    case = Case.objects.get()
    assert [each["rule"] for each in case.reasons] == ["R1", "R7", "R6"]
    assert Matter.objects.filter(subject=case.matter, near__code="tianhe-east-1").exists()
    assert shop.told("fault.reported", case.matter)[0]["note"] == "路口第二个亭"
    assert "R6" in page


def test_what_a_stranger_reports_under_a_group_fault_is_attached_to_it(signed_in: SignedIn, chen: str) -> None:
    incident = work.open_matter(
        kind="incident.occurred", title="光缆中断", first_contact="noc", **counter_page.by("noc")
    )
    words, since = Text(zh="光缆中断，抢修中。", en="A cable is cut."), counter_page.now() - timedelta(minutes=9)
    announcing.announce(matter=incident, words=words, areas=["TYX"], since=since, **counter_page.by("noc"))
    page = ask(signed_in("agent"), stranger(), address="n5", where="体育西路5号")
    assert "请告知客户：光缆中断，抢修中。" in page
    assert (Report.objects.count(), Case.objects.count()) == (1, 0)


def test_a_known_customer_reports_of_somewhere_else(signed_in: SignedIn, chen: str) -> None:
    talk = api.take(channel="hotline", medium="phone", customer=chen, **counter_page.by("agent"))
    ask(signed_in("agent"), talk, address="n9", where="体育西路9号")
    assert [each["rule"] for each in Case.objects.get().reasons] == ["R1", "R7", "R6", "R6"]
    assert list(PlaceDefect.objects.values_list("address__code", flat=True)) == ["n9"]


@pytest.mark.parametrize("said", [{"where": "体育西"}, {"address": "nowhere", "where": "某处"}])
def test_words_that_are_no_address_are_said_beside_the_box_and_nothing_is_taken_in(
    signed_in: SignedIn, chen: str, said: dict[str, str]
) -> None:
    page = ask(signed_in("agent"), stranger(), **said)
    assert page.count("is-invalid") == 1
    assert f'value="{said["where"]}"' in page
    assert not Case.objects.exists()

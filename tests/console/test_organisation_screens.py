"""The tree of units over HTTP."""

from __future__ import annotations

import pytest
from django.test import Client

from kapok.ground.journal.queries import timeline
from kapok.ground.people import api as people
from kapok.ground.people.models import OrgUnit
from kapok.kernel.text import Language
from tests.console.conftest import AT, SignedIn


@pytest.fixture
def administrator(signed_in: SignedIn) -> Client:
    return signed_in("administrator", Language.EN)


def text(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def parent_of(code: str) -> str:
    parent = OrgUnit.objects.select_related("parent").get(code=code).parent
    assert parent is not None
    return parent.code


def test_units_are_shown_added_and_renamed(administrator: Client) -> None:
    assert "Tianhe East Service Centre" in text(administrator, "/organisation")
    form = {"code": "Patch-7", "kind": "patch", "parent": "tianhe-east", "name_zh": "七片", "name_en": "Patch 7"}
    assert administrator.post("/organisation/add", form).headers["Location"] == "/organisation"
    unit = OrgUnit.objects.select_related("parent").get(code="patch-7")
    assert unit.parent is not None
    assert (unit.kind, unit.parent.code) == ("patch", "tianhe-east")
    renamed = administrator.post("/organisation/patch-7/rename", {"name_zh": "八片", "name_en": "Patch 8"})
    assert renamed.headers["Location"] == "/organisation/patch-7"
    assert "Patch 8" in text(administrator, "/organisation")
    again = administrator.post("/organisation/add", form).content.decode()
    assert "is taken; choose another" in again


def test_units_outside_ones_grant_cannot_be_touched(signed_in: SignedIn) -> None:
    client = signed_in("viewer")
    people.grant_role(username="viewer", role="administrator", unit="tianhe", actor="staff/admin", at=AT)
    assert "Yuexiu" not in text(client, "/organisation")
    assert "越秀" not in text(client, "/organisation")
    assert client.post("/organisation/yuexiu/rename", {"name_zh": "x", "name_en": "x"}).status_code == 404
    form = {"code": "p", "kind": "patch", "parent": "yuexiu", "name_zh": "x", "name_en": "x"}
    assert "is-invalid" in client.post("/organisation/add", form).content.decode()
    assert not OrgUnit.objects.filter(code="p").exists()
    assert OrgUnit.objects.get(code="yuexiu").name_en == "Yuexiu Bureau"


def test_a_unit_has_a_page_with_its_time_line(administrator: Client) -> None:
    page = text(administrator, "/organisation/tianhe-east")
    assert "Tianhe East Service Centre added" in page
    assert '<a href="/organisation/tianhe">Tianhe Bureau</a>' in page
    assert "2005-01-01" in page
    assert administrator.get("/organisation/moon").status_code == 404


def test_a_unit_is_moved(administrator: Client) -> None:
    page = text(administrator, "/organisation/tianhe/move")
    offered = [code for code in OrgUnit.objects.values_list("code", flat=True) if f'<option value="{code}"' in page]
    assert sorted(offered) == [
        "data", "dispatch", "hotline", "kapok", "key-accounts", "maintenance", "monitoring", "network", "payphones", "response",
        "supervision", "wireless", "yuexiu", "yuexiu-hall",
    ]  # fmt: skip
    assert administrator.post("/organisation/tianhe/move", {"parent": "yuexiu"}).headers["Location"] == (
        "/organisation/tianhe"
    )
    assert parent_of("tianhe") == "yuexiu"
    assert timeline("unit/tianhe")[0].actor == "staff/admin"
    assert "Moved from Kapok Telecom Guangzhou to Yuexiu Bureau" in text(administrator, "/organisation/tianhe")


@pytest.mark.parametrize(
    ("parent", "complaint"),
    [
        ("tianhe", "is not one of the available choices"),
        ("tianhe-east", "is not one of the available choices"),
        ("moon", "is not one of the available choices"),
        ("kapok", "Tianhe Bureau is part of Kapok Telecom Guangzhou already"),
    ],
)
def test_a_unit_is_not_moved_to_where_it_cannot_be(administrator: Client, parent: str, complaint: str) -> None:
    assert complaint in administrator.post("/organisation/tianhe/move", {"parent": parent}).content.decode()
    assert parent_of("tianhe") == "kapok"
    assert len(timeline("unit/tianhe")) == 1


def test_the_top_unit_goes_nowhere(administrator: Client) -> None:
    assert "/organisation/kapok/move" not in text(administrator, "/organisation/kapok")
    assert administrator.get("/organisation/kapok/move").status_code == 404


def test_a_unit_ends_and_is_still_found(administrator: Client) -> None:
    assert "cannot be reopened" in text(administrator, "/organisation/yuexiu-hall/end")
    assert OrgUnit.objects.get(code="yuexiu-hall").valid_to is None
    page = administrator.post("/organisation/yuexiu-hall/end", follow=True).content.decode()
    assert "The unit has ended." in page
    assert "Beijing Road Hall ended" in page
    assert "/organisation/yuexiu-hall/end" not in page
    assert "Beijing Road Hall" not in text(administrator, "/organisation")
    assert "Beijing Road Hall" in text(administrator, "/organisation?ended=1")
    assert '<option value="yuexiu-hall"' not in text(administrator, "/people/new")
    for action in ("rename", "move"):
        assert administrator.get(f"/organisation/yuexiu-hall/{action}").status_code == 404
    assert (
        "choose a unit that still exists"
        in administrator.post("/organisation/yuexiu-hall/end", follow=True).content.decode()
    )
    assert [line.kind for line in timeline("unit/yuexiu-hall")] == ["people.unit_ended", "people.unit_added"]


def test_a_unit_in_use_does_not_end_and_the_page_says_why(administrator: Client) -> None:
    page = administrator.post("/organisation/tianhe/end", follow=True).content.decode()
    assert (
        "Tianhe Bureau is still in use and cannot be ended. Active people: Daniel Au (viewer); "
        "Units below: Tianhe East Service Centre; Roles held here: viewer (Viewer)."
    ) in page
    assert OrgUnit.objects.get(code="tianhe").valid_to is None


def test_whoever_may_only_read_moves_and_ends_nothing(signed_in: SignedIn) -> None:
    client = signed_in("supervisor")
    assert "/organisation/yuexiu-hall/move" not in text(client, "/organisation/yuexiu-hall")
    assert client.post("/organisation/yuexiu-hall/move", {"parent": "kapok"}).status_code == 403
    assert client.post("/organisation/yuexiu-hall/end").status_code == 403
    assert OrgUnit.objects.filter(code="yuexiu-hall", parent__code="yuexiu", valid_to=None).exists()


def test_a_bureaus_administrator_keeps_to_the_bureau(signed_in: SignedIn) -> None:
    client = signed_in("viewer")
    people.grant_role(username="viewer", role="administrator", unit="tianhe", actor="staff/admin", at=AT)
    assert client.get("/organisation/yuexiu").status_code == 404
    assert client.post("/organisation/yuexiu-hall/end").status_code == 404
    assert client.post("/organisation/tianhe/move", {"parent": "tianhe-east"}).status_code == 404
    assert "is-invalid" in client.post("/organisation/tianhe-east/move", {"parent": "yuexiu"}).content.decode()
    assert (parent_of("tianhe"), parent_of("tianhe-east")) == ("kapok", "tianhe")
    assert OrgUnit.objects.get(code="yuexiu-hall").valid_to is None


def test_the_tree_is_shown_as_of_a_day(administrator: Client) -> None:
    form = {"name_zh": "八片", "name_en": "Hall 8", "since": "2026-04-01"}
    assert administrator.post("/organisation/yuexiu-hall/rename", form).status_code == 302
    then = text(administrator, "/organisation?on=2026-03-31")
    assert "This is the organisation as it was on 2026-03-31, not today’s." in then
    assert "Beijing Road Hall" in then
    assert "Hall 8" not in then
    assert "/rename" not in then
    assert "Hall 8" in text(administrator, "/organisation?on=2026-04-01")
    now = text(administrator, "/organisation")
    assert "Hall 8" in now
    assert "not today’s" not in now
    assert "None of your units existed on that day" in text(administrator, "/organisation?on=2004-12-31")
    assert "still to come" in text(administrator, "/organisation?on=2199-01-01")
    assert "Enter a valid date" in text(administrator, "/organisation?on=x")


def test_a_unit_page_says_what_it_was(administrator: Client) -> None:
    administrator.post("/organisation/tianhe-east/move", {"parent": "yuexiu", "since": "2026-04-01"})
    page = text(administrator, "/organisation/tianhe-east")
    assert '<a href="/organisation?on=2026-04-01">2026-04-01</a>' in page
    assert "<td>Tianhe Bureau</td>" in page
    assert "<td>Yuexiu Bureau</td>" in page


@pytest.mark.parametrize(
    ("address", "form", "complaint"),
    [
        ("yuexiu-hall/rename", {"name_zh": "厅", "name_en": "Hall"}, "has been what it is only since 2005-01-01"),
        ("yuexiu-hall/move", {"parent": "tianhe"}, "was founded on 2005-01-01"),
        ("yuexiu-hall/end", {}, "has been what it is only since 2005-01-01"),
        (
            "add",
            {"code": "p", "kind": "team", "parent": "tianhe", "name_zh": "班", "name_en": "T"},
            "was founded on 2005-01-01",
        ),
    ],
)
def test_a_day_before_the_founding_is_refused(
    administrator: Client, address: str, form: dict[str, str], complaint: str
) -> None:
    for since, said in (("2004-12-31", complaint), ("2199-01-01", "is still to come")):
        assert said in administrator.post(f"/organisation/{address}", {**form, "since": since}).content.decode()
    assert not OrgUnit.objects.filter(code="p").exists()
    hall = OrgUnit.objects.get(code="yuexiu-hall")
    assert (hall.name_en, hall.valid_to, parent_of("yuexiu-hall")) == ("Beijing Road Hall", None, "yuexiu")

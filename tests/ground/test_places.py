"""The verbs of places, and what a reader sees of them."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, transaction

from kapok.ground.journal.models import Entry
from kapok.ground.journal.queries import timeline
from kapok.ground.people import api as people
from kapok.ground.people import demo as people_demo
from kapok.ground.people.models import OrgUnit
from kapok.ground.people.rules import UnitKind
from kapok.ground.places import api as places
from kapok.ground.places import demo, queries
from kapok.ground.places.models import Address, ExchangeArea, PatchArea, PlaceDefect
from kapok.ground.places.rules import Level, Rung, Segment
from kapok.kernel.ids import uuid7
from kapok.kernel.text import Text
from tests.ground.conftest import AT, WHO
from tests.races import outcomes

LATER = AT + timedelta(days=10)
SQUARE = {"type": "Polygon", "coordinates": [[[113, 23], [114, 23], [114, 24], [113, 24], [113, 23]]]}


@pytest.fixture
def city(office: SimpleNamespace) -> None:
    """广东省 > 广州市 > 天河区 > 体育西路 > 103号 > 301房, and a second patch."""
    people.add_unit(code="patch2", kind=UnitKind.PATCH, name=Text(zh="二片", en="Patch 2"), parent="bureau", **WHO)
    for code, level, zh, en, parent in (
        ("gd", Level.PROVINCE, "广东省", "Guangdong", None),
        ("gz", Level.CITY, "广州市", "Guangzhou", "gd"),
        ("th", Level.DISTRICT, "天河区", "Tianhe District", "gz"),
        ("tyxl", Level.ROAD, "体育西路", "Tiyu West Road", "th"),
        ("n103", Level.NUMBER, "103号", "No. 103", "tyxl"),
        ("r301", Level.ROOM, "301房", "Room 301", "n103"),
        ("cql", Level.ROAD, "重庆路", "", "th"),
    ):
        places.add_address(code=code, level=level, name=Text(zh=zh, en=en), parent=parent, **WHO)


def codes(text: str) -> list[str]:
    return [found.code for found in queries.search(text)]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("tyxl", "tyxl"),
        ("thtyxl", "tyxl"),
        ("thqtyxl", "tyxl"),
        ("TYXL", "tyxl"),
        ("体育西路", "tyxl"),
        ("体育", "tyxl"),
        ("育西", "tyxl"),
        ("天河体育西路", "tyxl"),
        ("天河区体育西路", "tyxl"),
        ("tiyu west", "tyxl"),
        ("tiy", "tyxl"),
        ("tyxl103", "n103"),
        ("体育西路103", "n103"),
        ("１０３号", "n103"),
        ("广东省广州市天河区体育西路103号301房", "r301"),
        ("tiyu 301", "r301"),
        ("房 tyxl", "r301"),
        ("cql", "cql"),
        ("zql", "cql"),
        ("chongqinglu", "cql"),
        ("天河", "th"),
        ("thq", "th"),
        ("gz", "gz"),
    ],
)
def test_an_address_is_found(city: None, typed: str, first: str) -> None:
    assert codes(typed)[0] == first


@pytest.mark.parametrize("typed", ["", "   ", "越秀", "体西", "xyz", "103号 越秀", "%", "_", "'", "\\"])
def test_what_is_not_there_is_not_found(city: None, typed: str) -> None:
    assert codes(typed) == []


def test_adding_is_recorded(city: None) -> None:
    address = Address.objects.get(code="n103")
    assert (address.full_zh, address.full_en) == (
        "广东省广州市天河区体育西路103号",
        "No. 103, Tiyu West Road, Tianhe District, Guangzhou, Guangdong",
    )
    (line,) = timeline("address/n103")
    assert (line.kind, line.sentence.zh) == ("places.address_added", "新增标准地址广东省广州市天河区体育西路103号")
    assert Address.objects.get(code="cql").name_en == "Chongqinglu"


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"code": "tyxl"}, places.AddressCodeTaken),
        ({"code": "a b"}, places.BadCode),
        ({"name": Text(zh="103号", en="x")}, places.AddressKnown),
        ({"name": Text(zh=" ", en="x")}, places.BadPlaceName),
        ({"name": Text(zh="x" * 61, en="x")}, places.BadPlaceName),
        ({"level": Level.ROAD}, places.BadLevel),
        ({"parent": None}, places.BadLevel),
        ({"parent": "nowhere"}, places.UnknownAddress),
        ({"exchange_area": "nowhere"}, places.UnknownExchangeArea),
        ({"longitude": 181.0, "latitude": 1.0}, places.BadPoint),
        ({"longitude": 113.0}, places.BadPoint),
    ],
)
def test_an_address_is_refused(city: None, changed: dict[str, object], refusal: type[Exception]) -> None:
    before = Address.objects.count(), Entry.objects.count()
    values = {
        "code": "n105",
        "level": Level.NUMBER,
        "name": Text(zh="105号", en="No. 105"),
        "parent": "tyxl",
        **changed,
    }
    with pytest.raises(refusal):
        places.add_address(**values, **WHO)  # type: ignore[arg-type]  # the cases mix their types
    assert (Address.objects.count(), Entry.objects.count()) == before


def test_a_correction_reaches_what_lies_below(city: None) -> None:
    places.correct_address(code="tyxl", name=Text(zh="体育中路", en="Tiyu Middle Road"), **WHO)
    assert Address.objects.get(code="r301").full_zh == "广东省广州市天河区体育中路103号301房"
    assert codes("tyxl") == codes("体育西路") == []
    assert codes("tyzl103h301")[0] == "r301"
    assert timeline("address/tyxl")[0].data["old_address"]["zh"] == "广东省广州市天河区体育西路"
    with pytest.raises(places.AddressKnown):
        places.correct_address(code="tyxl", name=Text(zh="重庆路", en="x"), **WHO)
    assert Address.objects.get(code="tyxl").name_zh == "体育中路"


def test_an_address_retires_when_nothing_uses_it(city: None) -> None:
    with pytest.raises(places.AddressInUse) as refused:
        places.retire_address(code="n103", **WHO)
    assert refused.value.data["below"] == 1
    places.retire_address(code="r301", **WHO)
    assert codes("tyxl103h301") == []
    with pytest.raises(places.RetiredAddress):
        places.retire_address(code="r301", **WHO)
    with pytest.raises(places.RetiredAddress):
        places.add_address(code="x", level=Level.ROOM, name=Text(zh="x", en="x"), parent="r301", **WHO)
    places.add_address(code="again", level=Level.ROOM, name=Text(zh="301房", en="Room 301"), parent="n103", **WHO)
    assert codes("tyxl103h301") == ["again"]


def assign(unit: str, since: object = AT, segment: str = "public", **place: str) -> None:
    places.assign_patch(unit=unit, segment=segment, since=since, **place, **WHO)  # type: ignore[arg-type]


def patch(code: str, segment: Segment = Segment.PUBLIC, at: object = AT) -> tuple[str, Rung]:
    found = queries.patch_of(code, segment, at=at)  # type: ignore[arg-type]
    assert found is not None
    return found.unit, found.rung


def test_the_nearest_patch_answers(city: None) -> None:
    assert patch("r301") == ("city", Rung.OPERATOR)
    places.draw_exchange_area(code="TYX", name=Text(zh="体育西", en="Tiyu West"), unit="bureau", geometry=SQUARE, **WHO)
    places.correct_address(code="tyxl", exchange_area="TYX", **WHO)
    assert patch("r301") == ("bureau", Rung.BUREAU)
    assign("patch", address="th")
    assert patch("r301") == ("patch", Rung.PATCH)
    assign("patch2", exchange_area="TYX")
    assert patch("r301") == ("patch2", Rung.PATCH)
    assert patch("cql") == ("patch", Rung.PATCH)
    assign("patch", address="tyxl")
    assert patch("r301") == ("patch", Rung.PATCH)
    assert patch("r301", Segment.BUSINESS) == ("bureau", Rung.BUREAU)
    assert [boundary.code for boundary in queries.boundaries(at=AT)] == ["TYX"]


def test_a_new_patch_ends_the_old_one(city: None) -> None:
    assign("patch", address="th")
    assign("patch2", since=LATER, address="th")
    assert patch("r301", at=LATER - timedelta(seconds=1)) == ("patch", Rung.PATCH)
    assert patch("r301", at=LATER) == ("patch2", Rung.PATCH)
    with pytest.raises(places.AssignedLater):
        assign("patch", since=LATER, address="th")
    assert PatchArea.objects.count() == 2


def test_the_database_holds_one_patch_an_address(city: None) -> None:
    assign("patch", address="th")
    other = OrgUnit.objects.get(code="patch2")
    spot = Address.objects.get(code="th")
    with pytest.raises(IntegrityError), transaction.atomic():
        PatchArea.objects.create(id=uuid7(AT), unit=other, segment="public", address=spot, valid_from=LATER)


@pytest.mark.parametrize(
    ("values", "refusal"),
    [
        ({"unit": "bureau"}, places.NotAPatch),
        ({"unit": "nowhere"}, places.UnknownUnit),
        ({"segment": "nobody"}, places.UnknownSegment),
        ({"address": "nowhere"}, places.UnknownAddress),
        ({"address": None}, places.NothingToAssign),
        ({"exchange_area": "TYX"}, places.NothingToAssign),
        ({"geometry": {"type": "Point", "coordinates": [1, 2]}}, places.BadBoundary),
    ],
)
def test_a_patch_is_refused(city: None, values: dict[str, object], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        places.assign_patch(
            **{"unit": "patch", "segment": "public", "address": "th", "since": AT, **values}, **WHO  # type: ignore[arg-type]
        )  # fmt: skip
    assert not PatchArea.objects.exists()


def test_a_patch_that_has_ended_leaves_its_work_to_the_unit_above(city: None) -> None:
    assign("patch", address="th")
    people.end_unit(code="patch", **WHO)
    assert patch("r301") == ("bureau", Rung.BUREAU)


def test_a_missing_patch_is_noted_once_until_it_is_mended(city: None) -> None:
    for _ in range(2):
        found = places.find_responsible(address="r301", segment="public", **WHO)
        assert (found.unit, found.defect) == ("city", True)
    assert [line.kind for line in timeline("address/r301")] == ["places.patch_missing", "places.address_added"]
    (shown,) = queries.as_defects(queries.defects())
    assert (shown.code, shown.unit_name.en, shown.segment_name.zh) == ("r301", "City", "公众客户")
    assign("patch", address="gd")
    assert not queries.defects().exists()
    assert PlaceDefect.objects.get().mended_at == AT
    assert not places.find_responsible(address="r301", segment="public", **WHO).defect
    with pytest.raises(places.UnknownSegment):
        places.find_responsible(address="r301", segment="x", **WHO)


def test_an_exchange_area_is_drawn_again(city: None) -> None:
    for name in ("一", "二"):
        places.draw_exchange_area(code="TYX", name=Text(zh=name, en="One"), **WHO)
    assert ExchangeArea.objects.get().name_zh == "二"
    with pytest.raises(places.BadBoundary):
        places.draw_exchange_area(code="TYX", name=Text(zh="三", en=""), geometry={"type": "Polygon"}, **WHO)
    assert ExchangeArea.objects.get().name_zh == "二"
    assert len(timeline("exchange-area/TYX")) == 2


def test_of_what_kind_an_area_is_holds_for_all_below_it(city: None) -> None:
    tyx = {"code": "TYX", "name": Text(zh="体育西", en="Tiyu West"), "geometry": SQUARE}
    places.draw_exchange_area(**tyx, area="rural", **WHO)
    places.correct_address(code="tyxl", exchange_area="TYX", **WHO)
    assert queries.areas_of(["r301", "cql", "none"]) == {"r301": "rural"}
    assert [queries.area_of(code) for code in ("r301", "th")] == ["rural", ""]
    with pytest.raises(places.BadArea, match="urban, rural"):
        places.draw_exchange_area(**tyx, area="moon", **WHO)
    assert ExchangeArea.objects.get().area == "rural"
    (shown,) = queries.area_views("TYX")
    assert (shown.area, shown.area_name, shown.geometry) == ("rural", Text(zh="农村", en="country"), SQUARE)
    with pytest.raises(IntegrityError), transaction.atomic():
        ExchangeArea.objects.update(area="moon")


def test_a_file_says_of_what_kind_its_areas_are(city: None) -> None:
    for code in ("TYX", "SP"):
        places.draw_exchange_area(code=code, name=Text(zh=code, en=code), geometry=SQUARE, **WHO)
    head = "code,level1_zh,level5_zh,exchange_area,area\n"
    rows = ("a,广东省,一路,TYX,rural", "b,广东省,二路,TYX,urban", "c,广东省,三路,SP,moon", "d,广东省,四路,,rural")
    loaded = load(*rows, "e,广东省,五路,SP,", head=head, leave_out_refused=True)
    assert (loaded.added, [each.line for each in loaded.rows]) == (2, [4, 5, 3])
    assert dict(ExchangeArea.objects.values_list("code", "area")) == {"TYX": "rural", "SP": ""}
    assert ExchangeArea.objects.get(code="TYX").geometry == SQUARE
    assert [line.kind for line in timeline("exchange-area/TYX")] == ["places.exchange_area_drawn"] * 2
    with pytest.raises(places.RowsRefused):
        load("f,广东省,六路,SP,urban", "g,广东省,七路,SP,moon", head=head)
    assert ExchangeArea.objects.get(code="SP").area == ""


HEAD = "code,level1_zh,level3_zh,level5_zh,level6_zh,level6_en,exchange_area\n"


def load(*rows: str, head: str = HEAD, **how: bool) -> places.Loaded:
    return places.import_addresses(lines=[head, *(f"{row}\n" for row in rows)], file="a.csv", **how, **WHO)


def test_a_file_is_loaded(city: None) -> None:
    before = Entry.objects.count()
    loaded = load("k1,广东省,越秀区,北京路,1号,No. 1,", ",广东省,越秀区,北京路,2号,,", "")
    assert (loaded.added, loaded.refused) == (4, 0)
    assert codes("bjl1h") == ["k1"]
    assert Address.objects.get(name_zh="2号").name_en == "2hao"
    assert Entry.objects.count() == before + 1
    assert timeline("addresses")[0].sentence.en == "Addresses loaded from “a.csv”: 4 added, 0 left out"
    assert load("k1,广东省,越秀区,北京路,1号,,", dry_run=True).rows[0].line == 2


def test_a_dry_run_says_every_reason_and_changes_nothing(city: None) -> None:
    before = Address.objects.count(), Entry.objects.count()
    rows = (
        "k1,广东省,越秀区,北京路,1号,,", "k1,广东省,越秀区,北京路,3号,,", "k2,,越秀区,北京路,1号,,",
        "k3,广东省,越秀区,北京路,1号,,", "k 4,广东省,越秀区,北京路,4号,,", "k5,广东省,越秀区,北京路,5号,,NOWHERE",
        "k6,广东省", f"k7,广东省,越秀区,{'长' * 61},,,", "tyxl,广东省,越秀区,北京路,6号,,",
    )  # fmt: skip
    loaded = load(*rows, dry_run=True)
    assert (loaded.added, loaded.refused) == (3, 8)
    assert sorted(row.line for row in loaded.rows) == [3, 4, 5, 6, 7, 8, 9, 10]
    reasons = {row.line: row.reason.en for row in loaded.rows}
    assert "“k1” is taken" in reasons[3]
    assert "first level" in reasons[4]
    assert "already" in reasons[5]
    assert "has 2 cells" in reasons[8]
    with pytest.raises(places.RowsRefused):
        load(*rows)
    assert (Address.objects.count(), Entry.objects.count()) == before
    assert load(*rows, leave_out_refused=True).added == 3


@pytest.mark.parametrize(
    ("head", "rows"),
    [
        ("", []),
        ("code,level2_zh\n", []),
        ("level1_zh,price\n", []),
        ("level1_zh,level1_zh\n", []),
        ("level1_zh\n", ['"广东省']),
    ],
)
def test_a_file_of_something_else_is_refused(city: None, head: str, rows: list[str]) -> None:
    with pytest.raises(places.NotAnAddressFile):
        load(*rows, head=head)


def test_a_row_that_cannot_be_parsed_is_named_by_its_line(city: None) -> None:
    with pytest.raises(places.NotAnAddressFile, match="line 2 "):
        load('"a" b', head="level1_zh\n")


def test_the_demonstration_is_loaded_once(db: None) -> None:
    people_demo.load(AT)
    demo.load(AT)
    count = Address.objects.count()
    demo.load(AT)
    assert Address.objects.count() == count
    assert 190 <= count <= 260
    view = queries.address("TH01-002-201", at=AT)
    assert view is not None
    assert [found.level.value for found in view.levels] == [1, 2, 3, 4, 5, 6, 7]
    assert (view.exchange_area, view.patches[0].unit, view.patches[0].rung) == ("TYX", "tianhe-east-1", Rung.PATCH)
    assert (view.patches[3].unit, view.patches[3].rung) == ("tianhe-east", Rung.SERVICE_CENTRE)
    assert [boundary.code for boundary in queries.boundaries(at=AT)] == ["SP", "TYX", "tianhe-east-1", "tianhe-east-2"]
    assert [found.name.zh for found in queries.as_found(queries.children("TH06"))][:2] == ["10号", "12号"]


def test_a_map_shows_what_is_near(db: None) -> None:
    people_demo.load(AT)
    demo.load(AT)
    far = {"geometry": demo.AREAS[0].geometry, **WHO}
    places.draw_exchange_area(code="BJL", name=Text(zh="北京路", en="Beijing Road"), unit="yuexiu", **far)
    name = Text(zh="越秀一片区", en="Yuexiu Patch 1")
    people.add_unit(code="yuexiu-1", kind=UnitKind.PATCH, name=name, parent="yuexiu", **WHO)
    places.assign_patch(unit="yuexiu-1", segment=Segment.PUBLIC, exchange_area="BJL", since=AT, **far)
    near = queries.address("TH01-002-201", at=AT)
    assert near is not None
    shown = [boundary.code for boundary in queries.boundaries_near(near, at=AT)]
    assert shown == ["SP", "TYX", "tianhe-east-1", "tianhe-east-2"]
    assert {boundary.code for boundary in queries.boundaries(at=AT)} - {*shown} == {"BJL", "yuexiu-1"}


@pytest.mark.usefixtures("committed_office")
def test_of_those_who_add_the_same_address_at_once_one_does() -> None:
    def add() -> None:
        places.add_address(code="gd", level=Level.PROVINCE, name=Text(zh="广东省", en="Guangdong"), parent=None, **WHO)

    came = outcomes(*[add] * 4)
    assert came.count("done") == 1
    assert Address.objects.count() == 1

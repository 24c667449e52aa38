"""A personnel file is shown before it is taken in, and taken in whole or not at all."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from kapok.ground.journal.models import Entry
from kapok.ground.people import api as people
from kapok.ground.people.models import OrgUnit, Staff
from kapok.ground.posts import api as posts
from kapok.ground.posts import queries
from kapok.ground.posts.personnel import take_in
from kapok.ground.posts.personnel_file import NotATable, read
from kapok.ground.posts.personnel_plan import Outcome, Plan, plan
from kapok.ground.posts.rules import Place
from kapok.kernel.text import Language, Text
from tests.ground.conftest import AT, WHO, set_up_posts

HEADER = "staff_no,name,unit,phone,email,language,posts,skills\n"


@pytest.fixture
def desk(db: None) -> SimpleNamespace:
    set_up = set_up_posts()
    posts.define_skill(code="fibre", title=Text(zh="光纤熔接", en="Fibre splicing"), **WHO)
    return set_up


def planned(text: str, *, units: frozenset[object] | None = None, header: str = HEADER) -> Plan:
    return plan("people.csv", (header + text).encode(), units=units, at=AT)  # type: ignore[arg-type]  # tests only


def taken(text: str, header: str = HEADER) -> dict[str, str]:
    return take_in("people.csv", (header + text).encode(), units=None, **WHO)[1]  # type: ignore[arg-type]  # as above


def outcomes(text: str, header: str = HEADER) -> list[str]:
    return [row.outcome for row in planned(text, header=header).rows]


def reasons(text: str) -> str:
    return " ".join(reason.en for row in planned(text).rows for reason in row.reasons)


def test_what_a_file_would_do_is_shown_and_nothing_is_done(desk: SimpleNamespace) -> None:
    before = Entry.objects.count()
    shown = planned(
        "20001,Ida Wong,hall,+852 2888 0001,ida@example.com,en,,fibre:2\n"
        "chen,陈卫东,bureau,13800138000,,zh,desk:A,\n"
        "WU,吴畏,patch,,,en,desk:B,fibre:3\n"
        "moon,,bureau,,,,,\n"
    )
    assert [row.outcome for row in shown.rows] == ["new", "unchanged", "changed", "refused"]
    assert shown.rows[2].says == Text(
        zh="单位、英文、值班台B角（接替mei）、光纤熔接3级", en="unit, English, Desk B (replaces mei), Fibre splicing 3"
    )
    assert shown.counts == {"new": 1, "changed": 1, "unchanged": 1, "refused": 1}
    assert Entry.objects.count() == before


def test_a_file_is_taken_in_with_one_time_passwords_for_the_new(desk: SimpleNamespace) -> None:
    passwords = taken("20001,Ida Wong,Hall,+852 2888 0001,,en,desk:B,fibre:2\nwu,吴畏,patch,13900000000,,,,\n")
    assert list(passwords) == ["20001"]
    ida = Staff.objects.select_related("unit").get(username="20001")
    assert (ida.name, ida.unit.code, ida.language, ida.must_change_password) == ("Ida Wong", "hall", "en", True)
    assert ida.check_password(passwords["20001"])
    assert Staff.objects.get(username="wu").phone == "13900000000"
    post = queries.acting("desk", AT)
    assert post is not None
    assert post.b is not None
    assert post.b.username == "20001"
    assert queries.skills_of({ida.id}, AT) == {ida.id: {"fibre": 2}}
    again = Entry.objects.count()
    assert outcomes("20001,Ida Wong,Hall,+852 2888 0001,,en,desk:B,fibre:2\n") == ["unchanged"]
    assert Entry.objects.filter(kind="posts.personnel_taken_in").count() == 1
    assert Entry.objects.count() == again


def test_two_people_may_change_places(desk: SimpleNamespace) -> None:
    assert taken("chen,陈卫东,bureau,,,,desk:B,\nmei,梅芳,bureau,,,,desk:A,\n") == {}
    post = queries.acting("desk", AT)
    assert post is not None
    assert post.a is not None
    assert post.a.username == "mei"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("a b,Ida,hall,,,,,", "A staff number has"),
        ("20001,,hall,,,,,", "A name has"),
        ("20001,=cmd(),hall,,,,,", "like a formula"),
        ("20001,Ida,moon,,,,,", "No unit has the code “moon”"),
        ("20001,Ida,hall,12,,,,", "A phone number has"),
        ("20001,Ida,hall,,ida,,,", "not an e-mail address"),
        ("20001,Ida,hall,,,fr,,", "The language is zh or en"),
        ("20001,Ida,hall,,,,moon:A,", "No post has the code"),
        ("20001,Ida,hall,,,,desk:C,", "A post is followed by A or B"),
        ("20001,Ida,hall,,,,desk,", "Write “posts” as code:value"),
        ("20001,Ida,hall,,,,desk:A；desk:B,", "A and B are two people"),
        ("mei,梅芳,bureau,,,,desk:A,", "A and B are two people"),
        ("20001,Ida,hall,,,,,copper:2", "No skill has the code"),
        ("20001,Ida,hall,,,,,fibre:9", "A level is 1"),
        ("20001,Ida,hall,,,,,\n20001,Ida,hall,,,,,", "stands in more than one row"),
        ("20001,Ida,hall,,,,desk:A,\n20002,Iva,hall,,,,desk:A,", "More than one row of the file claims A of Desk"),
    ],
)
def test_a_row_is_refused_with_its_reason(desk: SimpleNamespace, row: str, reason: str) -> None:
    before = Staff.objects.count(), Entry.objects.count()
    assert reason in reasons(row)
    with pytest.raises(posts.PersonnelRefused, match="Nothing of the file was taken in"):
        taken(f"20009,Good,hall,,,,,\n{row}")
    assert (Staff.objects.count(), Entry.objects.count()) == before


def test_what_only_shows_while_writing_undoes_everything_and_names_the_line(desk: SimpleNamespace) -> None:
    absence = posts.request_leave(username="chen", since=AT, until=AT.replace(day=9), **WHO)
    posts.grant_leave(absence=absence, **WHO)
    absence = posts.request_leave(username="wu", since=AT, until=AT.replace(day=5), **WHO)
    posts.grant_leave(absence=absence, **WHO)
    before = Staff.objects.count(), Entry.objects.count()
    with pytest.raises(posts.PersonnelRefused, match="Line 3: chen, who holds"):
        taken("20009,Good,hall,,,,,\nwu,吴畏,bureau,,,,desk:B,\n")
    assert (Staff.objects.count(), Entry.objects.count()) == before


def test_who_manages_a_bureau_takes_in_nobody_of_another(desk: SimpleNamespace) -> None:
    units = frozenset(OrgUnit.objects.filter(code__in=("bureau", "patch")).values_list("id", flat=True))
    people.grant_role(username="wu", role="viewer", unit="city", **WHO)
    shown = planned(
        "20001,Ida,bureau,,,,desk:B,\n20002,Iva,hall,,,,,\nlin,林静,bureau,,,,,\nwu,吴畏,patch,,,,,\n", units=units
    )
    assert [row.outcome for row in shown.rows] == ["new", "refused", "refused", "refused"]
    people.deactivate(username="wu", **WHO)
    assert "reactivate the account first" in reasons("wu,吴畏,bureau,,,,,")


def test_a_file_as_a_spreadsheet_saves_it(desk: SimpleNamespace) -> None:
    text = "工号;姓名;单位;岗位;备注\n20001;何永明;bureau中;desk：B;新来\n\n"
    for encoding in ("utf-8-sig", "gb18030", "utf-16"):
        [row] = plan("人员.csv", text.encode(encoding), units=None, at=AT).rows
        assert (row.outcome, row.row.name, row.row.line) == (Outcome.NEW, "何永明", 2)
        assert [(post.code, place) for post, place in row.posts] == [("desk", Place.B)]


def test_a_quoted_cell_may_hold_lines_and_separators() -> None:
    [row] = read("p.csv", b'staff_no,name,unit,phone\n20001,"Wong,\nIda",hall,\n')
    assert (row.name, row.language, row.phone) == ("Wong,\nIda", None, None)
    assert read("p.csv", "staff_no,name,unit,language,name\n1,Ida,hall,英文,Eva\n".encode())[0].language is Language.EN


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "lacks the columns staff_no, name, unit"),
        (b"staff_no,name\n1,Ida\n", "lacks the columns unit"),
        (b"PK\x03\x04\x00\x00\x00\x00" * 40, "binary data"),
        (b"staff_no,name,unit\n" + b"1,Ida,hall\n" * 40_000 + b"2,\xff\xfe,hall\n", "not in the encoding"),
    ],
)
def test_what_is_no_table_is_refused_as_a_whole(content: bytes, why: str) -> None:
    with pytest.raises(NotATable, match=why):
        read("p.csv", content)


def test_a_hostile_file_is_refused_by_its_rows(desk: SimpleNamespace) -> None:
    shown = planned(f"20001,{'x' * 5_000_000},hall,,,,,\n20002,\u202eIda,hall,,,,,\n")
    assert [row.outcome for row in shown.rows] == ["refused", "refused"]

"""Importing people: over HTTP and from the command line."""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client

from kapok.ground.people import api as people
from kapok.ground.people.models import Staff
from kapok.ground.posts import demo, queries
from kapok.kernel.text import Language
from tests import worlds
from tests.console.conftest import AT, SignedIn

GOOD = "工号,姓名,单位,岗位,技能\n30001,周凯,热线班,hotline-desk:B,language-en:2\nviewer,Daniel Au,tianhe,,\n"
BAD = f"{GOOD}30002,,moon,,\n"


@pytest.fixture
def administrator(signed_in: SignedIn) -> Client:
    worlds.begin("posts of the demonstration", lambda: demo.load(AT))
    return signed_in("administrator", Language.EN)


def sent(client: Client, text: str) -> str:
    file = SimpleUploadedFile("people.csv", text.encode())
    return client.post("/personnel", {"file": file}).content.decode()


def carried(page: str) -> str:
    found = re.search(r'name="file" value="([^"]+)"', page)
    assert found
    return found[1]


def test_a_file_is_looked_at_and_then_taken_in(administrator: Client) -> None:
    page = sent(administrator, GOOD)
    assert "1 new, 0 changed, 1 unchanged, 0 refused." in page
    assert "Hotline reception B (replaces agent2)" in page
    assert not Staff.objects.filter(username="30001").exists()
    done = administrator.post("/personnel/confirm", {"file": carried(page)})
    assert "no-store" in done.headers["Cache-Control"]
    password = re.search(r"<code>([a-z0-9-]{14})</code>", done.content.decode())
    assert password
    assert Staff.objects.get(username="30001").check_password(password[1])
    post = queries.acting("hotline-desk", AT.replace(year=2036))
    assert post is not None
    assert post.b is not None
    assert post.b.username == "30001"
    assert "There is nothing to do" in sent(administrator, GOOD)


def test_a_refused_row_is_named_and_nothing_can_be_taken_in(administrator: Client) -> None:
    page = sent(administrator, BAD)
    assert "A name has 1 to 100 characters" in page
    assert "No unit has the code" in page
    assert 'name="file" value' not in page
    assert not Staff.objects.filter(username="30001").exists()


def test_what_is_no_table_and_what_is_too_large_is_refused(administrator: Client) -> None:
    assert "is no table of people" in sent(administrator, "a,b\n1,2\n")
    assert "larger than 256 KB" in sent(administrator, "x" * (256 * 2**10 + 1))
    assert "choose the file again" in administrator.post("/personnel/confirm", {"file": "forged"}).content.decode()
    assert "required" in administrator.post("/personnel", {}).content.decode()


def test_a_sign_that_the_database_refuses_is_a_fault_of_its_row(administrator: Client) -> None:
    page = sent(administrator, GOOD.replace("30001", "30\x0001"))
    assert "0 new, 0 changed, 1 unchanged, 1 refused." in page
    assert not Staff.objects.filter(name="周凯").exists()


def test_what_has_changed_meanwhile_undoes_the_whole(administrator: Client) -> None:
    page = sent(administrator, GOOD)
    people.open_account(username="30001", name="别人", unit="yuexiu", language=Language.ZH, actor="staff/admin", at=AT)
    people.deactivate(username="30001", actor="staff/admin", at=AT)
    answer = administrator.post("/personnel/confirm", {"file": carried(page)}).content.decode()
    assert "Nothing of the file was taken in" in answer
    assert Staff.objects.get(username="30001").name == "别人"


def test_only_whoever_manages_people_imports_and_only_into_their_units(
    administrator: Client, signed_in: SignedIn
) -> None:
    assert signed_in("manager").get("/personnel").status_code == 403
    people.grant_role(username="viewer", role="administrator", unit="tianhe", actor="staff/admin", at=AT)
    assert "涉及您无权管理的单位" in sent(signed_in("viewer"), GOOD)


def test_the_command_shows_and_takes_in(administrator: Client, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text(GOOD, encoding="gb18030")
    said = StringIO()
    call_command("importpeople", str(file), "--dry-run", stdout=said)
    assert said.getvalue().splitlines() == [
        "2\tnew\t30001\tHotline reception B (replaces agent2), Service in English 2",
        "1 new, 0 changed, 1 unchanged, 0 refused.",
        "A dry run: nothing was written.",
    ]
    assert not Staff.objects.filter(username="30001").exists()
    call_command("importpeople", str(file), "--language=zh-hans", stdout=said)
    password = said.getvalue().splitlines()[-1].split("\t")
    assert Staff.objects.get(username="30001").check_password(password[1])


def test_the_command_refuses_the_whole_file(administrator: Client, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("importpeople", str(file), stdout=StringIO())
    file.write_text(BAD, encoding="utf-8")
    with pytest.raises(SystemExit) as found:
        call_command("importpeople", str(file), "--dry-run", stdout=StringIO())
    assert found.value.code == 1  # a check found something
    with pytest.raises(CommandError, match="Line 4"):
        call_command("importpeople", str(file), stdout=StringIO())
    assert not Staff.objects.filter(username="30001").exists()

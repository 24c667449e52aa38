"""The environment, the door for the server, and the commands that set up people."""

from __future__ import annotations

import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command

from kapok.config import environment
from kapok.ground.journal.models import Entry
from kapok.ground.people import queries
from kapok.ground.people.cast import LOGINS, PLACES
from kapok.ground.people.models import OrgUnit, Staff
from kapok.kernel.numbering import Numbering


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://kapok:s%40fe@db.example:5433/main", ("main", "kapok", "s@fe", "db.example", "5433")),
        ("postgresql:///kapok?host=/run/pg&port=5499&user=u", ("kapok", "u", "", "/run/pg", "5499")),
        ("postgresql://u@%2Frun%2Fpg/kapok", ("kapok", "u", "", "/run/pg", "")),
    ],
)
def test_a_database_is_described_by_its_address(url: str, expected: tuple[str, ...]) -> None:
    described = environment.database(url, 0)
    assert tuple(described[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT")) == expected
    assert "pool" not in described["OPTIONS"]


def test_what_else_the_address_says_is_kept() -> None:
    options = environment.database("postgresql://db/kapok?sslmode=require", 8)["OPTIONS"]
    assert options["sslmode"] == "require"
    assert options["pool"]["max_size"] == 8


@pytest.mark.parametrize("url", ["mysql://db/kapok", "postgresql://db:port/kapok?nonsense=1"])
def test_an_address_that_cannot_be_read_is_refused_with_the_remedy(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="postgresql://user:password@host:port/database"):
        environment.database(url, 0)


@pytest.mark.parametrize("value", ["-1", "many", "1.5"])
def test_a_number_that_is_none_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("KAPOK_SESSION_MINUTES", value)
    with pytest.raises(ImproperlyConfigured, match="KAPOK_SESSION_MINUTES"):
        environment.number("KAPOK_SESSION_MINUTES", 480)


def test_a_numbering_plan_leaves_out_what_there_is_none_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAPOK_NUMBERING", "country=44, trunk=0,longest=10")
    plan = environment.numbering("KAPOK_NUMBERING", "country=86")
    assert plan == Numbering(country="44", trunk="0", longest=10)
    assert (plan.national("020 7946 0000"), plan.national("+44 20 7946 0000")) == ("2079460000", "2079460000")


@pytest.mark.parametrize("value", ["86", "country=china", "country=86; trunk=0", "shape=3"])
def test_a_numbering_plan_that_cannot_be_read_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("KAPOK_NUMBERING", value)
    with pytest.raises(ImproperlyConfigured, match="KAPOK_NUMBERING"):
        environment.numbering("KAPOK_NUMBERING", "country=86")


@pytest.mark.parametrize("missing", environment.REQUIRED_TO_SERVE)
def test_the_server_does_not_start_without_what_it_needs(missing: str) -> None:
    variables = {**os.environ, "KAPOK_DATABASE_URL": "postgresql:///x", "KAPOK_SECRET_KEY": "x"}
    del variables[missing]
    ran = subprocess.run(
        [sys.executable, "-c", "import kapok.config.wsgi"], env=variables, capture_output=True, text=True, check=False
    )
    assert ran.returncode != 0
    assert f"{missing} must be set to serve Kapok" in ran.stderr


@pytest.mark.slow
@pytest.mark.django_db
def test_the_demonstration_is_loaded_once() -> None:
    call_command("demo")
    before = Staff.objects.count(), OrgUnit.objects.count(), Entry.objects.count()
    call_command("demo")
    assert (Staff.objects.count(), OrgUnit.objects.count(), Entry.objects.count()) == before
    assert before[:2] == (len(LOGINS), len(PLACES))
    for login in LOGINS:
        staff = Staff.objects.get(username=login.username)
        assert staff.check_password(login.password)
        assert not staff.must_change_password


@pytest.mark.slow
@pytest.mark.django_db
def test_a_changed_password_of_the_demonstration_is_left_alone() -> None:
    call_command("demo")
    Staff.objects.filter(username="agent").update(password="changed")
    call_command("demo")
    assert Staff.objects.get(username="agent").password == "changed"


@pytest.mark.django_db
def test_the_demonstration_is_not_loaded_beside_real_people() -> None:
    call_command("createadministrator", "10001", stdout=StringIO())
    with pytest.raises(CommandError, match="holds real people"):
        call_command("demo")
    assert Staff.objects.count() == 1


@pytest.mark.django_db
def test_the_first_administrator_gets_a_one_time_password() -> None:
    out = StringIO()
    call_command(
        "createadministrator",
        "Lin.1",
        name="林静",
        operator_zh="木棉电信",
        operator_en="Kapok Telecom",
        language="en",
        stdout=out,
    )
    password = out.getvalue().split()[1]
    staff = Staff.objects.get(username="lin.1")
    assert staff.check_password(password)
    assert staff.must_change_password
    assert len(queries.units_where(staff.id, "people.manage")) == 1
    assert OrgUnit.objects.get().name.zh == "木棉电信"


@pytest.mark.django_db
def test_a_second_administrator_joins_the_operator_that_is_there() -> None:
    call_command("createadministrator", "1001", stdout=StringIO())
    call_command("createadministrator", "1002", stdout=StringIO())
    assert OrgUnit.objects.count() == 1
    with pytest.raises(CommandError, match="is taken"):
        call_command("createadministrator", "1002", stdout=StringIO())


@pytest.mark.slow
def test_the_collected_static_files_are_compressed_and_named_by_their_content(tmp_path: Path) -> None:
    variables = {**os.environ, "KAPOK_HOME": str(tmp_path), "DJANGO_SETTINGS_MODULE": "kapok.config.settings"}
    asked = (
        "-c",
        "import django; django.setup()\n"
        "from django.templatetags.static import static; from django.conf import settings\n"
        "print(static('console/kapok.css'), settings.WHITENOISE_USE_FINDERS)",
    )
    assert _python(variables, *asked) == "/static/console/kapok.css True"
    _python(variables, "-m", "django", "collectstatic", "-v0")
    named, finders = _python(variables, *asked).split()
    assert named.startswith("/static/console/kapok.")
    assert named != "/static/console/kapok.css"
    assert finders == "False"
    assert (tmp_path / "static" / f"{named.removeprefix('/static/')}.gz").is_file()


def _python(variables: dict[str, str], *arguments: str) -> str:
    ran = subprocess.run([sys.executable, *arguments], env=variables, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()

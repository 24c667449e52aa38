"""`kapok lab`: peers found, started without privileges on this instance's database, found again after a crash, stopped."""

from __future__ import annotations

import os
import signal
import socket
import stat
from collections.abc import Iterator
from dataclasses import replace

import psycopg
import pytest

from kapok.host import processes
from kapok.host.cluster import Cluster
from kapok.host.home import Home, HomeBusy
from kapok.host.lab import running
from kapok.host.lab.programs import FREERADIUS, KAMAILIO, SNMPTRAPD, Program
from kapok.host.lab.running import Laboratory, NothingToServe, PeerFailed, RoleClosed
from tests.host.conftest import Kapok
from tests.races import PATIENCE_SECONDS


@pytest.fixture
def served(migrated: Home) -> Iterator[Home]:
    """A home whose database runs and has all tables."""
    Cluster(migrated, durable=False).start()
    yield migrated
    Laboratory(migrated).down()


def row(home: Home, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(Cluster(home).url) as connection:
        return connection.execute(statement).fetchall()


def test_without_a_database_it_says_what_to_do(home: Home, kapok: Kapok) -> None:
    asked = kapok("lab", "up")
    assert (asked.returncode, asked.stdout) == (2, "")
    assert "run `kapok up` first" in asked.stderr
    assert not list((home.root / "lab").glob("*/*"))
    chinese = kapok("lab", "up", KAPOK_LANG="zh")
    assert "请先运行 `kapok up`" in chinese.stderr


def test_a_database_without_tables_is_no_database(stocked: Home) -> None:
    Cluster(stocked, durable=False).start()
    with pytest.raises(NothingToServe):
        list(Laboratory(stocked).up())


@pytest.mark.parametrize("program", [FREERADIUS, KAMAILIO, SNMPTRAPD], ids=lambda program: program.name)
def test_it_says_how_to_get_what_is_missing(served: Home, program: Program) -> None:
    absent = replace(program, executables=("no-such-program",))
    (line,) = Laboratory(served, (absent,)).up()
    assert f"apt-get install {program.packages}" in line.zh
    assert "未安装" in line.zh
    assert f"{program.name} is not installed" in line.en
    assert list(Laboratory(served, (absent,)).status()) == [line]
    assert Laboratory(served, (absent,)).complete(), "nothing that is installed is idle"
    assert row(served, "SELECT name FROM activation_peer") == []


def test_a_server_without_its_database_module_is_missing_too() -> None:
    assert replace(FREERADIUS, executables=("sh",), libraries=("no/such/module.so",)).executable() is None


@pytest.mark.peer("freeradius")
@pytest.mark.peer("kamailio")
@pytest.mark.peer("snmptrapd")
def test_up_status_kill_up_again_and_down(served: Home, kapok: Kapok) -> None:
    laboratory = Laboratory(served)
    started = kapok("lab", "up")
    assert started.returncode == 0, started.stderr
    assert [line.split()[0:2] for line in started.stdout.splitlines()] == [
        ["freeradius", "started:"], ["kamailio", "started:"], ["snmptrapd", "started:"],
    ]  # fmt: skip
    shown = kapok("lab", "status")
    assert (shown.returncode, shown.stdout.count(" runs: 127.0.0.1:")) == (0, 3)
    assert [name for (name,) in row(served, "SELECT name FROM activation_peer ORDER BY name")] == [
        "freeradius", "kamailio", "snmptrapd",
    ]  # fmt: skip
    if os.geteuid() == 0:
        everybody = [
            process for program in (FREERADIUS, KAMAILIO, SNMPTRAPD) for process in laboratory.running(program)
        ]
        assert 0 not in {process.uids().effective for process in everybody}

    for process in laboratory.running(FREERADIUS):
        process.send_signal(signal.SIGKILL)
    assert processes.wait_until(lambda: not laboratory.running(FREERADIUS), PATIENCE_SECONDS)
    idle = kapok("lab", "status", KAPOK_LANG="zh")
    assert idle.returncode == 1
    assert "freeradius 没有运行；`kapok lab up` 启动它" in idle.stdout

    assert kapok("lab", "up").returncode == 0
    assert len(laboratory.running(FREERADIUS)) == 1
    assert len({process.ppid() for process in laboratory.running(KAMAILIO)} & {1, os.getpid()}) <= 1
    assert "Stopped" in kapok("lab", "down").stdout
    assert not any(laboratory.running(program) for program in (FREERADIUS, KAMAILIO, SNMPTRAPD))
    assert row(served, "SELECT name FROM activation_peer") == []
    assert "No peer was running" in kapok("lab", "down").stdout


@pytest.mark.peer("freeradius")
def test_its_folder_is_closed_and_a_taken_port_is_passed_over(served: Home) -> None:
    laboratory = Laboratory(served, (FREERADIUS,))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as squatter:
        first = next(running._free(FREERADIUS))
        squatter.bind(("127.0.0.1", first))
        (line,) = laboratory.up()
    ((port,),) = row(served, "SELECT port FROM activation_peer")
    assert port != first
    assert f":{port}/udp" in line.en
    laboratory.down()
    folder = served.root / "lab" / "freeradius"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir() if path.is_file()} == {0o600}
    assert "@" not in (folder / "freeradius.conf").read_text().replace(' safe_characters = "@', "").replace("._@-", "")


@pytest.mark.peer("freeradius")
def test_one_that_does_not_start_is_told_with_its_last_words_and_leaves_nothing(served: Home) -> None:
    broken = replace(FREERADIUS, files={**FREERADIUS.files, "freeradius.conf": "server { no end"})
    laboratory = Laboratory(served, (broken,))
    with pytest.raises(PeerFailed) as failed:
        list(laboratory.up())
    assert "freeradius" in failed.value.text.zh
    assert "lab-freeradius.log" in failed.value.text.en
    assert not laboratory.running(broken)
    assert row(served, "SELECT name FROM activation_peer") == []


@pytest.mark.peer("freeradius")
def test_a_role_with_another_password_is_told_with_the_remedy(served: Home) -> None:
    (served.root / "radius-password").write_text("somebody-elses")
    with pytest.raises(RoleClosed) as refused:
        list(Laboratory(served, (FREERADIUS,)).up())
    assert "ALTER ROLE radius" in refused.value.text.zh
    assert "somebody-elses" not in refused.value.text.en
    assert not Laboratory(served).running(FREERADIUS)


@pytest.mark.peer("freeradius")
def test_two_at_once_do_not_meet(served: Home) -> None:
    laboratory = Laboratory(served, (FREERADIUS,))
    running.open_folders(laboratory.folder)
    with Home(laboratory.folder).claimed(), pytest.raises(HomeBusy):
        list(laboratory.up())


def test_a_database_that_was_there_before_gets_the_roles(stocked: Home) -> None:
    for name in ("radius-password", "sip-password"):
        (stocked.root / name).unlink()
    cluster = Cluster(stocked, durable=False)
    cluster.start()
    for role in ("radius", "sip"):
        password = stocked.secret(f"{role}-password")
        with psycopg.connect(f"postgresql://{role}:{password}@127.0.0.1:{cluster.port}/kapok") as connection:
            assert connection.execute("SELECT current_user, current_setting('search_path')").fetchone() == (role, role)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("CREATE TABLE public.mine (id int)")

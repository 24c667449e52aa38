"""The embedded server: created, started, killed, broken, mended; always the real one."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from kapok.host import cluster as module
from kapok.host import processes
from kapok.host.account import Account, database_account
from kapok.host.cluster import Cluster, DatabaseFailed, DataFolderBroken, DataFolderOfAnother, DataOfOtherVersion
from kapok.host.home import DiskFull, Home, HomeUnusable
from tests.ports import free_port

OLDEST = Path("/usr/lib/postgresql/15/bin")


@pytest.fixture
def server(stocked: Home) -> Iterator[Cluster]:
    """A running server with one row in it."""
    cluster = Cluster(stocked)
    cluster.start()
    say(cluster, "CREATE TABLE kept (word text)")
    say(cluster, "INSERT INTO kept VALUES ('木棉')")
    yield cluster
    cluster.stop()


def say(cluster: Cluster, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(cluster.url, autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def kept(cluster: Cluster) -> list[tuple[object, ...]]:
    return say(cluster, "SELECT word FROM kept")


def postmaster(cluster: Cluster) -> psutil.Process:
    process = processes.postmaster(cluster.folder)
    assert process
    return process


def test_the_first_start_creates_and_the_second_keeps(home: Home) -> None:
    cluster = Cluster(home)
    cluster.start()
    say(cluster, "CREATE TABLE kept AS SELECT '木棉' AS word")
    cluster.stop()
    assert not cluster.running
    cluster.start()
    assert kept(cluster) == [("木棉",)]


def test_only_the_own_role_gets_in_and_only_with_its_password(server: Cluster) -> None:
    for stranger in (server.url.replace(":", "://kapok:wrong@", 1), server.url.replace("kapok:", "postgres:")):
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(stranger.replace("://kapok:wrong@//kapok", "://kapok"), password="wrong")
    assert say(server, "SELECT rolsuper, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user") == [
        (False, False, True)
    ]


def test_the_server_listens_on_the_loopback_interface_only(server: Cluster) -> None:
    links = postmaster(server).net_connections("inet")
    assert {(*link.laddr,) for link in links if link.status == psutil.CONN_LISTEN} == {("127.0.0.1", server.port)}
    assert [link for link in postmaster(server).net_connections("unix") if link.laddr] == []


def test_secrets_are_for_their_owner_only(server: Cluster) -> None:
    for name in ("database-password", "database"):
        assert stat.S_IMODE((server.home.root / name).stat().st_mode) & 0o077 == 0


def test_text_is_chinese_and_sorted_by_code_point(server: Cluster) -> None:
    say(server, "CREATE EXTENSION pg_trgm")
    say(server, "CREATE EXTENSION btree_gist")
    assert say(
        server,
        "SELECT similarity('广州木棉花', '木棉花') > 0, 'Z' < 'a', 'a' < '一', current_setting('server_encoding')",
    ) == [(True, True, True, "UTF8")]


def test_after_a_kill_of_the_server_no_row_is_lost(server: Cluster) -> None:
    postmaster(server).kill()
    server.start()
    assert kept(server) == [("木棉",)]


def test_a_server_left_running_is_replaced(server: Cluster) -> None:
    before = processes.serving(server.folder)
    again = Cluster(server.home)
    again.start()
    assert set(processes.serving(server.folder)).isdisjoint(before)
    assert kept(again) == [("木棉",)]


def test_a_stopped_process_that_does_not_react_is_killed(server: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    quick = ((signal.SIGINT, 0.2), (signal.SIGQUIT, 0.2), (signal.SIGKILL, 10.0))
    monkeypatch.setattr(processes, "DATABASE", quick)
    for process in processes.serving(server.folder):
        process.suspend()
    server.stop()
    assert processes.serving(server.folder) == []
    server.start()
    assert kept(server) == [("木棉",)]


def test_a_pid_file_that_names_a_stranger_does_not_stop_the_start_nor_hurt_the_stranger(stocked: Home) -> None:
    account = database_account()
    with account.started("sleep", 60) as stranger:
        (stocked.database / "postmaster.pid").write_text(f"{stranger.pid}\n{stocked.database}\n1\n15432\n\n127.0.0.1\n")
        account.own(stocked.database / "postmaster.pid")
        Cluster(stocked).start()
        assert stranger.poll() is None
        assert Cluster(stocked).running
        stranger.kill()


def test_a_creation_that_was_cut_off_is_begun_anew(home: Home) -> None:
    (home.root / "creating-old" / "database").mkdir(parents=True)
    (home.root / "creating-old" / "database" / "PG_VERSION").write_text("18")
    Cluster(home, durable=False).start()
    assert list(home.root.glob("creating-*")) == []


def test_a_creation_that_fails_leaves_nothing(home: Home, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programs(folder / "bin", initdb='echo "initdb: error: could not write file: No space left on device"; exit 1')
    monkeypatch.setenv("KAPOK_PG_BIN", str(folder / "bin"))
    with pytest.raises(DiskFull):
        Cluster(home).start()
    assert not home.database.exists()
    assert list(home.root.glob("creating-*")) == []


def test_what_the_server_complains_of_is_passed_on(
    stocked: Home, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs(folder / "bin", pg_ctl='echo "LOG:  hello"; echo "FATAL:  could not do it"; exit 1')
    monkeypatch.setenv("KAPOK_PG_BIN", str(folder / "bin"))
    with pytest.raises(DatabaseFailed) as refused:
        Cluster(stocked).start()
    log = stocked.logs / "postgresql.log"
    assert (
        refused.value.text.en
        == f"PostgreSQL failed to start: FATAL:  could not do it. Its log is {log}. Run `kapok doctor`."
    )
    assert (
        refused.value.text.zh == f"PostgreSQL 未能启动：FATAL:  could not do it。日志：{log}。请运行 `kapok doctor`。"
    )


def programs(folder: Path, **scripts: str) -> None:
    """Programs that are PostgreSQL's by name."""
    folder.mkdir()
    scripts = {"postgres": 'echo "postgres (PostgreSQL) 18.6"', "initdb": "true", "pg_ctl": "true"} | scripts
    for name, script in scripts.items():
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)


@pytest.mark.parametrize("name", ["PG_VERSION", "global/pg_control", "pg_wal"])
def test_a_damaged_folder_is_refused_and_left_alone(stocked: Home, name: str) -> None:
    victim = stocked.database / name
    shutil.rmtree(victim) if victim.is_dir() else victim.unlink()
    with pytest.raises(DataFolderBroken) as refused:
        Cluster(stocked).start()
    assert refused.value.text.en == (
        f"The database's folder {stocked.database} is damaged: {name} is missing. "
        f"Move it away (`mv {stocked.database} {stocked.database}.broken`) and run `kapok restore FILE`."
    )
    assert "请把它移开" in refused.value.text.zh
    assert (stocked.database / "base").exists()
    assert not Cluster(stocked).running


def test_a_version_file_that_says_nothing_is_refused(stocked: Home) -> None:
    (stocked.database / "PG_VERSION").write_text("eighteen\n")
    with pytest.raises(DataFolderBroken, match="PG_VERSION is no number"):
        Cluster(stocked).start()


@pytest.mark.parametrize("version", ["14", "99"])
def test_data_of_another_version_are_refused_with_the_way_out(stocked: Home, version: str) -> None:
    (stocked.database / "PG_VERSION").write_text(f"{version}\n")
    with pytest.raises(DataOfOtherVersion) as refused:
        Cluster(stocked).start()
    assert refused.value.text.en.startswith(
        f"The database's folder {stocked.database} was written by PostgreSQL {version}; this machine has "
    )
    assert f"Install PostgreSQL {version}" in refused.value.text.en
    assert f"请安装 PostgreSQL {version}" in refused.value.text.zh


def test_a_folder_of_somebody_else_is_refused(stocked: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    own = database_account()
    monkeypatch.setattr(module, "database_account", lambda: Account("somebody", own.uid + 1, own.gid))
    with pytest.raises(DataFolderOfAnother, match=rf"belongs to {own.uid}, and the database would run as somebody"):
        Cluster(stocked).start()


def test_a_folder_that_others_may_look_into_is_closed_again(stocked: Home) -> None:
    stocked.database.chmod(0o755)
    Cluster(stocked).start()
    assert stat.S_IMODE(stocked.database.stat().st_mode) == 0o700


def test_a_home_behind_a_closed_door_is_refused(folder: Path) -> None:
    """Root may go where the account of the database may not; an ordinary user may not write there."""
    (folder / "closed").mkdir()
    (folder / "closed").chmod(0o700 if os.geteuid() == 0 else 0o500)
    home = Home(folder / "closed" / "home")
    with pytest.raises(HomeUnusable, match="KAPOK_HOME"):
        start(home)
    assert not home.database.exists()


def start(home: Home) -> None:
    home.prepare()
    Cluster(home).start()


def test_a_full_disk_is_refused_before_anything_is_written(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(home.root)._replace(free=5 * 2**20)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage)
    with pytest.raises(DiskFull) as refused:
        Cluster(home).start()
    assert refused.value.text.en == (
        f"The disk is full: 5 MB left for {home.root}, 256 MB needed. "
        "Free some space, or name a folder on another disk in KAPOK_HOME."
    )
    assert refused.value.text.zh.startswith(f"磁盘空间不足：{home.root} 所在磁盘只剩 5 MB，至少需要 256 MB。")
    assert not home.database.exists()


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which somebody else listens."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield int(other.getsockname()[1])


def test_the_port_of_last_time_is_kept(stocked: Home) -> None:
    port = free_port()
    (stocked.root / "port").write_text(str(port))
    Cluster(stocked).start()
    assert Cluster(stocked).port == port


def test_a_port_taken_meanwhile_is_no_hindrance(stocked: Home, taken: int) -> None:
    (stocked.root / "port").write_text(str(taken))
    Cluster(stocked).start()
    assert Cluster(stocked).port != taken
    assert say(Cluster(stocked), "SELECT 1") == [(1,)]


def test_a_port_taken_at_the_last_moment_is_no_hindrance(
    stocked: Home, taken: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    look = module.hindrance_to_listen
    monkeypatch.setattr(module, "hindrance_to_listen", lambda port: None if port == taken else look(port))
    (stocked.root / "port").write_text(str(taken))
    Cluster(stocked).start()
    assert Cluster(stocked).port != taken
    assert say(Cluster(stocked), "SELECT 1") == [(1,)]


def test_a_lost_password_is_made_anew(stocked: Home) -> None:
    old = Cluster(stocked).url
    (stocked.root / "database-password").unlink()
    cluster = Cluster(stocked)
    cluster.start()
    assert cluster.url != old
    assert say(cluster, "SELECT current_user") == [("kapok",)]


def test_a_path_longer_than_a_socket_may_have(folder: Path) -> None:
    home = Home(folder / ("deep-" * 20) / ("deeper-" * 10))
    home.prepare()
    cluster = Cluster(home, durable=False)
    cluster.start()
    assert say(cluster, "SELECT 1") == [(1,)]
    cluster.stop()


@pytest.mark.peer("postgresql-15")
def test_the_oldest_server_serves_too_and_its_data_keep_it(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAPOK_PG_BIN", str(OLDEST))
    Cluster(home, durable=False).start()
    monkeypatch.delenv("KAPOK_PG_BIN")
    again = Cluster(home)
    again.start()
    assert say(again, "SELECT current_setting('server_version_num')::int / 10000") == [(15,)]

"""Backups of a server of one's own that is older than the programs that come with Kapok."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kapok.host import binaries
from kapok.host.backup import ToolTooNew, backup, restore
from kapok.host.cluster import Cluster
from kapok.host.home import Home
from tests.host.test_backup import say

AT = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
pytestmark = [pytest.mark.peer("postgresql-15"), pytest.mark.slow]


@pytest.fixture
def server(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    """A PostgreSQL 15 with one row, named in KAPOK_DATABASE_URL."""
    old = Home(folder / "server")
    old.prepare()
    monkeypatch.setenv("KAPOK_PG_BIN", str(binaries.find(major=15).folder))
    Cluster(old, durable=False).start()
    monkeypatch.delenv("KAPOK_PG_BIN")
    say(old, "CREATE TABLE kept (word text)")
    say(old, "INSERT INTO kept VALUES ('木棉')")
    monkeypatch.setenv("KAPOK_DATABASE_URL", Cluster(old).url)
    yield old
    Cluster(old).stop()


def only(monkeypatch: pytest.MonkeyPatch, *majors: int) -> None:
    """Let the machine have the programs of these versions alone."""
    there = [binaries.find(major=major) for major in majors]
    monkeypatch.setattr(binaries, "installed", lambda *_: iter(there))


def test_an_older_server_gets_its_data_back(server: Home, home: Home, folder: Path) -> None:
    backup(home, folder / "kapok.backup", at=AT)
    say(server, "UPDATE kept SET word = 'later'")
    assert restore(home, folder / "kapok.backup", confirm=lambda _: True)
    assert say(server, "SELECT word FROM kept") == [("木棉",)]


def test_an_older_server_is_left_alone_where_only_newer_programs_are(
    server: Home, home: Home, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup(home, folder / "kapok.backup", at=AT)
    say(server, "UPDATE kept SET word = 'later'")
    only(monkeypatch, 18)
    with pytest.raises(ToolTooNew, match="Install the package postgresql-15"):
        restore(home, folder / "kapok.backup", confirm=lambda _: True)
    assert say(server, "SELECT word FROM kept") == [("later",)]
    assert say(server, "SELECT datname FROM pg_database WHERE datname LIKE 'kapok_%'") == []


@pytest.mark.parametrize("majors", [(15, 18), (18,)], ids=["dumped by its own program", "dumped by a newer program"])
def test_what_came_from_an_older_server_moves_into_the_embedded_one(
    server: Home, home: Home, folder: Path, monkeypatch: pytest.MonkeyPatch, majors: tuple[int, ...]
) -> None:
    with monkeypatch.context() as machine:
        only(machine, *majors)
        backup(home, folder / "kapok.backup", at=AT)
    monkeypatch.delenv("KAPOK_DATABASE_URL")
    assert restore(home, folder / "kapok.backup", confirm=lambda _: True)
    Cluster(home, durable=False).start()
    assert say(home, "SELECT word FROM kept") == [("木棉",)]
    Cluster(home).stop()

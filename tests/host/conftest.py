"""Homes to break: each test gets its own, made in milliseconds from one that was created once."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kapok.host import instance
from kapok.host.cluster import Cluster
from kapok.host.home import Home
from tests import scratch

KAPOK = Path(sys.executable).with_name("kapok")

Kapok = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(autouse=True)
def no_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the developer's shell says, these tests mean the embedded database."""
    for name in ("KAPOK_DATABASE_URL", "KAPOK_PG_BIN", "KAPOK_PORT", "KAPOK_HOST", "KAPOK_OS_USER", "KAPOK_LANG"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def folder() -> Iterator[Path]:
    """An empty folder that the account of the database can pass through."""
    path = scratch.folder("kapok-home-")
    yield path
    instance.clear(Home(path / "home"))
    shutil.rmtree(path)


@pytest.fixture
def home(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home without data; it is the one that the environment means."""
    monkeypatch.setenv("KAPOK_HOME", str(folder / "home"))
    new = Home(folder / "home")
    new.prepare()
    return new


@pytest.fixture(scope="session")
def pattern() -> Iterator[Path]:
    """A home with a new database, stopped."""
    path = scratch.folder("kapok-home-")
    home = Home(path / "home")
    home.prepare()
    Cluster(home, durable=False).start()
    Cluster(home).stop()
    yield home.root
    shutil.rmtree(path)


@pytest.fixture(scope="session")
def migrated_pattern(pattern: Path) -> Path:
    """The same with all tables."""
    copy = pattern.with_name("migrated")
    copied(pattern, copy)
    surroundings = os.environ | {"KAPOK_HOME": str(copy)}
    subprocess.run([str(KAPOK), "manage", "migrate", "--no-input", "--verbosity=0"], env=surroundings, check=True)
    return copy


@pytest.fixture
def stocked(home: Home, pattern: Path) -> Home:
    """A home with a new database, stopped."""
    copied(pattern, home.root)
    return home


@pytest.fixture
def migrated(home: Home, migrated_pattern: Path) -> Home:
    """A home with a database that has all tables, stopped."""
    copied(migrated_pattern, home.root)
    return home


def copied(source: Path, target: Path) -> None:
    """Copy a home; the database's files keep their owner."""
    shutil.rmtree(target, ignore_errors=True)
    subprocess.run(["cp", "-a", str(source), str(target)], check=True)


@pytest.fixture
def kapok() -> Kapok:
    """Run the command line to its end, as an English reader unless told otherwise."""

    def run(*words: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
        surroundings = os.environ | {"KAPOK_LANG": "en"} | variables
        command = [str(KAPOK), *(str(word) for word in words)]
        return subprocess.run(command, env=surroundings, capture_output=True, text=True, check=False, timeout=300)

    return run

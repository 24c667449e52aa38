"""What every test may ask for: the database, the optional peers, the published data.

One embedded cluster serves the whole run, whichever worker needs it first starts it, and a run without database tests never
does. `KAPOK_DATABASE_URL` names another server.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from django.db import connections
from hypothesis import settings
from pytest_django.plugin import DjangoDbBlocker

from kapok.config import environment
from kapok.host.cluster import Cluster
from kapok.host.home import Home
from tests import peers, scratch

ROOT = Path(__file__).resolve().parents[1]
HOME_OF_RUN = "KAPOK_TEST_HOME"
HOME_NAME = "kapok-test-"
DECIDING = {"kernel", "packs", "ground", "network", "chain", "front", "supervision"}


# How long an example takes says more about the machine, and about the coverage being measured, than about the code.
settings.register_profile("kapok", deadline=None)
settings.load_profile("kapok")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "peer(name): needs an optional peer; see tests/peers.py")
    if not hasattr(config, "workerinput"):
        _clear_abandoned_homes()
        os.environ[HOME_OF_RUN] = str(scratch.folder(f"{HOME_NAME}{os.getpid()}-"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """With `--cov`, measure only the tests that must try every branch of what decides; elsewhere it would only cost time."""
    for item in items:
        if item.path.relative_to(ROOT / "tests").parts[0] not in DECIDING:
            item.add_marker("no_cover")


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput") and (path := os.environ.pop(HOME_OF_RUN, None)):
        _clear(Path(path))


def pytest_runtest_setup(item: pytest.Item) -> None:
    for name in peers.wanted_by(item):
        peers.require_peer(name)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = terminalreporter.getreports("skipped")
    if lines := peers.summary(str(report.longrepr) for report in reports):
        terminalreporter.section("left out for want of an optional part")
        for line in lines:
            terminalreporter.line(line)


@pytest.fixture(scope="session")
def database_url() -> str:
    """The server for the tests that need one, started by whoever asks first."""
    if given := os.environ.get("KAPOK_DATABASE_URL"):
        return given
    home = Home(Path(os.environ[HOME_OF_RUN]))
    with (home.root / "starting").open("w") as queue:
        fcntl.flock(queue, fcntl.LOCK_EX)
        home.prepare()
        cluster = Cluster(home, durable=False)
        if not cluster.running:
            cluster.start()
    return cluster.url


@pytest.fixture(scope="session")
def django_db_modify_db_settings(database_url: str, django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Point Django at that server; pytest-django then makes a database for each worker."""
    described = environment.database(database_url, 0)
    connections["default"].settings_dict.update(
        {key: described[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT")}
    )


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Between tests with real transactions the journal is emptied; the trigger that forbids it rests, in test databases only."""
    with django_db_blocker.unblock(), connections["default"].cursor() as cursor:
        cursor.execute("ALTER TABLE journal_entry DISABLE TRIGGER journal_entry_is_never_emptied")


@pytest.fixture(autouse=True)
def _queue_is_left_empty(request: pytest.FixtureRequest) -> Iterator[None]:
    """After a test with real transactions: the queue's tables are not Django's, whose flush passes them over."""
    yield
    mark = request.node.get_closest_marker("django_db")
    if "transactional_db" in request.fixturenames or (mark and mark.kwargs.get("transaction")):
        blocker: DjangoDbBlocker = request.getfixturevalue("django_db_blocker")
        with blocker.unblock(), connections["default"].cursor() as cursor:
            cursor.execute("TRUNCATE procrastinate_jobs CASCADE")


@pytest.fixture(name="require_peer")
def _require_peer() -> Callable[[str], None]:
    """`require_peer("chromium")`: go on only if it is there."""
    return peers.require_peer


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The published event logs, in `KAPOK_REAL_DATA` or beside the repository; never required, as they cannot be installed."""
    folder = Path(os.environ.get("KAPOK_REAL_DATA") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        peers.leave_out("published-data", "name their folder in KAPOK_REAL_DATA")
    return folder


def _clear(home: Path) -> None:
    Cluster(Home(home)).stop()
    shutil.rmtree(home, ignore_errors=True)


def _clear_abandoned_homes() -> None:
    """What runs left behind that were killed."""
    for home in (home for place in scratch.places() for home in place.glob(f"{HOME_NAME}*")):
        pid = home.name.removeprefix(HOME_NAME).partition("-")[0]
        if os.access(home, os.W_OK) and pid.isdigit() and not psutil.pid_exists(int(pid)):
            _clear(home)

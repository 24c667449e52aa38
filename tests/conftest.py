"""What every test may ask for: the database, the optional peers, the published data.

One embedded cluster serves the whole run, whichever worker needs it first starts it, and a run without database tests never
does. `KAPOK_DATABASE_URL` names another server.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from django.db import connections
from django.test import TransactionTestCase, override_settings
from django.test.signals import setting_changed
from hypothesis import HealthCheck, settings
from pytest_django.plugin import DjangoDbBlocker

from kapok.config import environment, translations
from kapok.host.cluster import Cluster
from kapok.host.home import Home
from tests import emptying, longest, peers, scratch

ROOT = Path(__file__).resolve().parents[1]
HOME_OF_RUN = "KAPOK_TEST_HOME"
HOME_NAME = "kapok-test-"
TWICE = pytest.mark.flaky(reruns=1)  # docs/decisions/0014
DECIDING = {"kernel", "packs", "ground", "network", "back", "chain", "front", "supervision"}


# How long an example takes says more about the machine, and about the coverage being measured, than about the code.
settings.register_profile("kapok", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("kapok")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "peer(name): needs an optional peer; see tests/peers.py")
    if not hasattr(config, "workerinput"):
        _compile_catalogues()
        # Several workers take the files in our order, not by the number of their tests.
        config.option.loadscopereorder = False
        _clear_abandoned_homes()
        os.environ[HOME_OF_RUN] = str(scratch.folder(f"{HOME_NAME}{os.getpid()}-"))


def _compile_catalogues() -> None:
    """Before any worker begins, so that none reads half a catalogue; Django has read what there was before."""
    translations.compile_()
    setting_changed.send(None, setting="LOCALE_PATHS", value=None, enter=True)


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item], config: pytest.Config) -> Iterator[None]:
    """However tests are asked for, each file runs as it does alone: pytest-django's order holds within a file.

    A test that a story imports runs once, where it is at home, unless the story runs alone. With `--cov`, measure only the tests
    that must try every branch of what decides; elsewhere it would only cost time. Who drives a browser or starts the whole of Kapok
    is tried once more before it has failed; the end of the run names it.
    """
    asked = {path: place for place, path in enumerate(dict.fromkeys(item.path for item in items))}
    for item in _functions(items):
        if "browser_page" in item.fixturenames:
            item.add_marker("browser")
    yield
    spread = "workerinput" in vars(config)
    items.sort(key=lambda item: (longest.place(item.path) if spread else 0, asked[item.path]))
    at_home = {item.function for item in _functions(items) if item.module.__name__ == item.function.__module__}
    guests = {item for item in _functions(items) if item.module.__name__ != item.function.__module__}
    items[:] = [item for item in items if item not in guests or item.function not in at_home]
    for item in items:
        if item.path.relative_to(ROOT / "tests").parts[0] not in DECIDING:
            item.add_marker("no_cover")
        if item.path.name == "test_up.py" or item.get_closest_marker("browser"):
            item.add_marker(TWICE)


def _functions(items: list[pytest.Item]) -> list[pytest.Function]:
    return [item for item in items if isinstance(item, pytest.Function)]


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
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """After a test with real transactions the database is emptied in our way; tests may empty the journal, too."""
    with django_db_blocker.unblock(), connections["default"].cursor() as cursor:
        cursor.execute("ALTER TABLE journal_entry DISABLE TRIGGER journal_entry_is_never_emptied")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(TransactionTestCase, "_fixture_teardown", emptying.empty)
        yield


@pytest.fixture(scope="session", autouse=True)
def _quick_passwords(django_test_environment: None) -> Iterator[None]:
    """Hashing a password takes long on purpose; no test is about that."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture(scope="session", autouse=True)
def _the_record_counts(django_test_environment: None) -> Iterator[None]:
    """Most tests have no RADIUS server to ask; what happens then elsewhere, the tests of activation say."""
    with override_settings(ACTIVATION_TRUSTS_RECORD=True):
        yield


@pytest.fixture(autouse=True)
def _flows_are_read_anew() -> Iterator[None]:
    """What a version of a flow says is read once in a process; tests, and worlds, draw flows of the same name and number."""
    _forget_flows()
    yield
    _forget_flows()


def _forget_flows() -> None:
    for name, cached in (
        ("kapok.back.workforce.orders", "field_stages"),
        ("kapok.chain.ordering.reactions", "_steps_of"),
    ):
        if module := sys.modules.get(name):
            getattr(module, cached).cache_clear()


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

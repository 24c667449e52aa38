"""An operator with a small plant; and a laboratory on the test's database: FreeRADIUS and Kamailio, real ones."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from pytest_django.fixtures import Settings
from pytest_django.plugin import DjangoDbBlocker

from kapok.host.home import Home
from kapok.host.lab.programs import Program
from kapok.host.lab.running import Laboratory
from kapok.network.activation import doors
from kapok.network.activation.models import Peer
from tests import scratch, worlds
from tests.conftest import HOME_OF_RUN
from tests.ground.conftest import committed_office, office
from tests.network.access_server import AccessServer
from tests.network.plant import set_up_places, set_up_plant
from tests.processes import url_of_the_test

__all__ = ["committed_office", "office"]


@pytest.fixture
def plant(office: SimpleNamespace) -> None:
    worlds.begin("plant", _set_up)


def _set_up() -> None:
    set_up_places()
    set_up_plant()


@pytest.fixture
def committed_plant(committed_office: SimpleNamespace) -> None:
    """The same, visible to other connections."""
    worlds.begin("plant", _set_up)


Begin = Callable[[Program], tuple[str, int]]


@pytest.fixture(scope="module")
def lab_home(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Home]:
    """A home whose laboratory works on the test's database, with the passwords that the server was made with."""
    folder = scratch.folder("kapok-lab-")
    home = Home(folder / "home")
    home.prepare()
    server = Path(os.environ[HOME_OF_RUN])
    for role in doors.ROLES:
        if (server / f"{role}-password").exists():
            shutil.copy(server / f"{role}-password", home.root)
    yield home
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def begin(lab_home: Home, django_db_blocker: DjangoDbBlocker) -> Iterator[Begin]:
    """`begin(PROGRAM)` starts it, and says where it listens; it ends with the file of tests."""
    begun: list[Laboratory] = []
    with pytest.MonkeyPatch.context() as patched, django_db_blocker.unblock():
        patched.setenv("KAPOK_DATABASE_URL", url_of_the_test())

        def start(program: Program) -> tuple[str, int]:
            laboratory = Laboratory(lab_home, (program,))
            begun.append(laboratory)
            assert all(" started: " in line.en for line in laboratory.up())
            peer = Peer.objects.get(name=program.name)
            return peer.address, peer.port

        yield start
        for laboratory in begun:
            laboratory.down()


@pytest.fixture
def access_server(lab_home: Home, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[AccessServer]:
    """An access server that takes Disconnect-Requests, and is known to Kapok."""
    server = AccessServer(lab_home.secret("radius-secret"), monkeypatch)
    settings.RADIUS_SECRETS = server.known
    yield server
    server.close()

"""The database server of one bench: its own, in a folder that is gone afterwards unless it is kept for the next run."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kapok.host.cluster import Cluster
from kapok.host.home import Home


@dataclass(frozen=True)
class Served:
    """A server that runs: where, and whether an earlier run has filled it."""

    url: str
    home: Home
    filled: bool

    def is_filled(self) -> None:
        """Note that it has been filled, for the next run that finds the folder."""
        _mark(self.home).touch()


@contextmanager
def server(*, kept: Path | None = None, durable: bool = True) -> Iterator[Served]:
    """Start it, tell Kapok's settings where it is, and set Django up; stop it whatever happens."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    # Not in the folder of the tests' files: a server that root starts runs as another account, which must reach it.
    folder = kept or Path(tempfile.mkdtemp(prefix="kapok-bench-", dir="/var/tmp"))
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o711)
    home = Home(folder / "home")
    home.prepare()
    cluster = Cluster(home, durable=durable)
    try:
        cluster.start()
        _set_up(cluster.url, home)
        yield Served(cluster.url, home, _mark(home).exists())
    finally:
        cluster.stop()
        if kept is None:
            shutil.rmtree(folder, ignore_errors=True)


def _set_up(url: str, home: Home) -> None:
    os.environ |= {
        "KAPOK_DATABASE_URL": url, "KAPOK_HOME": str(home.root), "DJANGO_SETTINGS_MODULE": "kapok.config.settings",
        "KAPOK_SECRET_KEY": home.secret("secret-key"),
    }  # fmt: skip
    import django  # noqa: PLC0415 - the address of the database first

    django.setup()


def _mark(home: Home) -> Path:
    return home.root / "filled"

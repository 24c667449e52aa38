"""Python in processes of their own that work on the test's database."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection

ROOT = Path(__file__).parents[1]
Process = subprocess.Popen[bytes]
Begin = Callable[..., Process]


def url_of_the_test() -> str:
    """Where this worker's database is."""
    at = connection.settings_dict
    return f"postgresql://{at['USER']}:{at['PASSWORD']}@/{at['NAME']}?host={at['HOST']}&port={at['PORT']}"


def surroundings(home: Path, settings: str = "kapok.config.settings") -> dict[str, str]:
    """What tells a process which database, which home and which settings."""
    named = {"DJANGO_SETTINGS_MODULE": settings, "KAPOK_DATABASE_URL": url_of_the_test(), "KAPOK_HOME": str(home)}
    named["KAPOK_TRUST_RECORD"] = "1"
    return os.environ | named | {"PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])}


@contextmanager
def python(home: Path, settings: str = "kapok.config.settings") -> Iterator[Begin]:
    """`begin("-m", "…")` runs Python; what is left at the end is killed."""
    begun: list[Process] = []

    def begin(*words: str) -> Process:
        begun.append(subprocess.Popen([sys.executable, *words], env=surroundings(home, settings), cwd=ROOT))
        return begun[-1]

    yield begin
    for process in begun:
        process.kill()
        process.wait()

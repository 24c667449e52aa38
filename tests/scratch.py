"""Folders for databases that live as long as a test: in memory where there is room, and open to the account of the database."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")
ROOM = 2**30


def places() -> list[Path]:
    """Where such folders may be."""
    return [MEMORY, Path(tempfile.gettempdir())] if MEMORY.is_dir() else [Path(tempfile.gettempdir())]


def folder(prefix: str) -> Path:
    """A new folder; the caller removes it."""
    place = next((place for place in places() if shutil.disk_usage(place).free > ROOM), None)
    path = Path(tempfile.mkdtemp(prefix=prefix, dir=place))
    # pytest's own folders are closed to the account that root's databases run under.
    path.chmod(0o711)
    return path

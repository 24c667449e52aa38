"""The last errors of the server: one JSON line each, without personal data, found again by the number on the error page."""

from __future__ import annotations

import json
import secrets
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from logging import Formatter, LogRecord
from logging.handlers import RotatingFileHandler
from pathlib import Path
from traceback import FrameSummary
from typing import IO, Any

import kapok

PACKAGE = Path(kapok.__file__).parent
LARGEST = 2 * 2**20
NUMBER = "kapok_reference"


@dataclass(frozen=True)
class Failure:
    """One error: when, by which number, where, and what went wrong."""

    at: datetime
    number: str
    place: str
    error: str
    trace: str


class FailureFile(RotatingFileHandler):
    """A file that is made when the first error comes, in a folder that may not exist yet, and never grows large."""

    def __init__(self, filename: Path) -> None:
        super().__init__(filename, maxBytes=LARGEST, backupCount=1, encoding="utf-8", delay=True)

    def _open(self) -> IO[Any]:  # type: ignore[override]  # the stubs name the concrete class
        Path(self.baseFilename).parent.mkdir(parents=True, exist_ok=True)
        return super()._open()


class FailureFormatter(Formatter):
    """An error as a line of JSON. The message of an exception may quote what a person typed, so only its type is kept."""

    def format(self, record: LogRecord) -> str:
        """The line."""
        request = getattr(record, "request", None)
        kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else record.levelname
        frames = traceback.extract_tb(record.exc_info[2]) if record.exc_info else []
        return json.dumps(
            {
                "at": datetime.fromtimestamp(record.created, UTC).isoformat(),
                "number": reference(request) if request is not None else "",
                "place": getattr(request, "path", record.name),
                "error": kind,
                "trace": " > ".join(
                    f"{Path(frame.filename).stem}:{frame.lineno} {frame.name}" for frame in _telling(frames)
                ),
            }
        )


def _telling(frames: Sequence[FrameSummary]) -> list[FrameSummary]:
    """The last steps through our own code, and the one that failed: what lies between is Django's and says nothing."""
    own = [frame for frame in frames[:-1] if Path(frame.filename).is_relative_to(PACKAGE)]
    return [*own[-5:], *frames[-1:]]


def reference(request: Any) -> str:
    """The number by which this request's error can be found again."""
    number: str | None = getattr(request, NUMBER, None)
    if number is None:
        number = secrets.token_hex(4)
        setattr(request, NUMBER, number)
    return number


def latest(file: Path, count: int = 10) -> list[Failure]:
    """The last `count` errors, latest first; lines that a crash left half-written are passed over."""
    try:
        with file.open("rb") as stream:
            stream.seek(max(0, file.stat().st_size - 64 * 1024))
            lines = stream.read().decode("utf-8", "replace").splitlines()
    except FileNotFoundError:
        return []
    found = (_failure(line) for line in reversed(lines))
    return [failure for failure in found if failure is not None][:count]


def _failure(line: str) -> Failure | None:
    try:
        values = json.loads(line)
        return Failure(**{**values, "at": datetime.fromisoformat(values["at"])})
    except (ValueError, TypeError, KeyError):
        return None

"""Where the files of audits lie: `KAPOK_HOME/files/audits/ID/logs` and `.../report`.

A file is written under another name and renamed when it is whole, so that a broken upload leaves nothing that looks like a log.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from django.conf import settings

from kapok.supervision.mining.refusals import (
    CannotKeep,
    CannotShare,
    EmptyLog,
    LogTooLarge,
    NameTooLong,
    UnknownFormat,
)

CHUNK = 2**20
"""Bytes that are copied at a time."""
LONGEST_NAME = 200
"""Bytes of a file name; the usual file systems hold 255."""
FORMATS = (".csv", ".csv.gz", ".tsv", ".txt", ".parquet", ".jsonl", ".jsonl.gz", ".ndjson", ".xes", ".xes.gz")


@dataclass(frozen=True)
class Stored:
    """A file that arrived whole."""

    name: str
    size: int
    sha256: str


def folder(audit: UUID) -> Path:
    """The folder of an audit."""
    return Path(settings.MEDIA_ROOT) / "audits" / str(audit)


def logs(audit: UUID) -> Path:
    """The folder of an audit's logs."""
    return folder(audit) / "logs"


def report(audit: UUID) -> Path:
    """The folder of an audit's report; it exists once the audit is done."""
    return folder(audit) / "report"


def keep(audit: UUID, name: str, chunks: Iterable[bytes]) -> Stored:
    """Write an uploaded file; a refused one leaves nothing behind.

    Raises `UnknownFormat`, `NameTooLong`, `EmptyLog`, `LogTooLarge`, `CannotKeep`.
    """
    plain = Path(name.replace("\\", "/")).name
    if not plain.lower().endswith(FORMATS) or plain.startswith("."):
        raise UnknownFormat(name=plain, formats=", ".join(FORMATS))
    if len(plain.encode()) > LONGEST_NAME:
        raise NameTooLong(name=plain[:20])
    part = logs(audit) / f".{plain}.part"
    try:
        logs(audit).mkdir(parents=True, exist_ok=True)
        size, digest = _write(part, plain, chunks)
        part.rename(logs(audit) / plain)
    except OSError as error:
        raise CannotKeep(name=plain, reason=error.strerror) from error
    finally:
        part.unlink(missing_ok=True)
    return Stored(plain, size, digest)


def share(source: UUID, audit: UUID, names: Iterable[str]) -> None:
    """Let `audit` have the logs `names` of `source` too. Not a byte is copied, and either may be discarded without the other.

    Raises `CannotShare`.
    """
    logs(audit).mkdir(parents=True)
    try:
        for name in names:
            os.link(logs(source) / name, logs(audit) / name)
    except OSError as error:
        raise CannotShare(reason=error.strerror) from error


def discard(audit: UUID) -> None:
    """Remove all files of an audit."""
    shutil.rmtree(folder(audit), ignore_errors=True)


def clear_drafts(audit: UUID) -> None:
    """Remove what runs that were killed had written of their reports."""
    for draft in folder(audit).glob(".report-*"):
        shutil.rmtree(draft, ignore_errors=True)


def _write(part: Path, name: str, chunks: Iterable[bytes]) -> tuple[int, str]:
    limit, size, digest = settings.UPLOAD_MEGABYTES * 2**20, 0, hashlib.sha256()
    with part.open("wb") as out:
        for chunk in chunks:
            size += len(chunk)
            if size > limit:
                raise LogTooLarge(name=name, limit=settings.UPLOAD_MEGABYTES)
            digest.update(chunk)
            out.write(chunk)
    if not size:
        raise EmptyLog(name=name)
    return size, digest.hexdigest()

"""The form of a backup: one tar file, `database.dump`, `files/…`, `line-key`, and last `manifest.json` with all their digests.

The manifest comes last, so a file that was cut off has none. What is read is hostile until its digests agree: only plain files
with plain names are taken, and nothing is written outside of the folder given.
"""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text

DUMP = "database.dump"
FILES = "files"
LINE_KEY = "line-key"
MANIFEST = "manifest.json"
CHUNK = 2**20
LONGEST_MANIFEST = 64 * 2**20


class BackupRefused(KapokError):
    """The file is no whole and honest backup; nothing was changed."""

    wording = Text(
        zh="拒绝 {path}：{reason}。该文件不是完整的 Kapok 备份；现有数据未作任何改动。请换用另一份备份。",
        en="{path} is refused: {reason}. It is no whole backup of Kapok; nothing was changed. Take another backup.",
    )


class BackupExists(KapokError):
    """There is a file of that name already."""

    wording = Text(
        zh="{path} 已存在。请换一个文件名，或加 `--force` 覆盖。",
        en="{path} exists. Take another name, or add `--force` to replace it.",
    )


class BackupFailed(KapokError):
    """The backup could not be written; no file of that name was left behind."""

    wording = Text(
        zh="备份 {path} 未能写成：{reason}。请检查目录是否存在、权限和磁盘空间；没有留下不完整的文件。",
        en="The backup {path} could not be written: {reason}. Check that the folder exists, its permissions and its space; "
        "nothing was left behind.",
    )


class Member(BaseModel):
    """One file of a backup: length in bytes and SHA-256 in hexadecimal."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    size: int
    sha256: str


class Manifest(BaseModel):
    """What a backup says of itself. `postgresql` is the major version of the server that the data come from."""

    model_config = ConfigDict(extra="forbid")
    format: Literal[1] = 1
    kapok: str
    postgresql: int
    made_at: datetime
    demo: bool
    members: dict[str, Member] = {}


class _Digesting:
    """A file that digests what is read from it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        block = self._file.read(size)
        self.digest.update(block)
        return block


@contextmanager
def writing(path: Path, manifest: Manifest, *, force: bool = False) -> Iterator[Archive]:
    """An archive to add to. It gets its name when the context ends in order, and vanishes otherwise.

    Raises: BackupExists, BackupFailed.
    """
    if path.exists() and not force:
        raise BackupExists(path=path)
    partial = path.with_name(f".{path.name}.partial")
    try:
        with partial.open("wb") as file:
            # Personal data: for the owner's eyes only.
            partial.chmod(0o600)
            with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
                archive = Archive(tar, manifest)
                yield archive
                archive.close()
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as error:
        raise BackupFailed(path=path, reason=error.strerror or error) from error
    finally:
        partial.unlink(missing_ok=True)


class Archive:
    """A backup in the making."""

    def __init__(self, tar: tarfile.TarFile, manifest: Manifest) -> None:
        self._tar = tar
        self._manifest = manifest

    def add(self, name: str, path: Path) -> None:
        """Add one file. A file that shrinks meanwhile ends the backup with an `OSError`."""
        with path.open("rb") as file:
            entry = _entry(name, os.fstat(file.fileno()).st_size)
            digesting = _Digesting(file)
            self._tar.addfile(entry, digesting)
        self._manifest.members[name] = Member(size=entry.size, sha256=digesting.digest.hexdigest())

    def close(self) -> None:
        """Write the manifest."""
        content = self._manifest.model_dump_json(indent=1).encode()
        self._tar.addfile(_entry(MANIFEST, len(content)), io.BytesIO(content))


def unpack(path: Path, folder: Path) -> Manifest:
    """Write the files of a backup into the empty `folder` and check each against the manifest.

    Raises: BackupRefused; `folder` may then hold anything and is to be thrown away.
    """
    try:
        with tarfile.open(path, mode="r:") as tar:
            return _unpack(tar, folder, path.stat().st_size)
    except (tarfile.TarError, OSError, EOFError, ValidationError, UnicodeError) as error:
        raise BackupRefused(path=path, reason=_reason(error)) from error
    except _Suspicious as suspicion:
        raise BackupRefused(path=path, reason=suspicion) from None


class _Suspicious(Exception):
    """What is wrong with the archive."""


def _unpack(tar: tarfile.TarFile, folder: Path, limit: int) -> Manifest:
    found: dict[str, Member] = {}
    for entry in tar:
        _check_entry(entry, found, limit)
        content = tar.extractfile(entry)
        if content is None:
            raise _Suspicious(f"{entry.name!r} holds nothing")
        if entry.name == MANIFEST:
            return _confirmed(Manifest.model_validate_json(content.read(LONGEST_MANIFEST)), found)
        found[entry.name] = _written(content, folder / entry.name)
    raise _Suspicious("the manifest at its end is missing; the file was cut off")


def _check_entry(entry: tarfile.TarInfo, found: dict[str, Member], limit: int) -> None:
    name = PurePosixPath(entry.name)
    known = entry.name in {DUMP, MANIFEST, LINE_KEY} or (name.parts[:1] == (FILES,) and len(name.parts) > 1)
    if not known or name.is_absolute() or ".." in name.parts or str(name) != entry.name:
        raise _Suspicious(f"it holds {entry.name!r}, which no backup holds")
    if not entry.isreg() or entry.issparse():
        raise _Suspicious(f"{entry.name!r} is no plain file")
    if entry.name in found or entry.size > limit:
        raise _Suspicious(f"{entry.name!r} comes twice or is longer than the whole")


def _written(content: IO[bytes], target: Path) -> Member:
    target.parent.mkdir(parents=True, exist_ok=True)
    digesting = _Digesting(content)
    size = 0
    with target.open("xb") as file:
        while block := digesting.read(CHUNK):
            size += file.write(block)
    return Member(size=size, sha256=digesting.digest.hexdigest())


def _confirmed(manifest: Manifest, found: dict[str, Member]) -> Manifest:
    if DUMP not in found:
        raise _Suspicious("it holds no database")
    if differing := sorted(
        name for name in found.keys() | manifest.members if found.get(name) != manifest.members.get(name)
    ):
        raise _Suspicious(f"{differing[0]!r} is not what the manifest says")
    return manifest


def _entry(name: str, size: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size = size
    entry.mode = 0o600
    return entry


def _reason(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return "its manifest is not readable"
    return str(error.strerror if isinstance(error, OSError) and error.strerror else error) or type(error).__name__

"""Where pictures lie: `KAPOK_HOME/files/field/ID`, readable by the owner of the process alone.

A picture is written under another name and renamed when it is whole; what the database does not know is never shown.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from django.conf import settings

from kapok.back.workforce import pictures
from kapok.back.workforce.refusals import CannotKeepPicture, NotAPicture, PictureTooLarge

LONGEST_NAME = 60


@dataclass(frozen=True)
class Upload:
    """A file as it arrived."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Stripped:
    """A picture as it is kept."""

    content: bytes
    media_type: str

    @property
    def sha256(self) -> str:
        """Its digest."""
        return hashlib.sha256(self.content).hexdigest()


def must_be_small(name: str, size: int) -> None:
    """Let a file of so many bytes pass, if it may be read at all. Raises `PictureTooLarge`."""
    if size > settings.WORKFORCE_PICTURE_MEGABYTES * 2**20:
        raise PictureTooLarge(name=name[:LONGEST_NAME], most=settings.WORKFORCE_PICTURE_MEGABYTES)


def checked(upload: Upload, *, only: str = "") -> Stripped:
    """The picture without what the camera wrote beside it. Raises `PictureTooLarge`, `NotAPicture`."""
    name = upload.name[:LONGEST_NAME]
    must_be_small(name, len(upload.content))
    kind, content = pictures.media_type(upload.content), pictures.bare(upload.content)
    if kind is None or content is None or (only and kind != only):
        raise NotAPicture(name=name)
    return Stripped(content, kind)


def path(picture: UUID) -> Path:
    """Where the file of a picture lies."""
    name = str(picture)
    return Path(settings.MEDIA_ROOT) / "field" / name[-2:] / name


def keep(picture: UUID, content: bytes) -> None:
    """Write a picture. Raises `CannotKeepPicture`."""
    place = path(picture)
    part = place.with_suffix(".part")
    try:
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:  # noqa: PTH123  # the mode
            out.write(content)
        part.rename(place)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise CannotKeepPicture(reason=error.strerror or type(error).__name__) from error


def drop(picture: UUID) -> None:
    """Remove the file of a picture that was not written down."""
    path(picture).unlink(missing_ok=True)

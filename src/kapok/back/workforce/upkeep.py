"""What field work needs from time to time: phones' keys are forgotten, and files that no picture owns are removed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings

from kapok.back.workforce.models import Done, Picture
from kapok.ground.customers.retention import remove

YOUNG = timedelta(days=1)
"""A file so young may belong to a picture that is being written down."""


def forget_told(*, at: datetime) -> int:
    """Forget under which keys phones told what they did longer ago than `REPEATS_KEPT`; how many."""
    return remove(Done.objects.filter(reached_at__lt=at - settings.REPEATS_KEPT))


def drop_orphans(*, at: datetime) -> int:
    """Remove the files that no picture owns, e.g. because the process died between row and file; how many."""
    dropped = 0
    for folder in sorted((Path(settings.MEDIA_ROOT) / "field").glob("??")):
        old = dict(_old_files(folder, at - YOUNG))
        owned = set(Picture.objects.filter(id__in=old).values_list("id", flat=True))
        for key in old.keys() - owned:
            old[key].unlink(missing_ok=True)
            dropped += 1
    return dropped


def _old_files(folder: Path, before: datetime) -> Iterator[tuple[UUID, Path]]:
    for file in folder.iterdir():
        try:
            key = UUID(file.stem)
        except ValueError:
            continue
        if file.stat().st_mtime < before.timestamp():
            yield key, file

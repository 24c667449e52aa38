"""Loading a file of plant: read, tried or written, all of it or (on demand) without the rows that are wrong."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from io import StringIO

from django.db import transaction

from kapok.network.inventory.plant import netbox, reading
from kapok.network.inventory.plant.drafts import ENOUGH, EVERY, Loaded
from kapok.network.inventory.plant.writing import Writer
from kapok.network.inventory.refusals import PlantRowsRefused


class Source(StrEnum):
    """Whose file it is."""

    CSV = "csv"
    NETBOX = "netbox"


def load(
    content: bytes, source: Source, *, dry_run: bool, leave_out_refused: bool, report: bool, at: datetime
) -> Loaded:
    """Load a file within the verb's transaction. Raises `NotAPlantFile`, `PlantRowsRefused`."""
    remedy = netbox.REMEDY if source is Source.NETBOX else reading.REMEDY
    text, loaded = reading.text_of(content, remedy), Loaded(kept=EVERY if report else ENOUGH)
    drafts = netbox.read(text, loaded) if source is Source.NETBOX else reading.read(StringIO(text, newline=""), loaded)
    mark = transaction.savepoint()
    Writer(drafts, loaded, at, lenient=source is Source.NETBOX).write()
    if dry_run or (loaded.refused and not leave_out_refused):
        transaction.savepoint_rollback(mark)
    else:
        transaction.savepoint_commit(mark)
    if loaded.refused and not dry_run and not leave_out_refused:
        first = loaded.rows[0]
        raise PlantRowsRefused(refused=loaded.refused, line=f"{first.table} {first.line}".strip(), reason=first.reason)
    return loaded

"""Entries of the journal as CloudEvents 1.0 (structured JSON): what other systems are told."""

from __future__ import annotations

import json
from datetime import UTC

from kapok.ground.journal.queries import Line

SOURCE = "/kapok/journal"
CONTENT_TYPE = "application/cloudevents+json"


def cloud_event(line: Line) -> bytes:
    """The entry as one event; nothing that the journal does not hold, and so no personal data but staff numbers."""
    event = {
        "specversion": "1.0",
        "id": str(line.id),
        "source": SOURCE,
        "type": f"kapok.{line.kind}",
        "subject": line.subject,
        "time": line.at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "actor": line.actor,
        "data": line.data,
    }
    if line.correlation:
        event["correlation"] = str(line.correlation)
    return json.dumps(event, ensure_ascii=False).encode()

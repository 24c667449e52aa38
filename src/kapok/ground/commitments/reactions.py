"""What commitments do on journal entries, within the transaction that records them."""

from __future__ import annotations

from collections.abc import Sequence

from kapok.ground.catalog import queries as catalog
from kapok.ground.catalog.events import FlowPublished
from kapok.ground.commitments import api, judging
from kapok.ground.journal.models import Entry


def witness(entries: Sequence[Entry]) -> None:
    """Judge anew the matters to which something happened by which promises are judged; adopt the stages of a flow."""
    if heard := [entry for entry in entries if judging.is_heard(entry.kind)]:
        judging.judge(heard)
    for entry in entries:
        if entry.kind == FlowPublished.kind:
            _adopt_stages(entry)


def _adopt_stages(entry: Entry) -> None:
    """The stage promises of a published flow bind the matters that follow this very version of it."""
    flow, number = entry.data["flow"], entry.data["number"]
    scope = {"flow": flow, "flow_version": str(number)}
    api.adopt_pack(document=catalog.stage_pack(flow, number), scope=scope, actor=entry.actor, at=entry.at)

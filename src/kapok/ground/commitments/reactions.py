"""What commitments do on journal entries, within the transaction that records them."""

from __future__ import annotations

from kapok.ground.catalog import queries as catalog
from kapok.ground.catalog.events import FlowPublished
from kapok.ground.commitments import api, judging
from kapok.ground.journal.models import Entry


def witness(entry: Entry) -> None:
    """Judge the matter of an entry anew, if its kind is one by which promises are judged; adopt the stages of a flow."""
    if judging.is_heard(entry.kind):
        judging.judge(entry.subject, entry)
    elif entry.kind == FlowPublished.kind:
        _adopt_stages(entry)


def _adopt_stages(entry: Entry) -> None:
    """The stage promises of a published flow bind the matters that follow this very version of it."""
    flow, number = entry.data["flow"], entry.data["number"]
    scope = {"flow": flow, "flow_version": str(number)}
    api.adopt_pack(document=catalog.stage_pack(flow, number), scope=scope, actor=entry.actor, at=entry.at)

"""Loads the demonstration's flows. Running it again adds only what is missing."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from kapok.ground.catalog import api
from kapok.ground.catalog.cast import FLOWS
from kapok.ground.catalog.models import FlowTemplate

ACTOR = "system"


@transaction.atomic
def load(at: datetime) -> None:
    """Draft and publish the flows of the demonstration; its units are there already."""
    present = set(FlowTemplate.objects.values_list("code", flat=True))
    for document in FLOWS:
        if document["code"] not in present:
            api.draft_flow(document=document, actor=ACTOR, at=at)
            api.publish_flow(code=document["code"], revision=1, actor=ACTOR, at=at)

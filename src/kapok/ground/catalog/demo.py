"""Loads the demonstration's flows. Running it again adds only what is missing."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from kapok.ground.catalog import api
from kapok.ground.catalog.cast import FLOWS
from kapok.ground.catalog.models import FlowTemplate

ACTOR = "system"
BEFORE = timedelta(days=50)
"""How long before the demonstration its flows came into force, so that what its story tells about follows them."""


@transaction.atomic
def load(at: datetime) -> None:
    """Draft and publish the flows of the demonstration; its units are there already."""
    present = set(FlowTemplate.objects.values_list("code", flat=True))
    for document in FLOWS:
        if document["code"] not in present:
            api.draft_flow(document=document, actor=ACTOR, at=at - BEFORE)
            api.publish_flow(code=document["code"], revision=1, actor=ACTOR, at=at - BEFORE)

"""Loads the demonstration's offers. Running it again adds only what is missing."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from kapok.ground.catalog.offering import api
from kapok.ground.catalog.offering.cast import DRAFT, OFFERS, RETIRED
from kapok.ground.catalog.offering.models import OfferVersion

ACTOR = "system"
BEFORE = timedelta(days=49)
"""How long before the demonstration its offers were put on sale: a day after its flows."""


@transaction.atomic
def load(at: datetime) -> None:
    """Draft and publish the offers of the demonstration; its flows are in force already."""
    present = set(OfferVersion.objects.values_list("code", flat=True))
    for document in (*OFFERS, RETIRED):
        if document["code"] not in present:
            _put_on_sale(document, at - BEFORE)
    if RETIRED["code"] not in present:
        api.retire_offer(code=RETIRED["code"], actor=ACTOR, at=at - BEFORE / 2)
    if DRAFT["code"] not in present:
        api.draft_offer(document=DRAFT, actor=ACTOR, at=at)


def _put_on_sale(document: dict[str, Any], at: datetime) -> None:
    api.draft_offer(document=document, actor=ACTOR, at=at)
    api.publish_offer(code=document["code"], revision=1, actor=ACTOR, at=at)

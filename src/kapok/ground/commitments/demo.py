"""Puts the pledges of the demonstration's operator into force. Running it again changes nothing."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from kapok.ground.commitments import api
from kapok.ground.commitments.models import PackVersion
from kapok.kernel.promises import find

ACTOR = "system"
PACKS = ("guangzhou-pledges", "cn-service-specification-2005")
BEFORE = timedelta(days=60)
"""How long before the demonstration its packs came into force, so that what its story tells about falls under them."""


@transaction.atomic
def load(at: datetime) -> None:
    """Adopt the packs that are not in force yet."""
    present = set(PackVersion.objects.values_list("code", flat=True))
    for code in PACKS:
        if code not in present:
            api.adopt_pack(document=find(code).read_text(encoding="utf-8"), actor=ACTOR, at=at - BEFORE)

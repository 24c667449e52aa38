"""The verbs of notices. Only the recipient marks; that somebody has looked is no fact of the business, so nothing is recorded."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from kapok.ground.notices.models import Notice
from kapok.ground.notices.refusals import UnknownNotice
from kapok.ground.notices.rules import person_of


@transaction.atomic
def mark_seen(*, notice: UUID, actor: str, at: datetime) -> None:
    """The recipient has seen it; the first time counts. Raises `UnknownNotice`, also of somebody else's."""
    if not _of(actor).filter(id=notice).update(seen_at=Coalesce("seen_at", at)):
        raise UnknownNotice


@transaction.atomic
def mark_all_seen(*, actor: str, at: datetime, through: datetime | None = None) -> int:
    """The recipient has seen all that was told by `through` (None: by `at`); how many there were. What came later stays."""
    return _of(actor).filter(seen_at=None, at__lte=through or at).update(seen_at=at)


def _of(actor: str) -> QuerySet[Notice]:
    return Notice.objects.filter(recipient__username=person_of(actor))

"""What the table of notices needs from time to time."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from kapok.ground.notices.models import Notice


def forget_seen(*, at: datetime) -> int:
    """Remove the notices that were seen longer ago than they are kept; how many. What nobody has seen stays."""
    removed, _ = Notice.objects.filter(seen_at__lt=at - settings.NOTICES_KEPT).delete()
    return removed

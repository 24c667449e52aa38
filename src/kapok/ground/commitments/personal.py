"""What was typed to have clocks of a matter stopped or promises dropped: shown to the person it is about, and forgotten."""

from __future__ import annotations

from collections.abc import Collection

from kapok.ground.commitments.models import PauseRequest
from kapok.ground.customers.kept import Held, held, overwrite


def held_of(subjects: Collection[str]) -> Held:
    """What was asked of the clocks of these matters and of work on them, and how it was answered."""
    return held(PauseRequest.objects.filter(subject__in=subjects).order_by("asked_at", "id"))


def erase(subjects: Collection[str]) -> None:
    """Overwrite why it was asked, on what evidence, and what was answered; the clocks stay as they were judged."""
    overwrite(PauseRequest.objects.filter(subject__in=subjects), "reason", "evidence", "word")

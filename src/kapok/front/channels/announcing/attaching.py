"""A customer's report of what is announced: attached to the group fault, counted once for each service, nobody sent (R4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F, Q

from kapok.front.channels import events
from kapok.front.channels.models import Announcement, Report
from kapok.ground.customers.models import Customer
from kapok.ground.journal import api as journal
from kapok.kernel.ids import uuid7
from kapok.network.inventory.models import Service


@dataclass(frozen=True)
class Reported:
    """What was reported, by whom, in which words, in which interaction if there is one."""

    customer: Customer | None
    service: Service | None
    words: str
    interaction: UUID | None = None


def attach(announcement: Announcement, said: Reported, actor: str, at: datetime) -> None:
    """Attach a report; one that is made again counts as a call more. Within a verb's transaction."""
    again = _again(announcement, said, at)
    if not again:
        again = not _wrote(announcement, said, at) and _again(announcement, said, at)
    journal.record(
        events.Attached(
            subject=announcement.matter, actor=actor, at=at, customer=said.customer.number if said.customer else "",
            service=said.service.number if said.service else "", again=again, expected=announcement.expected_at,
        )
    )  # fmt: skip


def _again(announcement: Announcement, said: Reported, at: datetime) -> bool:
    """Whether the same was reported before; then it is one call more, with the latest words and the service if it is named now."""
    before = Report.objects.filter(_the_same(said), announcement=announcement)
    row = before.order_by(F("service").asc(nulls_last=True), "asked_at").first()
    if row is None:
        return False
    Report.objects.filter(id=row.id).update(
        calls=F("calls") + 1, words=said.words, called_at=at, service=said.service or row.service
    )
    return True


def _the_same(said: Reported) -> Q:
    """A report of the same service, or of the same customer where either names none; of nobody known none is the same."""
    nobody = Q(pk__in=[])
    whose = Q(customer=said.customer) if said.customer else nobody
    if said.service is None:
        return whose
    return Q(service=said.service) | (whose & Q(service=None))


def _wrote(announcement: Announcement, said: Reported, at: datetime) -> bool:
    """Whether the report was written; not where somebody else reports the same service at this moment."""
    row = Report(
        id=uuid7(at), announcement=announcement, customer=said.customer, service=said.service, words=said.words,
        interaction_id=said.interaction, asked_at=at, called_at=at,
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        return False
    return True

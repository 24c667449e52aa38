"""The life of what the catalogue holds in versions: drafted, published in place of the version before it, retired; all are kept.

Shared by offers and specifications. A lock holds until the `transaction.atomic` of the verb ends.
"""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from django.db import IntegrityError, connection, models, transaction
from django.db.models import Q, QuerySet

from kapok.ground.catalog import rules as states
from kapok.ground.catalog.rules import State
from kapok.kernel.ids import uuid7
from kapok.kernel.text import Text


class Version(models.Model):
    """What something said from `published_at` to `retired_at`; a draft may change, a published version never does (a trigger)."""

    id = models.UUIDField(primary_key=True)
    code = models.SlugField(max_length=60)
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10)
    revision = models.PositiveIntegerField(default=1)
    """Counts the changes of the draft, so that two editors cannot undo each other unseen."""
    title_zh = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200)
    document = models.JSONField()
    drafted_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.code} {self.number}"

    @property
    def title(self) -> Text:
        """Its title in both languages."""
        return Text(zh=self.title_zh, en=self.title_en)


Kept = TypeVar("Kept", bound=Version)


def state_fits_dates(name: str) -> models.CheckConstraint:
    """The constraint that a version was published and retired when its state says so."""
    return models.CheckConstraint(
        condition=Q(state=State.DRAFT.value, published_at__isnull=True, retired_at__isnull=True)
        | Q(state=State.PUBLISHED.value, published_at__isnull=False, retired_at__isnull=True)
        | Q(state=State.RETIRED.value, published_at__isnull=False, retired_at__gte=models.F("published_at")),
        name=name,
    )


def one_publisher() -> None:
    """Wait until nobody else changes what is published: offers hang on specifications, bundles on offers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('catalogue', 6))")


def begun(held: QuerySet[Kept], at: datetime, **said: object) -> Kept | None:
    """The next version among those held, drafted; None where there is a draft already."""
    last = held.order_by("-number").values_list("number", flat=True).first()
    try:
        with transaction.atomic():
            return held.create(id=uuid7(at), number=(last or 0) + 1, state=State.DRAFT, drafted_at=at, **said)
    except IntegrityError:
        return None


def changed(held: QuerySet[Kept], revision: int, **said: object) -> bool:
    """Whether the draft among those held could be changed: nobody else has since it was read at this revision."""
    draft = held.filter(state=State.DRAFT, revision=revision)
    return bool(draft.update(revision=revision + 1, **said))


def published(draft: Version, held: QuerySet[Kept], at: datetime, **said: object) -> int | None:
    """Put a draft in the place of the version in force among those held, and say which that was."""
    replaced = retired(held, at)
    held.filter(id=draft.id, state__in=states.sources(State.PUBLISHED)).update(
        state=State.PUBLISHED, published_at=at, **said
    )
    return replaced


def retired(held: QuerySet[Kept], at: datetime) -> int | None:
    """Take the version in force among those held out of it, and say which that was."""
    in_force = held.select_for_update().filter(state__in=states.sources(State.RETIRED)).first()
    if in_force is None:
        return None
    held.filter(id=in_force.id).update(state=State.RETIRED, retired_at=at)
    return in_force.number

"""The journal, how far each subscriber has read it, what could not be delivered, and the seals.

Entries and seals are written once: triggers refuse every change and removal. What a person typed is kept apart, and may be removed.
"""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from kapok.ground.journal.rules import OPEN_LETTERS


class Entry(models.Model):
    """One thing that happened, as it was recorded."""

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=100)
    subject = models.CharField(max_length=200)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())
    actor = models.CharField(max_length=200)
    correlation = models.UUIDField(null=True)
    data = models.JSONField()
    transaction = models.BigIntegerField(db_default=models.Func(function="journal_transaction"))
    """The number of the transaction that recorded it. Readers go by (transaction, position)."""
    position = models.BigIntegerField(db_default=models.Func(models.Value("journal_position"), function="nextval"))
    """Its place among all entries, in the order in which they were written."""

    begins = False
    """Whether a witness may take for granted that nothing was told of the subject before: its verb has just made it."""

    class Meta:
        verbose_name = _("journal entry")
        indexes = [
            models.Index(fields=["transaction", "position"], name="journal_entry_order"),
            models.Index(
                "subject",
                models.F("at").desc(),
                models.F("recorded_at").desc(),
                models.F("id").desc(),
                name="journal_entry_timeline",
            ),
            models.Index(
                "correlation", condition=models.Q(correlation__isnull=False), name="journal_entry_correlation"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"


class Apart(models.Model):
    """What a person typed, of one entry: by field. The entry has a digest of salt and words; they are removed together."""

    entry = models.UUIDField(primary_key=True)
    subject = models.CharField(max_length=200)
    salt = models.BinaryField()
    words = models.JSONField()

    class Meta:
        verbose_name = _("words of a journal entry")
        indexes = [models.Index("subject", name="journal_apart_of_subject")]

    def __str__(self) -> str:
        return str(self.entry)


class Cursor(models.Model):
    """How far a subscriber has read."""

    subscriber = models.CharField(primary_key=True, max_length=60)
    transaction = models.BigIntegerField()
    position = models.BigIntegerField()
    moved_at = models.DateTimeField()

    class Meta:
        verbose_name = _("reading place")

    def __str__(self) -> str:
        return self.subscriber


class Letter(models.Model):
    """An entry that a subscriber has not taken yet: it failed, or waits behind one of the same subject that failed."""

    id = models.UUIDField(primary_key=True)
    subscriber = models.CharField(max_length=60)
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="+")
    subject = models.CharField(max_length=200)
    transaction = models.BigIntegerField()
    position = models.BigIntegerField()
    state = models.CharField(max_length=10)
    attempts = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField()
    error = models.CharField(max_length=300, blank=True)
    """Which exception, and where in the program it came from, never its text, which may name a customer; or a peer's refusal."""
    written_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)
    """Why it was set aside, as the person typed it."""

    class Meta:
        verbose_name = _("undelivered entry")
        constraints = [models.UniqueConstraint(fields=["subscriber", "entry"], name="journal_letter_once")]
        indexes = [
            models.Index(
                fields=["subscriber", "subject", "transaction", "position"],
                condition=models.Q(state__in=sorted(state.value for state in OPEN_LETTERS)),
                name="journal_letter_open",
            ),
            models.Index(fields=["state", "written_at"], name="journal_letter_list"),
        ]

    def __str__(self) -> str:
        return f"{self.subscriber} {self.entry_id}"


class Seal(models.Model):
    """What stood in the journal from the seal before up to `through`, as a digest that goes on from that seal's."""

    id = models.UUIDField(primary_key=True)
    day = models.DateField()
    number = models.PositiveIntegerField()
    """1 for the first of its day."""
    through_transaction = models.BigIntegerField()
    through_position = models.BigIntegerField()
    entries = models.PositiveIntegerField()
    digest = models.BinaryField()
    """SHA-256 of the digest before and the SHA-256 of each entry, in reading order."""
    marks = models.BinaryField()
    """The first eight bytes of each entry's SHA-256, by which a breach is narrowed down to the entry."""
    sealed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("journal seal")
        constraints = [models.UniqueConstraint(fields=["day", "number"], name="journal_seal_once")]

    def __str__(self) -> str:
        return f"{self.day} {self.number}"

"""Channels, interactions, what customers asked through them, notes and one-time codes: tables, constraints, indexes."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kapok.front.channels import rules
from kapok.front.channels.door.models import AccessCode, DoorKnock, Placed
from kapok.ground.customers.models import Customer
from kapok.ground.people.models import OrgUnit, Staff
from kapok.ground.places.models import ExchangeArea
from kapok.ground.places.rules import Segment
from kapok.kernel.text import Text
from kapok.network.inventory.models import Element, Service

__all__ = [
    "MESSAGE", "WORDS", "AccessCode", "Announcement", "Case", "ChannelSetting", "ChannelStaff", "Covered", "DoorKnock",
    "Interaction", "Linked", "Message", "Note", "Placed", "Report", "Stranger",
]  # fmt: skip

STARS_FIRST = 5
WORDS = 1000
MESSAGE = 2000


class ChannelSetting(models.Model):
    """How one of the five channels is staffed and ruled."""

    code = models.CharField(max_length=20, primary_key=True)
    mass = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+")
    business = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+")
    key = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+")
    supervision = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, null=True, related_name="+")
    """Who gets complaints about bills and about people (R7); the mass queue where an older setting names nobody yet."""
    overflow = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, null=True, related_name="+")
    segment = models.CharField(max_length=20)
    """Of which segment the patches are that its matters go to."""
    skill = models.CharField(max_length=50, blank=True)
    """What it takes to serve it."""
    overflow_after = models.DurationField()
    call_back_after = models.DurationField()
    stars_first = models.PositiveSmallIntegerField(null=True, default=STARS_FIRST)
    """From so many stars on a customer goes before the mass queue (R2); stars decide nothing where it is empty."""

    class Meta:
        verbose_name = _("channel")
        constraints = [
            models.CheckConstraint(
                condition=Q(code__in=[each.value for each in rules.Channel])
                & Q(segment__in=[each.value for each in Segment]),
                name="channels_channel_words_are_known",
            ),
            models.CheckConstraint(
                condition=Q(call_back_after__gte=F("overflow_after")), name="channels_overflow_before_call_back"
            ),
        ]

    def __str__(self) -> str:
        return self.code


class ChannelStaff(models.Model):
    """Somebody serves a channel."""

    id = models.UUIDField(primary_key=True)
    channel = models.ForeignKey(ChannelSetting, on_delete=models.PROTECT, related_name="+")
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("member of a channel")
        constraints = [
            models.UniqueConstraint("channel", "staff", condition=Q(until=None), name="channels_serves_once")
        ]

    def __str__(self) -> str:
        return f"{self.channel_id} {self.staff_id}"


class Interaction(models.Model):
    """One time that a customer and we spoke. Whoever took it is its first contact for good."""

    id = models.UUIDField(primary_key=True)
    channel = models.CharField(max_length=20)
    medium = models.CharField(max_length=10)
    direction = models.CharField(max_length=3)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, null=True, related_name="+")
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+")
    """The unit of whoever took it, by which it is seen."""
    first_contact = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    calling = models.CharField(max_length=30, blank=True)
    """The calling number, masked."""
    dialled = models.CharField(max_length=10, blank=True)
    """Which of our lines they dialled, where it was said."""
    language = models.CharField(max_length=8, blank=True, default="")
    """What they speak, where whoever took it said so."""
    topic = models.CharField(max_length=200, blank=True)
    resolution = models.CharField(max_length=WORDS, blank=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("interaction")
        constraints = [
            models.CheckConstraint(
                condition=Q(channel__in=[each.value for each in rules.Channel])
                & Q(medium__in=[each.value for each in rules.Medium])
                & Q(direction__in=[each.value for each in rules.Direction])
                & Q(dialled__in=["", *(each.value for each in rules.Dialled)]),
                name="channels_interaction_words_are_known",
            ),
            models.UniqueConstraint("first_contact", condition=Q(ended_at=None), name="channels_one_at_a_time"),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("started_at")), name="channels_ends_after_it_starts"
            ),
        ]
        indexes = [
            models.Index("customer", F("started_at").desc(), name="channels_of_customer"),
            models.Index("first_contact", F("started_at").desc(), name="channels_of_staff"),
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def subject(self) -> str:
        """How the journal calls it."""
        return f"interaction/{self.id}"


class Linked(models.Model):
    """A matter that an interaction was about."""

    id = models.UUIDField(primary_key=True)
    interaction = models.ForeignKey(Interaction, on_delete=models.PROTECT, related_name="+")
    matter = models.CharField(max_length=100)

    class Meta:
        verbose_name = _("matter of an interaction")
        constraints = [models.UniqueConstraint("interaction", "matter", name="channels_linked_once")]

    def __str__(self) -> str:
        return f"{self.interaction_id} {self.matter}"


class Case(models.Model):
    """What a customer asked through a channel, and how it was answered. Its matter has the same subject."""

    matter = models.CharField(max_length=100, primary_key=True)
    kind = models.CharField(max_length=12)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, null=True, related_name="+")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, null=True, related_name="+")
    channel = models.CharField(max_length=20)
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+")
    """The unit it was routed to."""
    owner = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    """Who answers for it."""
    reasons = models.JSONField(default=list)
    """The routing rules with their reasons, in order."""
    asked_at = models.DateTimeField()
    substance = models.CharField(max_length=12, blank=True)
    reply = models.CharField(max_length=WORDS, blank=True)
    replied_at = models.DateTimeField(null=True)
    how = models.CharField(max_length=10, blank=True)
    word = models.CharField(max_length=WORDS, blank=True)
    connected = models.DurationField(null=True)
    answered_at = models.DateTimeField(null=True)
    told_by = models.CharField(max_length=8, blank=True, default="")
    """Whose word it is that `how` and `word` keep."""
    withdrawn_at = models.DateTimeField(null=True)
    """When the customer gave it up; `how` and `word` say how and why."""
    withdrawn_by = models.CharField(max_length=60, blank=True, default="")
    """Who of the customer said so."""
    call_back = models.BooleanField(default=False)
    """Whether the customer wants to be called with the reply, or waited so long that we call them (R8)."""
    called_at = models.DateTimeField(null=True)
    """When they were called."""
    language = models.CharField(max_length=8, blank=True, default="")
    """What they speak, where it was said when it was taken in."""
    work = models.UUIDField(null=True)
    """The work that was offered to whom the rules chose; none where a flow says what is done, or whoever took it keeps it."""
    waits_since = models.DateTimeField(null=True)
    """Since when they wait to be served, while it stands in a queue (R8)."""

    class Meta:
        verbose_name = _("case of a channel")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=[each.value for each in rules.Kind])
                & Q(channel__in=[each.value for each in rules.Channel])
                & Q(substance__in=["", *(each.value for each in rules.Substance)])
                & Q(how__in=["", *(each.value for each in rules.How)]),
                name="channels_case_words_are_known",
            ),
            models.CheckConstraint(
                condition=Q(substance="", replied_at=None)
                | (~Q(substance="") & ~Q(reply="") & Q(replied_at__isnull=False)),
                name="channels_a_reply_has_substance",
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None) | (~Q(substance="") & ~Q(how="")),
                name="channels_answered_is_acknowledged",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None)
                | (Q(answered_at=None) & ~Q(how="") & ~Q(word="") & ~Q(withdrawn_by="") & ~Q(told_by="")),
                name="channels_withdrawn_by_the_customers_word",
            ),
            models.CheckConstraint(
                condition=Q(told_by__in=[each.value for each in rules.ToldBy]), name="channels_told_by_is_known"
            ),
        ]
        indexes = [
            models.Index("customer", F("asked_at").desc(), name="channels_case_of_customer"),
            models.Index("service", condition=Q(service__isnull=False), name="channels_case_of_service"),
            models.Index("work", condition=Q(work__isnull=False), name="channels_case_of_work"),
            models.Index("channel", "waits_since", condition=Q(waits_since__isnull=False), name="channels_case_waits"),
            models.Index("unit", "asked_at", condition=Q(call_back=True, called_at=None), name="channels_case_to_call"),
        ]

    def __str__(self) -> str:
        return self.matter


class Message(models.Model):
    """What the customer (`staff` is None) or we wrote about a case. It may be personal: it stands here and not in the journal."""

    id = models.UUIDField(primary_key=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, null=True, related_name="+")
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    words = models.CharField(max_length=MESSAGE)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("message about a case")
        indexes = [models.Index("case", "at", name="channels_message_of_case")]

    def __str__(self) -> str:
        return str(self.id)


class Stranger(models.Model):
    """Who asked something without being a customer: as they called themselves, with the number they are to be called at."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, primary_key=True, related_name="+")
    name = models.CharField(max_length=60)
    phone = models.CharField(max_length=30)
    agreed_at = models.DateTimeField()
    """When they agreed that both are kept."""

    class Meta:
        verbose_name = _("stranger who left a number")

    def __str__(self) -> str:
        return self.case_id


class Note(models.Model):
    """What somebody wants the next who serves this customer to know."""

    id = models.UUIDField(primary_key=True)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    words = models.CharField(max_length=WORDS)
    author = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("note on a customer")
        indexes = [models.Index("customer", F("at").desc(), name="channels_note_of_customer")]

    def __str__(self) -> str:
        return str(self.id)


class Announcement(models.Model):
    """A group fault as customers are told of it, open until `ended_at`; of a matter one at a time."""

    id = models.UUIDField(primary_key=True)
    matter = models.CharField(max_length=100)
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+")
    """The unit of the matter: whoever may announce there changes it and ends it."""
    words_zh = models.CharField(max_length=500)
    words_en = models.CharField(max_length=500)
    since = models.DateTimeField()
    expected_at = models.DateTimeField(null=True)
    services = models.PositiveIntegerField()
    announced_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("group fault announcement")
        constraints = [
            models.UniqueConstraint("matter", condition=Q(ended_at=None), name="channels_announced_once"),
            models.CheckConstraint(
                condition=Q(since__lte=F("announced_at")) & (Q(ended_at=None) | Q(ended_at__gte=F("announced_at"))),
                name="channels_announcement_ends_after_it_begins",
            ),
        ]
        indexes = [
            models.Index("since", condition=Q(ended_at=None), name="channels_announced_now"),
            models.Index(F("ended_at").desc(), name="channels_announced_before"),
        ]

    def __str__(self) -> str:
        return self.matter

    @property
    def words(self) -> Text:
        """What customers are told."""
        return Text(zh=self.words_zh, en=self.words_en)


class Covered(models.Model):
    """What an announcement covers: an exchange area, or an element with all that it feeds."""

    id = models.UUIDField(primary_key=True)
    announcement = models.ForeignKey(Announcement, on_delete=models.PROTECT, related_name="+")
    element = models.ForeignKey(Element, on_delete=models.PROTECT, null=True, related_name="+")
    exchange_area = models.ForeignKey(ExchangeArea, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("what a group fault covers")
        constraints = [
            models.CheckConstraint(
                condition=Q(element=None, exchange_area__isnull=False) | Q(element__isnull=False, exchange_area=None),
                name="channels_covers_one_thing",
            ),
            models.UniqueConstraint("announcement", "element", "exchange_area", nulls_distinct=False, name="channels_covered_once"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return str(self.id)


class Report(models.Model):
    """A customer's report of what is announced, attached to it. What they said may be personal: it stands here alone."""

    id = models.UUIDField(primary_key=True)
    announcement = models.ForeignKey(Announcement, on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, null=True, related_name="+")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, null=True, related_name="+")
    interaction = models.ForeignKey(Interaction, on_delete=models.PROTECT, null=True, related_name="+")
    """In which it was first reported; by the web there is none at that moment."""
    words = models.CharField(max_length=MESSAGE)
    calls = models.PositiveIntegerField(default=1)
    asked_at = models.DateTimeField()
    called_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)
    """When they were told that it is over."""
    told_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("report of a group fault")
        constraints = [
            models.UniqueConstraint(
                "announcement", "service", condition=Q(service__isnull=False), name="channels_service_reported_once"
            ),
            models.CheckConstraint(
                condition=Q(told_at=None, told_by=None) | Q(told_at__isnull=False, told_by__isnull=False),
                name="channels_told_by_somebody",
            ),
        ]
        indexes = [models.Index("announcement", "asked_at", name="channels_report_of_fault")]

    def __str__(self) -> str:
        return str(self.id)

"""Calls of network elements and what each element did, the lines that RADIUS and SIP know, and the simulated elements.

`Subscriber` and `SipLine` are what the peers read, through the views of the schemas `radius` and `sip`; `Accounting` is what
RADIUS writes, through a view that it can only add to (migration 0002).
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.fields.json import KT
from django.utils.translation import gettext_lazy as _

from kapok.kernel.text import Text
from kapok.network.activation.rules import CallState, Fault, StepState, Verb

JOURNAL_SUBJECT = "service/{service}"
LIVE = ("active", "suspended")
CLOSED = "closed"
"""Of a line that is taken down, until nobody is online by it any more."""
ONE_NUMBER = "activation_one_service_a_number"
NO_TEXT = r"""["'`\\%{}\n\r]"""
"""Signs that a RADIUS server takes for the beginning of a program of its own."""


class Call(models.Model):
    """What was asked of the elements that serve a service, and what they answered. The key is the caller's."""

    id = models.UUIDField(primary_key=True)
    key = models.CharField(max_length=200, unique=True)
    service = models.CharField(max_length=60)
    kind = models.CharField(max_length=40)
    verb = models.CharField(max_length=10)
    request = models.JSONField(default=dict)
    """Secrets, logins, numbers and what a person typed are masked."""
    kept_apart = models.JSONField(default=dict)
    """What was masked, kept only until the call has succeeded or was overtaken, so that it can be asked again."""
    actor = models.CharField(max_length=200)
    state = models.CharField(max_length=10)
    attempts = models.PositiveIntegerField(default=1)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    milliseconds = models.PositiveIntegerField(null=True)
    """How long the last attempt took."""
    ok = models.BooleanField(null=True)
    retry = models.BooleanField(default=False)
    code = models.CharField(max_length=40, blank=True)
    text_zh = models.TextField(blank=True)
    text_en = models.TextField(blank=True)
    measured = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("activation call")
        constraints = [
            models.CheckConstraint(
                condition=Q(verb__in=[verb.value for verb in Verb]), name="activation_call_verb_is_known"
            ),
            models.CheckConstraint(
                condition=Q(state=CallState.ASKED.value, ok__isnull=True, answered_at__isnull=True)
                | Q(state=CallState.ANSWERED.value, ok__isnull=False, answered_at__isnull=False),
                name="activation_call_is_asked_or_answered",
            ),
            models.CheckConstraint(
                condition=~Q(ok=True) | Q(kept_apart={}), name="activation_call_that_succeeded_keeps_no_secret"
            ),
        ]
        indexes = [
            models.Index(F("service"), F("asked_at").desc(), name="activation_calls_of_service"),
            models.Index(F("asked_at").desc(), F("id").desc(), name="activation_calls_by_time"),
            models.Index(
                F("asked_at").desc(), condition=~Q(ok=True) | Q(ok__isnull=True), name="activation_calls_to_mend"
            ),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def subject(self) -> str:
        """How the journal calls the service."""
        return JOURNAL_SUBJECT.format(service=self.service)

    @property
    def text(self) -> Text:
        """What the elements answered, in words."""
        return Text(zh=self.text_zh, en=self.text_en)


class CallStep(models.Model):
    """One element's part of a call: a step that is done is not done again."""

    id = models.UUIDField(primary_key=True)
    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="+")
    place = models.PositiveSmallIntegerField()
    adapter = models.CharField(max_length=20)
    state = models.CharField(max_length=10)
    attempts = models.PositiveIntegerField(default=1)
    answer = models.JSONField(default=dict)
    milliseconds = models.PositiveIntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("step of an activation call")
        constraints = [
            models.UniqueConstraint("call", "adapter", name="activation_one_step_an_adapter"),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in StepState]), name="activation_step_state_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.call_id} {self.adapter}"


class Subscriber(models.Model):
    """A broadband line as RADIUS knows it; gone when the line is taken down and nobody is online. CHAP needs the secret itself."""

    service = models.CharField(max_length=60, unique=True)
    login = models.CharField(max_length=64, unique=True)
    secret = models.CharField(max_length=64)
    state = models.CharField(max_length=10)
    reason = models.CharField(max_length=100, blank=True)
    """What a suspended line is told."""
    profile = models.CharField(max_length=60, blank=True)
    down_mbps = models.PositiveIntegerField()
    up_mbps = models.PositiveIntegerField()
    ip = models.GenericIPAddressField(null=True)
    ipv6_prefix = models.CharField(max_length=43, blank=True)
    """What is delegated to the customer's router, as prefix and length."""
    leaving = ArrayField(models.CharField(max_length=64), default=list, blank=True)
    """The logins whose sessions are to end, its own or former ones, until the access servers have ended them."""
    speed_pending = models.BooleanField(default=False, db_default=False)
    """Whether open sessions still have the speed before."""
    told_before = models.DateTimeField(null=True)
    """Sessions that began later, by the clock of the database, know what is new; None: all are still to be told."""
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("RADIUS subscriber")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=(*LIVE, CLOSED)), name="activation_subscriber_state_is_known"),
            models.CheckConstraint(
                condition=Q(login__regex=r"^[a-z0-9][a-z0-9._@-]*$"), name="activation_login_is_plain"
            ),
            models.CheckConstraint(
                condition=~Q(secret__regex=NO_TEXT) & ~Q(reason__regex=NO_TEXT) & ~Q(profile__regex=NO_TEXT),
                name="activation_nothing_a_server_would_run",
            ),
            models.CheckConstraint(condition=Q(ipv6_prefix__regex=r"^[0-9a-f:/]*$"), name="activation_prefix_is_plain"),
        ]
        indexes = [
            models.Index("service", condition=~Q(state="active"), name="activation_lines_shut"),
        ]

    def __str__(self) -> str:
        return self.login


class Cutoff(models.Model):
    """Sessions of a service, or of a login that it has or had, that began by a moment are to end whenever one hears of them."""

    service = models.CharField(max_length=60)
    login = models.CharField(max_length=64)
    before = models.DateTimeField()
    """By the clock of the database."""

    class Meta:
        verbose_name = _("end of what was online before")
        constraints = [
            models.UniqueConstraint("service", "login", name="activation_one_cutoff_a_login"),
        ]
        indexes = [
            models.Index("before", name="activation_cutoffs_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.service} {self.before}"


class StraySession(models.Model):
    """A session that was found online and may not be: how often its access server was told to end it."""

    session = models.CharField(max_length=64, primary_key=True)
    service = models.CharField(max_length=60)
    attempts = models.PositiveSmallIntegerField(default=1)
    tried_at = models.DateTimeField()
    """By the clock of the database."""
    ended = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("stray session")

    def __str__(self) -> str:
        return self.session


class Accounting(models.Model):
    """One accounting packet, as RADIUS wrote it down: text from the network, to be believed with care."""

    session = models.CharField(max_length=64)
    """Unique to the session, made by the server from what the access server sends."""
    status = models.CharField(max_length=20)
    login = models.TextField()
    service = models.TextField(blank=True)
    nas_address = models.TextField(blank=True)
    nas_session = models.TextField(blank=True)
    nas_port = models.TextField(blank=True)
    framed_address = models.TextField(blank=True)
    seconds = models.BigIntegerField(default=0)
    octets_in = models.DecimalField(max_digits=20, decimal_places=0, default=0)
    """From the customer."""
    octets_out = models.DecimalField(max_digits=20, decimal_places=0, default=0)
    """To the customer."""
    cause = models.TextField(blank=True)
    at = models.DateTimeField(db_default=models.functions.Now())

    class Meta:
        verbose_name = _("accounting record")
        constraints = [
            models.UniqueConstraint("session", "status", "seconds", name="activation_packet_is_counted_once"),
        ]
        indexes = [
            models.Index(F("service"), F("at").desc(), name="activation_packets_of_service"),
            models.Index(F("login"), F("at").desc(), name="activation_packets_of_login"),
            models.Index(
                "nas_address", "at", condition=Q(status__startswith="Accounting-"), name="activation_restarts_of_nas"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.session} {self.status}"


class SipLine(models.Model):
    """A voice line as the SIP registrar knows it; `ha1` is all that digest authentication needs."""

    service = models.CharField(max_length=60, unique=True)
    number = models.CharField(max_length=18, unique=True)
    realm = models.CharField(max_length=64)
    ha1 = models.CharField(max_length=32)
    closing = models.CharField(max_length=32, blank=True)
    """What the registrar takes in place of `ha1` while its telephones are logged out; known to that call alone."""
    leaving = ArrayField(models.CharField(max_length=18), default=list, blank=True)
    """The numbers whose telephones are to be logged out, its own or former ones, until the registrar has let go of them."""
    state = models.CharField(max_length=10)
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("SIP line")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=LIVE), name="activation_sip_line_state_is_known"),
            models.CheckConstraint(condition=Q(number__regex=r"^[0-9]+$"), name="activation_number_is_digits"),
        ]

    def __str__(self) -> str:
        return self.number


class SimulatedUnit(models.Model):
    """A port of a simulated switch, or an ONU of a simulated OLT; a circuit has one at each of its ends."""

    element = models.CharField(max_length=20)
    unit = models.CharField(max_length=60)
    service = models.CharField(max_length=60)
    far = models.BooleanField(default=False, db_default=False)
    """Whether it is the one at the far end."""
    state = models.CharField(max_length=10)
    """`half` where a call stopped in the middle."""
    settings = models.JSONField(default=dict)
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("simulated unit")
        constraints = [
            models.UniqueConstraint("element", "unit", name="activation_one_service_a_unit"),
            models.UniqueConstraint("element", "service", "far", name="activation_one_unit_an_end"),
            models.UniqueConstraint(F("element"), KT("settings__number"), name=ONE_NUMBER),
            models.CheckConstraint(condition=Q(state__in=(*LIVE, "half")), name="activation_unit_state_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.element} {self.unit}"


class SimulatedFault(models.Model):
    """A fault that is switched on at a simulated element, for so many calls or until it is switched off."""

    element = models.CharField(max_length=20, unique=True)
    fault = models.CharField(max_length=20)
    calls_left = models.PositiveIntegerField(null=True)
    since = models.DateTimeField()
    actor = models.CharField(max_length=200)

    class Meta:
        verbose_name = _("simulated fault")
        constraints = [
            models.CheckConstraint(
                condition=Q(fault__in=[fault.value for fault in Fault]), name="activation_fault_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.element} {self.fault}"


class Peer(models.Model):
    """A program of the laboratory and where it listens; written by `kapok lab`."""

    name = models.CharField(max_length=20, primary_key=True)
    address = models.CharField(max_length=60)
    port = models.PositiveIntegerField()
    started_at = models.DateTimeField()

    class Meta:
        verbose_name = _("peer of the laboratory")

    def __str__(self) -> str:
        return self.name

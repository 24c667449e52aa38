"""Reading activation: calls of a service with their steps, sessions, tests, faults switched on, the laboratory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from kapok.kernel.text import Text
from kapok.network.activation.adapters.base import DONE
from kapok.network.activation.adapters.simulated import OLT, SIMULATED
from kapok.network.activation.calls import OVERTAKEN
from kapok.network.activation.models import (
    Call,
    CallStep,
    Peer,
    SimulatedFault,
    SimulatedUnit,
    SipLine,
    Subscriber,
)
from kapok.network.activation.refusals import UnknownCall
from kapok.network.activation.rules import CALL_STATES, FAULTS, STEP_STATES, VERBS, CallState, Fault, StepState, Verb
from kapok.network.activation.targets import ADAPTERS, adapters_of

SESSIONS = """
SELECT seen.session, min(login), min(nas_address), max(framed_address),
    min(at) - make_interval(secs => (min(seconds))::float8), max(seconds), max(octets_in), max(octets_out),
    coalesce(max(at) FILTER (WHERE status = 'Stop'), min(restarted.ended_at)),
    coalesce(max(cause) FILTER (WHERE status = 'Stop'), '')
FROM activation_accounting seen
LEFT JOIN LATERAL (
    SELECT min(again.at) AS ended_at FROM activation_accounting again
    WHERE again.nas_address = seen.nas_address AND again.at > seen.at AND again.status IN ('Accounting-On', 'Accounting-Off')
) restarted ON true
WHERE seen.session IN (
    SELECT session FROM activation_accounting
    WHERE service = %(service)s OR service = '' AND login = (SELECT login FROM activation_subscriber WHERE service = %(service)s)
    ORDER BY at DESC LIMIT %(packets)s)
GROUP BY seen.session ORDER BY 5 DESC LIMIT %(limit)s
"""


@dataclass(frozen=True)
class StepView:
    """One element's part of a call."""

    adapter: Text
    state: StepState
    state_name: Text
    attempts: int
    said: Text | None
    """What it said beyond that it is done."""
    measured: Mapping[str, Any]
    milliseconds: int | None


@dataclass(frozen=True)
class CallView:
    """One call: what was asked (secrets masked), what was answered, how long it took."""

    id: UUID
    key: str
    service: str
    kind: str
    verb: Verb
    verb_name: Text
    state: CallState
    state_name: Text
    ok: bool | None
    retry: bool
    code: str
    text: Text
    request: Mapping[str, Any]
    measured: Mapping[str, Any]
    attempts: int
    actor: str
    asked_at: datetime
    answered_at: datetime | None
    milliseconds: int | None
    overtaken: bool = False
    """Whether the service was told something else since; unknown (False) where only the latest calls were asked for."""
    steps: tuple[StepView, ...] = ()


@dataclass(frozen=True)
class SessionView:
    """One session of a customer, as the access server has counted it. Octets from and to the customer."""

    session: str
    login: str
    nas_address: str
    address: str
    began_at: datetime
    seconds: int
    octets_in: int
    octets_out: int
    ended_at: datetime | None
    cause: str


@dataclass(frozen=True)
class StandingView:
    """What an element has of a service: its state (`half` where it stopped in the middle) and what it was set to."""

    state: str
    settings: Mapping[str, Any]
    secret: str = field(default="", repr=False)
    """To be compared only."""


@dataclass(frozen=True)
class FaultView:
    """A simulated element, and the fault that is switched on there, if any."""

    element: str
    title: Text
    fault: Fault | None
    fault_name: Text | None
    calls_left: int | None
    since: datetime | None
    actor: str


@dataclass(frozen=True)
class PeerView:
    """A program of the laboratory."""

    name: str
    address: str
    port: int
    started_at: datetime


def call(identifier: UUID) -> CallView:
    """One call with its steps. Raises `UnknownCall`."""
    row = Call.objects.filter(pk=identifier).first()
    if row is None:
        raise UnknownCall
    return _views([row])[0]


def calls_of(service: str, *, limit: int = 100) -> list[CallView]:
    """The calls of a service, the latest first."""
    return _views(list(Call.objects.filter(service=service).order_by("-asked_at", "-id")[:limit]))


def recent(
    *, service: str = "", only_failed: bool = False, before: datetime | None = None, limit: int = 50
) -> list[CallView]:
    """The latest calls, without steps: of services whose number begins so, or only those without a good answer."""
    rows: QuerySet[Call] = Call.objects.order_by("-asked_at", "-id")
    if service:
        rows = rows.filter(service__startswith=service)
    if only_failed:
        rows = rows.filter(~Q(ok=True) | Q(ok__isnull=True))
    if before:
        rows = rows.filter(asked_at__lt=before)
    return [_view(row, ()) for row in rows[:limit]]


def last_test(service: str) -> CallView | None:
    """The latest test of a service that was answered."""
    rows = Call.objects.filter(service=service, verb=Verb.TEST.value, state=CallState.ANSWERED.value)
    found = _views(list(rows.order_by("-answered_at", "-id")[:1]))
    return found[0] if found else None


def light_of(services: Collection[str]) -> dict[str, tuple[str, float]]:
    """The ONU of each of these services that has one at work, and what it receives now (dBm)."""
    return OLT.light(services)


def sessions(service: str, *, limit: int = 20) -> list[SessionView]:
    """The sessions of a service, the latest first."""
    with connection.cursor() as cursor:
        cursor.execute(SESSIONS, {"service": service, "limit": limit, "packets": limit * 50})
        return [SessionView(*row[:5], *(int(value) for value in row[5:8]), *row[8:]) for row in cursor.fetchall()]


def logs_in_by(kind: str) -> str:
    """The parameter by which a line of this kind logs in to the network with its secret; empty where it does not log in."""
    for name in adapters_of(kind) or ():
        if "secret" in (needed := ADAPTERS[name].needed):
            return "login" if "login" in needed else "number"
    return ""


def standing(service: str, kind: str) -> dict[str, StandingView | None]:
    """What each element that serves this kind of service has of it, as it was last told; None where it has nothing."""
    found: dict[str, StandingView] = {}
    for row in SimulatedUnit.objects.filter(service=service).order_by("-far"):
        other = found[row.element].settings if row.element in found else {}
        unit = {SIMULATED[row.element].units[row.far]: row.unit}
        found[row.element] = StandingView(row.state, row.settings | other | unit)
    for line in Subscriber.objects.filter(service=service):
        said = {
            "down_mbps": line.down_mbps,
            "up_mbps": line.up_mbps,
            "profile": line.profile,
            "ip": line.ip,
            "ipv6_prefix": line.ipv6_prefix,
        }
        known = {name: value for name, value in said.items() if value}
        found["radius"] = StandingView(line.state, known, line.secret)
    for voice in SipLine.objects.filter(service=service):
        found["sip"] = StandingView(voice.state, {"number": voice.number})
    return {adapter: found.get(adapter) for adapter in adapters_of(kind) or ()}


def faults() -> list[FaultView]:
    """Every simulated element, with the fault that is switched on there."""
    on = {row.element: row for row in SimulatedFault.objects.all()}
    return [_fault_view(element, adapter.title, on.get(element)) for element, adapter in SIMULATED.items()]


def peers() -> list[PeerView]:
    """The programs that `kapok lab up` started."""
    return [PeerView(row.name, row.address, row.port, row.started_at) for row in Peer.objects.order_by("name")]


def failures(since: datetime, until: datetime) -> int:
    """How many calls asked in that time have no good answer."""
    return Call.objects.filter(~Q(ok=True) | Q(ok__isnull=True), asked_at__gte=since, asked_at__lt=until).count()


def _fault_view(element: str, title: Text, row: SimulatedFault | None) -> FaultView:
    if row is None:
        return FaultView(element, title, None, None, None, None, "")
    fault = Fault(row.fault)
    return FaultView(element, title, fault, FAULTS[fault], row.calls_left, row.since, row.actor)


def _views(rows: list[Call]) -> list[CallView]:
    steps: dict[UUID, list[StepView]] = defaultdict(list)
    for step in CallStep.objects.filter(call__in=[row.id for row in rows]).order_by("place"):
        steps[step.call_id].append(_step_view(step))
    overtaken = set(Call.objects.filter(OVERTAKEN, pk__in=[row.id for row in rows]).values_list("pk", flat=True))
    return [_view(row, tuple(steps[row.id]), overtaken=row.id in overtaken) for row in rows]


def _view(row: Call, steps: tuple[StepView, ...], *, overtaken: bool = False) -> CallView:
    verb, state = Verb(row.verb), CallState(row.state)
    return CallView(
        id=row.id, key=row.key, service=row.service, kind=row.kind, verb=verb, verb_name=VERBS[verb], state=state,
        state_name=CALL_STATES[state], ok=row.ok, retry=row.retry, code=row.code, text=row.text, request=row.request,
        measured=row.measured, attempts=row.attempts, actor=row.actor, asked_at=row.asked_at,
        answered_at=row.answered_at, milliseconds=row.milliseconds, overtaken=overtaken, steps=steps,
    )  # fmt: skip


def _step_view(step: CallStep) -> StepView:
    state, said = StepState(step.state), Text(**step.answer["text"]) if step.answer else None
    adapter = ADAPTERS.get(step.adapter)
    return StepView(
        adapter=adapter.title if adapter else Text(zh=step.adapter, en=step.adapter), state=state,
        state_name=STEP_STATES[state], attempts=step.attempts, said=None if said == DONE.text else said,
        measured=step.answer.get("measured", {}), milliseconds=step.milliseconds,
    )  # fmt: skip

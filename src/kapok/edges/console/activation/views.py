"""Activation calls: the latest, those of one service with its tests and sessions, another attempt, the laboratory.

The network is one and has no units: whoever may look at it somewhere sees all its calls. What is personal in them is masked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_aware
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kapok.chain.ordering import asking
from kapok.chain.ordering.agreeing import Difference, differences
from kapok.edges.console.activation.forms import FaultForm
from kapok.edges.console.people.forms import in_reading_language
from kapok.edges.console.screen import ScreenRequest, screen
from kapok.ground.people import queries as people
from kapok.ground.people.roles import Permission
from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text
from kapok.network.activation import api as activation
from kapok.network.activation import queries
from kapok.network.activation.queries import CallView, FaultView
from kapok.network.activation.readings import reading
from kapok.network.activation.rules import PARAM_NAMES
from kapok.network.inventory.refusals import UnknownService

PAGE = 50


@dataclass(frozen=True)
class Value:
    """One line of a request or of a measurement."""

    name: Text
    value: object


@dataclass(frozen=True)
class ShownCall:
    """A call with its request and its figures as lines."""

    call: CallView
    request: list[Value]
    measured: list[Value]
    may_try: bool
    """Whether it may be asked once more: it has no good answer, nothing else was told since, and its order waits for it."""


@screen(permission=Permission.ACTIVATION_READ)
def calls(request: ScreenRequest) -> HttpResponse:
    """The latest calls; with `?service=` those of services that begin so, with `?failed=1` those without a good answer."""
    service, failed = request.GET.get("service", "").strip()[:60], bool(request.GET.get("failed"))
    found = queries.recent(
        service=service, only_failed=failed, before=_moment(request.GET.get("before")), limit=PAGE + 1
    )
    values = {
        "calls": found[:PAGE],
        "before": found[PAGE - 1].asked_at.isoformat() if len(found) > PAGE else "",
        "service": service,
        "failed": failed,
        "may_run": _may_run(request),
    }
    return render(request, "activation/calls.html", values)


@screen(permission=Permission.ACTIVATION_READ)
def service(request: ScreenRequest, service: str) -> HttpResponse:
    """Everything that was asked of the elements of one service, its latest test, and its sessions."""
    found = queries.calls_of(service[:60])
    if not found:
        raise Http404
    tested = queries.last_test(service)
    values = {
        "service": service,
        "calls": _shown(found),
        "tested": _shown([tested])[0] if tested else None,
        "sessions": queries.sessions(service),
        "agreement": _agreement(service),
        "may_run": _may_run(request),
    }
    return render(request, "activation/service.html", values)


def _agreement(service: str) -> list[Difference] | None:
    """What the elements have otherwise than it is recorded; None where there is nothing to compare."""
    try:
        return differences(service)
    except UnknownService:
        return None


@require_POST
@screen(permission=Permission.ACTIVATION_RUN)
def try_again(request: ScreenRequest, key: UUID) -> HttpResponse:
    """Ask once more what failed."""
    try:
        call = queries.call(key)
        outcome = asking.try_again(call=call.id, actor=request.user.subject, at=request.at)
    except activation.UnknownCall:
        raise Http404 from None
    except KapokError as refused:
        messages.error(request, refused.text.in_(request.language))
    else:
        _say(request, outcome)
    return redirect("console:activation-service", call.service)


@require_POST
@screen(permission=Permission.ACTIVATION_RUN)
def test(request: ScreenRequest, service: str) -> HttpResponse:
    """Measure a service now, and compare it with what is recorded."""
    found = queries.calls_of(service[:60], limit=1)
    if not found:
        raise Http404
    outcome = asking.test_now(service=service, kind=found[0].kind, actor=request.user.subject, at=request.at)
    _say(request, outcome)
    return redirect("console:activation-service", service)


@screen(permission=Permission.ACTIVATION_READ)
def lab(request: ScreenRequest) -> HttpResponse:
    """What runs in the laboratory, and the faults that are switched on."""
    return _laboratory(request, {})


@require_POST
@screen(permission=Permission.ACTIVATION_RUN)
def switch_fault(request: ScreenRequest, element: str) -> HttpResponse:
    """Switch a fault on, or off with `off`."""
    form = FaultForm(request.POST, language=request.language, prefix=element[:20])
    if not request.POST.get("off") and not form.is_valid():
        return _laboratory(request, {element: form})
    try:
        if request.POST.get("off"):
            activation.switch_off_fault(element=element, actor=request.user.subject, at=request.at)
        else:
            activation.switch_on_fault(element=element, **form.cleaned_data, actor=request.user.subject, at=request.at)
    except KapokError as refused:
        messages.error(request, refused.text.in_(request.language))
    return redirect("console:activation-lab")


def _laboratory(request: ScreenRequest, forms: dict[str, FaultForm]) -> HttpResponse:
    def with_form(fault: FaultView) -> tuple[FaultView, FaultForm]:
        return fault, forms.get(fault.element) or FaultForm(language=request.language, prefix=fault.element)

    values = {
        "peers": queries.peers(),
        "faults": [with_form(fault) for fault in queries.faults()],
        "may_run": _may_run(request),
    }
    return render(request, "activation/lab.html", values, status=422 if forms else 200)


def _shown(calls: list[CallView]) -> list[ShownCall]:
    over = asking.over([call.key for call in calls])
    return [
        ShownCall(
            call, _lines(call.request, PARAM_NAMES), _measured(call.measured),
            may_try=not (call.ok or call.overtaken or call.key in over),
        )
        for call in calls
    ]  # fmt: skip


def _lines(values: Mapping[str, Any], names: Mapping[str, Text]) -> list[Value]:
    return [Value(names.get(name, Text(zh=name, en=name)), value) for name, value in values.items()]


def _measured(values: Mapping[str, Any]) -> list[Value]:
    return [Value(what, in_reading_language(much)) for what, much in (reading(*each) for each in values.items())]


def _say(request: ScreenRequest, outcome: activation.Outcome | None) -> None:
    if outcome is None:
        messages.success(request, _("Its order tries it again at once, as it is ordered now."))
    elif outcome.ok:
        messages.success(request, _("Done: %(said)s") % {"said": outcome.text.in_(request.language)})
    else:
        messages.error(request, _("It did not succeed: %(said)s") % {"said": outcome.text.in_(request.language)})


def _may_run(request: ScreenRequest) -> bool:
    return bool(people.units_where(request.user.id, Permission.ACTIVATION_RUN))


def _moment(text: str | None) -> datetime | None:
    try:
        found = parse_datetime(text or "")
    except ValueError:
        return None
    return found if found and is_aware(found) else None

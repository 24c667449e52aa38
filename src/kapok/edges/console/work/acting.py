"""Doing something with a work item or a matter: one view for each table of actions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import get_current_timezone

from kapok.edges.console.ledger.presenting import name_of
from kapok.edges.console.onward import onward
from kapok.edges.console.screen import ScreenRequest, screen
from kapok.edges.console.work.actions import ON_ITEMS, ON_MATTERS, Action
from kapok.edges.console.work.facts import FACT, ChangeForm
from kapok.edges.console.work.forms import DeliverForm, HappenForm, ReopenForm, TransferForm
from kapok.edges.console.work.involved import item_seen, matter_seen
from kapok.ground.people.refusals import UnknownStaff
from kapok.ground.people.roles import Permission
from kapok.ground.work import queries, refusals
from kapok.ground.work.reopening import may_begin_again
from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text

HAPPENS_TO_ALL = ("visit.", "customer.", "service.")
FIELDS: Mapping[type[KapokError], str] = {
    refusals.NoteMissing: "note",
    refusals.TitleMissing: "title",
    refusals.EvidenceMissing: "evidence_0",
    refusals.UnknownKind: "kind",
    refusals.PausesClocks: "kind",
    refusals.NotOfUnit: "to",
    UnknownStaff: "to",
}
"""Beside which field a refusal stands; the others are about the whole."""


@screen(permission=Permission.WORK_DO)
def act_on_item(request: ScreenRequest, item: UUID, code: str) -> HttpResponse:
    """One action on a work item that one has to do with."""
    found = item_seen(request, item)
    action = _action(ON_ITEMS, code)
    options: dict[str, Any] = {}
    if action.form is DeliverForm:
        options |= {"wanted": queries.evidence_of(item), "known": queries.facts_of(found.matter)}
    elif action.form is TransferForm:
        options["zone"] = get_current_timezone()
    return _act(request, action, options, {"item": item}, title=found.title, subject=found.matter)


@screen(permission=Permission.WORK_DO)
def act_on_matter(request: ScreenRequest, code: str, subject: str) -> HttpResponse:
    """One action on a matter that one has to do with."""
    matter = matter_seen(request, subject)
    action = _action(ON_MATTERS, code)
    kind = subject.partition("/")[0]
    options: dict[str, Any] = {}
    if action.form is HappenForm:
        tellable = queries.tellable(request.user.username, subject, request.at)
        kinds = [each for each in tellable if each.startswith((f"{kind}.", *HAPPENS_TO_ALL))]
        options |= {"kinds": kinds, "known": matter.facts}
    elif action.form is ReopenForm:
        options["stages"] = may_begin_again(subject)
    elif action.form is ChangeForm:
        options |= {"known": matter.facts, "urgent": matter.urgent}
    return _act(request, action, options, {"matter": subject}, title=name_of(subject), subject=subject)


def _action(table: Mapping[str, Action], code: str) -> Action:
    if code not in table:
        raise Http404
    return table[code]


def _act(
    request: ScreenRequest,
    action: Action,
    options: Mapping[str, Any],
    of: Mapping[str, Any],
    *,
    title: Text,
    subject: str,
) -> HttpResponse:
    """Show what the action asks for, or do it and go back to where one came from."""
    if not action.asks and request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    form = action.form(request.POST if request.method == "POST" else None, **options)
    if request.method == "POST" and form.is_valid() and _done(request, action, form, of):
        messages.success(request, action.done.in_(request.language))
        return redirect(_back(request))
    if not action.asks:
        messages.error(request, " ".join(map(str, form.non_field_errors())))
        return redirect(_back(request))
    values = {"form": form, "action": action, "title": title, "matter": name_of(subject), "subject": subject}
    return render(request, "work/act.html", values | {"next": _back(request)})


def _done(request: ScreenRequest, action: Action, form: forms.Form, of: Mapping[str, Any]) -> bool:
    try:
        action.verb(**of, **form.cleaned_data, actor=request.user.subject, at=request.at)
    except KapokError as refused:
        form.add_error(_field(form, refused), refused.text.in_(request.language))
        return False
    return True


def _field(form: forms.Form, refused: KapokError) -> str | None:
    """The field that a refusal is about; None where it is about the whole."""
    about = FIELDS.get(type(refused), f"{FACT}{refused.data.get('fact', '')}")
    return about if about in form.fields else None


def _back(request: ScreenRequest) -> str:
    return onward(request) if request.POST.get("next") or request.GET.get("next") else reverse("console:my-work")

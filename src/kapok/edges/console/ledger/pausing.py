"""Stopping the clocks of a matter and letting them run again: who asked, who approved, why, and which will really stop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kapok.edges.console.ledger.one import seen
from kapok.edges.console.ledger.presenting import Shown, called, shown
from kapok.edges.console.people.forms import in_reading_language
from kapok.edges.console.screen import ScreenRequest, screen
from kapok.ground.commitments import api, queries
from kapok.ground.commitments.rules import RESUMES
from kapok.ground.commitments.standing import stoppable
from kapok.ground.journal.queries import happenings
from kapok.ground.people.rules import Permission
from kapok.kernel.errors import KapokError
from kapok.kernel.promises import EVENTS, Tier
from kapok.kernel.promises.terms import TIERS

LONGEST = 200


class PauseForm(forms.Form):
    """What is said of a pause."""

    def __init__(self, *args: Any, tiers: Sequence[Tier], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(kind, in_reading_language(EVENTS[kind])) for kind in RESUMES]
        self.fields["kind"] = forms.ChoiceField(label=_("Ground"), choices=kinds)
        self.fields["stops"] = forms.MultipleChoiceField(
            label=_("Tiers to stop"),
            choices=[(tier.value, in_reading_language(TIERS[tier])) for tier in tiers],
            widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
            required=False,
            help_text=_("None ticked: every tier whose pack allows it."),
        )
        self.fields["reason"] = _words(_("Why"), _("In a few words; without names of customers."))
        self.fields["requested_by"] = _words(_("Asked by"))
        self.fields["approved_by"] = _words(_("Approved by"))
        self.fields["evidence"] = _words(_("Evidence"), _("E.g. the number of a call or a photograph."), required=False)


class ResumeForm(forms.Form):
    """Why clocks may run again."""

    reason = forms.CharField(label=gettext_lazy("Why"), max_length=LONGEST)


def _words(label: str, hint: str = "", *, required: bool = True) -> forms.CharField:
    return forms.CharField(label=label, max_length=LONGEST, help_text=hint, required=required)


@dataclass(frozen=True)
class Effect:
    """A running clock of the matter, and whether the pause would stop it."""

    clock: Shown
    stops: bool


@screen(permission=Permission.LEDGER_PAUSE)
def pause(request: ScreenRequest, id: UUID) -> HttpResponse:  # noqa: A002  # the name in the address
    """Stop clocks of the matter of a commitment; what would stop is shown before it does."""
    row = seen(request, id).row
    running = [each for rows in queries.standing(row.subject).values() for each in rows if each.running]
    tiers = [tier for tier in Tier if any(each.tier is tier for each in running)]
    form = PauseForm(
        request.POST or None,
        tiers=tiers,
        initial={"requested_by": request.user.username, "kind": request.GET.get("kind") or next(iter(RESUMES))},
    )
    effects = list(_effects(request, row.subject, running, form))
    if request.headers.get("HX-Target") == "effects":
        return render(request, "ledger/effects.html", {"effects": effects})
    if request.method == "POST" and form.is_valid() and _paused(request, row.subject, form):
        return redirect("console:commitment", id)
    values = {"form": form, "row": row, "matter": called(row.subject), "effects": effects}
    return render(request, "ledger/pause.html", values)


def _paused(request: ScreenRequest, subject: str, form: PauseForm) -> bool:
    try:
        stopped = api.pause(subject=subject, **form.cleaned_data, actor=request.user.subject, at=request.at)
    except KapokError as refused:
        form.add_error(None, refused.text.in_(request.language))
        return False
    messages.success(request, _("%(count)s clocks stand still now.") % {"count": len(stopped)})
    return True


def _effects(request: ScreenRequest, subject: str, running: Sequence[queries.Row], form: PauseForm) -> Sequence[Effect]:
    sent = request.POST if request.method == "POST" else request.GET
    kind, stops = sent.get("kind") or form.initial["kind"], sent.getlist("stops")
    stopping = {each.id for each in stoppable(subject, kind, stops)}
    return [Effect(shown(each, request.at), each.id in stopping) for each in running]


@screen(permission=Permission.LEDGER_PAUSE)
def resume(request: ScreenRequest, id: UUID) -> HttpResponse:  # noqa: A002  # the name in the address
    """Let the clocks of the matter run again that a pause had stopped."""
    row = seen(request, id).row
    kind = _last_pause(row.subject)
    form = ResumeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            api.resume(
                subject=row.subject,
                kind=kind,
                reason=form.cleaned_data["reason"],
                actor=request.user.subject,
                at=request.at,
            )
        except KapokError as refused:
            form.add_error(None, refused.text.in_(request.language))
        else:
            messages.success(request, _("The clocks run again."))
            return redirect("console:commitment", id)
    values = {"form": form, "row": row, "matter": called(row.subject), "ground": EVENTS[kind]}
    return render(request, "ledger/resume.html", values)


def _last_pause(subject: str) -> str:
    """The kind of the latest entry that paused something of the matter."""
    kinds = [entry.kind for entry in happenings(subject) if entry.kind in RESUMES]
    return kinds[-1] if kinds else next(iter(RESUMES))

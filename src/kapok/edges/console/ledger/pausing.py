"""Asking that clocks of a matter stop, and letting them run again: why, on what evidence, and which would stop."""

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
from django.utils.translation import gettext_lazy, pgettext

from kapok.edges.console.ledger.one import seen
from kapok.edges.console.ledger.presenting import Shown, name_of, shown
from kapok.edges.console.people.forms import in_reading_language
from kapok.edges.console.screen import ScreenRequest, screen
from kapok.ground.commitments import api, queries
from kapok.ground.commitments.approving import REQUESTERS, approvers
from kapok.ground.commitments.rules import ENDS, RESUMES, Paused, standing
from kapok.ground.commitments.standing import resumable, stoppable, waivable
from kapok.ground.journal.queries import happenings
from kapok.ground.people.roles import Permission
from kapok.ground.work import queries as work
from kapok.ground.work.rules import LIVE
from kapok.kernel.errors import KapokError
from kapok.kernel.promises import EVENTS, Tier
from kapok.kernel.promises.terms import TIERS
from kapok.kernel.text import Text, joined

LONGEST = 200
ASKED = gettext_lazy("Asked for. The clocks run on until somebody approves; then they stand still as of now.")
WAIVER_ASKED = gettext_lazy(
    "Asked for. The promises stand until somebody approves; then they have fallen away as of now."
)
Choice = tuple[str, Any]
HEARD = frozenset(ENDS).union(*ENDS.values())


class PauseForm(forms.Form):
    """What is said of a pause."""

    def __init__(self, *args: Any, tiers: Sequence[Tier], askers: Sequence[Choice], **kwargs: Any) -> None:
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
        self.fields["requested_by"] = forms.ChoiceField(label=_("Asked by"), choices=askers)
        self.fields["evidence"] = _evidence()


class WaiveForm(forms.Form):
    """What is said when promises are waived."""

    def __init__(self, *args: Any, askers: Sequence[Choice], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"] = _words(_("Why"), _("In a few words; without names of customers."))
        self.fields["requested_by"] = forms.ChoiceField(label=_("Asked by"), choices=askers)
        self.fields["evidence"] = _evidence()


class ResumeForm(forms.Form):
    """Why clocks may run again."""

    reason = forms.CharField(label=gettext_lazy("Why"), max_length=LONGEST)


def _words(label: str, hint: str = "") -> forms.CharField:
    return forms.CharField(label=label, max_length=LONGEST, help_text=hint)


def _evidence() -> forms.CharField:
    hint = _("E.g. the number of a call or a photograph.")
    return _words(pgettext("ledger", "Evidence"), hint)


def _askers(request: ScreenRequest) -> Sequence[Choice]:
    """Whose wish it may be."""
    me = (request.user.subject, f"{request.user.username} {request.user.name}")
    return [*((code, in_reading_language(name)) for code, name in REQUESTERS.items()), me]


def _approvers(request: ScreenRequest, effects: Sequence[Effect]) -> str:
    return approvers_named(request, {effect.clock.row.unit for effect in effects if effect.stops})


def approvers_named(request: ScreenRequest, units: set[str]) -> str:
    """Who else may approve for all of these units, by number and name; empty where there is nobody."""
    found = approvers(units, not_of={request.user.subject})
    return joined([Text(zh=each, en=each) for each in (f"{name} {number}" for number, name in found)]).in_(
        request.language
    )


def _subjects(subject: str) -> list[str]:
    """A matter with its work in hand: what stops it stops that, too."""
    return [subject, *(item.subject for item in work.items_of(subject) if item.state in LIVE)]


@dataclass(frozen=True)
class Effect:
    """A running clock of the matter, and whether the pause would stop it."""

    clock: Shown
    stops: bool


@screen(permission=Permission.LEDGER_PAUSE)
def pause(request: ScreenRequest, id: UUID) -> HttpResponse:  # noqa: A002  # the name in the address
    """Ask that clocks of the matter of a commitment and of its work in hand stop; what would stop is shown before it does."""
    row = seen(request, id).row
    subjects = _subjects(row.subject)
    running = [each for one in subjects for rows in queries.standing(one).values() for each in rows if each.running]
    tiers = [tier for tier in Tier if any(each.tier is tier for each in running)]
    form = PauseForm(
        request.POST or None,
        tiers=tiers,
        initial={"requested_by": "customer", "kind": request.GET.get("kind") or next(iter(RESUMES))},
        askers=_askers(request),
    )
    effects = list(_effects(request, subjects, running, form))
    said = {"effects": effects, "approvers": _approvers(request, effects), "any": any(each.stops for each in effects)}
    if request.headers.get("HX-Target") == "effects":
        return render(request, "ledger/would_stop.html", said)
    if request.method == "POST" and form.is_valid() and _asked(request, subjects, form):
        return redirect("console:commitment", id)
    return render(request, "ledger/pause.html", said | {"form": form, "row": row, "matter": name_of(row.subject)})


def _asked(request: ScreenRequest, subjects: Sequence[str], form: PauseForm) -> bool:
    subject, *also = subjects
    try:
        api.ask_pause(subject=subject, also=also, **form.cleaned_data, actor=request.user.subject, at=request.at)
    except KapokError as refused:
        form.add_error(None, refused.text.in_(request.language))
        return False
    messages.success(request, ASKED)
    return True


def _effects(
    request: ScreenRequest, subjects: Sequence[str], running: Sequence[queries.Row], form: PauseForm
) -> Sequence[Effect]:
    sent = request.POST if request.method == "POST" else request.GET
    kind, stops = sent.get("kind") or form.initial["kind"], sent.getlist("stops")
    stopping = {each.id for subject in subjects for each in stoppable(subject, kind, stops)}
    return [Effect(shown(each, request.at), each.id in stopping) for each in running]


@screen(permission=Permission.LEDGER_PAUSE)
def waive(request: ScreenRequest, id: UUID) -> HttpResponse:  # noqa: A002  # the name in the address
    """Ask that promises of the matter fall away that their packs let be waived."""
    row = seen(request, id).row
    form = WaiveForm(request.POST or None, initial={"requested_by": "customer"}, askers=_askers(request))
    waived = {each.id for each in waivable(row.subject)}
    if request.method == "POST" and form.is_valid():
        try:
            api.ask_waiver(subject=row.subject, **form.cleaned_data, actor=request.user.subject, at=request.at)
        except KapokError as refused:
            form.add_error(None, refused.text.in_(request.language))
        else:
            messages.success(request, WAIVER_ASKED)
            return redirect("console:commitment", id)
    running = [each for rows in queries.standing(row.subject).values() for each in rows if each.running]
    effects = [Effect(shown(each, request.at), each.id in waived) for each in running]
    said = {"effects": effects, "approvers": _approvers(request, effects), "any": bool(waived), "falls": True}
    return render(request, "ledger/waive.html", said | {"form": form, "row": row, "matter": name_of(row.subject)})


@screen(permission=Permission.LEDGER_PAUSE)
def resume(request: ScreenRequest, id: UUID) -> HttpResponse:  # noqa: A002  # the name in the address
    """Let the clocks of the matter run again that a pause had stopped."""
    row = seen(request, id).row
    kind = _last_pause(_subjects(row.subject))
    form = ResumeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            api.resume(
                subject=row.subject,
                also=_subjects(row.subject)[1:],
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
    values = {"form": form, "row": row, "matter": name_of(row.subject), "ground": EVENTS[kind]}
    return render(request, "ledger/resume.html", values)


def _last_pause(subjects: Sequence[str]) -> str:
    """The kind of the latest pause that still stands, else of the latest at all, whose end lets a clock run again."""
    told = [Paused(each.kind, each.subject, each.at, {}) for each in happenings(subjects[0]) if each.kind in HEARD]
    pauses = [*reversed(standing(told)), *(each for each in reversed(told) if each.kind in RESUMES)]
    kinds = dict.fromkeys([*(pause.kind for pause in pauses), *RESUMES])
    return next((kind for kind in kinds if any(resumable(each, kind) for each in subjects)), next(iter(kinds)))

"""Answering a request: the reply with its substance, and the customer's acknowledgement, without which the clock runs on."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kapok.edges.console.customers.forms import LookForm
from kapok.edges.console.desk.belonging import shown, told
from kapok.edges.console.desk.forms import AnswerForm, WithdrawForm, show_refusal
from kapok.edges.console.ledger.presenting import all_shown
from kapok.edges.console.people.forms import in_reading_language
from kapok.edges.console.screen import ScreenRequest, attempt, screen
from kapok.front.channels import api, queries
from kapok.front.channels.online import api as online
from kapok.front.channels.online import queries as written
from kapok.front.channels.queries import CaseView
from kapok.ground.commitments import queries as commitments
from kapok.ground.people.roles import Permission
from kapok.ground.work import queries as work
from kapok.kernel.errors import KapokError

WHERE = {api.NotHeard: "how", api.NotSubstantive: "reply", api.WordsMissing: "reply", api.BadChoice: "substance"}


@screen(permission=Permission.DESK_SERVE)
def answer(request: ScreenRequest, subject: str) -> HttpResponse:
    """The request with its clock, where it went and why; and the form of the answer."""
    case = _seen(request, subject)
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            answered = api.answer(matter=subject, **form.said(), actor=request.user.subject, at=request.at)
        except KapokError as refused:
            show_refusal(form, refused, WHERE)
        else:
            done = _("Answered; the clock has stopped.") if answered else _("Noted; the clock runs on.")
            messages.success(request, done)
            return redirect("console:desk-answer", subject)
    return _page(request, case, form)


@require_POST
@screen(permission=Permission.DESK_SERVE)
def withdrawn(request: ScreenRequest, subject: str) -> HttpResponse:
    """The customer gives the request up: their word is kept, the clock falls away."""
    case, form = _seen(request, subject), WithdrawForm(request.POST)
    if form.is_valid():
        try:
            api.withdraw(matter=subject, **form.cleaned_data, actor=request.user.subject, at=request.at)
        except KapokError as refused:
            show_refusal(form, refused, {api.NotThen: "said_at", api.WordsMissing: "why"})
        else:
            messages.success(request, _("Withdrawn by the customer; the clock has fallen away."))
            return redirect("console:desk-answer", subject)
    return _page(request, case, AnswerForm(), withdraw=form)


@screen(permission=Permission.DESK_SERVE)
def call_backs(request: ScreenRequest) -> HttpResponse:
    """Whom oneself and one's own units are to call back, the oldest first."""
    found = queries.to_be_called(request.user.username, request.units)
    titles = queries.titles(case.matter for case in found)
    rows = [(shown(request, case), titles.get(case.matter, "")) for case in found]
    return render(request, "desk/call_backs.html", {"rows": rows})


@require_POST
@screen(permission=Permission.DESK_SERVE)
def called(request: ScreenRequest, subject: str) -> HttpResponse:
    """The customer was called back."""
    _seen(request, subject)
    done = _("Noted; nobody is to be called about this any more.")
    attempt(request, lambda: api.note_called_back(matter=subject, actor=request.user.subject, at=request.at), done)
    return redirect("console:desk-answer", subject)


@require_POST
@screen(permission=Permission.CUSTOMERS_UNMASK)
def stranger(request: ScreenRequest, subject: str) -> HttpResponse:
    """The name and the number that somebody left who is no customer, in clear, for a purpose that is kept."""
    case = _seen(request, subject)
    purpose = request.POST.get("purpose", "")[:20]
    try:
        left = online.see_stranger(matter=subject, purpose=purpose, actor=request.user.subject, at=request.at)
    except KapokError as refused:
        messages.error(request, in_reading_language(refused.text))
        return redirect("console:desk-answer", subject)
    return _page(request, case, AnswerForm(), left=left)


def _page(
    request: ScreenRequest,
    case: CaseView,
    form: AnswerForm,
    left: tuple[str, str] | None = None,
    *,
    withdraw: WithdrawForm | None = None,
) -> HttpResponse:
    promised = [row for row in commitments.of_subjects([case.matter]) if row.tier.value != "stage"]
    values = {
        "case": shown(request, case),
        "form": form,
        "withdraw_form": withdraw or WithdrawForm(),
        "matter": work.matter(case.matter),
        "asked": sorted(set(work.asked_by_name(case.matter).values())),
        "clocks": all_shown(promised, request.at),
        "at": request.at,
        "lines": told(request, case.matter, case.customer),
        "written": written.messages_about(case.matter),
        "stranger": written.left_by(case.matter),
        "left": left,
        "look_form": LookForm(),
    }
    return render(request, "desk/answer.html", values)


def _seen(request: ScreenRequest, subject: str) -> CaseView:
    """The request, if one answers for it now or by the rules, or serves that unit, or the taker's. Raises `Http404`."""
    case = queries.case(subject)
    if case is None or not (
        case.unit_id in request.units
        or case.owner == request.user.username
        or _took(request, case)
        or work.owns(request.user.username, case.matter, request.at)
    ):
        raise Http404
    return case


def _took(request: ScreenRequest, case: CaseView) -> bool:
    return any(talk.unit_id in request.units for talk in queries.interactions_about(case.matter))

"""A request that clocks stop or promises fall away: what is asked, and the answer of somebody with authority."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from kapok.edges.console.ledger.presenting import all_shown, name_of, names_of
from kapok.edges.console.screen import ScreenRequest, screen
from kapok.ground.commitments import api, queries, requests
from kapok.ground.commitments.asking import WAIVED
from kapok.ground.people import queries as people
from kapok.ground.people.roles import Permission
from kapok.kernel.errors import KapokError


class AnswerForm(forms.Form):
    """What whoever answers says to it."""

    word = forms.CharField(
        label=pgettext_lazy("ledger", "A word"), max_length=300, required=False,
        help_text=gettext_lazy("To refuse takes a word; without names of customers."),
    )  # fmt: skip


@screen(permission=Permission.LEDGER_READ)
def pause_request(request: ScreenRequest, id: UUID) -> HttpResponse:  # noqa: A002  # the name in the address
    """What is asked of the clocks of a matter of one's units, or by oneself; who may answers it here, who asked takes it back."""
    asked = requests.request(id)
    clocks = queries.rows_of(asked.clocks) if asked else []
    if asked is None or not _may_see(request, asked, clocks):
        raise Http404
    mine = any(each.id == id for each in requests.to_answer(request.user))
    form = AnswerForm(request.POST or None) if mine else None
    if request.method == "POST" and _answered(request, asked, form or AnswerForm(request.POST)):
        return redirect("console:pause-request", id)
    units = {unit.code: unit.name for unit in people.unit_tree(ended=True)}
    values = {
        "asked": asked,
        "matter": name_of(asked.subject),
        "falls": asked.kind == WAIVED,
        "clocks": all_shown(clocks, request.at, units),
        "people": names_of([asked.asked_by, asked.requested_by, asked.answered_by]),
        "form": form,
        "may_withdraw": asked.waits and asked.asked_by == request.user.subject,
    }
    return render(request, "ledger/request.html", values)


def _may_see(request: ScreenRequest, asked: requests.Request, clocks: Sequence[queries.Row]) -> bool:
    mine = request.user.subject in {asked.asked_by, asked.requested_by}
    return mine or any(queries.scope(request.units).holds(each.unit) for each in clocks)


def _answered(request: ScreenRequest, asked: requests.Request, form: AnswerForm) -> bool:
    """Approve, refuse or withdraw; the verbs decide whether this person may. Whether the page is to be loaded anew."""
    if not form.is_valid():
        return False
    said: dict[str, Any] = {
        "request": asked.id,
        "word": form.cleaned_data["word"],
        "actor": request.user.subject,
        "at": request.at,
    }
    try:
        match request.POST.get("answer"):
            case "approve":
                messages.success(request, _approved(asked, api.approve_request(**said)))
            case "withdraw":
                api.withdraw_request(**said)
                messages.success(request, _withdrawn(asked))
            case _:
                api.refuse_request(**said)
                messages.success(request, _refused(asked))
    except KapokError as refused:
        messages.error(request, refused.text.in_(request.language))
    return True


def _approved(asked: requests.Request, clocks: Sequence[UUID]) -> str:
    """What has become of them: they may have been let run, or been settled, while the request waited."""
    if asked.kind == WAIVED:
        return _("Approved: the promises have fallen away as of the moment of asking.")
    stand = [bool(each.paused_since) for each in queries.rows_of(clocks)]
    if all(stand):
        return _("Approved: the clocks stand still as of the moment of asking.")
    if any(stand):
        return _(
            "Approved as of the moment of asking: some clocks stand still; others have gone on or been settled meanwhile."
        )
    return _(
        "Approved: the clocks stood still from the moment of asking until what ended the pause, and stand still no longer."
    )


def _withdrawn(asked: requests.Request) -> str:
    if asked.kind == WAIVED:
        return _("Withdrawn: the promises stand.")
    return _("Withdrawn: the clocks have never stopped.")


def _refused(asked: requests.Request) -> str:
    if asked.kind == WAIVED:
        return _("Refused: the promises stand.")
    return _("Refused: the clocks have never stopped.")

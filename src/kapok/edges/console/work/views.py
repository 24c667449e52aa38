"""One's own work, and taking up something new."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from kapok.edges.console.ledger.presenting import called, names_of, titles_of
from kapok.edges.console.screen import ScreenRequest, screen
from kapok.edges.console.work import presenting
from kapok.edges.console.work.forms import TakeForm
from kapok.ground.commitments import requests
from kapok.ground.people.roles import Permission
from kapok.ground.work import api, queries
from kapok.kernel.errors import KapokError


@screen(permission=Permission.WORK_DO)
def my_work(request: ScreenRequest) -> HttpResponse:
    """Everything that waits for this person, with its clocks; the piles refresh themselves."""
    asked = requests.to_answer(request.user)
    titles = titles_of(each.subject for each in asked)
    values = {
        "piles": presenting.piles(queries.my_work(request.user.username, request.at), request.at),
        "asked": [(each, titles.get(each.subject) or called(each.subject)) for each in asked],
        "people": names_of(each.asked_by for each in asked) if asked else {},
        "at": request.at,
    }
    part = request.headers.get("HX-Target") == "desk"
    return render(request, "work/piles.html" if part else "work/my_work.html", values)


@screen(permission=Permission.WORK_DO)
def settled(request: ScreenRequest) -> HttpResponse:
    """What was settled lately of what this person answers for: theirs to close, or closed."""
    found = queries.settled(request.user.username, request.at, limit=presenting.SHOWN)
    return render(request, "work/settled.html", {"piles": presenting.settled(found, request.at), "at": request.at})


@screen(permission=Permission.WORK_DO)
def take(request: ScreenRequest) -> HttpResponse:
    """Take up what somebody came with: from now on one answers for it."""
    form = TakeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            subject = api.open_matter(**form.cleaned_data, actor=request.user.subject, at=request.at)
        except KapokError as refused:
            form.add_error(None, refused.text.in_(request.language))
        else:
            messages.success(request, _("Taken up; you answer for it to the end."))
            return redirect("console:matter", subject)
    return render(request, "work/take.html", {"form": form})

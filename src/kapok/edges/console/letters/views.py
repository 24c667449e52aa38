"""Undelivered entries: by subscriber and state, one with what waits behind it, another attempt, setting aside."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kapok.edges.console.keyset import identifier
from kapok.edges.console.ledger.presenting import all_called, name_of
from kapok.edges.console.letters.forms import SetAsideForm
from kapok.edges.console.screen import ScreenRequest, attempt, screen
from kapok.edges.console.telling import known_people
from kapok.ground.commitments import stuck
from kapok.ground.journal import api as journal
from kapok.ground.journal import letters as reading
from kapok.ground.journal.queries import timeline
from kapok.ground.people.roles import Permission
from kapok.kernel.errors import KapokError

PAGE = 50


@screen(permission=Permission.JOURNAL_MEND, everywhere=True)
def letters(request: ScreenRequest) -> HttpResponse:
    """What waits, oldest first; with `?subscriber=` and `?state=` only those. It refreshes itself."""
    subscriber, state = request.GET.get("subscriber", ""), request.GET.get("state", "")
    after = identifier(request.GET.get("after", ""))
    page = reading.letters(subscriber=subscriber, state=state, after=after, limit=PAGE)
    clocks = stuck.clocks(after=identifier(request.GET.get("clock", "")), limit=PAGE)
    values = {
        "counts": reading.counts(),
        "stuck": clocks,
        "letters": page.letters,
        "names": all_called([*(each.subject for each in page.letters), *(each.subject for each in clocks.clocks)]),
        "after": page.after,
        "at": request.at,
        "subscriber": subscriber,
        "state": state,
    }
    part = request.headers.get("HX-Target") == "letters"
    return render(request, "letters/rows.html" if part else "letters/list.html", values)


@require_POST
@screen(permission=Permission.JOURNAL_MEND, everywhere=True)
def retry_clock(request: ScreenRequest, commitment: UUID) -> HttpResponse:
    """Have a clock tried again that could not fire."""
    verb = partial(stuck.retry_clock, commitment=commitment)
    _do(request, verb, _("The clock will be tried again within a second or so."))
    return redirect("console:letters")


@require_POST
@screen(permission=Permission.JOURNAL_MEND, everywhere=True)
def retry_clocks(request: ScreenRequest) -> HttpResponse:
    """Have all clocks tried again that could not fire."""
    _do(request, stuck.retry_clocks, _("All these clocks will be tried again."))
    return redirect("console:letters")


@screen(permission=Permission.JOURNAL_MEND, everywhere=True)
def letter(request: ScreenRequest, key: UUID) -> HttpResponse:
    """One letter: the entry, what went wrong, what waits behind it, what was done about it."""
    return _shown(request, key, SetAsideForm())


@require_POST
@screen(permission=Permission.JOURNAL_MEND, everywhere=True)
def retry(request: ScreenRequest, key: UUID) -> HttpResponse:
    """Have it delivered again."""
    _do(request, partial(journal.retry_letter, letter=key), _("It will be delivered again within a second or so."))
    return redirect("console:letter", key)


def _do(request: ScreenRequest, verb: Callable[..., object], done: str) -> None:
    attempt(request, partial(verb, actor=request.user.subject, at=request.at), done)


@screen(permission=Permission.JOURNAL_MEND, everywhere=True)
def set_aside(request: ScreenRequest, key: UUID) -> HttpResponse:
    """Give up delivering it, with a reason."""
    form = SetAsideForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _shown(request, key, form)
    try:
        journal.set_aside_letter(
            letter=key, reason=form.cleaned_data["reason"], actor=request.user.subject, at=request.at
        )
    except KapokError as refused:
        form.add_error(None, refused.text.in_(request.language))
        return _shown(request, key, form)
    messages.success(request, _("The entry has been set aside; those behind it go on."))
    return redirect("console:letter", key)


def _shown(request: ScreenRequest, key: UUID, form: SetAsideForm) -> HttpResponse:
    found = reading.letter(key)
    if found is None:
        raise Http404
    behind, count = reading.behind(found, limit=PAGE)
    values = {
        "letter": found,
        "name": name_of(found.subject),
        "people": known_people([found.entry]),
        "behind": behind,
        "behind_count": count,
        "form": form,
        "lines": timeline(f"letter/{key}"),
    }
    return render(request, "letters/letter.html", values)

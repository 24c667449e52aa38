"""Doing something with a work order at the dispatch desk."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localdate
from django.views.decorators.http import require_POST

from kapok.back.workforce import api, boards, queries
from kapok.back.workforce.boards import Job
from kapok.back.workforce.rules import Errand
from kapok.edges.console.field import reach
from kapok.edges.console.field.actions import ON_ORDERS, Action, OrderForm, explained
from kapok.edges.console.field.placing import PlaceForm
from kapok.edges.console.refusals import not_permitted
from kapok.edges.console.screen import ScreenRequest, screen
from kapok.ground.people.roles import Permission
from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text

ASSIGNED = Text(zh="看板指派", en="assigned on the board")
INSIST = Text(zh="仍要指派吗？", en="Assign it all the same?")


@screen(permission=Permission.DISPATCH_DO)
def act(request: ScreenRequest, item: UUID, code: str) -> HttpResponse:
    """One action on a work order: what it asks for, or done."""
    job = reach.seen(request, item)
    action = ON_ORDERS.get(code)
    if action is None:
        raise Http404
    if not reach.may_dispatch(request, job.unit_id):
        return not_permitted(request, Permission.DISPATCH_DO)
    errand = queries.errand(item) if "window" in action.asks else None
    if "window" in action.asks and errand is None:
        place = PlaceForm(request.GET or None)
        errand = place.errand()
        if errand is None:
            return render(request, "field/place.html", {"form": place, "action": action, "job": job})
    try:
        form = _form(request, action, job, errand)
    except KapokError as refused:
        messages.error(request, refused.text.in_(request.language))
        return redirect("console:work-order", item)
    if request.method == "POST" and form.is_valid():
        try:
            outcome = action.verb(item=item, **form.said(), actor=request.user.subject, at=request.at)
            messages.success(request, explained(outcome, action).in_(request.language))
            return redirect("console:work-order", item)
        except KapokError as refused:
            if isinstance(refused, api.NoTimeThen):
                form.ask_whether_to_insist()
            form.add_error(None, refused.text.in_(request.language))
    return render(request, "field/act.html", {"form": form, "action": action, "job": job})


@screen(permission=Permission.DISPATCH_DO)
@require_POST
def assign(request: ScreenRequest, item: UUID) -> HttpResponse:
    """Assign by dragging, or by keyboard, on the board; the answer says what became of it, or asks whether to insist."""
    job = reach.seen(request, item)
    if not reach.may_dispatch(request, job.unit_id):
        return JsonResponse({"refused": ""}, status=403)
    said = {"technician": request.POST.get("technician", "")[:50], "reason": ASSIGNED.in_(request.language)}
    insist = request.POST.get("insist") == "yes"
    try:
        api.assign(item=item, **said, insist=insist, actor=request.user.subject, at=request.at)
    except api.NoTimeThen as refused:
        question = f"{refused.text.in_(request.language)} {INSIST.in_(request.language)}"
        return JsonResponse({"refused": refused.text.in_(request.language), "question": question}, status=409)
    except KapokError as refused:
        return JsonResponse({"refused": refused.text.in_(request.language)}, status=409)
    return JsonResponse({"assigned": said["technician"]})


def _form(request: ScreenRequest, action: Action, job: Job, errand: Errand | None) -> OrderForm:
    data = request.POST if request.method == "POST" else None
    people = [(username, f"{name} {username}") for username, name in _choices(request, action, job)]
    return OrderForm(data, action=action, errand=errand, people=people, at=request.at)


def _choices(request: ScreenRequest, action: Action, job: Job) -> list[tuple[str, str]]:
    """The people of whom the action names one, number and name: whoever helps already, or who stands on the board."""
    if "helping" in action.asks:
        return job.helping
    if not {"technician", "helper"} & set(action.asks):
        return []
    found = boards.board(job.unit, localdate(request.at), request.at)
    return [(row.username, row.name) for row in found.rows] if found else []

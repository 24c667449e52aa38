"""The technician's phone: a page that works without a line, what it shows, and what it tells when the line is back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.files.base import File
from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext as _
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_POST

from kapok.back.workforce import api, boards, rules
from kapok.back.workforce.boards import Job
from kapok.back.workforce.files import must_be_small
from kapok.back.workforce.rules import Deed, Kind, State
from kapok.edges.console.field.words import words
from kapok.edges.console.screen import ScreenRequest, screen
from kapok.ground.people.roles import Permission
from kapok.ground.work.queries import evidence_of
from kapok.kernel.errors import KapokError
from kapok.kernel.text import Language, Text

SHELL = ("field/phone.css", "field/phone.js", "field/queue.js", "console/kapok.css", "console/theme.js", "console/kapok.svg",
         "vendor/tabler/tabler.min.css")  # fmt: skip
TOLD: Mapping[Deed, tuple[str, ...]] = {
    Deed.HOLD: ("reason", "note", "evidence"),
    Deed.SEND_BACK: ("reason", "note"),
    Deed.REPLY: ("tests", "materials", "evidence", "note"),
}
"""What a phone may tell beside the deed itself."""
NULL = "\\u0000"
"""The null character as JSON writes it: no text column can hold it."""
NOT_OURS = (KeyError, ValueError, TypeError, AttributeError, RecursionError)
"""What reading raises at what no phone of ours sends."""


@screen(permission=Permission.FIELD_WORK)
@ensure_csrf_cookie
def today(request: ScreenRequest) -> HttpResponse:
    """The page itself: it holds no work, which the phone fetches and keeps, so that it opens without a line."""
    told = _addresses() | _table() | _lists(request.language) | {"language": request.language.value, "words": words()}
    return render(request, "field/today.html", {"told": told})


@screen(permission=Permission.FIELD_WORK)
def jobs(request: ScreenRequest) -> HttpResponse:
    """The work of the day as data, what lies in the van, and a fresh token for sending."""
    username, language = request.user.username, request.language
    mine = boards.my_day(username, localdate(request.at), request.at)
    free = boards.open_to(username, request.at)
    van = [
        {"code": code, "name": name.in_(language), "count": count, "counted": counted.in_(language)}
        for code, name, count, counted in boards.van_of(username)
    ]
    values = {
        "who": username, "name": request.user.name, "at": request.at.isoformat(), "csrf": get_token(request),
        "jobs": [_shown(job, language) for job in mine], "open": [_shown(job, language) for job in free], "van": van,
    }  # fmt: skip
    return JsonResponse(values, headers={"Cache-Control": "no-store"})


@screen(permission=Permission.FIELD_WORK)
@require_POST
def deed(request: ScreenRequest) -> HttpResponse:
    """One thing that the phone tells, under its key: done, done before, or refused in the reader's words."""
    try:
        told = _read(request)
    except NOT_OURS:
        return JsonResponse({"refused": _("This was not understood; reload the page on the phone.")}, status=400)
    except api.PictureTooLarge as refused:
        return _refused(request, refused)
    try:
        new = api.take(**told, actor=request.user.subject, at=request.at)
    except KapokError as refused:
        return _refused(request, refused)
    return JsonResponse({"done": True, "new": new})


def _refused(request: ScreenRequest, refused: KapokError) -> HttpResponse:
    return JsonResponse({"refused": refused.text.in_(request.language)}, status=409)


@screen(permission=Permission.FIELD_WORK)
def worker(request: ScreenRequest) -> HttpResponse:
    """The service worker: it keeps the page and its files on the phone, and nothing else."""
    names = [reverse("console:field-today"), *(staticfiles_storage.url(name) for name in SHELL)]
    response = render(request, "field/worker.js", {"names": json.dumps(names)}, content_type="text/javascript")
    response.headers["Cache-Control"] = "no-cache"
    return response


def _read(request: ScreenRequest) -> dict[str, Any]:
    """What the phone sent. Raises `PictureTooLarge`, and one of `NOT_OURS` at what no phone of ours sends."""
    sent = json.loads(request.POST["told"])
    if NULL in json.dumps(sent):
        raise ValueError("null character")
    which = Deed(sent["deed"])
    pressed = datetime.fromisoformat(sent["pressed_at"])
    if pressed.tzinfo is None:
        raise ValueError("zone")
    said = sent.get("said") or {}
    told = {name: said[name] for name in TOLD.get(which, ()) if name in said}
    if which is Deed.REPLY:
        told = _reply(told)
        told["photos"] = [_upload(each) for each in request.FILES.getlist("photos")]
        signature = request.FILES.get("signature")
        told["signature"] = _upload(signature) if signature else None
    elif not all(isinstance(value, str) for value in told.values()):
        raise TypeError
    return {"key": UUID(sent["key"]), "item": UUID(sent["item"]), "deed": which, "pressed_at": pressed, "told": told}


def _reply(told: dict[str, Any]) -> dict[str, Any]:
    tests, materials = dict(told.get("tests") or {}), dict(told.get("materials") or {})
    evidence = [str(each) for each in told.get("evidence") or []]
    return {"tests": tests, "materials": materials, "evidence": evidence, "note": str(told.get("note") or "")}


def _upload(file: File[bytes]) -> api.Upload:
    name = file.name or "photo"
    must_be_small(name, file.size)
    return api.Upload(name, file.read())


def _addresses() -> dict[str, Any]:
    """Where the phone asks and tells."""
    names = {"jobs": "field-jobs", "deeds": "field-deed", "worker": "field-worker"}
    return {name: reverse(f"console:{view}") for name, view in names.items()}


def _table() -> dict[str, Any]:
    """What may be done in which state, so that the phone knows it without a line."""
    return {"possible": {kind.value: _possible(kind) for kind in Kind}, "after": _after(), "open": sorted(rules.OPEN)}


def _lists(language: Language) -> dict[str, Any]:
    """Names, reasons and tests in the reader's language."""
    return {
        "states": _named(rules.STATES, language), "deed_names": _named(rules.DEEDS, language),
        "holds": [
            {"code": code, "name": each.title.in_(language), "customer": bool(each.pauses)}
            for code, each in rules.HOLDS.items()
        ],
        "returns": {code: each.title.in_(language) for code, each in rules.RETURNS.items()},
        "tests": [
            {"code": code, "name": each.title.in_(language), "unit": each.unit, "least": str(each.least), "most": str(each.most)}
            for code, each in rules.TESTS.items()
        ],
    }  # fmt: skip


def _possible(kind: Kind) -> dict[str, list[str]]:
    return {state.value: [deed.value for deed in rules.possible(kind, state)] for state in State}


def _after() -> dict[str, str]:
    """Where each deed leads, so that the phone shows it before it is sent."""
    after = {
        Deed.ACCEPT: State.APPOINTED, Deed.SET_OFF: State.TRAVELLING, Deed.ARRIVE: State.ARRIVED, Deed.BEGIN: State.WORKING,
        Deed.HOLD: State.HELD, Deed.LIFT_HOLD: State.WORKING, Deed.SEND_BACK: State.RETURNED, Deed.REPLY: State.REPLIED,
    }  # fmt: skip
    return {deed.value: state.value for deed, state in after.items()}


def _named(texts: Mapping[Any, Text], language: Language) -> dict[str, str]:
    return {str(code): text.in_(language) for code, text in texts.items()}


def _shown(job: Job, language: Language) -> dict[str, Any]:
    window = ""
    if job.starts_at and job.ends_at:
        window = f"{localtime(job.starts_at):%m-%d %H:%M}–{localtime(job.ends_at):%H:%M}"
    return {
        "item": str(job.item), "title": job.title.in_(language), "about": job.about, "kind": job.kind.value,
        "state": job.state.value, "address": job.address.in_(language) if job.address else "", "window": window,
        "alarm": job.alarm, "pressed": job.expedited, "matter": job.matter, "why": job.explanation.in_(language),
        "due": f"{localtime(job.due_at):%m-%d %H:%M}" if job.due_at else "",
        "evidence": [each.in_(language) for each in evidence_of(job.item)] if job.state in rules.LIVE else [],
    }  # fmt: skip

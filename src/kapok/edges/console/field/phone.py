"""The technician's phone: a page that works without a line, what it shows, and what it tells when the line is back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import get_default_timezone_name, localdate, localtime
from django.utils.translation import gettext as _
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_POST

from kapok.back.workforce import api, boards, matters, queries, rules, verdicts
from kapok.back.workforce.boards import Job
from kapok.back.workforce.replying import MOST_PHOTOS, proof_of, rates
from kapok.back.workforce.rules import Deed, Kind, State
from kapok.edges.console.field.telling import NOT_OURS, read
from kapok.edges.console.field.words import spoken_window, words
from kapok.edges.console.screen import ScreenRequest, screen
from kapok.ground.people.roles import Permission
from kapok.ground.work.queries import evidence_of_each
from kapok.kernel.errors import KapokError
from kapok.kernel.text import Language, Text

SHELL = ("field/phone.css", "field/phone.js", "field/sheets.js", "field/queue.js", "console/kapok.css", "console/theme.js",
         "console/kapok.svg", "vendor/tabler/tabler.min.css")  # fmt: skip


@screen(permission=Permission.FIELD_WORK)
@ensure_csrf_cookie
def today(request: ScreenRequest) -> HttpResponse:
    """The page itself: it holds no work, which the phone fetches and keeps, so that it opens without a line."""
    told = _addresses() | _table() | _lists(request.language)
    told |= {
        "who": request.user.username,
        "language": request.language.value,
        "zone": get_default_timezone_name(),
        "words": words(),
    }
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
        "jobs": _mine(mine, username, language), "open": _shown(free, language), "van": van,
        "colleagues": boards.colleagues({job.unit_id for job in mine if not _helps(job, username)}, username, request.at),
    }  # fmt: skip
    return JsonResponse(values, headers={"Cache-Control": "no-store"})


@screen(permission=Permission.FIELD_WORK)
def windows(request: ScreenRequest) -> HttpResponse:
    """The windows with room for each work order in hand, as data: kept on the phone, so that one is agreed without a line."""
    found = queries.windows_of(request.user.username, request.at)
    values = {str(item): _free(each, request.language) for item, each in found.items()}
    return JsonResponse({"windows": values}, headers={"Cache-Control": "no-store"})


@screen(permission=Permission.FIELD_WORK)
@require_POST
def contact(request: ScreenRequest, item: UUID) -> HttpResponse:
    """The numbers to call for the work that one holds; each look is kept with its purpose."""
    try:
        numbers = api.call(item=item, actor=request.user.subject, at=request.at)
    except KapokError as refused:
        return _refused(request, refused)
    told = [{"number": each.value, "role": each.role_name.in_(request.language)} for each in numbers]
    return JsonResponse({"numbers": told}, headers={"Cache-Control": "no-store"})


@screen(permission=Permission.FIELD_WORK)
@require_POST
def access(request: ScreenRequest, item: UUID) -> HttpResponse:
    """By what the lines of the work that one holds log in; each look is kept."""
    try:
        found = api.see_access(item=item, actor=request.user.subject, at=request.at)
    except KapokError as refused:
        return _refused(request, refused)
    told = [
        {"service": each.service, "login": each.login, "secret": each.secret, "realm": each.realm} for each in found
    ]
    return JsonResponse({"logins": told}, headers={"Cache-Control": "no-store"})


@screen(permission=Permission.FIELD_WORK)
@require_POST
def deed(request: ScreenRequest) -> HttpResponse:
    """One thing that the phone tells, under its key: done, done before, or refused in the reader's words."""
    try:
        told = read(request)
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


def _addresses() -> dict[str, Any]:
    """Where the phone asks and tells."""
    names = {"jobs": "field-jobs", "windows": "field-windows", "deeds": "field-deed", "worker": "field-worker"}
    asked = {name: reverse(f"console:field-{name}", args=(UUID(int=0),)) for name in ("contact", "access")}
    return {name: reverse(f"console:{view}") for name, view in names.items()} | asked


def _table() -> dict[str, Any]:
    """What may be done in which state, so that the phone knows it without a line."""
    return {
        "possible": {kind.value: _possible(kind) for kind in Kind}, "after": _after(), "open": sorted(rules.OPEN),
        "in_hand": sorted(rules.IN_HAND), "aside": list(rules.ASIDE), "puts_off": list(rules.PUTS_OFF),
    }  # fmt: skip


def _lists(language: Language) -> dict[str, Any]:
    """Names, reasons and tests in the reader's language."""
    return {
        "states": _named(rules.STATES, language), "deed_names": _named(rules.DEEDS, language),
        "holds": [
            {"code": code, "name": each.title.in_(language), "customer": bool(each.pauses)}
            for code, each in rules.HOLDS.items()
        ],
        "returns": {code: each.title.in_(language) for code, each in rules.RETURNS.items()},
        "most_photos": MOST_PHOTOS, "rebooks": _named(rules.REBOOKS, language),
        "tests": [
            {"code": code, "name": each.title.in_(language), "unit": each.unit, "least": str(each.least), "most": str(each.most),
             "bands": _bands(code, language), "by_order": code in verdicts.BY_ORDER}
            for code, each in rules.TESTS.items()
        ],
        "grades": _named(verdicts.GRADES, language),
    }  # fmt: skip


def _bands(test: str, language: Language) -> list[dict[str, Any]]:
    """What a reading comes to, so that the phone says it at once: the first band that holds it."""
    return [
        {"grade": band.grade.value, "least": band.least, "most": band.most, "remedy": band.remedy.in_(language)}
        for band in verdicts.bands(test, rates())
    ]


def _possible(kind: Kind) -> dict[str, list[str]]:
    return {state.value: [deed.value for deed in rules.possible(kind, state)] for state in State}


def _after() -> dict[str, str]:
    """Where each deed leads, so that the phone shows it before it is sent; what has a window is taken as `appoint` leaves it."""
    after = {
        Deed.ACCEPT: State.ACCEPTED, Deed.SET_OFF: State.TRAVELLING, Deed.ARRIVE: State.ARRIVED, Deed.BEGIN: State.WORKING,
        Deed.HOLD: State.HELD, Deed.SEND_BACK: State.RETURNED, Deed.REPLY: State.REPLIED,
        Deed.APPOINT: State.APPOINTED, Deed.REBOOK: State.APPOINTED, Deed.PASS_ON: State.DISPATCHED,
        Deed.DEFER: State.HELD, Deed.WAIT: State.HELD,
    }  # fmt: skip
    return {deed.value: state.value for deed, state in after.items()}


def _named(texts: Mapping[Any, Text], language: Language) -> dict[str, str]:
    return {str(code): text.in_(language) for code, text in texts.items()}


def _free(found: list[queries.Window] | None, language: Language) -> list[dict[str, str]] | None:
    return None if found is None else [_window(each, language) for each in found]


def _window(each: queries.Window, language: Language) -> dict[str, str]:
    return {
        "value": each.value, "window": _hours(each.starts_at, each.ends_at), "name": spoken_window(each, language),
    }  # fmt: skip


def _hours(begins: datetime, ends: datetime) -> str:
    return f"{localtime(begins):%m-%d %H:%M}–{localtime(ends):%H:%M}"


def _mine(found: Sequence[Job], username: str, language: Language) -> list[dict[str, Any]]:
    shown = zip(found, _shown(found, language), strict=True)
    return [each | {"helps": _helps(job, username)} for job, each in shown]


def _helps(job: Job, username: str) -> str:
    """Whom the reader helps with the work; empty where it is their own."""
    return "" if job.technician == username else job.technician_name or "–"


def _shown(found: Sequence[Job], language: Language) -> list[dict[str, Any]]:
    wanted = evidence_of_each([job.item for job in found if job.state in rules.LIVE])
    lacks = matters.lacks([job.matter for job in found if job.state in rules.LIVE])
    ordered = matters.ordered([job.matter for job in found if job.state in rules.LIVE])
    return [
        _job(job, wanted.get(job.item, ()), lacks.get((job.matter, job.end), {}), language)
        | {"ordered": dict(ordered.get(job.matter, {}))}
        for job in found
    ]


def _job(job: Job, wanted: Sequence[Text], lacks: Mapping[str, Text], language: Language) -> dict[str, Any]:
    window = _hours(job.starts_at, job.ends_at) if job.starts_at and job.ends_at else ""
    return {
        "item": str(job.item), "title": job.title.in_(language), "about": job.about.in_(language), "kind": job.kind.value,
        "state": job.state.value, "address": job.address.in_(language) if job.address else "", "window": window,
        "ends": job.ends_at.isoformat() if job.ends_at else "", "held_from": job.held_from.value if job.held_from else "",
        "alarm": job.alarm, "alarm_name": job.alarm_name.in_(language), "due_name": job.due_name.in_(language),
        "pressed": job.urged, "matter": job.matter, "why": job.explanation.in_(language),
        "rest": job.rest_name.in_(language) if job.rest_name else "",
        "due": f"{localtime(job.due_at):%m-%d %H:%M}" if job.due_at else "",
        "unit": job.unit, "puts_off": matters.puts_off(job.matter), "lacks": list(_named(lacks, language).items()),
        "evidence": [each.in_(language) for each in wanted], "proofs": [proof_of(each) for each in wanted],
    }  # fmt: skip

"""What every request passes on its way in and out: security headers, idle sessions, the person's language, clean text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import translation
from django.utils.datastructures import MultiValueDict

from kapok.edges.present import present
from kapok.ground.people.models import Staff

Handler = Callable[[HttpRequest], HttpResponse]
Reader = Callable[[Mapping[str, Any], Any], tuple[QueryDict, MultiValueDict[str, Any]]]

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
POLL = "X-Kapok-Poll"
SEEN = "seen"
SEEN_EVERY = timedelta(minutes=1)
FORM, WITH_FILES = "application/x-www-form-urlencoded", "multipart/form-data"
NULL = "\0"


def security_headers(get_response: Handler) -> Handler:
    """Nothing but our own files may run or be loaded; a view that needs another policy sets its own header."""

    def handle(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
        return response

    return handle


def idle_sessions(get_response: Handler) -> Handler:
    """A session ends `SESSION_COOKIE_AGE` after the last request of a person.

    A page that refreshes itself (header `X-Kapok-Poll`) does not count as one: a screen left open signs out all the same.
    """

    def handle(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.session.get("_auth_user_id") and POLL not in request.headers:
            now = present()
            seen = request.session.get(SEEN)
            if seen is None or now - datetime.fromisoformat(seen) > SEEN_EVERY:
                request.session[SEEN] = now.isoformat()
        return response

    return handle


def language_of_person(get_response: Handler) -> Handler:
    """Whoever is signed in reads their own language; everybody else what the cookie or the browser says."""

    def handle(request: HttpRequest) -> HttpResponse:
        if isinstance(request.user, Staff):
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = translation.get_language()
        return get_response(request)

    return handle


def clean_text(get_response: Handler) -> Handler:
    """Refuse the null character, which nobody types and no text column can hold, before a view looks for it in the database.

    Raises `BadRequest`. What comes with uploads is read when its view first asks for it, by the handlers that it has set, and is
    refused then.
    """

    def handle(request: HttpRequest) -> HttpResponse:
        if request.content_type == WITH_FILES:
            request.parse_file_upload = _cleanly(request.parse_file_upload)  # type: ignore[method-assign,assignment]  # as it is read
        sent = (request.GET, request.POST) if request.content_type == FORM else (request.GET,)
        if NULL in request.path or any(map(_has_null, sent)):
            raise BadRequest("null character")
        return get_response(request)

    return handle


def _cleanly(read: Reader) -> Reader:
    def parse(meta: Mapping[str, Any], data: Any) -> tuple[QueryDict, MultiValueDict[str, Any]]:
        fields, files = read(meta, data)
        if _has_null(fields):
            raise BadRequest("null character")
        return fields, files

    return parse


def _has_null(sent: QueryDict) -> bool:
    return any(NULL in text for name, values in sent.lists() for text in (name, *values))

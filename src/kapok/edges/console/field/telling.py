"""What a phone tells: read, or refused as what no phone of ours sends."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.core.files.base import File
from django.utils.timezone import get_default_timezone

from kapok.back.workforce import api
from kapok.back.workforce.files import must_be_small
from kapok.back.workforce.rules import Deed
from kapok.edges.console.screen import ScreenRequest

TOLD: Mapping[Deed, tuple[str, ...]] = {
    Deed.HOLD: ("reason", "note", "evidence"),
    Deed.APPOINT: ("window",),
    Deed.REBOOK: ("window", "reason"),
    Deed.PASS_ON: ("to", "reason"),
    Deed.DEFER: ("until", "note", "evidence"),
    Deed.WAIT: ("note", "code", "expected_at"),
    Deed.SEND_BACK: ("reason", "note"),
    Deed.REPLY: ("tests", "materials", "evidence", "note", "despite"),
}
"""What a phone may tell beside the deed itself."""
NULL = "\\u0000"
"""The null character as JSON writes it: no text column can hold it."""
NOT_OURS = (KeyError, ValueError, TypeError, AttributeError, RecursionError)
"""What reading raises at what no phone of ours sends."""


def read(request: ScreenRequest) -> dict[str, Any]:
    """What the phone sent. Raises `PictureTooLarge`, and one of `NOT_OURS` at what no phone of ours sends."""
    sent = json.loads(request.POST["told"])
    if NULL in json.dumps(sent):
        raise ValueError("null character")
    which = Deed(sent["deed"])
    pressed = _moment(sent["pressed_at"])
    said = sent.get("said") or {}
    told = {name: said.get(name, "") for name in TOLD.get(which, ())}
    if which is Deed.REPLY:
        told = _reply(told)
        told["photos"] = [_upload(each) for each in request.FILES.getlist("photos")]
        signature = request.FILES.get("signature")
        told["signature"] = _upload(signature) if signature else None
    else:
        told = _words(told)
    return {"key": UUID(sent["key"]), "item": UUID(sent["item"]), "deed": which, "pressed_at": pressed, "told": told}


def _words(told: Mapping[str, Any]) -> dict[str, Any]:
    """What is told in words, and the moments among it."""
    if not all(isinstance(value, str) for value in told.values()):
        raise TypeError
    read: dict[str, Any] = {name: MOMENTS.get(name, str)(value) for name, value in told.items() if name != "window"}
    if "window" in told:
        begins, _slash, ends = told["window"].partition("/")
        read |= {"starts_at": _moment(begins), "ends_at": _moment(ends)}
    return read


def _moment(said: str) -> datetime:
    moment = datetime.fromisoformat(said)
    if moment.tzinfo is None:
        raise ValueError("zone")
    return moment


def _day(said: str) -> datetime:
    """The beginning of a day by our clock."""
    return datetime.combine(date.fromisoformat(said), time(), get_default_timezone())


MOMENTS: Mapping[str, Callable[[str], Any]] = {"until": _day, "expected_at": lambda said: _day(said) if said else None}


def _reply(told: dict[str, Any]) -> dict[str, Any]:
    tests, materials = dict(told.get("tests") or {}), dict(told.get("materials") or {})
    evidence = [str(each) for each in told.get("evidence") or []]
    words = {name: str(told.get(name) or "") for name in ("note", "despite")}
    return {"tests": tests, "materials": materials, "evidence": evidence, **words}


def _upload(file: File[bytes]) -> api.Upload:
    name = file.name or "photo"
    must_be_small(name, file.size)
    return api.Upload(name, file.read())

"""Uploading logs. A file goes to the disk while it arrives and never lies in memory as a whole."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, NoReturn, cast

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST

from kapok.edges.console.audits import editor
from kapok.edges.console.people.forms import UnitsForm
from kapok.edges.console.screen import ScreenRequest, screen
from kapok.ground.people.models import OrgUnit
from kapok.ground.people.roles import Permission
from kapok.kernel.errors import KapokError
from kapok.supervision.mining import api as mining
from kapok.supervision.mining import demo, store

ABANDONED_SECONDS = 86_400


class Sluice(FileUploadHandler):
    """Lets a file through to the disk, below the data folder, and shuts when it is larger than the limit."""

    refused: KapokError | None = None

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Make room for the file that comes."""
        super().new_file(*args, **kwargs)
        arriving = NamedTemporaryFile(dir=_incoming())  # noqa: SIM115 - it is there as long as the request
        self._file = UploadedFile(arriving, self.file_name, self.content_type)
        self._arrived = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Write on; beyond the limit, or where the disk is full, nothing more is read, and the connection is given up."""
        self._arrived += len(raw_data)
        if self._arrived > settings.UPLOAD_MEGABYTES * 2**20:
            self._refuse(mining.LogTooLarge(name=self.file_name, limit=settings.UPLOAD_MEGABYTES))
        try:
            self._file.write(raw_data)
        except OSError as error:
            self._refuse(mining.CannotKeep(name=self.file_name, reason=error.strerror))

    def _refuse(self, refusal: KapokError) -> NoReturn:
        with suppress(OSError):  # a full disk does not take what closing would still write
            self._file.close()
        self.refused = refusal
        raise StopUpload(connection_reset=True)

    def file_complete(self, file_size: int) -> UploadedFile[bytes]:
        """The file, to be read from its beginning."""
        self._file.seek(0)
        self._file.size = file_size
        return self._file

    def upload_interrupted(self) -> None:
        """Remove what has arrived."""
        if hasattr(self, "_file"):
            self._file.close()


class UploadForm(UnitsForm):
    """Where the audit belongs and what it is called; the files come beside it."""

    name = forms.CharField(
        label=_("Name"), max_length=200, required=False, help_text=_("Left empty, it is called like the file.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(["name", "unit"])


@csrf_exempt  # the token is checked by the inner view: looking for it reads the files, which the sluice must see first
@screen(permission=Permission.AUDIT_RUN)
def upload(request: ScreenRequest) -> HttpResponse:
    """Take one or several logs into a new audit and go on to its map."""
    sluice = Sluice(request)
    request.upload_handlers = [sluice]
    return csrf_protect(_receive)(request, sluice)


def _receive(request: HttpRequest, sluice: Sluice) -> HttpResponse:
    asked = cast(ScreenRequest, request)
    form = UploadForm(asked.POST or None, units=asked.units)
    if asked.method != "POST" or not form.is_valid():
        return _page(asked, form)
    try:
        key = _keep(asked, form, sluice)
    except KapokError as refused:
        form.add_error(None, refused.text.in_(asked.language))
        return _page(asked, form)
    editor.begin(key, asked.language)
    address = reverse("console:map-audit", args=[key])
    return JsonResponse({"address": address}) if _by_script(asked) else redirect(address)


def _keep(request: ScreenRequest, form: UploadForm, sluice: Sluice) -> Any:
    if sluice.refused is not None:
        raise sluice.refused
    files = request.FILES.getlist("logs")
    return mining.upload(
        unit=OrgUnit.objects.get(code=form.cleaned_data["unit"]).id,
        name=form.cleaned_data["name"],
        files=[(file.name or "", file.chunks(store.CHUNK)) for file in files],
        actor=request.user.subject,
        at=request.at,
    )


@require_POST
@screen(permission=Permission.AUDIT_RUN)
def upload_demo(request: ScreenRequest) -> HttpResponse:
    """Take the demonstration's log into a new audit, for those who only want to try."""
    unit = request.user.unit_id if request.user.unit_id in request.units else min(request.units)
    key = mining.upload(
        unit=unit,
        name=demo.TRIAL_NAME.in_(request.language),
        files=[(demo.FILE, [demo.log()])],
        actor=request.user.subject,
        at=request.at,
    )
    editor.begin(key, request.language)
    return redirect("console:map-audit", key)


def _incoming() -> Path:
    """The folder in which files arrive, cleared of what broken uploads left there a day ago."""
    incoming = Path(settings.MEDIA_ROOT) / "incoming"
    incoming.mkdir(parents=True, exist_ok=True)
    for left in incoming.iterdir():
        if left.stat().st_mtime < time.time() - ABANDONED_SECONDS:
            left.unlink(missing_ok=True)
    return incoming


def _by_script(request: HttpRequest) -> bool:
    return request.headers.get("Accept") == "application/json"


def _page(request: ScreenRequest, form: UploadForm) -> HttpResponse:
    if request.method == "POST" and _by_script(request):
        return JsonResponse({"errors": {name or "logs": list(said) for name, said in form.errors.items()}}, status=422)
    values = {"form": form, "limit": settings.UPLOAD_MEGABYTES, "formats": store.FORMATS}
    return render(request, "audits/upload.html", values)

"""A personnel file: upload it, see what every row would do, then take all of it in.

Nothing of the file is kept in between: the page that shows it carries it, signed, and sends it back.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import Any

from django import forms
from django.core import signing
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from kapok.edges.console.screen import ScreenRequest, screen
from kapok.ground.people.roles import Permission
from kapok.ground.posts import personnel
from kapok.ground.posts.personnel_plan import Outcome, Plan, plan
from kapok.kernel.errors import KapokError

LARGEST_FILE = 256 * 2**10
"""About 3,000 rows, which are taken in while somebody waits; with more there is `kapok people import`."""
SHOWN = 500
"""How many rows a page shows of each outcome; all of them are counted."""
SALT = "personnel file"
STAYS_VALID_SECONDS = 3600


class FileForm(forms.Form):
    """The table of people."""

    file = forms.FileField(
        label=_("Personnel file"),
        widget=forms.FileInput({"accept": ".csv,.tsv,.txt,text/csv"}),
        help_text=_("CSV as a spreadsheet saves it: staff_no, name, unit; phone, email, language, posts, skills."),
    )

    def clean_file(self) -> Any:
        """A file that can be taken in while somebody waits."""
        file = self.cleaned_data["file"]
        if file.size > LARGEST_FILE:
            raise forms.ValidationError(
                _("The file is larger than 256 KB; split it, or use the command “kapok people import”.")
            )
        return file


@never_cache
@screen(permission=Permission.PEOPLE_MANAGE)
def look(request: ScreenRequest) -> HttpResponse:
    """Choose a file, and see what it would do; nothing is changed."""
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        name, content = file.name, file.read()
        try:
            shown = plan(name, content, units=request.units, at=request.at)
        except KapokError as refused:
            form.add_error("file", refused.text.in_(request.language))
        else:
            return _shown(request, shown, name, content)
    return render(request, "posts/personnel.html", {"form": form})


@require_POST
@never_cache
@screen(permission=Permission.PEOPLE_MANAGE)
def confirm(request: ScreenRequest) -> HttpResponse:
    """Take in the file that was looked at; the one-time passwords are shown here and nowhere else."""
    form = FileForm()
    try:
        carried = signing.loads(request.POST.get("file", ""), salt=SALT, max_age=STAYS_VALID_SECONDS)
    except signing.BadSignature:
        stale = _("The preview is older than an hour or was changed; choose the file again.")
        return render(request, "posts/personnel.html", {"form": form, "refused": stale})
    try:
        taken, passwords = personnel.take_in(
            carried["name"],
            b64decode(carried["content"]),
            units=request.units,
            actor=request.user.subject,
            at=request.at,
        )
    except KapokError as refused:
        return render(request, "posts/personnel.html", {"form": form, "refused": refused.text.in_(request.language)})
    names = {row.row.staff_no: row.row.name for row in taken.rows}
    values = {"counts": taken.counts, "passwords": [(key, names[key], value) for key, value in passwords.items()]}
    return render(request, "posts/personnel_done.html", values)


def _shown(request: ScreenRequest, shown: Plan, name: str, content: bytes) -> HttpResponse:
    order = (Outcome.REFUSED, Outcome.NEW, Outcome.CHANGED)
    rows = sorted((row for row in shown.rows if row.outcome in order), key=lambda row: order.index(row.outcome))
    carried = {"name": name, "content": b64encode(content).decode()}
    values = {
        "name": name,
        "counts": shown.counts,
        "rows": Paginator(rows, SHOWN).page(1),
        "file": signing.dumps(carried, salt=SALT, compress=True),
        "nothing": not rows,
    }
    return render(request, "posts/personnel_plan.html", values)

"""Group faults on screen: what is announced and how many it concerns, announcing, changing, ending, and whom to call back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_POST

from kapok.edges.console.desk.forms import choices, moment, show_refusal, words
from kapok.edges.console.people.forms import in_reading_language
from kapok.edges.console.screen import ScreenRequest, screen
from kapok.edges.console.work.involved import matter_concerns
from kapok.front.channels.announcing import api, queries, rules
from kapok.front.channels.announcing.queries import AnnouncementView
from kapok.ground.commitments import queries as commitments
from kapok.ground.people import queries as people
from kapok.ground.people.roles import Permission
from kapok.ground.places.models import ExchangeArea
from kapok.ground.work import queries as work
from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text

LATEST = 10
APART = re.compile(r"[\s,;，；、]+")
FIELDS: Mapping[type[KapokError], str] = {
    api.NotAGroupFault: "matter", api.UnknownMatter: "matter", api.MatterClosed: "matter", api.AlreadyAnnounced: "matter",
    api.UnknownElement: "elements", api.UnknownExchangeArea: "areas", api.NothingCovered: "elements", api.BadSince: "since",
    api.BadExpectation: "expected_at",
}  # fmt: skip


def shown(at: datetime | None) -> str:
    """A moment as such a field shows it."""
    return f"{localtime(at):%Y-%m-%dT%H:%M}" if at else ""


class WordsForm(forms.Form):
    """What customers are told, in both languages, and until when it is expected to last."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hint = _("As customers read and hear it; without names of people.")
        self.fields["words_zh"] = words(_("What customers are told, in Chinese"), hint, longest=rules.LONGEST)
        self.fields["words_en"] = words(_("What customers are told, in English"), longest=rules.LONGEST)
        for name in ("words_zh", "words_en"):
            self.fields[name].widget.attrs["rows"] = 4
        self.fields["expected_at"] = moment(
            _("Expected to be over"), _("Leave it empty where it is not known."), required=False
        )

    def said(self) -> dict[str, Any]:
        """What the verbs take."""
        given = dict(self.cleaned_data)
        return given | {"words": Text(zh=given.pop("words_zh"), en=given.pop("words_en"))}


class AnnounceForm(WordsForm):
    """Which fault, what it covers, since when; then the words."""

    def __init__(self, *args: Any, matters: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shown = [(subject, f"{subject.partition('/')[2]} {title}") for subject, title in matters]
        self.fields["matter"] = forms.ChoiceField(
            label=_("Fault or incident"),
            choices=shown,
            help_text=_("The open ones of your units that are not announced yet."),
        )
        areas = [(row.code, row.name) for row in ExchangeArea.objects.order_by("code")]
        self.fields["areas"] = forms.MultipleChoiceField(
            label=_("Exchange areas"), required=False, choices=[(code, f"{name} {code}") for code, name in choices(areas)],
            help_text=_("All of their addresses are concerned."),
        )  # fmt: skip
        self.fields["elements"] = forms.CharField(
            label=_("Elements, by code"), required=False, max_length=2000,
            help_text=_("E.g. an OLT, a PON port, a cabinet; all that it feeds is concerned. Put blanks between several."),
        )  # fmt: skip
        self.fields["since"] = moment(pgettext("group fault", "Since"))
        self.order_fields(["matter", "areas", "elements", "since", "expected_at", "words_zh", "words_en"])

    def clean_elements(self) -> list[str]:
        """The codes, one by one."""
        return [code for code in APART.split(self.cleaned_data["elements"]) if code]


@screen(permission=Permission.LEDGER_READ)
def group_faults(request: ScreenRequest) -> HttpResponse:
    """What is announced now, and what was over last."""
    values = {
        "open": queries.announcements(queries.announcement_rows()),
        "over": queries.announcements(queries.announcement_rows(over=True)[:LATEST]),
        "may": bool(_announcers(request)),
        "at": request.at,
    }
    return render(request, "desk/group_faults.html", values)


@screen(permission=Permission.FAULTS_ANNOUNCE)
def announce(request: ScreenRequest) -> HttpResponse:
    """Announce a fault of one's own units."""
    matters = queries.announceable(request.units)
    wished = {"since": shown(request.at), "matter": request.GET.get("matter", "")[:60]}
    form = AnnounceForm(request.POST or None, matters=matters, initial=wished)
    if request.method == "POST" and form.is_valid():
        try:
            made = api.announce(**form.said(), actor=request.user.subject, at=request.at)
        except KapokError as refused:
            show_refusal(form, refused, FIELDS)
        else:
            messages.success(request, _("It is announced: customers see it, and what they report is attached to it."))
            return redirect("console:group-fault", made)
    return render(request, "desk/group_fault_new.html", {"form": form, "matters": matters})


@screen(permission=Permission.LEDGER_READ)
def group_fault(request: ScreenRequest, identifier: UUID) -> HttpResponse:
    """One group fault: its time, its extent, what is said, who reported it and who is still to be told."""
    return _page(request, _seen(identifier))


@require_POST
@screen(permission=Permission.FAULTS_ANNOUNCE)
def revise(request: ScreenRequest, identifier: UUID) -> HttpResponse:
    """Say something else, or another time."""
    view, form = _own(request, identifier), WordsForm(request.POST)
    if not form.is_valid():
        return _page(request, view, form=form)
    try:
        said = form.said()
        if shown(said["expected_at"]) == shown(view.expected_at):
            said["expected_at"] = view.expected_at
        changed = api.revise(announcement=identifier, **said, actor=request.user.subject, at=request.at)
    except KapokError as refused:
        show_refusal(form, refused, FIELDS)
        return _page(request, view, form=form)
    if changed:
        messages.success(request, _("Customers are told so from now on."))
    return redirect("console:group-fault", identifier)


@require_POST
@screen(permission=Permission.FAULTS_ANNOUNCE)
def end(request: ScreenRequest, identifier: UUID) -> HttpResponse:
    """It is over."""
    _own(request, identifier)
    try:
        count = api.end(announcement=identifier, actor=request.user.subject, at=request.at)
    except KapokError as refused:
        messages.error(request, in_reading_language(refused.text))
    else:
        said = ngettext(
            "It is over. %(count)s customer who reported it is to be told.",
            "It is over. %(count)s customers who reported it are to be told.", count,
        )  # fmt: skip
        messages.success(request, said % {"count": count})
    return redirect("console:group-fault", identifier)


@require_POST
@screen(permission=Permission.DESK_SERVE)
def told(request: ScreenRequest, identifier: UUID, report: UUID) -> HttpResponse:
    """A customer who had reported it was told that it is over."""
    if report not in {each.id for each in queries.reports(identifier, units=request.units)}:
        raise Http404
    try:
        api.note_told(report=report, actor=request.user.subject, at=request.at)
    except KapokError as refused:
        messages.error(request, in_reading_language(refused.text))
    return redirect("console:group-fault", identifier)


def _seen(identifier: UUID) -> AnnouncementView:
    try:
        return queries.announcement(identifier)
    except api.UnknownAnnouncement:
        raise Http404 from None


def _own(request: ScreenRequest, identifier: UUID) -> AnnouncementView:
    """The announcement, if it is of a unit for which one may announce."""
    view = _seen(identifier)
    if view.unit_id not in request.units:
        raise Http404
    return view


def _announcers(request: ScreenRequest) -> frozenset[UUID]:
    return people.units_where(request.user.id, Permission.FAULTS_ANNOUNCE)


def _page(request: ScreenRequest, view: AnnouncementView, *, form: WordsForm | None = None) -> HttpResponse:
    served = people.units_where(request.user.id, Permission.DESK_SERVE)
    said = {"words_zh": view.words.zh, "words_en": view.words.en, "expected_at": shown(view.expected_at)}
    values = {
        "view": view,
        "at": request.at,
        "late": view.late(request.at),
        "gone": view.gone(request.at),
        "may": view.ended_at is None and view.unit_id in _announcers(request),
        "form": form or WordsForm(initial=said),
        "serves": bool(served),
        "reports": queries.reports(view.id, units=served) if served else [],
        "opens": _opens(request, view.matter),
    }
    return render(request, "desk/group_fault.html", values)


def _opens(request: ScreenRequest, matter: str) -> bool:
    """Whether the reader's units have to do with the fault, so that its time line is theirs to read."""
    reader = commitments.scope(people.units_where(request.user.id, Permission.LEDGER_READ))
    found = work.matter(matter)
    if found and matter_concerns(request.user.username, reader, found):
        return True
    return any(reader.holds(row.unit) for rows in commitments.standing(matter).values() for row in rows)

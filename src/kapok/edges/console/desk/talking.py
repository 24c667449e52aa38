"""Interactions: one key takes it, what the customer asks is routed before one's eyes, and it is closed with what became of it."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kapok.edges.console.customers.reach import reached
from kapok.edges.console.desk.belonging import belongs, reach, shown, told, without
from kapok.edges.console.desk.forms import AskForm, CloseForm, NameForm, TakeForm, show_refusal
from kapok.edges.console.people.forms import in_reading_language
from kapok.edges.console.screen import ScreenRequest, screen
from kapok.front.channels import api, queries
from kapok.front.channels.announcing import queries as announcing
from kapok.front.channels.announcing.queries import AnnouncementView
from kapok.front.channels.queries import CaseView, InteractionView
from kapok.front.channels.refusals import UnknownInteraction
from kapok.front.channels.rules import USED, Channel, Course
from kapok.ground.people.roles import Permission
from kapok.kernel.errors import KapokError
from kapok.network.inventory import queries as inventory

ORDER = "order/"


@screen(permission=Permission.DESK_SERVE)
def take(request: ScreenRequest) -> HttpResponse:
    """Take an interaction of somebody who is not known yet, or is known by the calling number."""
    form = TakeForm(request.POST or None, channel=queries.channel_of(request.user).value)
    if request.method == "POST" and form.is_valid():
        try:
            taken = api.take(**form.cleaned_data, actor=request.user.subject, at=request.at)
        except KapokError as refused:
            show_refusal(form, refused, {api.NotOfTheChannel: "medium"})
        else:
            return redirect("console:desk-interaction", taken)
    return render(request, "desk/take.html", {"form": form})


@require_POST
@screen(permission=Permission.DESK_SERVE)
def take_from(request: ScreenRequest, number: str) -> HttpResponse:
    """Take an interaction of this customer with one key, through the channel that one serves, by its usual medium."""
    one = reached(request, number)
    channel = queries.channel_of(request.user)
    said = {"channel": channel.value, "medium": USED[channel][0].value, "customer": one.number}
    try:
        api.take(**said, actor=request.user.subject, at=request.at)
    except KapokError as refused:
        messages.error(request, in_reading_language(refused.text))
    return redirect("console:desk-customer", one.number)


@screen(permission=Permission.DESK_SERVE)
def interaction(request: ScreenRequest, identifier: UUID) -> HttpResponse:
    """One interaction: who, about what, what it led to; in a demonstration the codes that were sent."""
    return _page(request, _seen(request, identifier))


@require_POST
@screen(permission=Permission.DESK_SERVE)
def close(request: ScreenRequest, identifier: UUID) -> HttpResponse:
    """It is over."""
    view, form = _seen(request, identifier), CloseForm(request.POST)
    if not form.is_valid():
        return _page(request, view, close_form=form)
    try:
        api.close_interaction(interaction=identifier, **form.cleaned_data, actor=request.user.subject, at=request.at)
    except KapokError as refused:
        show_refusal(form, refused)
        return _page(request, view, close_form=form)
    messages.success(request, _("The interaction is closed."))
    return redirect("console:desk")


@require_POST
@screen(permission=Permission.DESK_SERVE)
def ask(request: ScreenRequest, identifier: UUID) -> HttpResponse:
    """What the customer wants is taken in and routed."""
    view = _seen(request, identifier)
    form = AskForm(request.POST, services=_services(request, view), before=_before(request, view))
    if not form.is_valid():
        return _page(request, view, ask_form=form)
    said: dict[str, Any] = {"channel": view.channel.value, "customer": view.customer, "interaction": identifier}
    try:
        matter, decision = api.ask(**form.cleaned_data, **said, actor=request.user.subject, at=request.at)
    except KapokError as refused:
        show_refusal(form, refused)
        return _page(request, view, ask_form=form)
    known = _mine(request, view)
    reasons = [
        (each.rule.value, each.text if known else without(each.text, view.customer)) for each in decision.reasons
    ]
    because = " ".join(f"{rule} {in_reading_language(text)}" for rule, text in reasons)
    messages.success(request, f"{matter.partition('/')[2]}: {because}")
    fault = announcing.of_matter(matter) if decision.course is Course.ATTACH else None
    if fault is not None:
        messages.info(request, _("Tell the customer: %(words)s") % {"words": in_reading_language(fault.words)})
    return redirect("console:desk-interaction", identifier)


@require_POST
@screen(permission=Permission.DESK_SERVE)
def name(request: ScreenRequest, identifier: UUID) -> HttpResponse:
    """It is known now who spoke: the interaction and what was asked in it are theirs."""
    view, form = _seen(request, identifier), NameForm(request.POST, reach=partial(reach, request))
    if not form.is_valid():
        return _page(request, view, name_form=form)
    chosen = form.cleaned_data["customer"].number
    try:
        api.recognise_customer(interaction=identifier, customer=chosen, actor=request.user.subject, at=request.at)
    except KapokError as refused:
        show_refusal(form, refused, {})
        return _page(request, view, name_form=form)
    messages.success(
        request, _("The interaction is %(number)s's now, with all that was asked in it.") % {"number": chosen}
    )
    return redirect("console:desk-customer", chosen)


def _seen(request: ScreenRequest, identifier: UUID) -> InteractionView:
    try:
        view = queries.interaction(identifier)
    except UnknownInteraction:
        raise Http404 from None
    if view.unit_id not in request.units:
        raise Http404
    return view


def _mine(request: ScreenRequest, view: InteractionView) -> bool:
    """Whether it is known who spoke, and one's own units answer for them: of others nothing is shown."""
    return belongs(request, view.customer)


def _led(
    request: ScreenRequest, view: InteractionView, matter: str, case: CaseView | None
) -> tuple[str, CaseView | None, AnnouncementView | None]:
    """What an interaction led to: an order, a case, or a report of a group fault, which may be another customer's case."""
    fault = (
        announcing.of_matter(matter)
        if not matter.startswith(ORDER) and (not case or case.customer != view.customer)
        else None
    )
    return matter, shown(request, case) if case and fault is None else None, fault


def _services(request: ScreenRequest, view: InteractionView) -> list[tuple[str, str]]:
    if not _mine(request, view):
        return []
    found = inventory.services_of(view.customer)
    return [(each.number, f"{each.number} {in_reading_language(each.address_full)}") for each in found]


def _before(request: ScreenRequest, view: InteractionView) -> list[tuple[str, str]]:
    """What is open of theirs, for the clerk to say whether this is the same."""
    if not _mine(request, view):
        return []
    found = queries.open_cases_of(view.customer)
    titles = queries.titles(each.matter for each in found)
    return [(each.matter, _called(each, titles.get(each.matter, ""))) for each in found]


def _called(case: CaseView, title: str) -> str:
    """Its number, what it is, when it was asked, what about."""
    number, kind = case.matter.partition("/")[2], in_reading_language(case.kind_name)
    return f"{number} {kind} {timezone.localtime(case.asked_at):%m-%d %H:%M} {title}".strip()


def _page(request: ScreenRequest, view: InteractionView, **forms: Any) -> HttpResponse:
    cases = {matter: queries.case(matter) for matter in view.matters}
    mine = _mine(request, view)
    values = {
        "view": view,
        "known": mine,
        "mine": view.first_contact == request.user.username and view.ended_at is None,
        "cases": [_led(request, view, matter, case) for matter, case in cases.items()],
        "under": announcing.over_customer(view.customer) if mine and view.ended_at is None else [],
        "codes": queries.shown_codes(view.customer) if mine else {},
        "lines": told(request, view.subject, view.customer),
        "name_form": NameForm(reach=partial(reach, request)),
        "close_form": CloseForm(),
        "ask_form": AskForm(services=_services(request, view), before=_before(request, view)),
        "hotline": view.channel is Channel.HOTLINE,
    }
    return render(request, "desk/interaction.html", values | forms)

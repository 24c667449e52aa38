"""Setting channels up: queues, overflow and call-back, who serves them; each by whoever manages the unit of its mass queue."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from kapok.edges.console.desk.forms import choices, show_refusal
from kapok.edges.console.people.forms import in_reading_language
from kapok.edges.console.screen import ScreenRequest, screen
from kapok.front.channels import api, queries, rules
from kapok.front.channels.models import STARS_FIRST
from kapok.front.channels.queries import Setup
from kapok.front.channels.rules import CHANNELS, Channel
from kapok.ground.customers.rules import STARS
from kapok.ground.people import queries as people
from kapok.ground.people.models import Staff
from kapok.ground.people.roles import Permission
from kapok.ground.people.rules import State
from kapok.ground.places.rules import SEGMENTS
from kapok.ground.posts import queries as posts
from kapok.kernel.errors import KapokError

LONGEST_WAIT = 3600
"""Seconds until a channel overflows or calls back, at most."""
SPANS = ("overflow_after", "call_back_after")


class ChannelForm(forms.Form):
    """The queues of a channel, whose patches are its, what it takes to serve it, when it overflows and calls back."""

    def __init__(self, *args: Any, mine: frozenset[UUID], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = people.unit_tree()
        every = [(unit.code, f"{in_reading_language(unit.name)} {unit.code}") for unit in units]
        own = [(unit.code, f"{in_reading_language(unit.name)} {unit.code}") for unit in units if unit.id in mine]
        self.fields["mass"] = forms.ChoiceField(
            label=_("Queue of everybody"), choices=own, help_text=_("One of your units: it answers for the channel.")
        )
        self.fields["business"] = forms.ChoiceField(label=_("Queue of businesses"), choices=every)
        self.fields["key"] = forms.ChoiceField(label=_("Queue of key accounts"), choices=every)
        self.fields["supervision"] = forms.ChoiceField(
            label=_("Queue of the supervision"), choices=every,
            help_text=_("Complaints about bills and about people go there, never to who is complained of."),
        )  # fmt: skip
        self.fields["segment"] = forms.ChoiceField(label=_("Patches of"), choices=choices(SEGMENTS.items()))
        self.fields["skill"] = forms.ChoiceField(
            label=_("Skill it takes"), required=False, choices=[("", "—"), *choices(posts.skill_titles().items())]
        )
        self.fields["overflow"] = forms.ChoiceField(
            label=_("Unit of the overflow"), required=False, choices=[("", "—"), *every]
        )
        self.fields["stars_first"] = forms.TypedChoiceField(
            label=_("Before the queue of everybody from"), required=False, coerce=int, empty_value=None, initial=STARS_FIRST,
            choices=[("", _("Stars decide nothing")), *((star, "★" * star) for star in STARS[1:])],
            help_text=_("Customers of so many stars or more go to the queue of businesses and their account manager."),
        )  # fmt: skip
        labels = (_("Overflows after, seconds"), _("Calls back after, seconds"))
        for name, label, seconds in zip(SPANS, labels, (60, 300), strict=True):
            self.fields[name] = forms.IntegerField(label=label, min_value=0, max_value=LONGEST_WAIT, initial=seconds)

    def clean(self) -> dict[str, Any]:
        """What overflows does so before it calls back."""
        given = super().clean() or {}
        if all(name in given for name in SPANS) and given["call_back_after"] < given["overflow_after"]:
            self.add_error("call_back_after", _("Call back no earlier than it overflows."))
        return given

    def said(self) -> dict[str, Any]:
        """What the verb takes."""
        return self.cleaned_data | {name: timedelta(seconds=self.cleaned_data[name]) for name in SPANS}


class ServeForm(forms.Form):
    """Who is to serve the channel."""

    def __init__(self, *args: Any, mine: frozenset[UUID], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.mine = mine
        self.fields["username"] = forms.CharField(label=_("Staff number"), max_length=50)

    def clean_username(self) -> str:
        """Somebody at work in one of the reader's units. Raises `ValidationError`."""
        typed: str = self.cleaned_data["username"]
        if not Staff.objects.filter(username=typed, state=State.ACTIVE, unit__in=self.mine).exists():
            raise forms.ValidationError(_("Nobody of your units works under this staff number."))
        return typed


@screen(permission=Permission.CHANNELS_MANAGE)
def channels(request: ScreenRequest) -> HttpResponse:
    """The five channels, those too that are not set up yet; one changes those of one's units."""
    found = {view.code: view for view in queries.channels()}
    rows = [(code, name, found.get(code)) for code, name in CHANNELS.items()]
    return render(request, "desk/channels_set.html", {"rows": rows})


@screen(permission=Permission.CHANNELS_MANAGE)
def channel(request: ScreenRequest, code: str) -> HttpResponse:
    """One channel: set up or changed, who serves it from now on, who no longer."""
    if code not in set(Channel):
        raise Http404
    setup = queries.setup_of(Channel(code))
    may = setup is None or setup.mass_id in request.units
    if request.method == "POST" and not may:
        raise Http404
    deed = request.POST.get("deed", "")
    filled = {
        "set": ChannelForm(request.POST if deed == "set" else None, mine=request.units, initial=_initial(setup)),
        "serve": ServeForm(request.POST if deed == "serve" else None, mine=request.units),
    }
    if _did(request, code, deed, filled):
        return redirect("console:channel", code)
    values = {"code": code, "name": CHANNELS[Channel(code)], "setup": setup, "may": may, "forms": filled}
    return render(
        request, "desk/channel_set.html", values | {"media": [rules.MEDIA[each] for each in rules.USED[Channel(code)]]}
    )


def _initial(setup: Setup | None) -> dict[str, Any]:
    if setup is None:
        return {}
    return {**setup.said} | {name: int(setup.said[name].total_seconds()) for name in SPANS}


def _did(request: ScreenRequest, code: str, deed: str, filled: dict[str, Any]) -> bool:
    """Whether what was asked for was done, or could not be at all; where a form was refused, it says why."""
    said: dict[str, Any] = {"channel": code, "actor": request.user.subject, "at": request.at}
    form = filled.get(deed)
    if form is not None and not form.is_valid():
        return False
    try:
        if deed == "set":
            api.set_channel(**filled[deed].said(), **said)
        elif deed == "serve":
            api.assign_staff(**filled[deed].cleaned_data, **said)
        elif deed == "release":
            api.release_staff(username=request.POST.get("username", "")[:50], **said)
        else:
            return False
    except KapokError as refused:
        if form is None:
            messages.error(request, in_reading_language(refused.text))
            return True
        show_refusal(form, refused, {})
        return False
    messages.success(request, _("The channel is set up as you see it."))
    return True

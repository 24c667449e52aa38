"""Writing an address differently, and giving addresses or an exchange area to a patch, first as a trial."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from kapok.edges.console.packs.calculator.fields import LocalMomentField
from kapok.edges.console.people.forms import in_reading_language
from kapok.edges.console.screen import ScreenRequest, screen
from kapok.ground.people import queries as people
from kapok.ground.people.roles import Permission
from kapok.ground.people.rules import UnitKind
from kapok.ground.places import api as places
from kapok.ground.places import queries, reach, rules
from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text

MOST = 200
"""So many addresses are given to a patch at once."""
FIELDS: dict[type[KapokError], str] = {
    places.BadPlaceName: "name_zh",
    places.AddressKnown: "name_zh",
    places.BadPoint: "longitude",
    places.UnknownExchangeArea: "exchange_area",
    places.UnknownAddress: "addresses",
    places.RetiredAddress: "addresses",
    places.AssignedLater: "since",
    places.NotAPatch: "unit",
    places.EndedUnit: "unit",
}
"""Beside which field a refusal stands; the others are about the whole."""


def _areas(nothing: Any) -> list[tuple[str, Any]]:
    return [("", nothing), *((code, f"{in_reading_language(name)} {code}") for code, name in queries.exchange_areas())]


class AddressForm(forms.Form):
    """What is written of an address."""

    name_zh = forms.CharField(label=gettext_lazy("Chinese name"), max_length=60)
    name_en = forms.CharField(label=gettext_lazy("English name"), max_length=60)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        inherited = _areas(gettext_lazy("as the address above"))
        self.fields["exchange_area"] = forms.ChoiceField(
            label=gettext_lazy("Exchange area"), choices=inherited, required=False
        )
        for name, label in (("longitude", gettext_lazy("Longitude")), ("latitude", gettext_lazy("Latitude"))):
            hint = gettext_lazy("Degrees; both or neither.")
            self.fields[name] = forms.FloatField(label=label, required=False, help_text=hint)


@screen(permission=Permission.PLACES_MANAGE, everywhere=True)
def edit(request: ScreenRequest, code: str) -> HttpResponse:
    """Write an address, and with it all that lies below, differently."""
    shown = queries.address(code, at=request.at)
    if shown is None or shown.retired_at:
        raise Http404
    own = shown.own_exchange_area
    known: dict[str, Any] = {"name_zh": shown.name.zh, "name_en": shown.name.en, "exchange_area": own}
    known |= {"longitude": shown.longitude, "latitude": shown.latitude}
    form = AddressForm(request.POST or None, initial=known)
    if request.method == "POST" and form.is_valid() and _corrected(request, form, code):
        messages.success(request, _("The address has been written anew."))
        return redirect("console:place", code)
    return render(request, "places/edit.html", {"form": form, "address": shown})


def _corrected(request: ScreenRequest, form: forms.Form, code: str) -> bool:
    said = dict(form.cleaned_data)
    new = Text(zh=said.pop("name_zh"), en=said.pop("name_en"))
    old = Text(zh=form.initial["name_zh"], en=form.initial["name_en"])
    try:
        places.correct_address(
            code=code, name=None if new == old else new, **said, actor=request.user.subject, at=request.at
        )
    except KapokError as refused:
        return _refused(request, form, refused)
    return True


class AssignForm(forms.Form):
    """To which patch, in which segment, what, and from when."""

    def __init__(self, *args: Any, zone: ZoneInfo, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        living = [unit for unit in people.unit_tree() if unit.kind == UnitKind.PATCH]
        patches = [(unit.code, in_reading_language(unit.name)) for unit in living]
        segments = [(each.value, in_reading_language(name)) for each, name in rules.SEGMENTS.items()]
        self.fields["unit"] = forms.ChoiceField(label=pgettext_lazy("of a field team", "Patch"), choices=patches)
        self.fields["segment"] = forms.ChoiceField(label=gettext_lazy("Segment"), choices=segments)
        self.fields["addresses"] = forms.CharField(
            label=gettext_lazy("Codes of addresses"),
            required=False,
            widget=forms.Textarea(attrs={"rows": 4}),
            help_text=gettext_lazy("One a line; each with all that lies below it."),
        )
        self.fields["exchange_area"] = forms.ChoiceField(
            label=gettext_lazy("Or an exchange area"), choices=_areas("–"), required=False
        )
        self.fields["since"] = LocalMomentField(
            zone=zone,
            label=pgettext_lazy("assignment", "From"),
            required=False,
            help_text=gettext_lazy("Empty: from now on."),
        )

    def clean_addresses(self) -> list[str]:
        """The codes, each once."""
        codes = list(dict.fromkeys(self.cleaned_data["addresses"].split()))
        if len(codes) > MOST:
            raise forms.ValidationError(_("Give at most %(most)s addresses at once.") % {"most": MOST})
        return codes

    def clean(self) -> dict[str, Any]:
        """Addresses or an exchange area, not both."""
        said = self.cleaned_data
        if "addresses" in said and bool(said["addresses"]) == bool(said.get("exchange_area")):
            self.add_error("addresses", _("Give codes of addresses, or choose an exchange area."))
        return said


@screen(permission=Permission.PLACES_MANAGE, everywhere=True)
def assign(request: ScreenRequest) -> HttpResponse:
    """Give addresses or an exchange area to a patch: first what it would change, then, confirmed, the change."""
    zone: Any = get_current_timezone()
    asked = {"addresses": request.GET.get("address", ""), "segment": request.GET.get("segment", "")}
    form = AssignForm(request.POST or None, zone=zone, initial=asked)
    values: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        if request.POST.get("confirmed") and _assigned(request, form):
            messages.success(request, _("The patch answers for it."))
            return redirect("console:places")
        if not form.errors:
            values |= _tried(request, form)
    return render(request, "places/assign.html", values)


def _tried(request: ScreenRequest, form: AssignForm) -> dict[str, Any]:
    """What the assignment would change; nothing where it is refused."""
    said = form.cleaned_data
    try:
        found = reach.reach(
            addresses=said["addresses"],
            exchange_area=said["exchange_area"],
            segment=rules.Segment(said["segment"]),
            at=said["since"] or request.at,
        )
    except KapokError as refused:
        _refused(request, form, refused)
        return {}
    return {} if form.errors else {"reach": found, "count": sum(each.addresses for each in found)}


def _assigned(request: ScreenRequest, form: AssignForm) -> bool:
    """Give all of it to the patch, or nothing."""
    said = form.cleaned_data
    spots = [{"address": code} for code in said["addresses"]] or [{"exchange_area": said["exchange_area"]}]
    who = {"unit": said["unit"], "segment": said["segment"], "since": said["since"] or request.at}
    try:
        with transaction.atomic():
            for spot in spots:
                places.assign_patch(**who, **spot, actor=request.user.subject, at=request.at)
    except KapokError as refused:
        return _refused(request, form, refused)
    return True


def _refused(request: ScreenRequest, form: forms.Form, refused: KapokError) -> bool:
    field = FIELDS.get(type(refused), "")
    form.add_error(field if field in form.fields else None, refused.text.in_(request.language))
    return False

"""What can be had at an address, and what is to be built where it cannot."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kapok.chain.ordering.models import Leg
from kapok.edges.console.inventory.gate import keeps
from kapok.edges.console.refusals import not_permitted
from kapok.edges.console.screen import ScreenRequest, screen
from kapok.edges.console.templatetags.kapok import service_name
from kapok.front.channels import offering
from kapok.ground.catalog.offering.document import ENDS, End
from kapok.ground.people import queries as people
from kapok.ground.people.roles import Permission
from kapok.ground.places import queries as places
from kapok.ground.places.refusals import RetiredAddress, UnknownAddress
from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text
from kapok.network.inventory import api, browsing
from kapok.network.inventory.kinds import SERVICES
from kapok.network.inventory.models import Shortage

HITS = 8
PAGE = 25


class QualifyForm(forms.Form):
    """An address, its far end, a service and how fast it has to be."""

    address = forms.CharField(
        label=gettext_lazy("Address"), max_length=100,
        widget=forms.TextInput(
            attrs={"placeholder": gettext_lazy("Road and number, or the first letters: tyxl8"), "autofocus": True}
        ),
    )  # fmt: skip
    far_address = forms.CharField(
        label=gettext_lazy("Far end (B)"),
        help_text=gettext_lazy("Of what runs between two addresses."),
        max_length=100,
        required=False,
    )
    service = forms.ChoiceField(label=gettext_lazy("Service"))
    down_mbps = forms.IntegerField(
        label=gettext_lazy("Speed wanted (Mbit/s)"), min_value=0, max_value=100_000, required=False
    )

    def __init__(self, request: ScreenRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["service"]
        assert isinstance(choice, forms.ChoiceField)  # noqa: S101  # for the type checker
        sold = sorted(
            offering.offered(request.at), key=lambda code: (code not in SERVICES, [*SERVICES, code].index(code))
        )
        choice.choices = [(code, service_name(code)) for code in sold]

    def clean_far_address(self) -> str:
        """Another address than the near one."""
        far = str(self.cleaned_data["far_address"])
        if far and far == self.cleaned_data.get("address"):
            raise forms.ValidationError(_("The two ends have to be at different addresses."), "same")
        return far


class BuildForm(forms.Form):
    """The day by which it will be built."""

    place = forms.CharField(max_length=80)
    code = forms.CharField(max_length=10)
    expected = forms.DateField(label=gettext_lazy("Built by"))


@screen(permission=Permission.INVENTORY_READ)
def qualify(request: ScreenRequest) -> HttpResponse:
    """Ask what can be had: addresses by their codes, or by words of which the first hits are offered."""
    form = QualifyForm(request, request.GET or None)
    values: dict[str, Any] = {"form": form}
    if request.GET and form.is_valid():
        values |= _chosen(request, form) or {"answers": _answers(request, form), "asked": True}
    return render(request, "inventory/qualify.html", values)


def _chosen(request: ScreenRequest, form: QualifyForm) -> dict[str, Any]:
    """The addresses among which one is to be chosen first, and for which end; nothing where both are known."""
    for name in ("address", "far_address"):
        code = form.cleaned_data[name]
        place = places.address(code, at=request.at) if code else None
        if code and (place is None or place.retired_at is not None):
            found = places.search(code, limit=HITS)
            if not found:
                gone = UnknownAddress(code=code) if place is None else RetiredAddress(address=place.full)
                form.add_error(name, gone.text.in_(request.language))
            return {"found": found, "of": name}
    return {}


def _answers(request: ScreenRequest, form: QualifyForm) -> list[dict[str, Any]]:
    """What can be had of the offers, by the end and its address."""
    given = form.cleaned_data
    codes = {End.A: given["address"], End.B: given["far_address"]}
    full = {end: place.full for end, code in codes.items() if code and (place := places.address(code, at=request.at))}
    asked = offering.qualify(
        given["service"], codes[End.A], request.at, far_address=codes[End.B], down_mbps=given["down_mbps"] or 0
    )
    return [
        {
            "titles": each.titles, "half": each.two_ended and each.far is None,
            "ends": [
                (ENDS[end] if each.two_ended else None, full[end], found)
                for end, found in ((End.A, each.found), (End.B, each.far)) if found
            ],
        }
        for each in asked
    ]  # fmt: skip


@screen(permission=Permission.INVENTORY_READ)
def shortages(request: ScreenRequest) -> HttpResponse:
    """What is to be built, ranked by who waits; whoever keeps the inventory there confirms a day."""
    form, mine = BuildForm(request.POST or None), keeps(request)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        asked = browsing.demand(browsing.demand_rows(given["place"], given["code"]))
        keeper = people.units_where(request.user.id, Permission.INVENTORY_MANAGE)
        if not keeper or not all(mine(each.unit) for each in asked):
            return not_permitted(request, Permission.INVENTORY_MANAGE)
        if _confirmed(request, form):
            return redirect("console:inventory-shortages")
    place, code = request.GET.get("place", "")[:80], request.GET.get("code", "")[:10]
    ranked = browsing.demand_rows(place, code)
    rows: QuerySet[Any, Any] = _waiting(request, place, code) if place else ranked
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    values: dict[str, Any] = {"form": form, "place": place, "lacking": code, "page": page}
    if place:
        lacks = browsing.demand(ranked)
        name = lacks[0].place_name if lacks else Text(zh=place, en=place)
        values |= {"demand": lacks, "place_name": name, "waiting": browsing.waiting(page.object_list)}
    else:
        values |= {"demand": browsing.demand(page.object_list)}
    values["demand"] = [(each, mine(each.unit)) for each in values["demand"]]
    return render(request, "inventory/shortages.html", values)


def _waiting(request: ScreenRequest, place: str, code: str) -> QuerySet[Shortage]:
    """Who waits there, of those whose orders the reader may see; how many wait in all the ranking says."""
    units = people.units_where(request.user.id, Permission.ORDERS_READ)
    if people.everywhere(units):
        return browsing.waiting_rows(place, code)
    return browsing.waiting_rows(place, code, holders=Leg.objects.filter(order__unit__in=units).values("subject"))


def _confirmed(request: ScreenRequest, form: BuildForm) -> bool:
    given = form.cleaned_data
    evening = datetime.combine(given["expected"], time(18), ZoneInfo(settings.TIME_ZONE)).astimezone(UTC)
    try:
        told = api.confirm_build(
            place=given["place"], code=given["code"], expected_at=evening, actor=request.user.subject, at=request.at
        )
    except KapokError as refused:
        form.add_error("expected", refused.text.in_(request.language))
        return False
    messages.success(request, _("Confirmed for %(count)s who wait.") % {"count": told})
    return True

"""What vans can carry: the list that all units share, and a material entered into it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kapok.back.workforce import api, boards, fleet, rules
from kapok.edges.console.refusals import not_permitted
from kapok.edges.console.screen import ScreenRequest, screen
from kapok.ground.people import queries as people
from kapok.ground.people.roles import Permission
from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text


class NewMaterialForm(forms.Form):
    """A code, a name, and what one counts of it."""

    code = forms.SlugField(
        label=gettext_lazy("Code"), max_length=rules.LONGEST_MATERIAL,
        help_text=gettext_lazy("Small letters, digits and hyphens; it stays as it is."),
    )  # fmt: skip
    title_zh = forms.CharField(label=gettext_lazy("Chinese title"), max_length=rules.LONGEST_TITLE)
    title_en = forms.CharField(label=gettext_lazy("English title"), max_length=rules.LONGEST_TITLE)
    counted_zh = forms.CharField(label=gettext_lazy("Counted in, in Chinese"), max_length=rules.LONGEST_COUNTED)
    counted_en = forms.CharField(label=gettext_lazy("Counted in, in English"), max_length=rules.LONGEST_COUNTED)

    def said(self) -> dict[str, Any]:
        """What the verb takes."""
        given = self.cleaned_data
        title, counted = (Text(zh=given[f"{name}_zh"], en=given[f"{name}_en"]) for name in ("title", "counted"))
        return {"code": given["code"].lower(), "title": title, "counted": counted}


@screen(permission=Permission.DISPATCH_READ)
def materials(request: ScreenRequest) -> HttpResponse:
    """The materials; whoever dispatches for every unit enters a new one."""
    units = people.units_where(request.user.id, Permission.DISPATCH_DO)
    may = people.everywhere(units) or boards.dispatches_everywhere(units)
    if request.method == "POST" and not may:
        return not_permitted(request, Permission.DISPATCH_DO, everywhere=True)
    form = NewMaterialForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            api.define_material(**form.said(), actor=request.user.subject, at=request.at)
        except KapokError as refused:
            form.add_error("code", refused.text.in_(request.language))
        else:
            messages.success(request, _("The material is entered; vans can be loaded with it."))
            return redirect("console:materials")
    return render(request, "field/materials.html", {"materials": fleet.materials(), "form": form, "may": may})

"""Taking somebody in, and correcting what is noted."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from kapok.edges.console.customers.forms import EditForm, NewForm, show_refusal
from kapok.edges.console.customers.reach import reached
from kapok.edges.console.screen import ScreenRequest, screen
from kapok.ground.customers import api as customers
from kapok.ground.people.roles import Permission
from kapok.kernel.errors import KapokError


@screen(permission=Permission.CUSTOMERS_MANAGE)
def register(request: ScreenRequest) -> HttpResponse:
    """A new customer, with a first account."""
    form = NewForm(request.POST or None, units=request.units)
    if request.method == "POST" and form.is_valid():
        values = {**form.cleaned_data, "star": form.cleaned_data["star"] or 0}
        try:
            number = customers.register_customer(**values, actor=request.user.subject, at=request.at)
        except KapokError as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("Registered."))
            return redirect("console:customer", number)
    return render(request, "customers/form.html", {"form": form})


@screen(permission=Permission.CUSTOMERS_MANAGE)
def edit(request: ScreenRequest, number: str) -> HttpResponse:
    """Correct a customer's details, grade and place in a hierarchy: all of it or nothing. Nothing is unmasked for that."""
    one = reached(request, number)
    form = EditForm(request.POST or None, units=request.units, one=one)
    if request.method == "POST" and form.is_valid():
        try:
            _save(request, form)
        except KapokError as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("Saved."))
            return redirect("console:customer", one.number)
    return render(request, "customers/form.html", {"form": form, "one": one})


@transaction.atomic
def _save(request: ScreenRequest, form: EditForm) -> None:
    one, typed = form.one, form.cleaned_data
    who: dict[str, Any] = {"customer": one.number, "actor": request.user.subject, "at": request.at}
    customers.change_customer(**form.changes, **who)
    customers.grade(segment=typed["segment"], tier=typed["tier"], star=typed["star"] or 0, **who)
    if typed["parent"] or one.parent:
        customers.set_parent(parent=typed["parent"], **who)

"""What one does on a customer's page: look at what is masked, note contacts and consents, export, erase."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from kapok.edges.console.customers.forms import (
    AccountForm,
    ChangeAccountForm,
    CloseAccountForm,
    ConsentForm,
    ContactForm,
    EraseContactForm,
    LookForm,
    ReasonForm,
    show_refusal,
)
from kapok.edges.console.customers.reach import reached
from kapok.edges.console.customers.views import page
from kapok.edges.console.screen import ScreenRequest, screen
from kapok.ground.customers import api as customers
from kapok.ground.customers.queries import CustomerView
from kapok.ground.people.roles import Permission
from kapok.kernel.errors import KapokError

Done = HttpResponse | None
Act = Callable[[ScreenRequest, CustomerView, dict[str, Any]], Done]


def _act(
    permission: Permission, kind: type[forms.Form], shown_as: str = ""
) -> Callable[[Act], Callable[..., HttpResponse]]:
    """A form on a customer's page; what is refused is said in it there, or above the page where it stands in many rows."""

    def decorate(act: Act) -> Callable[..., HttpResponse]:
        @require_POST
        @never_cache
        @screen(permission=permission)
        @wraps(act)
        def acted(request: ScreenRequest, number: str) -> HttpResponse:
            one, form = reached(request, number), kind(request.POST)
            if form.is_valid():
                try:
                    return act(request, one, form.cleaned_data) or redirect("console:customer", one.number)
                except KapokError as refused:
                    show_refusal(form, refused)
            if shown_as:
                return page(request, one, **{shown_as: form})
            messages.error(request, " ".join(str(said) for every in form.errors.values() for said in every))
            return redirect("console:customer", one.number)

        return acted

    return decorate


def _who(request: ScreenRequest, one: CustomerView) -> dict[str, Any]:
    return {"customer": one.number, "actor": request.user.subject, "at": request.at}


@require_POST
@never_cache
@screen(permission=Permission.CUSTOMERS_UNMASK)
def look(request: ScreenRequest, number: str) -> HttpResponse:
    """Personal data in clear, for a purpose that is kept; a part of the page."""
    one, form = reached(request, number), LookForm(request.POST)
    values: dict[str, Any] = {"one": one, "look_form": form}
    if form.is_valid():
        try:
            values["personal"] = customers.look(**form.cleaned_data, **_who(request, one))
        except KapokError as refused:
            show_refusal(form, refused)
    return render(request, "customers/personal.html", values)


@_act(Permission.CUSTOMERS_MANAGE, AccountForm, "account_form")
def add_account(request: ScreenRequest, one: CustomerView, typed: dict[str, Any]) -> None:
    """Open another billing account."""
    number = customers.add_account(**typed, **_who(request, one))
    messages.success(request, _("Account {number} opened.").format(number=number))


@_act(Permission.CUSTOMERS_MANAGE, ChangeAccountForm)
def change_account(request: ScreenRequest, one: CustomerView, typed: dict[str, Any]) -> None:
    """Rename a billing account, or let it be paid in another way."""
    customers.change_account(**typed, **_who(request, one))
    messages.success(request, _("Saved."))


@_act(Permission.CUSTOMERS_MANAGE, CloseAccountForm)
def close_account(request: ScreenRequest, one: CustomerView, typed: dict[str, Any]) -> None:
    """Use a billing account no longer."""
    customers.close_account(**typed, **_who(request, one))
    messages.success(request, _("Account {number} closed.").format(number=typed["account"]))


@_act(Permission.CUSTOMERS_MANAGE, ContactForm, "contact_form")
def add_contact(request: ScreenRequest, one: CustomerView, typed: dict[str, Any]) -> None:
    """Note another contact."""
    customers.add_contact(**typed, **_who(request, one))
    messages.success(request, _("Saved."))


class EndContactForm(forms.Form):
    """Which contact."""

    contact = forms.UUIDField()


@_act(Permission.CUSTOMERS_MANAGE, EndContactForm)
def end_contact(request: ScreenRequest, one: CustomerView, typed: dict[str, Any]) -> None:
    """No longer use a contact."""
    customers.end_contact(**typed, **_who(request, one))
    messages.success(request, _("Saved."))


@_act(Permission.CUSTOMERS_ERASE, EraseContactForm)
def erase_contact(request: ScreenRequest, one: CustomerView, typed: dict[str, Any]) -> None:
    """Forget whom one reaches by a contact."""
    customers.erase_contact(**typed, **_who(request, one))
    messages.success(request, _("The personal data was erased."))


@_act(Permission.CUSTOMERS_MANAGE, ConsentForm, "consent_form")
def consent(request: ScreenRequest, one: CustomerView, typed: dict[str, Any]) -> None:
    """Give or withdraw a consent."""
    verb = customers.withdraw_consent if request.POST.get("to") == "withdrawn" else customers.give_consent
    verb(**typed, **_who(request, one))
    messages.success(request, _("Saved."))


@_act(Permission.CUSTOMERS_ERASE, ReasonForm, "reason_form")
def export(request: ScreenRequest, one: CustomerView, typed: dict[str, Any]) -> HttpResponse:
    """Everything about a person, as a file."""
    found = customers.export_person(**typed, **_who(request, one))
    content = json.dumps(found, ensure_ascii=False, indent=2)
    name = f'attachment; filename="{one.number}.json"'
    return HttpResponse(content, content_type="application/json", headers={"Content-Disposition": name})


@_act(Permission.CUSTOMERS_ERASE, ReasonForm, "reason_form")
def erase(request: ScreenRequest, one: CustomerView, typed: dict[str, Any]) -> None:
    """Overwrite a person's data."""
    customers.erase_person(**typed, **_who(request, one))
    messages.success(request, _("The personal data was erased."))

"""One's own account: contact details, language, theme, password, and what the journal says about it."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from kapok.edges.console.account.forms import PasswordForm
from kapok.edges.console.onward import onward
from kapok.edges.console.people.forms import ContactForm, show_refusal
from kapok.edges.console.screen import EVERYBODY, ScreenRequest, screen
from kapok.ground.journal.queries import timeline
from kapok.ground.people import api as people
from kapok.ground.people import queries
from kapok.ground.people.rules import Theme
from kapok.kernel.errors import KapokError


@screen(permission=EVERYBODY)
def account(request: ScreenRequest) -> HttpResponse:
    """The account as it is, with a form for one's own phone and e-mail."""
    [me] = queries.people([request.user])
    form = ContactForm(request.POST or None, someone=me)
    if request.method == "POST" and form.is_valid():
        try:
            people.change_details(username=me.username, **form.changes, actor=me.subject, at=request.at)
        except KapokError as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("Saved."))
            return redirect("console:account")
    return render(request, "account/account.html", {"me": me, "form": form, "lines": timeline(me.subject)})


@require_POST
@screen(permission=EVERYBODY)
def theme(request: ScreenRequest) -> HttpResponse:
    """Light, dark, or as the device is."""
    chosen = request.POST.get("theme", "")
    if chosen in set(Theme):
        people.change_theme(
            username=request.user.username, theme=Theme(chosen), actor=request.user.subject, at=request.at
        )
    return redirect(onward(request))


@sensitive_post_parameters()
@screen(permission=EVERYBODY, before_password_change=True)
def change_password(request: ScreenRequest) -> HttpResponse:
    """Choose a new password; whoever has a one-time password sees nothing else before."""
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            people.change_password(
                username=request.user.username,
                present=form.cleaned_data["present"],
                new=form.cleaned_data["new"],
                actor=request.user.subject,
                at=request.at,
            )
        except KapokError as refused:
            form.add_error(
                "present" if isinstance(refused, people.WrongPassword) else "new", refused.text.in_(request.language)
            )
        else:
            request.user.refresh_from_db()
            update_session_auth_hash(request, request.user)
            messages.success(request, _("Your password has been changed. Other sessions have been signed out."))
            return redirect("console:home")
    return render(request, "account/password.html", {"form": form})

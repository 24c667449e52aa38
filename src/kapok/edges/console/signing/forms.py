"""What is typed to sign in."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class SignInForm(forms.Form):
    """Staff number and password."""

    username = forms.CharField(
        label=_("Staff number"),
        max_length=50,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True, "autocapitalize": "none"}),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def clean_username(self) -> str:
        """Staff numbers are lower case; wrong passwords are counted under one spelling."""
        username: str = self.cleaned_data["username"]
        return username.lower()

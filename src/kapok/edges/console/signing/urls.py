"""Addresses of signing in and out."""

from __future__ import annotations

from django.urls import path

from kapok.edges.console.signing import views

urlpatterns = [
    path("sign-in", views.sign_in, name="sign-in"),
    path("sign-out", views.sign_out, name="sign-out"),
    path("language", views.language, name="language"),
]

"""Addresses of one's own account."""

from __future__ import annotations

from django.urls import path

from kapok.edges.console.account import views

urlpatterns = [
    path("account", views.account, name="account"),
    path("account/theme", views.theme, name="theme"),
    path("account/password", views.change_password, name="change-password"),
]

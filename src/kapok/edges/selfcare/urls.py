"""Addresses of the customers' pages."""

from __future__ import annotations

from django.urls import path

from kapok.edges.selfcare import views

app_name = "selfcare"
urlpatterns = [
    path("", views.door, name="door"),
    path("code", views.code, name="code"),
    path("order", views.order, name="order"),
    path("order/<int:leg>/visit", views.visit, name="visit"),
    path("order/<int:leg>/confirm", views.confirm, name="confirm"),
    path("leave", views.leave, name="leave"),
    path("language", views.language, name="my-language"),
]

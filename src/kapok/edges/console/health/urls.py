"""Addresses of system health."""

from __future__ import annotations

from django.urls import path

from kapok.edges.console.health import views

urlpatterns = [
    path("healthz", views.probe, name="probe"),
    path("system", views.health, name="health"),
]

"""Addresses of time lines."""

from __future__ import annotations

from django.urls import path

from kapok.edges.console.matters import views

urlpatterns = [path("matters/<path:subject>", views.matter, name="matter")]

"""Addresses of the tree of units."""

from __future__ import annotations

from django.urls import path

from kapok.edges.console.organisation import views

urlpatterns = [
    path("organisation", views.organisation, name="organisation"),
    path("organisation/add", views.add, name="add-unit"),
    path("organisation/<slug:code>/rename", views.rename, name="rename-unit"),
]

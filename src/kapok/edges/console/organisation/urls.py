"""Addresses of the tree of units."""

from __future__ import annotations

from django.urls import path

from kapok.edges.console.organisation import views

urlpatterns = [
    path("organisation", views.organisation, name="organisation"),
    path("organisation/add", views.add, name="add-unit"),
    path("organisation/<slug:code>", views.unit, name="unit"),
    path("organisation/<slug:code>/move", views.move, name="move-unit"),
    path("organisation/<slug:code>/end", views.end, name="end-unit"),
    path("organisation/<slug:code>/rename", views.rename, name="rename-unit"),
]

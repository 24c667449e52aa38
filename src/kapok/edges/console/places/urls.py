"""Addresses of the screens about places."""

from __future__ import annotations

from django.urls import URLPattern, path

from kapok.edges.console.places import areas, importing, keeping, views

urlpatterns: list[URLPattern] = [
    path("places", views.finder, name="places"),
    path("places/defects", views.defects, name="place-defects"),
    path("places/areas", areas.areas, name="exchange-areas"),
    path("places/areas/<slug:code>", areas.edit_area, name="edit-area"),
    path("places/import", importing.import_file, name="import-places"),
    path("places/assign", keeping.assign, name="assign-patch"),
    path("places/boundaries.geojson", views.boundaries, name="place-boundaries"),
    path("places/<slug:code>", views.address, name="place"),
    path("places/<slug:code>/edit", keeping.edit, name="edit-place"),
]

"""Addresses of the inventory."""

from __future__ import annotations

from django.urls import URLPattern, path

from kapok.edges.console.inventory import auditing, building, importing, trial, views

urlpatterns: list[URLPattern] = [
    path("inventory", views.browser, name="inventory"),
    path("inventory/areas/<str:code>", views.area, name="inventory-area"),
    path("inventory/elements/<path:code>", views.element, name="inventory-element"),
    path("inventory/resources/<path:code>", views.resource, name="inventory-resource"),
    path("inventory/pools", views.pools, name="inventory-pools"),
    path("inventory/pools/<path:code>", views.pool, name="inventory-pool"),
    path("inventory/qualify", building.qualify, name="inventory-qualify"),
    path("inventory/shortages", building.shortages, name="inventory-shortages"),
    path("inventory/import", importing.import_file, name="inventory-import"),
    path("inventory/audits", auditing.audits, name="inventory-audits"),
    path("inventory/audits/<uuid:identifier>", auditing.audit, name="inventory-audit"),
    path("services/<str:number>/extend", trial.extend, name="extend-trial"),
    path("services/<str:number>", views.service, name="service"),
]

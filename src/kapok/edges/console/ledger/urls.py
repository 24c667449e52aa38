"""Addresses of the ledger."""

from __future__ import annotations

from django.urls import path

from kapok.edges.console.ledger import one, views

urlpatterns = [
    path("ledger", views.ledger, name="ledger"),
    path("ledger/export", views.export, name="ledger-export"),
    path("ledger/<uuid:id>", one.commitment, name="commitment"),
    path("ledger/views", views.keep_view, name="keep-view"),
    path("ledger/views/<uuid:view>/remove", views.remove_view, name="remove-view"),
]

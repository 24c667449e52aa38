"""Addresses of the ledger."""

from __future__ import annotations

from django.urls import path

from kapok.edges.console.ledger import adopting, answering, one, pausing, views

urlpatterns = [
    path("ledger", views.ledger, name="ledger"),
    path("ledger/export", views.export, name="ledger-export"),
    path("ledger/<uuid:id>", one.commitment, name="commitment"),
    path("ledger/<uuid:id>/pause", pausing.pause, name="pause"),
    path("ledger/<uuid:id>/waive", pausing.waive, name="waive"),
    path("ledger/<uuid:id>/resume", pausing.resume, name="resume"),
    path("ledger/requests/<uuid:id>", answering.pause_request, name="pause-request"),
    path("ledger/packs", adopting.adopted_packs, name="adopted-packs"),
    path("ledger/packs/<slug:code>/retire", adopting.retire, name="retire-pack"),
    path("ledger/packs/<slug:code>/adopt", adopting.adopt, name="adopt-pack"),
    path("ledger/views", views.keep_view, name="keep-view"),
    path("ledger/views/<uuid:view>/remove", views.remove_view, name="remove-view"),
]

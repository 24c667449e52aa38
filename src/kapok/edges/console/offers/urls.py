"""Addresses of offers."""

from __future__ import annotations

from django.urls import URLPattern, path

from kapok.edges.console.offers import editor, views

urlpatterns: list[URLPattern] = [
    path("offers", views.offer_list, name="offers"),
    path("offers/new", views.new, name="new-offer"),
    path("offers/<slug:code>", views.offer, name="offer"),
    path("offers/<slug:code>/edit", editor.edit, name="edit-offer"),
    path("offers/<slug:code>/publish", views.publish, name="publish-offer"),
    path("offers/<slug:code>/retire", views.retire, name="retire-offer"),
    path("offers/<slug:code>/discard", views.discard, name="discard-offer"),
    path("offers/<slug:code>/compare", views.compare, name="compare-offers"),
    path("offers/<slug:code>/<int:number>", views.offer, name="offer-version"),
    path("offers/<slug:code>/<int:number>/copy", views.copy, name="copy-offer"),
    path("offers/<slug:code>/<int:number>/draft", views.redraft, name="redraft-offer"),
]

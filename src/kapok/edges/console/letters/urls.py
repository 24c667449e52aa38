"""Addresses of undelivered entries."""

from __future__ import annotations

from django.urls import path

from kapok.edges.console.letters import views

urlpatterns = [
    path("letters", views.letters, name="letters"),
    path("letters/clocks/retry", views.retry_clocks, name="retry-clocks"),
    path("letters/clocks/<uuid:commitment>/retry", views.retry_clock, name="retry-clock"),
    path("letters/<uuid:key>", views.letter, name="letter"),
    path("letters/<uuid:key>/retry", views.retry, name="retry-letter"),
    path("letters/<uuid:key>/set-aside", views.set_aside, name="set-aside-letter"),
]

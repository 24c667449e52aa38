"""Addresses of notices."""

from __future__ import annotations

from django.urls import path

from kapok.edges.console.notices import views

urlpatterns = [
    path("notices", views.notices, name="notices"),
    path("notices/bell", views.bell, name="bell"),
    path("notices/seen", views.all_seen, name="notices-seen"),
    path("notices/<uuid:id>/seen", views.seen, name="notice-seen"),
    path("notices/<uuid:id>/open", views.open_notice, name="open-notice"),
]

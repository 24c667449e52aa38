"""Every address of Kapok."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [path("my/", include("kapok.edges.selfcare.urls")), path("", include("kapok.edges.console.urls"))]

handler400 = "kapok.edges.console.refusals.bad_request"
handler403 = "kapok.edges.console.refusals.forbidden"
handler404 = "kapok.edges.console.refusals.not_found"
handler500 = "kapok.edges.console.refusals.server_error"

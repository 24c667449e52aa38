"""Addresses of audits."""

from __future__ import annotations

from django.urls import URLPattern, path

from kapok.edges.console.audits import mapping, reading, uploading, views

urlpatterns: list[URLPattern] = [
    path("audits", views.audit_list, name="audits"),
    path("audits/new", uploading.upload, name="upload-log"),
    path("audits/try", uploading.upload_demo, name="try-audit"),
    path("audits/compare", reading.compare, name="compare-audits"),
    path("audits/report.css", reading.style, name="report-style"),
    path("audits/<uuid:key>", views.audit, name="audit"),
    path("audits/<uuid:key>/progress", views.progress, name="audit-progress"),
    path("audits/<uuid:key>/map", mapping.mapping, name="map-audit"),
    path("audits/<uuid:key>/copy", views.copy, name="copy-audit"),
    path("audits/<uuid:key>/delete", views.delete, name="delete-audit"),
    path("audits/<uuid:key>/files/<str:name>", reading.download, name="audit-file"),
]

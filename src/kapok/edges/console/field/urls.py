"""Addresses of field work: the dispatch board and the phone of the technician."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []

"""Addresses of packs, promises and the calculator."""

from __future__ import annotations

from django.urls import URLPattern, path

from kapok.edges.console.packs import views
from kapok.edges.console.packs.calculator.views import calculator

urlpatterns: list[URLPattern] = [
    path("packs", views.pack_list, name="packs"),
    path("packs/<str:code>", views.pack, name="pack"),
    path("packs/<str:code>/<str:promise_code>", views.promise, name="promise"),
    path("calculator", calculator, name="calculator"),
]

"""Addresses of field work: the dispatch board and the phone of the technician."""

from __future__ import annotations

from django.urls import URLPattern, path

from kapok.edges.console.field import acting, materials, phone, vans, views

urlpatterns: list[URLPattern] = [
    path("dispatch", views.board, name="dispatch"),
    path("dispatch/vans", vans.vans, name="vans"),
    path("dispatch/vans/new", vans.new_van, name="new-van"),
    path("dispatch/vans/materials", materials.materials, name="materials"),
    path("dispatch/vans/<str:plate>", vans.van, name="van"),
    path("dispatch/<uuid:item>", views.work_order, name="work-order"),
    path("dispatch/<uuid:item>/drop", acting.assign, name="assign"),
    path("dispatch/<uuid:item>/<slug:code>", acting.act, name="field-act"),
    path("field/today", phone.today, name="field-today"),
    path("field/jobs", phone.jobs, name="field-jobs"),
    path("field/windows", phone.windows, name="field-windows"),
    path("field/contact/<uuid:item>", phone.contact, name="field-contact"),
    path("field/access/<uuid:item>", phone.access, name="field-access"),
    path("field/deeds", phone.deed, name="field-deed"),
    path("field/worker.js", phone.worker, name="field-worker"),
    path("field/pictures/<uuid:picture>", views.picture, name="field-picture"),
]

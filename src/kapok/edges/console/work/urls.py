"""Addresses of one's own work."""

from __future__ import annotations

from django.urls import path

from kapok.edges.console.work import acting, handoffs, views

urlpatterns = [
    path("work", views.my_work, name="my-work"),
    path("work/settled", views.settled, name="settled-matters"),
    path("work/take", views.take, name="take-matter"),
    path("work/items/<uuid:item>/<slug:code>", acting.act_on_item, name="act-on-item"),
    path("work/act/<slug:code>/<path:subject>", acting.act_on_matter, name="act-on-matter"),
    path("handoffs", handoffs.handoffs, name="handoffs"),
    path("handoffs/matrix", handoffs.handoff_matrix, name="handoff-matrix"),
    path("handoffs/<uuid:id>", handoffs.handoff, name="handoff"),
]

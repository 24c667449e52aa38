"""Addresses of flows."""

from __future__ import annotations

from django.urls import URLPattern, path

from kapok.edges.console.flows import editor, exchange, views

urlpatterns: list[URLPattern] = [
    path("flows", views.flow_list, name="flows"),
    path("flows/new", views.new, name="new-flow"),
    path("flows/import", exchange.upload, name="import-flow"),
    path("flows/<slug:code>", views.flow, name="flow"),
    path("flows/<slug:code>/edit", editor.edit, name="edit-flow"),
    path("flows/<slug:code>/publish", views.publish, name="publish-flow"),
    path("flows/<slug:code>/retire", views.retire, name="retire-flow"),
    path("flows/<slug:code>/discard", views.discard, name="discard-flow"),
    path("flows/<slug:code>/compare", exchange.compare, name="compare-flows"),
    path("flows/<slug:code>/<int:number>", views.flow, name="flow-version"),
    path("flows/<slug:code>/<int:number>/bpmn", exchange.download, name="flow-bpmn"),
    path("flows/<slug:code>/<int:number>/copy", views.copy, name="copy-flow"),
    path("flows/<slug:code>/<int:number>/draft", views.redraft, name="redraft-flow"),
]

"""Addresses of specifications and usage plans."""

from __future__ import annotations

from django.urls import URLPattern, path

from kapok.edges.console.specifications import editor, views

ONE = "specifications/<slug:sort>/<slug:code>"
urlpatterns: list[URLPattern] = [
    path("specifications", views.specification_list, name="specifications"),
    path("specifications/new", views.new, name="new-specification"),
    path(ONE, views.specification, name="specification"),
    path(f"{ONE}/edit", editor.edit, name="edit-specification"),
    path(f"{ONE}/publish", views.publish, name="publish-specification"),
    path(f"{ONE}/retire", views.retire, name="retire-specification"),
    path(f"{ONE}/discard", views.discard, name="discard-specification"),
    path(f"{ONE}/<int:number>", views.specification, name="specification-version"),
    path(f"{ONE}/<int:number>/copy", views.copy, name="copy-specification"),
    path(f"{ONE}/<int:number>/draft", views.redraft, name="redraft-specification"),
]

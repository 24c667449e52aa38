"""Addresses of people and their permissions."""

from __future__ import annotations

from django.urls import URLPattern, path

from kapok.edges.console.people import views

urlpatterns: list[URLPattern] = [
    path("people", views.people_list, name="people"),
    path("people/new", views.open_account, name="open-account"),
    path("people/<str:username>", views.person, name="person"),
    path("people/<str:username>/details", views.details, name="details"),
    path("people/<str:username>/grant", views.grant, name="grant"),
    path("people/<str:username>/revoke", views.revoke, name="revoke"),
    path("people/<str:username>/state", views.change_state, name="person-state"),
    path("people/<str:username>/unlock", views.unlock, name="unlock"),
    path("people/<str:username>/password", views.reset_password, name="reset-password"),
    path("people/<str:username>/contact", views.contact, name="contact"),
]

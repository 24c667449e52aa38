"""Addresses of the customers' pages."""

from __future__ import annotations

from django.urls import path

from kapok.edges.selfcare import asking, following, shopping, strangers, views

app_name = "selfcare"
urlpatterns = [
    path("", views.door, name="door"),
    path("code", views.code, name="code"),
    path("home", views.home, name="my-home"),
    path("new", shopping.new, name="my-new"),
    path("services/<slug:number>", shopping.service, name="my-service"),
    path("services/<slug:number>/login", shopping.login, name="my-login"),
    path("orders/<slug:number>", following.order, name="my-order"),
    path("orders/<slug:number>/<int:leg>/visit", following.visit, name="visit"),
    path("orders/<slug:number>/<int:leg>/confirm", following.confirm, name="confirm"),
    path("orders/<slug:number>/<int:leg>/rate", following.rate, name="rate"),
    path("ask", asking.ask, name="my-ask"),
    path("faults/<uuid:identifier>", asking.fault, name="my-fault"),
    path("asked/<path:matter>", asking.asked, name="my-asked"),
    path("check", strangers.check, name="my-check"),
    path("request", strangers.leave_request, name="my-request"),
    path("leave", views.leave, name="leave"),
    path("language", views.language, name="my-language"),
]

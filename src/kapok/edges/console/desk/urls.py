"""Addresses of the front desk."""

from __future__ import annotations

from django.urls import URLPattern, path

from kapok.edges.console.desk import acting, announcing, answering, capture, channels, logins, talking, views

urlpatterns: list[URLPattern] = [
    path("desk", views.desk, name="desk"),
    path("desk/search", views.search, name="desk-search"),
    path("desk/addresses", capture.addresses, name="desk-addresses"),
    path("desk/customers", views.customers, name="desk-customers"),
    path("desk/take", talking.take, name="desk-take"),
    path("desk/channels", views.channels, name="desk-channels"),
    path("desk/call-backs", answering.call_backs, name="desk-call-backs"),
    path("group-faults", announcing.group_faults, name="group-faults"),
    path("group-faults/new", announcing.announce, name="group-fault-new"),
    path("group-faults/<uuid:identifier>", announcing.group_fault, name="group-fault"),
    path("group-faults/<uuid:identifier>/revise", announcing.revise, name="group-fault-revise"),
    path("group-faults/<uuid:identifier>/end", announcing.end, name="group-fault-end"),
    path("group-faults/<uuid:identifier>/told/<uuid:report>", announcing.told, name="group-fault-told"),
    path("channels", channels.channels, name="channels"),
    path("channels/<slug:code>", channels.channel, name="channel"),
    path("desk/interactions/<uuid:identifier>", talking.interaction, name="desk-interaction"),
    path("desk/interactions/<uuid:identifier>/close", talking.close, name="desk-close"),
    path("desk/interactions/<uuid:identifier>/ask", talking.ask, name="desk-ask"),
    path("desk/interactions/<uuid:identifier>/name", talking.name, name="desk-name"),
    path("desk/customers/<slug:number>", views.customer, name="desk-customer"),
    path("desk/customers/<slug:number>/take", talking.take_from, name="desk-take-from"),
    path("desk/customers/<slug:number>/note", views.note, name="desk-note"),
    path("desk/customers/<slug:number>/order", capture.order, name="desk-order"),
    path("desk/customers/<slug:number>/order/offers", capture.offers, name="desk-order-offers"),
    path("desk/customers/<slug:number>/order/terms", capture.terms, name="desk-order-terms"),
    path("desk/customers/<slug:number>/services/<slug:service>/login", logins.login, name="desk-login"),
    path("desk/customers/<slug:number>/services/<slug:service>/address", acting.place, name="desk-act-place"),
    path("desk/customers/<slug:number>/services/<slug:service>/<slug:code>", acting.act, name="desk-act"),
    path("desk/customers/<slug:number>/services/<slug:service>/<slug:code>/terms", acting.terms, name="desk-act-terms"),
    path("desk/strangers/<path:subject>", answering.stranger, name="desk-stranger"),
    path("desk/called/<path:subject>", answering.called, name="desk-called"),
    path("desk/withdrawn/<path:subject>", answering.withdrawn, name="desk-withdrawn"),
    path("desk/requests/<path:subject>", answering.answer, name="desk-answer"),
]

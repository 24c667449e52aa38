"""Addresses of orders."""

from __future__ import annotations

from django.urls import URLPattern, path

from kapok.edges.console.orders import acting, views

urlpatterns: list[URLPattern] = [
    path("orders", views.orders, name="orders"),
    path("orders/steps/<uuid:step>/<slug:code>", acting.act_on_step, name="order-step"),
    path("orders/<str:number>", views.order, name="order"),
    path("orders/<str:number>/<slug:code>", acting.act_on_order, name="order-act"),
    path("orders/<str:number>/<int:leg>/<slug:code>", acting.act_on_leg, name="order-leg"),
]

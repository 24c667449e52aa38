"""Addresses of activation calls."""

from __future__ import annotations

from django.urls import path

from kapok.edges.console.activation import views

urlpatterns = [
    path("activation", views.calls, name="activation"),
    path("activation/calls/<uuid:key>/again", views.try_again, name="activation-again"),
    path("activation/services/<str:service>", views.service, name="activation-service"),
    path("activation/services/<str:service>/test", views.test, name="activation-test"),
    path("activation/lab", views.lab, name="activation-lab"),
    path("activation/lab/<str:element>/fault", views.switch_fault, name="activation-fault"),
]

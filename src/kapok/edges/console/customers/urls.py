"""Addresses of customers."""

from __future__ import annotations

from django.urls import URLPattern, path

from kapok.edges.console.customers import acting, editing, importing, merging, views

urlpatterns: list[URLPattern] = [
    path("customers", views.customers, name="customers"),
    path("customers/new", editing.register, name="new-customer"),
    path("customers/import", importing.import_file, name="import-customers"),
    path("customers/doubles", merging.doubles, name="customer-doubles"),
    path("customers/merge", merging.merge, name="merge-customers"),
    path("customers/looks", views.looks, name="customer-looks"),
    path("customers/<slug:number>", views.customer, name="customer"),
    path("customers/<slug:number>/edit", editing.edit, name="edit-customer"),
    path("customers/<slug:number>/look", acting.look, name="look-at-customer"),
    path("customers/<slug:number>/account", acting.add_account, name="add-customer-account"),
    path("customers/<slug:number>/change-account", acting.change_account, name="change-customer-account"),
    path("customers/<slug:number>/close-account", acting.close_account, name="close-customer-account"),
    path("customers/<slug:number>/contact", acting.add_contact, name="add-customer-contact"),
    path("customers/<slug:number>/end-contact", acting.end_contact, name="end-customer-contact"),
    path("customers/<slug:number>/erase-contact", acting.erase_contact, name="erase-customer-contact"),
    path("customers/<slug:number>/consent", acting.consent, name="customer-consent"),
    path("customers/<slug:number>/export", acting.export, name="export-customer"),
    path("customers/<slug:number>/erase", acting.erase, name="erase-customer"),
]

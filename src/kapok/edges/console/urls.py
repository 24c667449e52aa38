"""Every address of the console. An area lists its own in `AREA/urls.py`; here they come together."""

from __future__ import annotations

from itertools import chain

from django.urls import path

from kapok.edges.console.account.urls import urlpatterns as account
from kapok.edges.console.activation.urls import urlpatterns as activation
from kapok.edges.console.audits.urls import urlpatterns as audits
from kapok.edges.console.customers.urls import urlpatterns as customers
from kapok.edges.console.desk.urls import urlpatterns as desk
from kapok.edges.console.field.urls import urlpatterns as field
from kapok.edges.console.flows.urls import urlpatterns as flows
from kapok.edges.console.health.urls import urlpatterns as health
from kapok.edges.console.home.views import home
from kapok.edges.console.inventory.urls import urlpatterns as inventory
from kapok.edges.console.ledger.urls import urlpatterns as ledger
from kapok.edges.console.letters.urls import urlpatterns as letters
from kapok.edges.console.matters.urls import urlpatterns as matters
from kapok.edges.console.notices.urls import urlpatterns as notices
from kapok.edges.console.offers.urls import urlpatterns as offers
from kapok.edges.console.orders.urls import urlpatterns as orders
from kapok.edges.console.organisation.urls import urlpatterns as organisation
from kapok.edges.console.packs.urls import urlpatterns as packs
from kapok.edges.console.palette import palette
from kapok.edges.console.people.urls import urlpatterns as people
from kapok.edges.console.places.urls import urlpatterns as places
from kapok.edges.console.posts.urls import urlpatterns as posts
from kapok.edges.console.signing.urls import urlpatterns as signing
from kapok.edges.console.specifications.urls import urlpatterns as specifications
from kapok.edges.console.work.urls import urlpatterns as work

app_name = "console"
urlpatterns = [
    path("", home, name="home"),
    path("palette", palette, name="palette"),
    *chain(
        signing,
        account,
        notices,
        desk,
        customers,
        orders,
        work,
        field,
        ledger,
        matters,
        packs,
        offers,
        specifications,
        flows,
        inventory,
        activation,
        audits,
        posts,
        people,
        organisation,
        places,
        letters,
        health,
    ),
]

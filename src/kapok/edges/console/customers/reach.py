"""Which customers somebody reaches, and whose name they see in clear."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.http import Http404

from kapok.edges.console.screen import ScreenRequest
from kapok.front.channels import api as channels
from kapok.ground.customers import queries
from kapok.ground.customers.refusals import UnknownCustomer
from kapok.ground.people import queries as people
from kapok.ground.people.models import OrgUnit
from kapok.ground.people.roles import Permission


def within(units: Collection[UUID]) -> Collection[UUID] | None:
    """These units; None where they are the whole operator."""
    return None if people.everywhere(units) else units


def codes(units: Collection[UUID]) -> frozenset[str] | None:
    """The codes of these units; None where they are the whole operator."""
    if people.everywhere(units):
        return None
    return frozenset(OrgUnit.objects.filter(id__in=units).values_list("code", flat=True))


def reached(request: ScreenRequest, number: str) -> queries.CustomerView:
    """The customer, if one's own unit answers for it. Raises `Http404`, which does not tell whether it exists elsewhere.

    A person's name is masked, but for whoever speaks with them now and may see personal data: that is kept as a look.
    """
    try:
        one = queries.customer(number)
    except UnknownCustomer:
        raise Http404 from None
    if one.unit_id not in request.units:
        raise Http404
    return queries.customer(number, unmask={one.unit}) if _speaks_with(request, one) else one


def _speaks_with(request: ScreenRequest, one: queries.CustomerView) -> bool:
    if not one.is_person or one.erased_at or not may(request, Permission.CUSTOMERS_UNMASK, one):
        return False
    return channels.see_name(customer=one.number, actor=request.user.subject, at=request.at)


def may(request: ScreenRequest, permission: Permission, one: queries.CustomerView) -> bool:
    """Whether the person has this permission for the unit of the customer."""
    return one.unit_id in people.units_where(request.user.id, permission)

"""The services of a person and what they run on: shown to them, and forgotten."""

from __future__ import annotations

from uuid import UUID

from kapok.ground.customers.kept import Held, held, overwrite
from kapok.ground.journal import api as journal
from kapok.network.inventory.models import Resource, Service


def export(customer: UUID) -> Held:
    """The services with their characteristics, and the numbers and ports that they have."""
    services = list(Service.objects.filter(customer=customer).order_by("number"))
    resources = Resource.objects.filter(service__in=services).order_by("kind", "code")
    return held(services, resources, subjects=[each.subject for each in services])


def erase(customer: UUID) -> None:
    """Of services that have ended: forget logins, numbers and whatever else is text, and why they were suspended."""
    services = list(Service.objects.filter(customer=customer))
    for each in services:
        each.characteristics = {name: said for name, said in each.characteristics.items() if not isinstance(said, str)}
    Service.objects.bulk_update(services, ["characteristics"])
    overwrite(Service.objects.filter(customer=customer), "suspension_reason")
    journal.forget([each.subject for each in services])

"""What the network knows of the lines of a person: shown to them, and forgotten. The secret of a login is shown to nobody."""

from __future__ import annotations

from collections.abc import Collection

from kapok.ground.customers.kept import Held, held
from kapok.network.activation.models import Accounting, Call, Subscriber

NOBODY = ""


def held_of(services: Collection[str]) -> Held:
    """Logins, sessions as RADIUS wrote them down, and what the elements were asked."""
    return held(
        Subscriber.objects.filter(service__in=services).order_by("service"),
        Accounting.objects.filter(service__in=services).order_by("at", "id"),
        Call.objects.filter(service__in=services).order_by("asked_at", "id"),
        without={"secret", "kept_apart"},
    )


def erase(services: Collection[str]) -> None:
    """Forget logins and addresses of sessions, and what was kept so that a call could be asked again; the traffic stays counted."""
    Accounting.objects.filter(service__in=services).update(login=NOBODY, framed_address=NOBODY)
    Call.objects.filter(service__in=services).update(kept_apart={}, request={})

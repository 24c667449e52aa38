"""By what a line logs in to the network: for whoever installs it, whoever serves its customer, and the customer.

Who sees it is kept in the journal under the service, without the secret.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings

from kapok.back.workforce.rules import Access
from kapok.chain.ordering import events
from kapok.chain.ordering.agreeing import LIVE
from kapok.chain.ordering.models import Leg
from kapok.chain.ordering.performing import lines_of, login_of, owned_since, runs_on, secret_of, setting
from kapok.chain.ordering.refusals import NothingLogsIn
from kapok.ground.customers.rules import PURPOSES, Purpose
from kapok.ground.journal import api as journal
from kapok.kernel.text import Text
from kapok.network.activation.queries import logs_in_by
from kapok.network.inventory.rules import ServiceState
from kapok.network.inventory.views import ServiceView

OWN = Text(zh="客户本人查看", en="by the customer")


def logs_in(view: ServiceView) -> bool:
    """Whether a service has a login now."""
    return bool(LIVE.get(ServiceState(view.state)) and logs_in_by(view.kind))


def of_service(view: ServiceView) -> Access:
    """The login of a service that is there. Raises `NothingLogsIn`."""
    numbers = [each.value for each in view.resources if each.kind == "number" and each.service]
    by = logs_in_by(view.kind) if logs_in(view) else ""
    login = {"login": login_of(view.number, view.characteristics), "number": next(iter(numbers), "")}.get(by)
    if not login:
        raise NothingLogsIn(what=view.number)
    return _access(view.number, by, login, secret_of(view.number, owned_since(view.characteristics)))


def of_leg(holder: str) -> tuple[Access, ...]:
    """The logins that a leg sets up or leaves as they are, as its lines are to have them. Raises `NothingLogsIn`."""
    leg = Leg.objects.filter(subject=holder).first()
    found = []
    for line in lines_of(leg) if leg else ():
        if line.service and (by := logs_in_by(line.service.kind)):
            told = setting(line, runs_on(line))
            if by in told:
                found.append(_access(line.service.number, by, told[by], told["secret"]))
    if not found:
        raise NothingLogsIn(what=holder.partition("/")[2][:40])
    return tuple(found)


def seen(service: str, purpose: Purpose | None, *, actor: str, at: datetime) -> None:
    """Keep that somebody saw it, and what for; of the customer themselves nobody asks."""
    name = PURPOSES[purpose] if purpose else OWN
    journal.record(
        events.AccessSeen(
            subject=f"service/{service}", actor=actor, at=at, service=service, purpose=purpose.value if purpose else "",
            purpose_name=name,
        )
    )  # fmt: skip


def _access(service: str, by: str, login: str, secret: str) -> Access:
    realm: dict[str, Any] = {"realm": settings.SIP_REALM} if by == "number" else {}
    return Access(service, str(login), secret, **realm)

"""What the network knows of the lines of a person: shown to them, and forgotten. The secret of a login is shown to nobody.

A line may have been another's before, and be another's since: what the network wrote down belongs to whoever had it then.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet

from kapok.ground.customers.kept import Held, held
from kapok.network.activation.models import Accounting, Call, Cutoff, Subscriber

NOBODY = ""


@dataclass(frozen=True)
class Tenure:
    """When a service was one person's: from `since` on (None: from the first), until before `until` (None: it is still theirs)."""

    service: str
    since: datetime | None = None
    until: datetime | None = None

    def within(self, moment: str) -> Q:
        """The rows of the service whose column `moment` lies in it."""
        begins = Q() if self.since is None else Q(**{f"{moment}__gte": self.since})
        ends = Q() if self.until is None else Q(**{f"{moment}__lt": self.until})
        return Q(service=self.service) & begins & ends

    def sessions(self) -> Q:
        """The packets of the sessions that began in it, however long they went on."""
        packets = Accounting.objects.filter(service=self.service)
        begun = Q() if self.until is None else Q(session__in=packets.filter(at__lt=self.until).values("session"))
        before = Q() if self.since is None else Q(session__in=packets.filter(at__lt=self.since).values("session"))
        return Q(service=self.service) & begun & (~before if before else Q())


def held_of(tenures: Collection[Tenure]) -> Held:
    """Logins of today, sessions as RADIUS wrote them down, and what the elements were asked, each of its time."""
    today = [each.service for each in tenures if each.until is None]
    return held(
        Subscriber.objects.filter(service__in=today).order_by("service"),
        _sessions(tenures).order_by("at", "id"),
        _calls(tenures).order_by("asked_at", "id"),
        without={"secret", "kept_apart", "leaving", "speed_pending", "told_before"},
    )


def erase(tenures: Collection[Tenure]) -> None:
    """Forget logins and addresses of sessions, and what was kept so that a call could be asked again; the traffic stays counted."""
    _sessions(tenures).update(login=NOBODY, framed_address=NOBODY)
    _calls(tenures).update(kept_apart={}, request={})
    Cutoff.objects.filter(_any(each.within("before") for each in tenures)).delete()


def _sessions(tenures: Collection[Tenure]) -> QuerySet[Accounting]:
    return Accounting.objects.filter(_any(each.sessions() for each in tenures))


def _calls(tenures: Collection[Tenure]) -> QuerySet[Call]:
    return Call.objects.filter(_any(each.within("asked_at") for each in tenures))


def _any(conditions: Iterable[Q]) -> Q:
    return reduce(or_, conditions, Q(pk__in=[]))

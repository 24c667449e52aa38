"""Loads the demonstration's units and people. Running it again adds only what is missing."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from kapok.ground.people import api
from kapok.ground.people.cast import LOGINS, PLACES, Login, Place
from kapok.ground.people.models import OrgUnit, Staff
from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text

ACTOR = "system"
FOUNDED = date(2005, 1, 1)
"""The day from which the demonstration's units exist."""


class RealPeople(KapokError):
    """The database belongs to a real operator: public passwords must not get into it."""

    wording = Text(
        zh="数据库里已有真实人员，不装入演示数据；请换一个空的数据目录（KAPOK_HOME）或数据库。",
        en="The database holds real people, so the demonstration is not loaded; use an empty data folder (KAPOK_HOME) or database.",
    )


@transaction.atomic
def load(at: datetime) -> None:
    """Set up the units and people of the demonstration. Raises `RealPeople`."""
    present = set(Staff.objects.values_list("username", flat=True))
    if (present and LOGINS[0].username not in present) or _is_real():
        raise RealPeople
    units = set(OrgUnit.objects.values_list("code", flat=True))
    for place in PLACES:
        if place.code not in units:
            _found(place, at)
    for login in LOGINS:
        if login.username not in present:
            _hire(login, at)


def _found(place: Place, at: datetime) -> None:
    api.add_unit(
        code=place.code, kind=place.kind, name=place.name, parent=place.parent, since=FOUNDED, actor=ACTOR, at=at
    )


def _is_real() -> bool:
    """Whether the top unit is another operator's."""
    return OrgUnit.objects.filter(parent=None).exclude(code=PLACES[0].code).exists()


def _hire(login: Login, at: datetime) -> None:
    api.open_account(
        username=login.username,
        name=login.name,
        unit=login.unit,
        language=login.language,
        phone=login.phone,
        email=login.email,
        password=login.password,
        actor=ACTOR,
        at=at,
    )
    api.grant_role(username=login.username, role=login.role, unit=login.unit, actor=ACTOR, at=at)

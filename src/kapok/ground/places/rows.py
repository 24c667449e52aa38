"""The rows that the verbs act on: looked up, and locked where two people could contradict each other.

A lock holds until the `transaction.atomic` of the verb ends. Whoever puts an address below another or a patch on it holds that
address, and so does whoever retires or renames it.
"""

from __future__ import annotations

import re

from django.db.models import QuerySet

from kapok.ground.people.models import OrgUnit
from kapok.ground.people.refusals import EndedUnit, UnknownUnit
from kapok.ground.people.rules import UnitKind
from kapok.ground.places import rules
from kapok.ground.places.models import Address, ExchangeArea
from kapok.ground.places.refusals import (
    BadArea,
    BadCode,
    BadPoint,
    NotAPatch,
    RetiredAddress,
    UnknownAddress,
    UnknownExchangeArea,
    UnknownSegment,
)
from kapok.kernel.text import coded

CODE = re.compile(r"[A-Za-z0-9_-]{1,40}")


def tidy_code(code: str) -> str:
    """A code as it is kept. Raises `BadCode`."""
    if not CODE.fullmatch(code):
        raise BadCode(code=code[:40])
    return code


def living_address(code: str) -> Address:
    """The address with this code, held until the verb ends. Raises `UnknownAddress`, `RetiredAddress`."""
    return address_in_use(code, Address.objects.select_for_update(no_key=True))


def address_in_use(code: str, rows: QuerySet[Address] | None = None) -> Address:
    """The address with this code. Raises `UnknownAddress`, `RetiredAddress`."""
    try:
        address = (Address.objects.all() if rows is None else rows).get(code=code)
    except Address.DoesNotExist:
        raise UnknownAddress(code=code) from None
    if address.retired_at is not None:
        raise RetiredAddress(address=address.full)
    return address


def tidy_area(code: str, area: str) -> str:
    """The kind of area as it is kept; empty for unstated. Raises `BadArea`."""
    if area and area not in rules.AREAS:
        raise BadArea(code=code, area=area[:20], areas=", ".join(rules.AREAS))
    return area


def exchange_area_called(code: str | None) -> ExchangeArea | None:
    """The exchange area with this code, none for none. Raises `UnknownExchangeArea`."""
    if not code:
        return None
    try:
        return ExchangeArea.objects.get(code=code)
    except ExchangeArea.DoesNotExist:
        raise UnknownExchangeArea(code=code) from None


def living_unit(code: str) -> OrgUnit:
    """The unit with this code, which nobody else can end meanwhile. Raises `UnknownUnit`, `EndedUnit`."""
    try:
        unit = OrgUnit.objects.select_for_update(no_key=True).get(code=code)
    except OrgUnit.DoesNotExist:
        raise UnknownUnit(unit=code) from None
    if unit.valid_to is not None:
        raise EndedUnit(unit_name=unit.name, ended_on=unit.valid_to)
    return unit


def patch_called(code: str) -> OrgUnit:
    """The patch with this code. Raises `UnknownUnit`, `EndedUnit`, `NotAPatch`."""
    unit = living_unit(code)
    if unit.kind != UnitKind.PATCH:
        raise NotAPatch(unit_name=unit.name)
    return unit


def segment_called(code: str) -> rules.Segment:
    """The customer segment of that name. Raises `UnknownSegment`."""
    try:
        return rules.Segment(code)
    except ValueError:
        raise UnknownSegment(segment=code, segments=coded(rules.SEGMENTS)) from None


def checked_point(longitude: float | None, latitude: float | None) -> tuple[float | None, float | None]:
    """The point as it is kept, or none. Raises `BadPoint`."""
    if longitude is None and latitude is None:
        return None, None
    if longitude is None or latitude is None or not rules.is_on_earth(longitude, latitude):
        raise BadPoint
    return longitude, latitude

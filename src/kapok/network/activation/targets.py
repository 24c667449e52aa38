"""Which elements serve which kind of service, in which order: as the settings say (`ACTIVATION_TARGETS`)."""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings

from kapok.network.activation.adapters.base import Adapter
from kapok.network.activation.adapters.radius import Radius
from kapok.network.activation.adapters.simulated import SIMULATED
from kapok.network.activation.adapters.sip import Sip

ADAPTERS: Mapping[str, Adapter] = {"radius": Radius(), "sip": Sip(), **SIMULATED}


def adapters_of(kind: str) -> tuple[str, ...] | None:
    """The names of the adapters that a kind of service needs, first the one that is told first; empty where it needs no element.

    None for a kind of which the settings say nothing.
    """
    named = settings.ACTIVATION_TARGETS.get(kind)
    return None if named is None else tuple(named)

"""What every template of the shell knows besides its own view's values."""

from __future__ import annotations

from functools import cache, partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation

import kapok
from kapok.edges.console import navigation
from kapok.ground.notices.queries import count_unseen
from kapok.ground.people import queries
from kapok.ground.people.models import Staff
from kapok.kernel.text import Language


def shell(request: HttpRequest) -> dict[str, Any]:
    """`person`, `permissions`, `menu`, `here` (in it), `unseen_notices` (asked for where it is shown), `theme`, `language`.

    And `demo`, whether this is a demonstration, and the `version` of Kapok.
    """
    person = getattr(request, "user", None)
    signed_in = person if isinstance(person, Staff) else None
    permissions = queries.permissions(signed_in.id) if signed_in else frozenset[str]()
    return {
        "person": signed_in,
        "permissions": permissions,
        "menu": navigation.menu(permissions) if signed_in else [],
        "here": navigation.here(request.path, permissions),
        "unseen_notices": cache(partial(count_unseen, signed_in.id)) if signed_in else 0,
        "theme": signed_in.theme if signed_in else request.COOKIES.get("kapok_theme", "auto"),
        "language": Language.of(translation.get_language()),
        "demo": settings.DEMO,
        "version": kapok.__version__,
    }

"""Where a request comes from."""

from __future__ import annotations

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The address of the person's machine, seen through `KAPOK_PROXIES` trusted proxies.

    Each proxy appends the address it was called from to `X-Forwarded-For`; what stands left of those was sent by the caller
    and proves nothing.
    """
    direct: str = request.META.get("REMOTE_ADDR") or "127.0.0.1"
    forwarded = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    proxies: int = settings.PROXIES
    told = forwarded[-proxies] if 0 < proxies <= len(forwarded) else direct
    return told if _is_address(told) else direct


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True

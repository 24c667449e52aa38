"""What the environment says: the only place that reads `KAPOK_*` variables for Django.

`KAPOK_DATABASE_URL`, `KAPOK_SECRET_KEY`, `KAPOK_HOME`, `KAPOK_ALLOWED_HOSTS`, `KAPOK_HTTPS`, `KAPOK_PROXIES`, `KAPOK_DEBUG`,
`KAPOK_DEMO`, `KAPOK_DATABASE_POOL`, `KAPOK_SESSION_MINUTES`, `KAPOK_SIGN_IN_FAILURES`, `KAPOK_SIGN_IN_COOL_OFF_MINUTES`,
`KAPOK_ACCEPT_MINUTES`, `KAPOK_ACCEPT_URGENT_MINUTES`, `KAPOK_TRANSFERS_TOLERATED`, `KAPOK_COLD_TRANSFERS_TOLERATED`,
`KAPOK_JUDGE_UNIT`,
`KAPOK_CLOCK_TOLERANCE_SECONDS`, `KAPOK_CLOCK_SETTLE_MINUTES`,
`KAPOK_TELL_OF_WARNING`, `KAPOK_TELL_OF_BREACH`, `KAPOK_TELL_OF_OWED`, `KAPOK_TELL_OF_CORRECTION`, `KAPOK_TELL_HEADS_ABOVE`,
`KAPOK_NOTICE_DAYS`,
`KAPOK_DELIVERY_RETRY_SECONDS`, `KAPOK_DELIVERY_ATTEMPTS`, `KAPOK_SEAL_SECONDS`, `KAPOK_NATS_URL`,
`KAPOK_NATS_REPLICAS`.
"""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from django.core.exceptions import ImproperlyConfigured
from psycopg.conninfo import conninfo_to_dict

NOBODY = "nobody"
Choice = TypeVar("Choice", bound=StrEnum)

REQUIRED_TO_SERVE = ("KAPOK_DATABASE_URL", "KAPOK_SECRET_KEY")


def text(name: str, default: str = "") -> str:
    """The value of a variable, or `default` when it is unset or empty."""
    return os.environ.get(name, "").strip() or default


def number(name: str, default: int) -> int:
    """A whole number, at least 0. Raises `ImproperlyConfigured` with the remedy when it is none."""
    value = text(name, str(default))
    if not value.isdecimal():
        raise ImproperlyConfigured(f"{name} is {value!r}; set it to a whole number such as {default}, or leave it out.")
    return int(value)


def flag(name: str) -> bool:
    """True for 1, true, yes and on."""
    return text(name).lower() in {"1", "true", "yes", "on"}


def names(name: str, default: str) -> list[str]:
    """A list separated by commas."""
    return [part.strip() for part in text(name, default).split(",") if part.strip()]


def choices(name: str, default: str, known: type[Choice]) -> frozenset[Choice]:
    """Words of `known` separated by commas; `nobody` for none. Raises `ImproperlyConfigured` with the remedy at another word."""
    given = [word for word in names(name, default) if word != NOBODY]
    if strange := [word for word in given if word not in set(known)]:
        raise ImproperlyConfigured(f"{name} names {strange[0]!r}; use words of {', '.join(known)}, or {NOBODY}.")
    return frozenset(known(word) for word in given)


def home() -> Path:
    """The data folder: uploads, logs, collected static files."""
    return Path(text("KAPOK_HOME", ".kapok")).expanduser().resolve()


def database(url: str, pool: int) -> dict[str, Any]:
    """Django's description of the database behind a `postgresql://` address; Unix sockets are `?host=/folder`.

    `pool` is the largest number of connections a process keeps; 0 keeps none between requests.
    """
    try:
        parts = conninfo_to_dict(url)
    except Exception as unreadable:
        raise ImproperlyConfigured(
            "KAPOK_DATABASE_URL cannot be read. Write postgresql://user:password@host:port/database."
        ) from unreadable
    options: dict[str, Any] = {
        key: value for key, value in parts.items() if key not in {"dbname", "user", "password", "host", "port"}
    }
    if pool:
        options["pool"] = {"min_size": 1, "max_size": pool, "timeout": 10}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.get("dbname") or "kapok",
        "USER": parts.get("user") or "",
        "PASSWORD": parts.get("password") or "",
        "HOST": parts.get("host") or "",
        "PORT": parts.get("port") or "",
        "OPTIONS": options,
    }


def require(*variables: str) -> None:
    """Refuse to go on while one of `variables` is unset. Raises `ImproperlyConfigured`."""
    missing = [name for name in variables if not text(name)]
    if missing:
        raise ImproperlyConfigured(
            f"{' and '.join(missing)} must be set to serve Kapok. `kapok up` sets both; without it, export them yourself."
        )

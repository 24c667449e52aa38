"""What the environment says: the only place that reads `KAPOK_*` variables for Django.

`KAPOK_DATABASE_URL`, `KAPOK_SECRET_KEY`, `KAPOK_LINE_KEY`, `KAPOK_HOME`, `KAPOK_ALLOWED_HOSTS`,
`KAPOK_HTTPS`, `KAPOK_PROXIES`, `KAPOK_DEBUG`,
`KAPOK_DEMO`, `KAPOK_DATABASE_POOL`, `KAPOK_SESSION_MINUTES`, `KAPOK_SIGN_IN_FAILURES`, `KAPOK_SIGN_IN_COOL_OFF_MINUTES`,
`KAPOK_PAUSE_APPROVAL_HOURS`, `KAPOK_FIRING_RETRY_SECONDS`, `KAPOK_FIRING_ATTEMPTS`,
`KAPOK_ACCEPT_MINUTES`, `KAPOK_ACCEPT_URGENT_MINUTES`, `KAPOK_TRANSFERS_TOLERATED`, `KAPOK_COLD_TRANSFERS_TOLERATED`,
`KAPOK_JUDGE_UNIT`,
`KAPOK_CLOCK_TOLERANCE_SECONDS`, `KAPOK_CLOCK_SETTLE_MINUTES`,
`KAPOK_TELL_OF_WARNING`, `KAPOK_TELL_OF_BREACH`, `KAPOK_TELL_OF_OWED`, `KAPOK_TELL_OF_CORRECTION`, `KAPOK_TELL_HEADS_ABOVE`,
`KAPOK_TELL_OF_JEOPARDY`, `KAPOK_TELL_OF_GOING_ON`, `KAPOK_TELL_OF_UNPAID`, `KAPOK_NOTICE_DAYS`,
`KAPOK_DELIVERY_RETRY_SECONDS`, `KAPOK_DELIVERY_ATTEMPTS`, `KAPOK_SEAL_SECONDS`, `KAPOK_JOURNAL_AHEAD_DAYS`, `KAPOK_NATS_URL`,
`KAPOK_NATS_REPLICAS`,
`KAPOK_ACTIVATION_TARGETS`, `KAPOK_RADIUS_SERVER`, `KAPOK_RADIUS_NAS`, `KAPOK_RADIUS_SECRET`, `KAPOK_SIP_REALM`,
`KAPOK_SIMULATED_SLOW_SECONDS`, `KAPOK_TRUST_RECORD`,
`KAPOK_WINDOWS_OPEN_HOUR`, `KAPOK_WINDOWS_CLOSE_HOUR`, `KAPOK_WINDOW_HOURS`, `KAPOK_DISPATCH_UNIT`, `KAPOK_WEIGH_SLACK`,
`KAPOK_WEIGH_TRAVEL`, `KAPOK_WEIGH_CONTINUITY`, `KAPOK_OPEN_WORK_ORDERS`, `KAPOK_PHOTO_MB`, `KAPOK_TRIAL_MONTHS`,
`KAPOK_RATE_GOOD_PERCENT`, `KAPOK_RATE_LEAST_PERCENT`, `KAPOK_UNPAID_REMIND_DAYS`, `KAPOK_UNPAID_LAPSE_DAYS`,
`KAPOK_TRIAL_EXTENDED_DAYS`, `KAPOK_INTERCEPTION_DAYS`, `KAPOK_BILLS_AFTER_DAYS`, `KAPOK_PROOF_WORDS`, `KAPOK_CODE_SENDER`,
`KAPOK_FIRST_CONTACT_SHOWN`, `KAPOK_SPOKEN_LANGUAGES`, `KAPOK_NUMBERING`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from django.core.exceptions import ImproperlyConfigured
from psycopg.conninfo import conninfo_to_dict

from kapok.kernel.numbering import Numbering

NOBODY = "nobody"
SIZES = ("local", "longest")
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


def choice(name: str, default: str, known: Sequence[str]) -> str:
    """One word of `known`. Raises `ImproperlyConfigured` with the remedy at another."""
    value = text(name, default)
    if value not in known:
        raise ImproperlyConfigured(f"{name} is {value!r}; use one of {', '.join(known)}, or leave it out.")
    return value


def row(name: str, default: str, known: Collection[str]) -> tuple[str, ...]:
    """Words of `known` in their order, separated by commas. Raises `ImproperlyConfigured` with the remedy at another word."""
    given = names(name, default)
    if strange := [word for word in given if word not in known]:
        raise ImproperlyConfigured(f"{name} names {strange[0]!r}; use words of {', '.join(known)}, or leave it out.")
    return tuple(given)


def choices(name: str, default: str, known: type[Choice]) -> frozenset[Choice]:
    """Words of `known` separated by commas; `nobody` for none. Raises `ImproperlyConfigured` with the remedy at another word."""
    given = [word for word in names(name, default) if word != NOBODY]
    if strange := [word for word in given if word not in set(known)]:
        raise ImproperlyConfigured(f"{name} names {strange[0]!r}; use words of {', '.join(known)}, or {NOBODY}.")
    return frozenset(known(word) for word in given)


def targets(name: str, default: str) -> dict[str, tuple[str, ...]]:
    """Names with their values in order, `NAME=VALUE,VALUE; NAME=…`: kinds of service with their adapters; `NAME=` has none.

    Raises `ImproperlyConfigured` with the remedy.
    """
    found = {}
    for part in (part.strip() for part in text(name, default).split(";") if part.strip()):
        if not re.fullmatch(r"\w+ *=( *\w+( *, *\w+)*)?", part):
            raise ImproperlyConfigured(
                f"{name} holds {part!r}; write NAME=VALUE,VALUE (NAME= where it has none) and a semicolon "
                "between names."
            )
        kind, _, values = part.partition("=")
        found[kind.strip()] = tuple(value.strip() for value in values.split(",") if value.strip())
    return found


@dataclass(frozen=True)
class AccessServer:
    """Where an access server takes Disconnect-Requests, and the secret shared with it."""

    port: int
    secret: str = field(repr=False)


def access_servers(name: str, default: str) -> dict[str, AccessServer]:
    """Access servers by address, `ADDRESS[:PORT][=VARIABLE]` separated by commas.

    The secret stands in VARIABLE, by default `KAPOK_RADIUS_SECRET`. Raises `ImproperlyConfigured` with the remedy.
    """
    found = {}
    for part in names(name, default):
        read = re.fullmatch(r"([0-9a-fA-F.]+|\[[0-9a-fA-F:]+\])(?::(\d{1,5}))?(?:=(\w+))?", part)
        if read is None:
            raise ImproperlyConfigured(f"{name} holds {part!r}; write ADDRESS, ADDRESS:PORT or ADDRESS:PORT=VARIABLE.")
        found[read[1].strip("[]")] = AccessServer(int(read[2] or 3799), text(read[3] or "KAPOK_RADIUS_SECRET"))
    return found


def numbering(name: str, default: str) -> Numbering:
    """The country's numbering plan, `country=86, trunk=0, area=20, local=8, longest=11`; what is left out there is none of.

    Raises `ImproperlyConfigured` with the remedy.
    """
    given = names(name, default)
    read = [re.fullmatch(r"(country|trunk|area|local|longest|abroad) *= *([0-9]{1,8})", part) for part in given]
    said: dict[str, Any] = {found[1]: found[2] for found in read if found}
    if len(said) != len(given):
        raise ImproperlyConfigured(f"{name} is {text(name)!r}; write it like {default!r}, or leave it out.")
    return Numbering(**(said | {part: int(said[part]) for part in SIZES if part in said}))


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
    options |= {"server_side_binding": True, "prepare_threshold": 2}
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

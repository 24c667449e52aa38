"""Bring the database up to the code, in a process of its own: `python -m kapok.host.prepare [--demo]`.

Migrates, tends the journal, opens the views to the roles of the network's peers, then loads the demo if asked. What the
demo says (its log-ins) goes to standard output.
Several `kapok up` on one database wait for each other.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import django
from django.core.management import CommandError, call_command, get_commands
from django.db import connection

from kapok.network.activation import doors

# Any fixed number will do, as long as nothing else in this database locks on it.
LOCK = 0x6B61706F6B


def main(arguments: list[str]) -> None:
    """Do it, alone among all that prepare the same database."""
    django.setup()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        try:
            _prepare(demo="--demo" in arguments)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def _prepare(*, demo: bool) -> None:
    try:
        call_command("migrate", interactive=False, verbosity=0)
        _tend_journal()
        _open_doors()
        if demo and "demo" in get_commands():
            call_command("demo")
    except CommandError as refusal:
        sys.exit(str(refusal))


def _tend_journal() -> None:
    from kapok.ground.journal import upkeep  # noqa: PLC0415 - only after Django has been set up

    upkeep.continue_numbering()
    upkeep.make_partitions_ahead(at=datetime.now(UTC))


def _open_doors() -> None:
    with connection.cursor() as cursor:
        cursor.execute(doors.GRANTS)


if __name__ == "__main__":
    main(sys.argv[1:])

"""Bring the database up to the code, in a process of its own: `python -m kapok.host.prepare [--demo]`.

Migrates, then loads the demo if asked. What the demo says (its log-ins) goes to standard output. Several `kapok up` on one
database wait for each other.
"""

from __future__ import annotations

import sys

import django
from django.core.management import call_command, get_commands
from django.db import connection

# Any fixed number will do, as long as nothing else in this database locks on it.
LOCK = 0x6B61706F6B


def main(arguments: list[str]) -> None:
    """Do it, alone among all that prepare the same database."""
    django.setup()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        try:
            call_command("migrate", interactive=False, verbosity=0)
            if "--demo" in arguments and "demo" in get_commands():
                call_command("demo")
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


if __name__ == "__main__":
    main(sys.argv[1:])

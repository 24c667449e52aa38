"""The migrations say what the models say, and ours writes what Django's own would."""

from __future__ import annotations

import os
import subprocess
import sys

import psycopg
import pytest
from django.core.management import call_command
from psycopg.conninfo import make_conninfo

from kapok.host.binaries import fitting

BY_DJANGO = """
import django, sys
django.setup()
from django.core.management import call_command
from django.core.management.commands.migrate import Command
for name in sys.argv[1:] or [None]:
    call_command(Command(), *name.split() if name else [], interactive=False, verbosity=0)
"""
SOME = ("people 0001", "catalog 0003", "customers 0001", "work 0004", "inventory 0002", "channels 0001", "notices 0003")


def test_no_change_of_a_table_is_without_its_migration(db: None) -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_the_settings_hold_against_djangos_checks(db: None) -> None:
    call_command("check", fail_level="WARNING")


@pytest.mark.slow
def test_a_database_is_the_same_whoever_migrated_it(database_url: str) -> None:
    wanted = _migrated(database_url, [sys.executable, "-c", BY_DJANGO])
    assert any("CREATE TABLE public.ordering_order (" in line for line in wanted)
    ours = [sys.executable, "-m", "django", "migrate", "--verbosity=0"]
    assert _migrated(database_url, ours) == wanted
    assert _migrated(database_url, [sys.executable, "-c", BY_DJANGO, *SOME], ours) == wanted


def _migrated(url: str, *commands: list[str]) -> list[str]:
    """What a new database says of itself after these commands."""
    with psycopg.connect(url, autocommit=True) as server:
        tools = fitting(at_least=server.info.server_version // 10000)[0]
        server.execute("CREATE DATABASE kapok_migrated")
        try:
            fresh = make_conninfo(url, dbname="kapok_migrated")
            for command in commands:
                subprocess.run(
                    command,
                    env=os.environ | {"KAPOK_DATABASE_URL": f"{url.rpartition('/')[0]}/kapok_migrated"},
                    check=True,
                    timeout=600,
                )
            dump = [str(tools / "pg_dump"), "--schema-only", "--dbname", fresh]
            told = subprocess.run(dump, check=True, timeout=600, capture_output=True, text=True).stdout
            with psycopg.connect(fresh) as database:
                done = database.execute("SELECT app || name FROM django_migrations ORDER BY 1").fetchall()
        finally:
            server.execute("DROP DATABASE kapok_migrated")  # not by force: that may not end an autovacuum
    return [line for line in told.splitlines() if "restrict " not in line] + [name for (name,) in done]

"""The migrations say what the models say."""

from __future__ import annotations

from django.core.management import call_command


def test_no_change_of_a_table_is_without_its_migration(db: None) -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_the_settings_hold_against_djangos_checks(db: None) -> None:
    call_command("check", fail_level="WARNING")

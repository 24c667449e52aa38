"""What `kapok doctor` and `kapok status` say of a machine without anything running."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from kapok.host import doctor, peers
from kapok.host.binaries import DISTRIBUTION
from kapok.host.doctor import Finding, Level, examine
from kapok.host.home import Home
from kapok.host.peers import PEERS
from kapok.host.web import Door
from tests.host.conftest import Kapok


def about(home: Home, subject: str, door: Door | None = None) -> Finding:
    found = [finding for finding in examine(home, door or Door()) if finding.subject.en == subject]
    assert len(found) == 1
    return found[0]


def test_a_new_machine_is_fit_and_looking_changes_nothing(folder: Path, kapok: Kapok) -> None:
    home = Home(folder / "home")
    looked = kapok("doctor", KAPOK_HOME=str(home.root))
    assert looked.returncode == 0, looked.stdout
    assert "ok    PostgreSQL's programs: 18." in looked.stdout
    assert f"ok    data folder: {home.root} (created at the first start)" in looked.stdout
    assert not home.root.exists()


def test_root_is_told_to_be_somebody_else(home: Home) -> None:
    findings = [finding for finding in examine(home, Door()) if finding.subject.en == "user"]
    assert [finding.level for finding in findings] == ([Level.WARN] if os.geteuid() == 0 else [])


def test_a_full_disk_is_a_failure_and_an_almost_full_one_a_warning(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    for free, level in ((10 * 2**20, Level.FAIL), (2**30, Level.WARN), (2**40, Level.OK)):
        monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _path, free=free: type("Usage", (), {"free": free}))
        finding = about(home, "disk")
        assert (finding.level, finding.remedy is None) == (level, level is Level.OK)


def test_data_without_programs_are_a_failure(stocked: Home, kapok: Kapok) -> None:
    (stocked.database / "PG_VERSION").write_text("99\n")
    looked = kapok("doctor", KAPOK_LANG="zh")
    assert looked.returncode == 1
    assert "fail  数据版本: 找不到 PostgreSQL 99 的程序。" in looked.stdout


def test_a_folder_of_programs_that_holds_none(home: Home, kapok: Kapok) -> None:
    looked = kapok("doctor", KAPOK_PG_BIN="/usr/bin")
    assert looked.returncode == 1
    assert (
        "KAPOK_PG_BIN=/usr/bin holds no usable PostgreSQL 15 or newer. Correct the variable, or unset it."
        in looked.stdout
    )


def test_a_port_in_use_is_a_warning(home: Home) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        finding = about(home, "port", Door(port=other.getsockname()[1]))
    assert finding.level is Level.WARN
    assert "Take another one" in finding.found.en


def test_codes_that_reach_nobody_are_a_warning(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KAPOK_CODE_SENDER", raising=False)
    finding = about(home, "codes for customers")
    assert (finding.level, finding.remedy is None) == (Level.WARN, False)
    assert "KAPOK_CODE_SENDER is not set" in finding.found.en
    monkeypatch.setenv("KAPOK_CODE_SENDER", "ours.sms.send")
    finding = about(home, "codes for customers")
    assert (finding.level, finding.found.en) == (Level.OK, "ours.sms.send")


def test_a_missing_peer_is_a_warning_with_the_way_to_get_it(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peers, "DISTRIBUTION", DISTRIBUTION / "nowhere")
    finding = about(home, "optional: postgresql-15")
    assert (finding.level, finding.found.en) == (
        Level.WARN,
        "not installed; for tests with the oldest server supported",
    )
    assert finding.remedy == PEERS["postgresql-15"].remedy


def test_status_without_anything_running(stocked: Home, kapok: Kapok) -> None:
    status = kapok("status", KAPOK_LANG="zh")
    assert status.returncode == 1
    assert status.stdout.startswith("Kapok 没有运行；`kapok up` 启动它\n数据目录：")


def test_a_management_command_has_the_database_for_as_long_as_it_lasts(stocked: Home, kapok: Kapok) -> None:
    checked = kapok("manage", "migrate", "--check")
    assert checked.returncode == 1
    assert kapok("manage", "migrate", "--verbosity=0").returncode == 0
    assert kapok("manage", "migrate", "--check").returncode == 0
    assert "Kapok does not run" in kapok("status").stdout

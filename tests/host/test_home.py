"""Where data live, and whose they are."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from kapok.host import account, web
from kapok.host import home as module
from kapok.host.account import NoAccount, database_account
from kapok.host.cluster import Cluster
from kapok.host.home import Home, HomeBusy, HomeUnusable, find_home, write_private


def test_the_environment_decides(tmp_path: Path) -> None:
    assert find_home({"KAPOK_HOME": str(tmp_path / "here" / ".." / "there")}) == Home(tmp_path / "there")


def test_an_ordinary_user_keeps_data_in_the_project(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert find_home({}) == Home(Path(__file__).resolve().parents[2] / ".kapok")


def test_each_of_roots_clones_has_a_folder_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    homes = set()
    for clone in (tmp_path / "a" / "kapok", tmp_path / "b" / "kapok"):
        monkeypatch.setattr(module, "_project", lambda clone=clone: clone)
        homes.add(find_home({}).root)
    assert len(homes) == 2
    assert {home.parent for home in homes} == {Path("/var/lib/kapok")}
    assert all(home.name.startswith("kapok-") for home in homes)


def test_preparing_touches_no_folder_that_was_there(folder: Path) -> None:
    above = folder / "above"
    above.mkdir(mode=0o700)
    before = above.stat()
    home = Home(above / "a" / "b")
    home.prepare()
    home.prepare()
    assert stat.S_IMODE(above.stat().st_mode) == stat.S_IMODE(before.st_mode) == 0o700
    assert stat.S_IMODE(home.root.stat().st_mode) == (0o711 if os.geteuid() == 0 else 0o700)
    assert stat.S_IMODE(home.files.stat().st_mode) == 0o700


def test_a_file_in_the_way_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(HomeUnusable, match="Not a directory"):
        Home(tmp_path / "file" / "home").prepare()


def test_a_secret_is_made_once_and_is_private(home: Home) -> None:
    secret = home.secret("secret-key")
    assert len(secret) >= 50
    assert home.secret("secret-key") == secret
    assert stat.S_IMODE((home.root / "secret-key").stat().st_mode) == 0o600


def test_the_key_of_the_lines_outlives_that_of_the_sessions(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KAPOK_SECRET_KEY", raising=False)
    monkeypatch.delenv("KAPOK_LINE_KEY", raising=False)
    sessions = home.secret("secret-key")
    assert home.line_key() == sessions  # an installation from before goes on with what it has
    write_private(home.root / "secret-key", "another")
    assert home.line_key() == sessions
    assert stat.S_IMODE(home.line_key_file.stat().st_mode) == 0o600
    monkeypatch.setenv("KAPOK_SECRET_KEY", "from outside")
    assert home.line_key() == sessions
    home.line_key_file.unlink()
    assert home.line_key() == "from outside"
    monkeypatch.setenv("KAPOK_LINE_KEY", "chosen")
    assert home.line_key() == "chosen"
    assert home.line_key_file.read_text() == "from outside"


def test_a_new_installation_has_two_keys(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KAPOK_SECRET_KEY", raising=False)
    monkeypatch.delenv("KAPOK_LINE_KEY", raising=False)
    told = web.environment(home, Cluster(home))
    assert len(told["KAPOK_LINE_KEY"]) >= 50
    assert told["KAPOK_LINE_KEY"] != told["KAPOK_SECRET_KEY"]
    assert web.environment(home, Cluster(home)) == told


def test_one_at_a_time(home: Home) -> None:
    with home.claimed():
        with pytest.raises(HomeBusy) as refused, home.claimed():
            pass
        assert (
            refused.value.text.zh
            == f"另一个 kapok 命令正在使用数据目录 {home.root}（进程 {os.getpid()}）。请等它结束，或运行 `kapok down`。"
        )
    with home.claimed():
        pass


def test_root_names_an_account_that_does_not_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(NoAccount, match="the system account kapok-nobody-here neither exists"):
        database_account({"KAPOK_OS_USER": "kapok-nobody-here"})


def test_where_no_account_can_be_made_root_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(account, "_existing", lambda _name: None)
    monkeypatch.setattr(account.shutil, "which", lambda *_, **__: None)
    with pytest.raises(NoAccount) as refused:
        database_account({})
    assert "Run `useradd --system --shell /usr/sbin/nologin kapok-postgres`" in refused.value.text.en
    assert "请执行 `useradd --system" in refused.value.text.zh

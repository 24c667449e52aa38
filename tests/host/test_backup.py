"""Backup and restore: what goes in comes out, and what is not whole or not ours changes nothing."""

from __future__ import annotations

import io
import json
import os
import shutil
import stat
import tarfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from kapok.host import backup as module
from kapok.host import binaries
from kapok.host.archive import BackupExists, BackupFailed, BackupRefused, Manifest
from kapok.host.backup import BackupTooNew, DatabaseInUse, ToolTooOld, backup, restore
from kapok.host.cluster import Cluster
from kapok.host.home import DiskFull, Home, HomeBusy, HomeUnusable
from tests.host.conftest import Kapok

AT = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)


@pytest.fixture
def filled(stocked: Home) -> Iterator[Home]:
    """A home with a row, two files and the demo's mark; its server runs."""
    Cluster(stocked, durable=False).start()
    say(stocked, "CREATE EXTENSION btree_gist")
    say(stocked, "CREATE TABLE kept (word text)")
    say(stocked, "INSERT INTO kept VALUES ('木棉')")
    (stocked.files / "reports").mkdir()
    (stocked.files / "reports" / "十一月.html").write_text("<p>November</p>")
    (stocked.incoming / "half.csv").write_text("case,")
    (stocked.files / "log.csv").write_bytes(b"case,at\n" * 1000)
    stocked.demo_mark.touch()
    return stocked


@pytest.fixture
def whole(filled: Home, folder: Path) -> Path:
    """A backup of it. Afterwards everything in the home is changed, and its server stopped."""
    path = folder / "kapok.backup"
    backup(filled, path, at=AT)
    say(filled, "UPDATE kept SET word = 'later'")
    shutil.rmtree(filled.files / "reports")
    (filled.files / "later.txt").write_text("later")
    filled.demo_mark.unlink()
    Cluster(filled).stop()
    return path


def say(home: Home, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(Cluster(home).url, autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def rows(home: Home) -> list[tuple[object, ...]]:
    """What the table holds, and which databases there are."""
    cluster = Cluster(home, durable=False)
    cluster.start()
    try:
        names = say(home, "SELECT datname FROM pg_database WHERE datname LIKE 'kapok%' ORDER BY 1")
        return [*say(home, "SELECT word FROM kept"), *names]
    finally:
        cluster.stop()


def files(home: Home) -> list[str]:
    return sorted(path.relative_to(home.files).as_posix() for path in home.files.rglob("*") if path.is_file())


def is_unchanged(home: Home) -> bool:
    nothing_left = not list(home.root.glob("restoring-*"))
    return (
        nothing_left
        and files(home) == ["incoming/half.csv", "later.txt", "log.csv"]
        and rows(home) == [("later",), ("kapok",)]
    )


def yes(_manifest: Manifest) -> bool:
    return True


def test_what_goes_in_comes_out(filled: Home, whole: Path) -> None:
    assert restore(filled, whole, confirm=yes)
    assert files(filled) == ["log.csv", "reports/十一月.html"]
    assert (filled.files / "reports" / "十一月.html").read_text() == "<p>November</p>"
    assert filled.demo_mark.exists()
    assert rows(filled) == [("木棉",), ("kapok",)]
    assert not Cluster(filled).running


def test_the_manifest_says_where_it_comes_from(filled: Home, folder: Path) -> None:
    manifest = backup(filled, folder / "kapok.backup", at=AT)
    assert (manifest.format, manifest.made_at, manifest.demo, manifest.postgresql) == (1, AT, True, 18)
    assert sorted(manifest.members) == ["database.dump", "files/log.csv", "files/reports/十一月.html"]
    assert manifest.members["files/log.csv"].size == 8000
    assert stat.S_IMODE((folder / "kapok.backup").stat().st_mode) == 0o600
    assert sorted(path.name for path in folder.iterdir()) == ["home", "kapok.backup"]


def test_the_key_of_the_lines_comes_along(filled: Home, folder: Path) -> None:
    filled.line_key_file.write_text("as it was")
    path = folder / "keyed.backup"
    assert "line-key" in backup(filled, path, at=AT).members
    Cluster(filled).stop()
    filled.line_key_file.write_text("changed")
    assert restore(filled, path, confirm=yes)
    elsewhere = Home(folder / "elsewhere")
    assert restore(elsewhere, path, confirm=yes)
    assert [each.line_key_file.read_text() for each in (filled, elsewhere)] == ["as it was"] * 2
    assert stat.S_IMODE(elsewhere.line_key_file.stat().st_mode) == 0o600


def test_into_an_empty_home(filled: Home, whole: Path, folder: Path) -> None:
    empty = Home(folder / "empty")
    assert restore(empty, whole, confirm=yes)
    assert rows(empty) == [("木棉",), ("kapok",)]
    assert files(empty) == ["log.csv", "reports/十一月.html"]


def test_whoever_says_no_keeps_everything(filled: Home, whole: Path) -> None:
    asked: list[Manifest] = []
    assert not restore(filled, whole, confirm=lambda manifest: bool(asked.append(manifest)))
    assert [manifest.made_at for manifest in asked] == [AT]
    assert is_unchanged(filled)


def test_an_existing_file_is_replaced_only_by_force(filled: Home, folder: Path) -> None:
    path = folder / "kapok.backup"
    path.write_text("precious")
    with pytest.raises(BackupExists) as refused:
        backup(filled, path, at=AT)
    assert refused.value.text.en == f"{path} exists. Take another name, or add `--force` to replace it."
    assert path.read_text() == "precious"
    backup(filled, path, at=AT, force=True)
    assert path.stat().st_size > 8000


def test_a_backup_that_fails_leaves_nothing(filled: Home, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BackupFailed, match="No such file or directory"):
        backup(filled, folder / "nowhere" / "kapok.backup", at=AT)
    monkeypatch.setattr(module, "_run", lambda *_: "pg_dump: error: no space")
    with pytest.raises(BackupFailed, match="pg_dump: error: no space"):
        backup(filled, folder / "kapok.backup", at=AT)
    assert [path.name for path in folder.iterdir()] == ["home"]


def test_a_server_newer_than_the_tools(filled: Home, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        binaries, "installed", lambda *_: iter([binaries.Binaries(Path("/usr/lib/postgresql/15/bin"), "15.1")])
    )
    with pytest.raises(ToolTooOld, match="Install the package postgresql-18, or name its bin folder in KAPOK_PG_BIN"):
        backup(filled, folder / "kapok.backup", at=AT)
    assert [path.name for path in folder.iterdir()] == ["home"]


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size * 2 // 3)


def without_end(path: Path) -> None:
    """Cut exactly before the manifest, where a tar file looks whole."""
    with tarfile.open(path) as tar:
        end = tar.getmember("manifest.json").offset
    os.truncate(path, end)


def flip(path: Path) -> None:
    with tarfile.open(path) as tar:
        at = tar.getmember("files/log.csv").offset_data + 100
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


def empty(path: Path) -> None:
    path.write_bytes(b"")


def noise(path: Path) -> None:
    path.write_bytes(b"no tar at all" * 1000)


def remade(path: Path, change: Callable[[dict[str, tarfile.TarInfo], dict[str, object]], None]) -> None:
    """Write the archive again with other members."""
    with tarfile.open(path) as tar:
        entries = {entry.name: entry for entry in tar}
        content = {name: file.read() for name, entry in entries.items() if (file := tar.extractfile(entry))}
    manifest = json.loads(content["manifest.json"])
    change(entries, manifest)
    content["manifest.json"] = json.dumps(manifest).encode()
    with tarfile.open(path, "w") as tar:
        for name, entry in entries.items():
            body = content.get(name, b"evil")
            entry.size = len(body) if entry.isreg() else 0
            tar.addfile(entry, io.BytesIO(body))


def adding(name: str, kind: bytes = tarfile.REGTYPE, target: str = "") -> Callable[[Path], None]:
    def add(entries: dict[str, tarfile.TarInfo], _manifest: dict[str, object]) -> None:
        evil = tarfile.TarInfo(name)
        evil.type, evil.linkname = kind, target
        manifest = entries.pop("manifest.json")
        entries |= {"evil": evil, "manifest.json": manifest}

    return lambda path: remade(path, add)


def claiming(**values: object) -> Callable[[Path], None]:
    return lambda path: remade(path, lambda _entries, manifest: manifest.update(values))


@pytest.mark.parametrize(
    ("harm", "reason"),
    [
        (cut, ""),
        (without_end, "the manifest at its end is missing; the file was cut off"),
        (flip, "'files/log.csv' is not what the manifest says"),
        (empty, ""),
        (noise, ""),
        (adding("files/../../evil"), "it holds 'files/../../evil', which no backup holds"),
        (adding("../evil"), "it holds '../evil', which no backup holds"),
        (adding("/tmp/kapok-evil"), "it holds '/tmp/kapok-evil', which no backup holds"),
        (adding("evil"), "it holds 'evil', which no backup holds"),
        (adding("files/link", tarfile.SYMTYPE, "/etc/passwd"), "'files/link' is no plain file"),
        (adding("files/hard", tarfile.LNKTYPE, "/etc/passwd"), "'files/hard' is no plain file"),
        (adding("files/device", tarfile.CHRTYPE), "'files/device' is no plain file"),
        (adding("files/log.csv"), "'files/log.csv' comes twice or is longer than the whole"),
        (adding("files/unlisted"), "'files/unlisted' is not what the manifest says"),
        (claiming(format=2), "its manifest is not readable"),
        (claiming(surprise=1), "its manifest is not readable"),
        (claiming(members={}), "'database.dump' is not what the manifest says"),
    ],
)
def test_what_is_not_whole_or_not_ours_changes_nothing(
    filled: Home, whole: Path, harm: Callable[[Path], None], reason: str
) -> None:
    harm(whole)
    with pytest.raises(BackupRefused) as refused:
        restore(filled, whole, confirm=yes)
    assert refused.value.text.en.startswith(f"{whole} is refused: {reason}")
    assert refused.value.text.en.endswith(". It is no whole backup of Kapok; nothing was changed. Take another backup.")
    assert refused.value.text.zh.startswith(f"拒绝 {whole}：{reason}")
    assert not Path("/tmp/kapok-evil").exists()
    assert list(whole.parent.rglob("evil")) == []
    assert is_unchanged(filled)


def test_a_dump_that_cannot_be_loaded_changes_nothing(
    filled: Home, whole: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_run", lambda *_: "pg_restore: error: broken")
    with pytest.raises(BackupRefused, match="pg_restore: error: broken"):
        restore(filled, whole, confirm=yes)
    assert is_unchanged(filled)


@pytest.mark.parametrize("claim", [{"kapok": "99.0.0"}, {"postgresql": 99}])
def test_a_backup_from_the_future_changes_nothing(filled: Home, whole: Path, claim: dict[str, object]) -> None:
    claiming(**claim)(whole)
    with pytest.raises(BackupTooNew, match="Upgrade first; nothing was changed"):
        restore(filled, whole, confirm=yes)
    assert is_unchanged(filled)


def test_a_failure_at_the_last_step_changes_nothing(filled: Home, whole: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rename = Path.rename

    def refuse_the_new_files(self: Path, target: Path) -> Path:
        if target == filled.files and self.name == "files":
            raise OSError(28, "No space left on device")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refuse_the_new_files)
    with pytest.raises(HomeUnusable, match="No space left on device"):
        restore(filled, whole, confirm=yes)
    monkeypatch.undo()
    assert is_unchanged(filled)


def test_too_little_space_changes_nothing(filled: Home, whole: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(whole)._replace(free=256 * 2**20)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage)
    with pytest.raises(DiskFull):
        restore(filled, whole, confirm=yes)
    monkeypatch.undo()
    assert is_unchanged(filled)


def test_a_backup_that_is_not_there(home: Home, folder: Path) -> None:
    with pytest.raises(BackupRefused, match="No such file or directory"):
        restore(home, folder / "nothing", confirm=yes)


def test_while_others_are_connected_nothing_is_changed(
    filled: Home, whole: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = Cluster(filled, durable=False)
    server.start()
    other = Home(folder / "other")
    monkeypatch.setenv("KAPOK_DATABASE_URL", server.url)
    with psycopg.connect(server.url), pytest.raises(DatabaseInUse, match="is being accessed by other users"):
        restore(other, whole, confirm=yes)
    monkeypatch.delenv("KAPOK_DATABASE_URL")
    server.stop()
    assert rows(filled) == [("later",), ("kapok",)]


def test_while_another_command_works_there_it_waits_its_turn(filled: Home, whole: Path) -> None:
    with filled.claimed(), pytest.raises(HomeBusy, match=rf"Another kapok command \(process {os.getpid()}\)"):
        restore(filled, whole, confirm=yes)
    assert is_unchanged(filled)


def test_at_the_command_line(filled: Home, whole: Path, kapok: Kapok) -> None:
    refused = kapok("backup", whole)
    assert (refused.returncode, refused.stderr) == (
        2,
        f"{whole} exists. Take another name, or add `--force` to replace it.\n",
    )
    not_asked = kapok("restore", whole)
    assert not_asked.returncode != 0
    assert is_unchanged(filled)
    done = kapok("restore", "--yes", whole)
    assert (done.returncode, done.stdout) == (0, "Restored. `kapok up` starts it.\n")
    assert rows(filled) == [("木棉",), ("kapok",)]
    written = kapok("backup", "--force", whole, KAPOK_LANG="zh")
    assert written.returncode == 0
    assert written.stdout.endswith("MB，1 个数据库，2 个文件。请妥善保管：其中有个人数据。\n")

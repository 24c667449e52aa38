"""The account that PostgreSQL runs under.

PostgreSQL refuses to run as root. An ordinary user's server runs as that user. Root's runs as `kapok-postgres`, a system
account without password, shell or home that owns nothing but Kapok's databases. It is created at the first start. `nobody` is
no substitute: whatever else runs as `nobody` on the machine could read the data. Where no account can be created, Debian's
`postgres` will do. `KAPOK_OS_USER` names another.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text

OWN = "kapok-postgres"


class NoAccount(KapokError):
    """Root runs Kapok, and there is no account that the database could run under."""

    wording = Text(
        zh="PostgreSQL 不能以 root 身份运行，而系统账号 {name} 不存在也无法创建（{reason}）。"
        "请执行 `useradd --system --shell /usr/sbin/nologin {name}`，或用 KAPOK_OS_USER 指定一个账号，或以普通用户运行 Kapok。",
        en="PostgreSQL refuses to run as root, and the system account {name} neither exists nor could be created ({reason}). "
        "Run `useradd --system --shell /usr/sbin/nologin {name}`, or name an account in KAPOK_OS_USER, "
        "or run Kapok as an ordinary user.",
    )


@dataclass(frozen=True)
class Account:
    """A system account, as the database's processes need it."""

    name: str
    uid: int
    gid: int

    def own(self, path: Path) -> None:
        """Give `path` to this account."""
        if os.geteuid() == 0:
            os.chown(path, self.uid, self.gid)

    def run(self, *command: Any, **options: Any) -> subprocess.CompletedProcess[str]:
        """Run a program of PostgreSQL's under this account to its end; its words are in `stdout`, both channels together."""
        return subprocess.run(  # noqa: S603 - paths that we found ourselves, no shell
            [str(part) for part in command],
            stdout=subprocess.PIPE,
            text=True,
            errors="replace",
            check=False,
            **self._circumstances(**options),
        )

    def started(self, *command: Any, **options: Any) -> subprocess.Popen[bytes]:
        """Start a program of PostgreSQL's under this account, out of reach of the terminal's Ctrl-C."""
        return subprocess.Popen(  # noqa: S603 - paths that we found ourselves, no shell
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            **self._circumstances(**options),
        )

    def can_run(self, program: Path) -> bool:
        """Whether this account reaches `program` and can execute it."""
        try:
            return self.run(program, "--version").returncode == 0
        except OSError:
            return False

    def can_enter(self, folder: Path) -> bool:
        """Whether this account reaches `folder`."""
        return self.run("test", "-x", folder).returncode == 0

    def _circumstances(self, **options: Any) -> dict[str, Any]:
        # The language is fixed, because the words are searched for reasons.
        environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
        identity = {"user": self.uid, "group": self.gid, "extra_groups": []} if os.geteuid() == 0 else {}
        return {"stderr": subprocess.STDOUT, "cwd": "/", "env": environment} | identity | options


def database_account(environment: Mapping[str, str] = os.environ) -> Account:
    """The account for the database's processes; as root it is created where it is missing.

    Raises: NoAccount.
    """
    if os.geteuid() != 0:
        return _account(pwd.getpwuid(os.geteuid()))
    if chosen := environment.get("KAPOK_OS_USER"):
        return _existing(chosen) or _refuse(chosen, "KAPOK_OS_USER")
    return _existing(OWN) or _created() or _existing("postgres") or _refuse(OWN, "useradd")


def _account(entry: pwd.struct_passwd) -> Account:
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _existing(name: str) -> Account | None:
    try:
        return _account(pwd.getpwnam(name))
    except KeyError:
        return None


def _created() -> Account | None:
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin")
    if useradd:
        options = [
            "--system",
            "--user-group",
            "--no-create-home",
            "--home-dir",
            "/nonexistent",
            "--shell",
            "/usr/sbin/nologin",
        ]
        comment = ["--comment", "Kapok's embedded PostgreSQL"]
        # Another clone may be creating it at this moment: what counts is whether it exists afterwards.
        subprocess.run([useradd, *options, *comment, OWN], check=False, capture_output=True)  # noqa: S603 - fixed words
    return _existing(OWN)


def _refuse(name: str, reason: str) -> Account:
    raise NoAccount(name=name, reason=reason)

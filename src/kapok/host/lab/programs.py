"""The programs of the laboratory: how each is found, configured, started, and how to get it."""

from __future__ import annotations

import os
import pwd
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from kapok.host.account import Account
from kapok.kernel.text import Text

HERE = Path(__file__).parent
PLACES = "/usr/local/sbin:/usr/sbin:/usr/local/bin:/usr/bin:/sbin:/bin"
ADDRESS = "127.0.0.1"
SIGNS = "@abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_: /"
"""What FreeRADIUS hands to the database as it is; every other byte is written as =XX."""

Values = Mapping[str, str | int]


@dataclass(frozen=True)
class Program:
    """One peer. `files` are written into its folder; `@name@` in them is filled in. `role` is its role in the database."""

    name: str
    use: Text
    packages: str
    executables: tuple[str, ...]
    account: str
    ports: tuple[int, ...]
    """Where it listens (UDP) if that is free, else further up."""
    files: Mapping[str, str]
    command: Callable[[str, Path, Values], list[str]]
    libraries: tuple[str, ...] = ()
    """Where the module may be that Kapok needs and that is a package of its own; the others are beside it."""
    span: int = 1
    """How many ports in a row it takes."""
    role: str = ""
    also: Mapping[str, str] = field(default_factory=dict)
    """Values for its files that never change."""

    def executable(self) -> str | None:
        """Where the program is, with the modules that it needs; None where it is not installed."""
        found = next((path for name in self.executables if (path := shutil.which(name, path=PLACES))), None)
        return found if found and (not self.libraries or self.modules()) else None

    def modules(self) -> str:
        """The folder of its modules, "" where there is none."""
        places = (place for pattern in self.libraries for place in sorted(Path("/").glob(pattern)))
        return next((str(place.parent) for place in places), "")

    @property
    def remedy(self) -> Text:
        """How to get it."""
        return Text(
            zh="`make lab`，或请管理员执行 `apt-get install {packages}`",
            en="`make lab`, or `apt-get install {packages}`",
        ).format(packages=self.packages)

    def runs_as(self) -> Account:
        """Root's runs under the package's own account, or `nobody`; an ordinary user's as that user."""
        if os.geteuid() != 0:
            return _account(pwd.getpwuid(os.geteuid()))
        for name in (self.account, "nobody"):
            try:
                return _account(pwd.getpwnam(name))
            except KeyError:
                continue
        raise LookupError(self.account)

    def written(self, values: Values) -> dict[str, str]:
        """Its files, filled in."""
        return {name: _filled(text, {**values, **self.also}) for name, text in self.files.items()}


def _account(entry: pwd.struct_passwd) -> Account:
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _filled(text: str, values: Values) -> str:
    for name, value in values.items():
        text = text.replace(f"@{name}@", str(value))
    return text


def _shipped(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


FREERADIUS = Program(
    name="freeradius",
    use=Text(zh="宽带用户的登录与计费（RADIUS）", en="log-in and accounting of broadband users (RADIUS)"),
    packages="freeradius freeradius-postgresql",
    executables=("freeradius", "radiusd"),
    account="freerad",
    ports=(1812, 18120),
    span=2,
    files={
        "freeradius.conf": _shipped("freeradius.conf"),
        "dictionary": "$INCLUDE /usr/share/freeradius/dictionary\n",
        "reject": "DEFAULT\n\tReply-Message =* ANY,\n\tProxy-State =* ANY\n",
    },
    command=lambda program, folder, _: [program, "-f", "-d", str(folder), "-n", "freeradius"],
    libraries=("usr/lib/freeradius/rlm_sql_postgresql.so", "usr/lib64/freeradius/rlm_sql_postgresql.so"),
    role="radius",
    also={"signs": SIGNS},
)

KAMAILIO = Program(
    name="kamailio",
    use=Text(zh="语音号码的注册（SIP）", en="registration of voice lines (SIP)"),
    packages="kamailio kamailio-postgres-modules",
    executables=("kamailio",),
    account="kamailio",
    ports=(5060, 15060),
    files={"kamailio.cfg": _shipped("kamailio.cfg")},
    command=lambda program, folder, _: [
        program, "-DD", "-E", "-m", "32", "-M", "8", "-f", f"{folder}/kamailio.cfg", "-Y", str(folder), "-w", str(folder),
    ],
    libraries=("usr/lib/*/kamailio/modules/db_postgres.so", "usr/lib*/kamailio/modules/db_postgres.so"),
    role="sip",
)  # fmt: skip

SNMPTRAPD = Program(
    name="snmptrapd",
    use=Text(zh="接收网元告警（SNMP trap）", en="receives the elements’ traps (SNMP)"),
    packages="snmptrapd",
    executables=("snmptrapd",),
    account="Debian-snmp",
    ports=(1162, 11620),
    files={"snmptrapd.conf": _shipped("snmptrapd.conf")},
    command=lambda program, folder, values: [
        program, "-f", "-Lo", "-C", "-c", f"{folder}/snmptrapd.conf", "-p", f"{folder}/snmptrapd.pid",
        "-M", "", "-m", "", f"udp:{values['address']}:{values['port']}",
    ],
    also={"community": "kapok-lab"},
)  # fmt: skip

PROGRAMS: tuple[Program, ...] = (FREERADIUS, KAMAILIO, SNMPTRAPD)

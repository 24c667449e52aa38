"""The database that Kapok works on: the one named in `KAPOK_DATABASE_URL`, else the embedded one."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import psycopg
from psycopg import conninfo

from kapok.host.binaries import OLDEST
from kapok.host.cluster import Cluster
from kapok.host.home import Home
from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text

WAIT_SECONDS = 10


class DatabaseUnreachable(KapokError):
    """The database named in KAPOK_DATABASE_URL does not answer."""

    wording = Text(
        zh="无法连接 KAPOK_DATABASE_URL 指定的数据库 {where}：{reason}。请检查地址、密码和服务器；取消该变量则使用内嵌数据库。",
        en="The database named in KAPOK_DATABASE_URL, {where}, cannot be reached: {reason}. "
        "Check address, password and server; without the variable Kapok uses its embedded database.",
    )


class DatabaseTooOld(KapokError):
    """The database's server is older than Kapok needs."""

    wording = Text(
        zh="数据库服务器是 PostgreSQL {version}，Kapok 需要 {oldest} 或更新版本。"
        "请升级服务器，或取消 KAPOK_DATABASE_URL 使用内嵌数据库。",
        en="The database server is PostgreSQL {version}; Kapok needs {oldest} or newer. "
        "Upgrade it, or unset KAPOK_DATABASE_URL to use the embedded database.",
    )


class NotADatabaseAddress(KapokError):
    """KAPOK_DATABASE_URL is not an address of a PostgreSQL database."""

    wording = Text(
        zh="KAPOK_DATABASE_URL 不是 PostgreSQL 地址。正确形式：postgresql://用户:密码@主机:5432/数据库",
        en="KAPOK_DATABASE_URL is no address of a PostgreSQL database. It looks like postgresql://user:password@host:5432/database",
    )


@dataclass(frozen=True)
class Database:
    """A database that can be connected to; `url` holds the password and is not for showing."""

    url: str
    embedded: bool

    @property
    def where(self) -> str:
        """The address without the password."""
        address = urlsplit(self.url)
        return f"{address.hostname or 'localhost'}:{address.port or 5432}{address.path}"

    @property
    def name(self) -> str:
        """The database's own name."""
        return str(conninfo.conninfo_to_dict(self.url).get("dbname", ""))

    def connect(self, name: str | None = None) -> psycopg.Connection:
        """Connect to it, or to the database `name` on the same server; each statement commits by itself.

        Raises: DatabaseUnreachable.
        """
        try:
            address = conninfo.make_conninfo(self.url, dbname=name or self.name)
            return psycopg.connect(address, autocommit=True, connect_timeout=WAIT_SECONDS)
        except psycopg.OperationalError as error:
            raise DatabaseUnreachable(where=self.where, reason=_first_line(error)) from error

    def server_version(self) -> int:
        """The server's major version.

        Raises: DatabaseUnreachable, DatabaseTooOld.
        """
        with self.connect() as connection:
            version = connection.info.server_version // 10000
        if version < OLDEST:
            raise DatabaseTooOld(version=version, oldest=OLDEST)
        return version

    def libpq(self, name: str | None = None) -> dict[str, str]:
        """The environment with which PostgreSQL's own programs find it; a password has no place in a command line."""
        values = conninfo.conninfo_to_dict(self.url) | ({"dbname": name} if name else {})
        keys = {
            "host": "HOST",
            "port": "PORT",
            "user": "USER",
            "password": "PASSWORD",
            "dbname": "DATABASE",
            "sslmode": "SSLMODE",
        }
        return {f"PG{keys[key]}": str(value) for key, value in values.items() if key in keys and value is not None}


def external() -> Database | None:
    """The database named in the environment, if any.

    Raises: NotADatabaseAddress.
    """
    url = os.environ.get("KAPOK_DATABASE_URL")
    if not url:
        return None
    if not re.match(r"postgres(ql)?://.*/.", url):
        raise NotADatabaseAddress
    return Database(url, embedded=False)


@contextmanager
def started(home: Home, pause: Callable[[float], object]) -> Iterator[Database]:
    """The database, running for as long as the context lasts; the caller holds the home's claim."""
    if given := external():
        given.server_version()
        yield given
        return
    cluster = Cluster(home)
    try:
        cluster.start(pause)
        yield Database(cluster.url, embedded=True)
    finally:
        cluster.stop()


def running(home: Home) -> Database | None:
    """The database if it runs at this moment: the embedded server if it lives, or whatever is named in the environment."""
    if given := external():
        return given
    cluster = Cluster(home)
    return Database(cluster.url, embedded=True) if cluster.running else None


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n")[0]

"""The optional parts: what Kapok can use when it is there, and how to get it."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass

from kapok.host.binaries import DISTRIBUTION, OLDEST
from kapok.host.lab.programs import FREERADIUS, KAMAILIO, SNMPTRAPD
from kapok.kernel.text import Text

OLDEST_JAVA = 17


@dataclass(frozen=True)
class Peer:
    """An optional part. `find` says what was found (a path, a version), or None."""

    name: str
    use: Text
    remedy: Text
    find: Callable[[], str | None]


def chromium() -> str | None:
    """The path of a Chromium: `KAPOK_CHROMIUM`, else one on the path."""
    names = (os.environ.get("KAPOK_CHROMIUM"), "chromium", "chromium-browser", "google-chrome")
    return next((found for name in names if name and (found := shutil.which(name))), None)


def java() -> str | None:
    """The version of the Java that Spark would use, if it is new enough."""
    home = os.environ.get("JAVA_HOME")
    told = _output(f"{home}/bin/java" if home else "java", "-version")
    version = re.search(r'version "(\d+)', told)
    return version.group(1) if version and int(version.group(1)) >= OLDEST_JAVA else None


def chinese_font() -> str | None:
    """A font with Chinese glyphs."""
    return _output("fc-list", ":lang=zh-cn", "family").split("\n")[0] or None


def pyspark() -> str | None:
    """PySpark in this environment."""
    return "pyspark" if importlib.util.find_spec("pyspark") else None


def oldest_server() -> str | None:
    """The oldest PostgreSQL that Kapok supports, as Debian installs it."""
    server = DISTRIBUTION / str(OLDEST) / "bin"
    return str(server) if (server / "postgres").exists() else None


LAB = Text(zh="`make lab`", en="`make lab`")

PEERS = {
    peer.name: peer
    for peer in (
        Peer("chromium", Text(zh="浏览器测试与截图", en="browser tests and screenshots"), LAB, chromium),
        Peer("chinese-font", Text(zh="截图中的汉字", en="Chinese characters in screenshots"), LAB, chinese_font),
        Peer("java", Text(zh="在 Spark 集群上审计（Java 17）", en="the audit on a Spark cluster (Java 17)"), LAB, java),
        Peer(
            "postgresql-15",
            Text(zh="用最旧的受支持版本测试", en="tests with the oldest server supported"),
            LAB,
            oldest_server,
        ),
        *(Peer(program.name, program.use, LAB, program.executable) for program in (FREERADIUS, KAMAILIO, SNMPTRAPD)),
        Peer(
            "radtest",
            Text(zh="用另一家的客户端测试 RADIUS", en="tests of RADIUS with another client"),
            LAB,
            lambda: shutil.which("radtest"),
        ),
        Peer(
            "sipp",
            Text(zh="用另一家的客户端测试 SIP", en="tests of SIP with another client"),
            LAB,
            lambda: shutil.which("sipp"),
        ),
        Peer("pyspark", Text(zh="在 Spark 集群上审计", en="the audit on a Spark cluster"), LAB, pyspark),
    )
}


def _output(*command: str) -> str:
    """What a program says, on either channel; nothing when it is not there."""
    try:
        told = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False, timeout=30)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return told.stdout + told.stderr if told.returncode == 0 else ""

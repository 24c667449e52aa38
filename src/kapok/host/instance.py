"""What `kapok up` started, as written down beside the data, and the end of what a crash left over."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field

import psutil

from kapok.host import processes
from kapok.host.cluster import Cluster
from kapok.host.home import Home, HomeBusy, write_private
from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text


class AlreadyRunning(KapokError):
    """`kapok up` runs in this home already."""

    wording = Text(
        zh="Kapok 已在运行：{address}（进程 {pid}，数据目录 {path}）。停止它：`kapok down`。",
        en="Kapok already runs: {address} (process {pid}, data folder {path}). To stop it: `kapok down`.",
    )


@dataclass(frozen=True)
class Instance:
    """One run of `kapok up`. `born` (seconds since the epoch, as the kernel says) tells it from a later process of that number."""

    pid: int
    born: float
    address: str
    ready: bool = False
    children: dict[str, int] = field(default_factory=dict)

    @property
    def alive(self) -> bool:
        """Whether that run still goes on."""
        try:
            process = psutil.Process(self.pid)
            return process.create_time() == self.born and process.status() != psutil.STATUS_ZOMBIE
        except psutil.Error:
            return False


def note(home: Home, *, address: str, ready: bool, children: dict[str, int]) -> None:
    """Write down this process as the instance of `home`."""
    own = psutil.Process()
    instance = Instance(own.pid, own.create_time(), address, ready, children)
    write_private(home.instance_file, json.dumps(asdict(instance)))


def noted(home: Home) -> Instance | None:
    """The instance written down last, alive or not; None when it was stopped in order."""
    try:
        return Instance(**json.loads(home.instance_file.read_text()))
    except (OSError, ValueError, TypeError):
        return None


@contextmanager
def alone(home: Home) -> Iterator[None]:
    """Work with `home` while no other command does.

    Raises: AlreadyRunning, HomeBusy.
    """
    try:
        with home.claimed():
            yield
    except HomeBusy:
        other = noted(home)
        if other and other.alive:
            raise AlreadyRunning(address=other.address, pid=other.pid, path=home.root) from None
        raise


def clear(home: Home) -> int:
    """Stop whatever a crashed instance left over, the database last; how many processes there were."""
    count = len(everybody(home))
    processes.stop(lambda: processes.marked(home.root), processes.PYTHON)
    Cluster(home).stop()
    home.instance_file.unlink(missing_ok=True)
    return count


def everybody(home: Home) -> list[psutil.Process]:
    """All processes that an instance of `home` started, the server's among them."""
    return processes.marked(home.root) + processes.serving(home.database)


def down(home: Home, seconds: float = 90) -> int:
    """Stop the instance of `home`, even if its `kapok up` was killed; how many processes were stopped.

    A live `kapok up` is asked first and does it in order; if it does not end within `seconds` it is killed.
    """
    instance = noted(home)
    stopped = 0
    if instance and instance.alive:
        supervisor = psutil.Process(instance.pid)
        stopped = 1 + len(everybody(home))
        supervisor.terminate()
        if not processes.wait_until(lambda: not instance.alive, seconds):
            supervisor.kill()
    return stopped + (clear(home) if home.root.exists() else 0)

"""Where the data of this installation live, and who may use them at a time.

    database/           PostgreSQL's own folder            files/      uploads and reports
    database-password   of the role `kapok`, 0600          secret-key  of the web sessions, 0600
    port                on which the database listens      log/        what the processes say
    lock                held by whoever works with it      instance.json  what `kapok up` started
    radius-password, sip-password  of the peers' roles      lab/        the peers that `kapok lab up` started
    radius-secret       shared with access servers, 0600    line-key  of the lines' secrets, 0600

An ordinary user keeps them in `.kapok` of the project. PostgreSQL refuses to run as root, and the account that it runs
under then can enter neither a project below `/root` nor a `.kapok` in it; so root keeps them in
`/var/lib/kapok/NAME-DIGEST`, one folder for each clone. `KAPOK_HOME` decides otherwise.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text

ROOT_HOMES = Path("/var/lib/kapok")
# PostgreSQL reserves log files of 16 MiB and must never meet a full disk halfway through one.
NEEDED_BYTES = 256 * 2**20


class HomeUnusable(KapokError):
    """The data folder cannot be created or written."""

    wording = Text(
        zh="数据目录 {path} 无法使用：{reason}。请修正其权限，或用环境变量 KAPOK_HOME 指定另一目录。",
        en="The data folder {path} cannot be used: {reason}. Mend its permissions, or name another folder in KAPOK_HOME.",
    )


class DiskFull(KapokError):
    """Too little space is left for the data folder."""

    wording = Text(
        zh="磁盘空间不足：{path} 所在磁盘只剩 {free} MB，至少需要 {needed} MB。请清理磁盘，或用 KAPOK_HOME 指定另一磁盘上的目录。",
        en="The disk is full: {free} MB left for {path}, {needed} MB needed. "
        "Free some space, or name a folder on another disk in KAPOK_HOME.",
    )


class HomeBusy(KapokError):
    """Another command is working with the data folder."""

    wording = Text(
        zh="另一个 kapok 命令正在使用数据目录 {path}（进程 {pid}）。请等它结束，或运行 `kapok down`。",
        en="Another kapok command (process {pid}) is using the data folder {path}. Wait until it ends, or run `kapok down`.",
    )


@dataclass(frozen=True)
class Home:
    """The data folder of one installation; `root` is absolute."""

    root: Path

    @property
    def database(self) -> Path:
        """PostgreSQL's own folder."""
        return self.root / "database"

    @property
    def files(self) -> Path:
        """Uploads and reports."""
        return self.root / "files"

    @property
    def incoming(self) -> Path:
        """Uploads on their way in, on the same disk as their place."""
        return self.files / "incoming"

    @property
    def logs(self) -> Path:
        """What the processes say."""
        return self.root / "log"

    @property
    def instance_file(self) -> Path:
        """What `kapok up` started."""
        return self.root / "instance.json"

    @property
    def demo_mark(self) -> Path:
        """Exists once the demo, with its public passwords, has been loaded."""
        return self.root / "demo"

    def prepare(self) -> None:
        """Create the folder and its rooms.

        Raises: HomeUnusable, DiskFull.
        """
        try:
            open_folders(self.root)
            for room in (self.files, self.incoming, self.logs):
                room.mkdir(mode=0o700, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.root) as probe:
                probe.write(b"writable")
        except OSError as error:
            raise HomeUnusable(path=self.root, reason=error.strerror or error) from error
        self.check_space()

    def check_space(self, needed: int = NEEDED_BYTES) -> None:
        """Refuse with `DiskFull` when fewer than `needed` bytes are left."""
        free = shutil.disk_usage(self.root).free
        if free < needed:
            raise DiskFull(path=self.root, free=free // 2**20, needed=needed // 2**20)

    def secret(self, name: str) -> str:
        """The secret kept in the file `name`, made up at the first call."""
        path = self.root / name
        if not path.exists():
            write_private(path, secrets.token_urlsafe(48))
        return path.read_text().strip()

    @property
    def line_key_file(self) -> Path:
        """From what the secrets of lines are made."""
        return self.root / "line-key"

    def line_key(self) -> str:
        """The key of the lines' secrets, the same for ever.

        An installation from the time when the key of its sessions served for both goes on with that one's present value.
        """
        if given := os.environ.get("KAPOK_LINE_KEY"):
            return given
        if not self.line_key_file.exists():
            sessions = self.root / "secret-key"
            first = os.environ.get("KAPOK_SECRET_KEY") or (sessions.read_text().strip() if sessions.exists() else "")
            write_private(self.line_key_file, first or secrets.token_urlsafe(48))
        return self.line_key_file.read_text().strip()

    @contextmanager
    def claimed(self) -> Iterator[None]:
        """Work with the folder alone; the claim dies with the process.

        Raises: HomeBusy.
        """
        with (self.root / "lock").open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.seek(0)
                raise HomeBusy(path=self.root, pid=lock.read().strip() or "?") from None
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
            yield


def find_home(environment: Mapping[str, str] = os.environ) -> Home:
    """The data folder that this user, this project and this environment mean."""
    if chosen := environment.get("KAPOK_HOME"):
        return Home(Path(chosen).expanduser().resolve())
    project = _project()
    if os.geteuid() == 0:
        digest = hashlib.sha256(os.fsencode(project)).hexdigest()[:8]
        return Home(ROOT_HOMES / f"{project.name or 'kapok'}-{digest}")
    if (project / "pyproject.toml").exists():
        return Home(project / ".kapok")
    return Home(Path(environment.get("XDG_DATA_HOME") or Path.home() / ".local/share") / "kapok")


def write_private(path: Path, content: str) -> None:
    """Write a file that only its owner may read; it is there wholly or not at all."""
    with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=path.name, delete=False) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).replace(path)


def _project() -> Path:
    """The folder that holds `src/kapok`; for an installed wheel, the environment it is installed in."""
    return Path(__file__).resolve().parents[3]


def open_folders(path: Path) -> None:
    """Create the missing folders down to `path`; root's may be passed through by the account of the database."""
    mode = 0o711 if os.geteuid() == 0 else 0o700
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir(exist_ok=True)
        # Whatever umask the caller has; folders that were there before are never touched.
        folder.chmod(mode)

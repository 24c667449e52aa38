"""`kapok up`: database, migrations, demo, web server, worker, keeper; and the end of all of them together."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from kapok.host import database, instance, web
from kapok.host.cluster import Cluster
from kapok.host.database import Database
from kapok.host.home import Home
from kapok.host.web import Door
from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text

BEAT = 0.1
WEB_SECONDS = 120
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

CLEARED = Text(
    zh="上次异常退出遗留的 {count} 个进程已清理。",
    en="Cleared {count} {count:process|processes} left over from a crash.",
)
STARTING = Text(zh="正在启动数据库（{path}）……", en="Starting the database ({path}) …")
PREPARING = Text(zh="正在升级数据库结构……", en="Bringing the database up to date …")
LOADING = Text(zh="正在升级数据库结构并载入演示数据……", en="Bringing the database up to date and loading the demo …")
READY = Text(zh="Kapok 已就绪：{address}（按 Ctrl-C 停止）", en="Kapok is ready: {address}  (Ctrl-C stops it)")
STOPPING = Text(zh="正在停止……", en="Stopping …")
STOPPED = Text(zh="已全部停止。", en="Everything has stopped.")

DATABASE = Text(zh="内嵌数据库", en="embedded database")
PREPARATION = Text(zh="数据库准备程序", en="preparation of the database")
WEB = Text(zh="网页服务", en="web server")
WORKER = Text(zh="后台任务进程", en="worker")
KEEPER = Text(zh="计时进程", en="keeper")
PROGRAMS = {"web": WEB, "worker": WORKER, "keeper": KEEPER}


class ProgramEnded(KapokError):
    """A program that must run has ended."""

    wording = Text(
        zh="{name}意外退出，其余部分已停止。请运行 `kapok doctor`。最后的输出（全文见 {log}）：\n{words}",
        en="The {name} ended unexpectedly; the rest has been stopped. "
        "Run `kapok doctor`. Its last words (all of them in {log}):\n{words}",
    )


class WebSilent(KapokError):
    """The web server runs and does not answer."""

    wording = Text(
        zh="网页服务在 {seconds} 秒内没有应答 {address}。请查看 {log} 并运行 `kapok doctor`。",
        en="The web server did not answer at {address} within {seconds} seconds. Look into {log} and run `kapok doctor`.",
    )


class StopAsked(Exception):
    """Somebody pressed Ctrl-C or sent a signal."""


class Bell:
    """Rung by a signal; whoever waits hears it at the next beat."""

    def __init__(self) -> None:
        self._rung = False

    @contextmanager
    def hung(self) -> Iterator[None]:
        """Take the signals that ask for an end; once it is rung, further ones change nothing."""
        before = {number: signal.signal(number, self._ring) for number in SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def pause(self, seconds: float) -> None:
        """Wait; raises `StopAsked` when the bell has been rung."""
        ends = time.monotonic() + seconds
        while not self._rung and (left := ends - time.monotonic()) > 0:
            time.sleep(min(BEAT, left))
        if self._rung:
            raise StopAsked

    def _ring(self, _number: int, _frame: FrameType | None) -> None:
        self._rung = True


def run(home: Home, door: Door, *, demo: bool, say: Callable[[Text], None]) -> None:
    """Start everything, say the address, and stay until a signal comes; nothing is left running.

    Raises: AlreadyRunning, PortInUse, ProgramEnded, WebSilent, and what the database refuses.
    """
    home.prepare()
    bell = Bell()
    with instance.alone(home), bell.hung():
        if count := instance.clear(home):
            say(CLEARED.format(count=count))
        door.check_free()
        try:
            _Run(home, door, say, bell.pause).serve(demo=demo)
        except StopAsked:
            say(STOPPING)
        finally:
            instance.clear(home)
        say(STOPPED)


@dataclass
class _Run:
    """One run, in order. Whatever happens, its caller clears up."""

    home: Home
    door: Door
    say: Callable[[Text], None]
    pause: Callable[[float], None]

    def serve(self, *, demo: bool) -> None:
        self._note(ready=False)
        ground = self._start_database()
        log_ins = self._prepare(ground, demo=demo)
        programs = self._start_programs(ground)
        self._await_web(programs, ground)
        self._note(ready=True, children={name: program.pid for name, program in programs.items()})
        self._announce(log_ins)
        while True:
            self._check(programs, ground)
            self.pause(1)

    def _note(self, *, ready: bool, children: dict[str, int] | None = None) -> None:
        instance.note(self.home, address=self.door.address, ready=ready, children=children or {})

    def _start_database(self) -> Database:
        if given := database.external():
            given.server_version()
            return given
        self.say(STARTING.format(path=self.home.database))
        cluster = Cluster(self.home)
        cluster.start(self.pause)
        return Database(cluster.url, embedded=True)

    def _prepare(self, ground: Database, *, demo: bool) -> str:
        """Migrate and load the demo; what the demo said, i.e. its log-ins."""
        self.say(LOADING if demo else PREPARING)
        surroundings = web.environment(self.home, ground) | ({"KAPOK_DEMO": "1"} if demo else {})
        with web.spawn("prepare", web.prepare_command(demo=demo), self.home, surroundings, heard=True) as program:
            while program.poll() is None:
                self.pause(BEAT)
            said = program.stdout.read().decode(errors="replace") if program.stdout else ""
        if program.returncode:
            raise self._ended("prepare", PREPARATION)
        if demo:
            self.home.demo_mark.touch()
        return said.strip()

    def _start_programs(self, ground: Database) -> dict[str, subprocess.Popen[bytes]]:
        surroundings = web.environment(self.home, ground)
        commands = {
            "web": web.web_command(self.door),
            "worker": web.worker_command(),
            "keeper": web.keeper_command(),
        }
        return {name: web.spawn(name, command, self.home, surroundings) for name, command in commands.items()}

    def _await_web(self, programs: dict[str, subprocess.Popen[bytes]], ground: Database) -> None:
        last = time.monotonic() + WEB_SECONDS
        while not self.door.answers():
            self._check(programs, ground)
            if time.monotonic() > last:
                raise WebSilent(seconds=WEB_SECONDS, address=self.door.address, log=web.log_file(self.home, "web"))
            self.pause(BEAT)

    def _check(self, programs: dict[str, subprocess.Popen[bytes]], ground: Database) -> None:
        """Name what ended; the database before the programs, for they end with it, and it is looked at after them."""
        ended = [name for name, program in programs.items() if program.poll() is not None]
        if ground.embedded and not Cluster(self.home).running:
            raise self._ended("postgresql", DATABASE)
        for name in ended:
            raise self._ended(name, PROGRAMS[name])

    def _ended(self, log: str, name: Text) -> ProgramEnded:
        return ProgramEnded(name=name, log=web.log_file(self.home, log), words=web.last_words(self.home, log))

    def _announce(self, log_ins: str) -> None:
        """Both languages, whoever reads it: the person at the terminal may not be the one who signs in."""
        ready = READY.format(address=self.door.address)
        words = "\n".join(part for part in (ready.zh, ready.en, log_ins) if part)
        self.say(Text(zh=words, en=words))

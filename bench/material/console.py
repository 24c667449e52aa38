"""The console as people have it: the web server, a process of its own, and people who are signed in and post its pages."""

from __future__ import annotations

import http.client
import re
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from kapok.host import web
from kapok.host.database import Database
from material.server import Served

READY_SECONDS = 120
COMPLAINT = re.compile(r'class="(?:alert|invalid-feedback)[^>]*>(.*?)</div>', re.S)
TAG = re.compile(r"<[^>]*>")
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class Person:
    """Somebody with a browser: one connection that is kept while they work, and what the server gave it to remember."""

    def __init__(self, port: int) -> None:
        self._server = http.client.HTTPConnection("127.0.0.1", port, timeout=READY_SECONDS)
        self._cookies: SimpleCookie = SimpleCookie()
        self._token = ""

    def sign_in(self, username: str, password: str) -> None:
        """Sign in, and take the token of a page that is seen then."""
        self._look("/sign-in")
        self.post("/sign-in", {"username": username, "password": password, "next": "/"})
        self._look("/account")

    def pause(self) -> None:
        """Do nothing for a while: the server ends a connection that idles."""
        self._server.close()

    def post(self, path: str, form: Mapping[str, str]) -> None:
        """Post a form, which leads to another page."""
        body = urlencode({**form, "csrfmiddlewaretoken": self._token})
        status, page = self._ask("POST", path, body)
        assert status == 302, f"{path}: {status} {_said(page)}"

    def _look(self, path: str) -> None:
        status, page = self._ask("GET", path)
        found = TOKEN.search(page)
        assert found, f"{path}: {status} {_said(page)}"
        self._token = found[1]

    def _ask(self, method: str, path: str, body: str | None = None) -> tuple[int, str]:
        headers = {"Cookie": "; ".join(f"{name}={each.value}" for name, each in self._cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self._server.request(method, path, body, headers)
        answer = self._server.getresponse()
        page = answer.read().decode()
        for cookie in answer.headers.get_all("Set-Cookie", []):
            self._cookies.load(cookie)
        return answer.status, page


def _said(page: str) -> str:
    """What the page complains of."""
    found = COMPLAINT.findall(page)
    return " ".join(" ".join(TAG.sub(" ", each).split()) for each in found) or page[:500]


@contextmanager
def console(served: Served) -> Iterator[tuple[int, int]]:
    """Start the web server on this database; its port and its process."""
    with socket.socket() as any_port:
        any_port.bind(("127.0.0.1", 0))
        port = any_port.getsockname()[1]
    door = web.Door(port=port)
    surroundings = web.environment(served.home, Database(served.url, embedded=True))
    process = subprocess.Popen(web.web_command(door), env=surroundings, stdout=subprocess.DEVNULL)
    try:
        ends = time.monotonic() + READY_SECONDS
        while not door.answers():
            assert time.monotonic() < ends, "the web server does not answer"
            assert process.poll() is None, "the web server has ended"
            time.sleep(0.1)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait()

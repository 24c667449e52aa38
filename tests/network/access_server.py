"""A small access server: it logs customers in, counts what they use, and is told to disconnect them."""

from __future__ import annotations

import hashlib
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

import pytest
from pyrad import packet
from pyrad.client import Client
from pyrad.packet import CoAPacket, Packet

from kapok.config.environment import AccessServer as Known
from kapok.network.activation.adapters import sessions
from kapok.network.activation.adapters.sessions import attributes, speaking

HERE = "127.0.0.1"
ANSWERED_SECONDS, SILENT_SECONDS = 30.0, 0.2
"""How long one who answers is waited for, on a machine that does much else, too; and one who does not."""


class AccessServer:
    """Listens for requests of RFC 5176 and remembers them. With `patience`, nobody hurries it, nor waits long for its silence."""

    def __init__(self, secret: str, patience: pytest.MonkeyPatch | None = None) -> None:
        self._patience = patience
        self.secret = secret.encode()
        self.heard: list[tuple[int, dict[str, Any]]] = []
        self.answer = packet.DisconnectACK
        self.cause = 0
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((HERE, 0))
        self.known = {HERE: Known(self._socket.getsockname()[1], secret)}
        self._thread = Thread(target=self._listen, daemon=True)
        self._thread.start()

    @property
    def answer(self) -> int:
        """The code with which it answers, 0 for silence."""
        return self._answer

    @answer.setter
    def answer(self, code: int) -> None:
        self._answer = code
        if self._patience:
            self._patience.setattr(sessions, "SECONDS", ANSWERED_SECONDS if code else SILENT_SECONDS)
            self._patience.setattr(sessions, "ATTEMPTS", 2 if code else 1)

    def close(self) -> None:
        """No longer listen."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as door:
            door.sendto(b"", self._socket.getsockname())
        self._thread.join(ANSWERED_SECONDS)
        self._socket.close()

    def log_in(self, server: tuple[str, int], login: str | bytes, secret: str, *, chap: bool = False) -> Packet:
        """What the RADIUS server says to a login."""
        with self._client(server) as client:
            return client.SendPacket(self._knock(client, login, secret, chap=chap))

    def _knock(self, client: Client, login: str | bytes, secret: str, *, chap: bool) -> Packet:
        request = client.CreateAuthPacket(code=packet.AccessRequest)
        request[1] = [login.encode() if isinstance(login, str) else login]
        request["NAS-IP-Address"] = HERE
        if chap:
            number, challenge = b"\x07", os.urandom(16)
            request["CHAP-Challenge"] = challenge
            request["CHAP-Password"] = number + hashlib.md5(number + secret.encode() + challenge).digest()
        else:
            request["User-Password"] = request.PwCrypt(secret)
        return request

    def account(self, server: tuple[str, int], status: str, session: str, login: str | bytes, **values: Any) -> Packet:
        """Report a session; `Acct_Input_Octets=…` and the like are its figures."""
        with self._client(server) as client:
            request = client.CreateAcctPacket(Acct_Status_Type=status, Acct_Session_Id=session, NAS_Port=7, **values)
            request[1] = [login.encode() if isinstance(login, str) else login]
            return client.SendPacket(request)

    @contextmanager
    def _client(self, server: tuple[str, int]) -> Iterator[Client]:
        with speaking(server[0], self.secret.decode(), authport=server[1], acctport=server[1] + 1) as client:
            if self._patience:
                client.timeout = ANSWERED_SECONDS
            yield client

    def _listen(self) -> None:
        while data := self._received():
            request = CoAPacket(packet=data[0], secret=self.secret, dict=attributes())
            if not request.VerifyCoARequest():
                continue
            self.heard.append((request.code, {name: values[0] for name, values in named(request).items()}))
            if self.answer:
                reply = request.CreateReply()
                reply.code = self.answer
                if self.cause:
                    reply["Error-Cause"] = self.cause
                self._socket.sendto(reply.ReplyPacket(), data[1])

    def _received(self) -> tuple[bytes, Any] | None:
        data, sender = self._socket.recvfrom(4096)
        return (data, sender) if data else None


def named(request: Packet) -> dict[str, list[Any]]:
    """The attributes of a packet by their names."""
    names: list[str] = list(request.keys())
    return {name: request[name] for name in names}

"""One SIP registration by digest (RFC 3261, section 10, and RFC 2617): whether a line is let in, or that nobody is there any more.

`register` names no contact, so the registrar only says what it knows: the customer's own telephone stays registered. `unregister`
names every contact, with no time left.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import socket
from collections.abc import Sequence
from dataclasses import dataclass

SECONDS = 2.0
LONGEST = 8192
STATUS = re.compile(rb"SIP/2\.0 (\d{3}) ")
CHALLENGE = re.compile(
    rb'^(?:WWW|Proxy)-Authenticate:\s*Digest.*?nonce="([^"\r\n]{1,200})"', re.IGNORECASE | re.MULTILINE
)


EVERY_CONTACT = ("Contact: *", "Expires: 0")


def register(registrar: tuple[str, int], number: str, realm: str, ha1: str) -> int:
    """The status that the registrar answers with, 0 where it does not answer or answers nonsense."""
    return _asked(registrar, number, realm, ha1, ())


def unregister(registrar: tuple[str, int], number: str, realm: str, ha1: str) -> int:
    """The status with which the registrar forgets every telephone of the number, 0 where it does not answer."""
    return _asked(registrar, number, realm, ha1, EVERY_CONTACT)


def _asked(registrar: tuple[str, int], number: str, realm: str, ha1: str, contacts: Sequence[str]) -> int:
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
            line.settimeout(SECONDS)
            line.connect(registrar)
            call = _Call(line, number, realm, secrets.token_hex(8), contacts)
            first = call.ask(1)
            if challenge := CHALLENGE.search(first):
                return _status(call.ask(2, _proof(number, realm, ha1, challenge.group(1).decode("latin-1"))))
            return _status(first)
    except OSError:
        return 0


@dataclass(frozen=True)
class _Call:
    """The requests of one registration."""

    line: socket.socket
    number: str
    realm: str
    name: str
    contacts: Sequence[str]

    def ask(self, count: int, proof: str = "") -> bytes:
        """Send the request of that number; the answer."""
        host, port = self.line.getsockname()
        lines = [
            f"REGISTER sip:{self.realm} SIP/2.0",
            f"Via: SIP/2.0/UDP {host}:{port};branch=z9hG4bK{self.name}{count};rport",
            f"From: <sip:{self.number}@{self.realm}>;tag={self.name}",
            f"To: <sip:{self.number}@{self.realm}>",
            f"Call-ID: {self.name}@{host}",
            f"CSeq: {count} REGISTER",
            "Max-Forwards: 10",
            *([proof] if proof else []),
            *self.contacts,
            "Content-Length: 0",
        ]
        self.line.send(("\r\n".join(lines) + "\r\n\r\n").encode())
        return self.line.recv(LONGEST)


def _status(reply: bytes) -> int:
    found = STATUS.match(reply)
    return int(found.group(1)) if found else 0


def _proof(number: str, realm: str, ha1: str, nonce: str) -> str:
    uri = f"sip:{realm}"
    response = _md5(f"{ha1}:{nonce}:{_md5(f'REGISTER:{uri}')}")
    return (
        f'Authorization: Digest username="{number}", realm="{realm}", nonce="{nonce}", uri="{uri}", '
        f'response="{response}", algorithm=MD5'
    )


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()

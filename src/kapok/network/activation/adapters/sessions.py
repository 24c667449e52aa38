"""Sessions that RADIUS accounting knows to be open, and telling the access servers about them (RFC 5176, by pyrad).

The address of an access server comes from the network, so only those that are configured are spoken to, each with its own secret.
"""

from __future__ import annotations

import struct
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from typing import Any

from django.conf import settings
from django.db import connection
from pyrad import packet
from pyrad.client import Client, Timeout
from pyrad.dictionary import Dictionary
from pyrad.packet import PacketError

STILL_OPEN = """status IN ('Start', 'Interim-Update')
    AND NOT EXISTS (SELECT FROM activation_accounting stopped
                    WHERE stopped.session = seen.session AND stopped.status = 'Stop')
    AND NOT EXISTS (SELECT FROM activation_accounting restarted
                    WHERE restarted.nas_address = seen.nas_address AND restarted.at > seen.at
                        AND restarted.status IN ('Accounting-On', 'Accounting-Off'))"""
"""Of a packet that was `seen`: nobody has said since that its session is over."""
BEGUN = """(
    SELECT min(first.at - make_interval(secs => least(first.seconds, 4294967295)::float8))
    FROM activation_accounting first WHERE first.session = seen.session)"""
"""When the session of a packet that was `seen` began, by all that was said of it."""
OPEN = f"""
SELECT DISTINCT ON (session) session, login, nas_address, nas_session, framed_address
FROM activation_accounting seen
WHERE (service = %(service)s OR service = '' AND login = ANY(%(logins)s)) AND {STILL_OPEN}
    AND (%(before)s::timestamptz IS NULL OR {BEGUN} <= %(before)s)
ORDER BY session, seconds DESC
LIMIT 100
"""  # noqa: S608  # built of the constants above
SECONDS = 2
ATTEMPTS = 2
GONE = 503
"""Error-Cause of an access server that has no such session: it is as good as disconnected."""

NONSENSE = (PacketError, OSError, ValueError, struct.error)
"""An answer that cannot be read, or a name from the network that is too long for a packet."""

ATTRIBUTES = """
ATTRIBUTE User-Name 1 string
ATTRIBUTE User-Password 2 string
ATTRIBUTE CHAP-Password 3 octets
ATTRIBUTE NAS-IP-Address 4 ipaddr
ATTRIBUTE NAS-Port 5 integer
ATTRIBUTE Framed-IP-Address 8 ipaddr
ATTRIBUTE Filter-Id 11 string
ATTRIBUTE Reply-Message 18 string
ATTRIBUTE Class 25 octets
ATTRIBUTE Vendor-Specific 26 octets
ATTRIBUTE Acct-Status-Type 40 integer
ATTRIBUTE Acct-Input-Octets 42 integer
ATTRIBUTE Acct-Output-Octets 43 integer
ATTRIBUTE Acct-Session-Id 44 string
ATTRIBUTE Acct-Session-Time 46 integer
ATTRIBUTE Acct-Terminate-Cause 49 integer
ATTRIBUTE Acct-Input-Gigawords 52 integer
ATTRIBUTE Acct-Output-Gigawords 53 integer
ATTRIBUTE CHAP-Challenge 60 octets
ATTRIBUTE Message-Authenticator 80 octets
ATTRIBUTE Error-Cause 101 integer
ATTRIBUTE Delegated-IPv6-Prefix 123 ipv6prefix
ATTRIBUTE Framed-IPv6-Address 168 ipv6addr
VENDOR WISPr 14122
BEGIN-VENDOR WISPr
ATTRIBUTE WISPr-Bandwidth-Max-Up 7 integer
ATTRIBUTE WISPr-Bandwidth-Max-Down 8 integer
END-VENDOR WISPr
VENDOR Mikrotik 14988
BEGIN-VENDOR Mikrotik
ATTRIBUTE Mikrotik-Rate-Limit 8 string
END-VENDOR Mikrotik
VALUE Acct-Status-Type Start 1
VALUE Acct-Status-Type Stop 2
VALUE Acct-Status-Type Interim-Update 3
"""


@dataclass(frozen=True)
class Session:
    """One open session, as the access server calls it."""

    session: str
    login: str
    nas_address: str
    nas_session: str
    framed_address: str


def attributes() -> Dictionary:
    """The attributes that we speak of."""
    return Dictionary(StringIO(ATTRIBUTES))


@contextmanager
def speaking(server: str, secret: str, **ports: int) -> Iterator[Client]:
    """A client of a RADIUS server, or of an access server, for a request or two."""
    client = Client(server=server, secret=secret.encode(), dict=attributes(), **ports)
    client.timeout, client.retries = SECONDS, ATTEMPTS
    try:
        yield client
    finally:
        client._CloseSocket()  # pyrad knows no other way to end it


def open_sessions(service: str, logins: Collection[str], *, before: datetime | None = None) -> list[Session]:
    """The sessions of a service, or of its logins where the access server did not say it; only those begun by `before`."""
    with connection.cursor() as cursor:
        cursor.execute(OPEN, {"service": service, "logins": list(logins), "before": before})
        return [Session(*row) for row in cursor.fetchall()]


def disconnect(session: Session) -> bool | None:
    """Ask the access server to end a session; whether it has ended, None where it does not answer."""
    return _told(session, packet.DisconnectRequest, packet.DisconnectACK, {})


def change(session: Session, values: Mapping[str, Any]) -> bool | None:
    """Ask the access server to go on with other attributes; whether it does, None where it does not answer."""
    return _told(session, packet.CoARequest, packet.CoAACK, values)


def _told(session: Session, code: int, expected: int, values: Mapping[str, Any]) -> bool | None:
    nas = settings.RADIUS_SECRETS.get(session.nas_address)
    if nas is None:
        return False
    names = {"User-Name": session.login, "Acct-Session-Id": session.nas_session} | dict(values)
    with speaking(session.nas_address, nas.secret, coaport=nas.port) as client:
        try:
            request = client.CreateCoAPacket(code=code)
            for name, value in names.items():
                request[name] = value
            reply = client.SendPacket(request)
            return reply.code == expected or (code == packet.DisconnectRequest and GONE in reply.get("Error-Cause", []))
        except Timeout:
            return None
        except NONSENSE:
            return False

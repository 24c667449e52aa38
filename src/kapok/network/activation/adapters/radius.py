"""RADIUS: a line is a row that the server reads through the views of the schema `radius`; sessions end by Disconnect-Request."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from ipaddress import IPv6Network, ip_address
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from pyrad import packet
from pyrad.client import Timeout
from pyrad.packet import PacketError

from kapok.kernel.text import Text
from kapok.network.activation.adapters import sessions
from kapok.network.activation.adapters.base import (
    DONE,
    SPEED,
    Outcome,
    Request,
    by_the_record,
    differing,
    missing,
    taken,
)
from kapok.network.activation.models import CLOSED, Cutoff, Peer, Subscriber
from kapok.network.activation.rules import MASK, plain_note

TITLE = Text(zh="RADIUS", en="RADIUS server")
LOGIN = Text(zh="宽带账号", en="login")
SUSPENDED = "已停机 / suspended"
STILL_ONLINE = Text(
    zh="状态已改，但接入服务器没有断开{count}个在线会话；稍后会重试，请检查接入服务器的地址与密钥。",
    en="The state is changed, but the access server did not end {count} {count:session|sessions}; it is tried again, "
    "look at the access server’s address and secret.",
)
UNANSWERED = Outcome(
    ok=False,
    code="timeout",
    retry=True,
    text=Text(zh="RADIUS没有应答，稍后会重试。", en="The RADIUS server did not answer; it is tried again."),
    measured={"authentication": "no_answer"},
)
REFUSED = Text(
    zh="登录被拒；原因只告知客户，请看线路的状态与订单。",
    en="The login is refused; why, the line’s state and its orders say.",
)
WRONG_ADDRESS = Text(
    zh="登录所得地址与台账不符；请核对RADIUS的地址数据。",
    en="The addresses granted are not the line’s own; look at what the RADIUS server says of them.",
)
ADDRESSES: Mapping[str, Callable[[Subscriber], str]] = {
    "ip": lambda row: "Framed-IPv6-Address" if ":" in str(row.ip) else "Framed-IP-Address",
    "ipv6_prefix": lambda _row: "Delegated-IPv6-Prefix",
}
"""By which attribute each address is granted."""
MIB = 1_000_000
MOST = 4_294_967_295
"""Bits a second that an attribute of 32 bits can say."""
LOCAL = "127.0.0.1"
LET_IN_BEFORE = timedelta(seconds=10)
"""How long after a login was accepted, by what a line was then, its session may begin."""


class Radius:
    """Lines that log in by PPPoE."""

    title = TITLE
    needed = frozenset({"login", "secret", "down_mbps", "up_mbps"})

    def activate(self, request: Request) -> Outcome:
        """Let the login in, with its speed."""
        row = self._row(request)
        if row is not None:
            return _changed(row, request, state="active")
        row = Subscriber(service=request.service, state="active")
        _set(row, request)
        return _saved(row)

    def suspend(self, request: Request) -> Outcome:
        """Refuse the login with the reason, and end its sessions."""
        row = self._row(request)
        if row is None:
            return missing(TITLE)
        return _shut(row, request, "suspended", plain_note(request.text("reason")) or SUSPENDED)

    def resume(self, request: Request) -> Outcome:
        """Let the login in again."""
        row = self._row(request)
        return missing(TITLE) if row is None else _changed(row, request, state="active")

    def modify(self, request: Request) -> Outcome:
        """Change login, secret, addresses or speed; open sessions get the new speed, or end so that they come back with it.

        What the sessions are still to be told stands in the row until the access servers have done it.
        """
        row = self._row(request)
        return missing(TITLE) if row is None else _changed(row, request)

    def terminate(self, request: Request) -> Outcome:
        """Refuse the login, end all its sessions and those of logins that it has left, then forget it."""
        row = self._row(request)
        if row is None:
            return _ended(sessions.open_sessions(request.service, _nobodys(request.text("login"))))
        ended = _shut(row, Request(request.service, request.kind, {}, request.at), CLOSED)
        if ended.ok:
            row.delete()
        return ended

    def test(self, request: Request) -> Outcome:
        """Log in as the customer would, and compare the speed that is granted."""
        row = self._row(request)
        if row is None:
            return missing(TITLE)
        recorded = {"profile": row.profile, "down_mbps": row.down_mbps, "up_mbps": row.up_mbps} | addresses(row)
        if wrong := differing(request, recorded, [*SPEED, *ADDRESSES]):
            return Outcome(
                ok=False, code="not_as_ordered", text=wrong, measured={"authentication": "not_measured"} | recorded
            )
        return log_in(row)

    def _row(self, request: Request) -> Subscriber | None:
        return Subscriber.objects.filter(service=request.service).first()


def _changed(row: Subscriber, request: Request, state: str = "") -> Outcome:
    """Let a line be what the params say, and its sessions hear of it."""
    login, known, speed = row.login, _known_by(row), speeds(row)
    row.state, row.reason = (state, "") if state else (row.state, row.reason)
    _set(row, request)
    if known != _known_by(row):
        row.leaving = sorted({*row.leaving, login})
    row.speed_pending = row.speed_pending or speed != speeds(row)
    if (known, speed) != (_known_by(row), speeds(row)):
        row.told_before = None
    return _first_refusal(_saved(row), lambda: _tell_sessions(row))


def _nobodys(login: str) -> set[str]:
    """The login, unless a line has it: of a session that names no service it says whose it is."""
    return {login} if login and not Subscriber.objects.filter(login=login).exists() else set()


def _shut(row: Subscriber, request: Request, state: str, reason: str = "") -> Outcome:
    """Refuse the login, and end whatever is open now."""
    row.state, row.reason, row.told_before = state, reason, None
    _set(row, request)
    return _first_refusal(_saved(row), lambda: _end_sessions(row))


def _set(row: Subscriber, request: Request) -> None:
    """What the params name; an address that is named and empty is taken away."""
    for name in ("login", "secret", "profile"):
        setattr(row, name, request.text(name, getattr(row, name)))
    row.down_mbps = request.number("down_mbps", row.down_mbps or 0)
    row.up_mbps = request.number("up_mbps", row.up_mbps or 0)
    if "ip" in request.params:
        row.ip = str(ip_address(request.text("ip"))) if request.text("ip") else None
    if "ipv6_prefix" in request.params:
        prefix = request.text("ipv6_prefix")
        row.ipv6_prefix = str(IPv6Network(prefix)) if prefix else ""
    row.changed_at = request.at


def _saved(row: Subscriber) -> Outcome:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        return taken(LOGIN)
    return DONE


def _first_refusal(kept: Outcome, then: Any) -> Outcome:
    return then() if kept.ok else kept


def _ended(open_now: list[sessions.Session]) -> Outcome:
    left = sum(not sessions.disconnect(session) for session in open_now)
    measured = {"sessions": len(open_now), "disconnected": len(open_now) - left}
    if left:
        return Outcome(
            ok=False, code="still_online", retry=True, text=STILL_ONLINE.format(count=left), measured=measured
        )
    return Outcome(ok=True, code="done", text=DONE.text, measured=measured)


def _known_by(row: Subscriber) -> tuple[str, str, dict[str, str]]:
    """What a session has from its login on: no access server can change it."""
    return row.login, row.secret, addresses(row)


def _tell_sessions(row: Subscriber) -> Outcome:
    """End the sessions that are to end, else let them have the new speed."""
    if row.leaving:
        return _end_sessions(row)
    if not row.speed_pending:
        return DONE
    open_now = _to_be_told(row)
    return _heard(row, _ended([each for each in open_now if not sessions.change(each, speeds(row))]))


def _end_sessions(row: Subscriber) -> Outcome:
    """End what is known to be open; what one hears of later only, the worker ends (`strays`)."""
    open_now = _to_be_told(row)
    if row.told_before and (row.leaving or row.state == CLOSED):
        _cut_off(row.service, {*row.leaving, row.login}, row.told_before)
    return _heard(row, _ended(open_now))


def _cut_off(service: str, logins: Collection[str], before: datetime) -> None:
    """Keep from when on sessions know what is new; a suspension says it by its state, and lets them be when it is over."""
    cutoffs = [Cutoff(service=service, login=login, before=before) for login in sorted(logins)]
    unique = ["service", "login"]
    Cutoff.objects.bulk_create(cutoffs, update_conflicts=True, unique_fields=unique, update_fields=["before"])


def _to_be_told(row: Subscriber) -> list[sessions.Session]:
    """The open sessions that began before what is new; from its first telling on it is known which these are."""
    if row.told_before is None:
        Subscriber.objects.filter(pk=row.pk).update(told_before=Now() + LET_IN_BEFORE)
        row.refresh_from_db(fields=["told_before"])
    return sessions.open_sessions(row.service, {*row.leaving, row.login}, before=row.told_before)


def _heard(row: Subscriber, outcome: Outcome) -> Outcome:
    """Where the access servers have done it, nothing is left to be told to the sessions."""
    if outcome.ok:
        Subscriber.objects.filter(pk=row.pk).update(leaving=[], speed_pending=False, told_before=None)
    return outcome


def speeds(row: Subscriber) -> dict[str, Any]:
    """The speed as attributes, as the view `radius.radreply` says it too."""
    return {
        "WISPr-Bandwidth-Max-Down": min(row.down_mbps * MIB, MOST),
        "WISPr-Bandwidth-Max-Up": min(row.up_mbps * MIB, MOST),
        "Mikrotik-Rate-Limit": f"{row.up_mbps}M/{row.down_mbps}M",
    }


def addresses(row: Subscriber) -> dict[str, str]:
    """The addresses of the line's own, each by the name under which an order gives it."""
    return {name: str(value) for name in ADDRESSES if (value := getattr(row, name))}


def server() -> tuple[str, int] | None:
    """Where the RADIUS server answers: as configured, else the laboratory's."""
    if settings.RADIUS_SERVER:
        host, _, port = settings.RADIUS_SERVER.partition(":")
        return host, int(port or 1812)
    peer = Peer.objects.filter(name="freeradius").first()
    return (peer.address, peer.port) if peer else None


def log_in(row: Subscriber) -> Outcome:
    """What the RADIUS server says to the login of a line; without a server only the record is compared, and the answer says so."""
    where = server()
    if where is None:
        return _by_the_record(row)
    nas = settings.RADIUS_SECRETS.get(LOCAL)
    with sessions.speaking(where[0], nas.secret if nas else "", authport=where[1]) as client:
        request = client.CreateAuthPacket(code=packet.AccessRequest, User_Name=row.login, NAS_IP_Address=LOCAL)
        request["User-Password"] = request.PwCrypt(row.secret)
        try:
            reply = client.SendPacket(request)
        except (Timeout, PacketError, OSError):
            return UNANSWERED
    return _accepted(row, reply) if reply.code == packet.AccessAccept else _rejected(reply)


def _by_the_record(row: Subscriber) -> Outcome:
    measured = {"authentication": "not_measured", "down_mbps": row.down_mbps, "up_mbps": row.up_mbps} | addresses(row)
    return by_the_record(TITLE, "KAPOK_RADIUS_SERVER", row.state, measured)


def _rejected(reply: Any) -> Outcome:
    """What the server says of the reason, a person may have typed: it is for the customer’s login, the journal does not keep it."""
    measured = {"authentication": "rejected"} | ({"told": MASK} if reply.get("Reply-Message") else {})
    return Outcome(ok=False, code="rejected", text=REFUSED, measured=measured)


def _accepted(row: Subscriber, reply: Any) -> Outcome:
    granted = {name: (reply.get(name) or [None])[0] for name in speeds(row)}
    given = {name: str(said[0]) for name, each in ADDRESSES.items() if (said := reply.get(each(row)))}
    measured = {
        "authentication": "accepted",
        "down_mbps": (granted["WISPr-Bandwidth-Max-Down"] or 0) // MIB,
        "up_mbps": (granted["WISPr-Bandwidth-Max-Up"] or 0) // MIB,
    } | given
    if granted != speeds(row):
        text = Text(
            zh="速率与套餐不符；请核对速率模板。", en="The speed granted is not the one ordered; look at the profile."
        )
        return Outcome(ok=False, code="wrong_speed", text=text, measured=measured)
    if addresses(row).items() - given.items():
        return Outcome(ok=False, code="wrong_address", text=WRONG_ADDRESS, measured=measured)
    text = Text(zh="登录成功，下行{down}兆", en="logged in, {down} Mbit/s down").format(down=row.down_mbps)
    return Outcome(ok=True, code="done", text=text, measured=measured)

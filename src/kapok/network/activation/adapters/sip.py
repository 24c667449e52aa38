"""SIP: a line is a row that the registrar reads through the view `sip.subscriber`; a suspended line cannot register."""

from __future__ import annotations

import hashlib
import secrets

from django.conf import settings
from django.db import IntegrityError, transaction

from kapok.kernel.text import Text
from kapok.network.activation.adapters.base import DONE, Outcome, Request, by_the_record, missing, taken
from kapok.network.activation.adapters.register import register, unregister
from kapok.network.activation.models import Peer, SipLine

TITLE = Text(zh="SIP注册服务器", en="SIP registrar")
NUMBER = Text(zh="号码", en="number")
STILL_REGISTERED = Outcome(
    ok=False, code="still_registered", retry=True,
    text=Text(
        zh="号码已不能再注册，但注册服务器没有注销在线的话机；稍后会重试，请检查注册服务器。",
        en="The number can register no more, but its telephone is still registered; it is tried again, look at the registrar.",
    ),
)  # fmt: skip


class Sip:
    """Voice lines over IP."""

    title = TITLE
    needed = frozenset({"number", "secret"})

    def activate(self, request: Request) -> Outcome:
        """Let the line register."""
        row = self._row(request) or SipLine(service=request.service)
        row.state = "active"
        return self._kept(row, request)

    def suspend(self, request: Request) -> Outcome:
        """Let it no longer register, and end the registration that runs."""
        row = self._row(request)
        if row is None:
            return missing(TITLE)
        row.state, row.changed_at = "suspended", request.at
        return _shut(row)

    def resume(self, request: Request) -> Outcome:
        """Let it register again."""
        again = {"state": "active", "closing": "", "changed_at": request.at}
        return DONE if SipLine.objects.filter(service=request.service).update(**again) else missing(TITLE)

    def modify(self, request: Request) -> Outcome:
        """Change number and secret together, either needs the other; whoever is registered by the old ones is no longer."""
        row = self._row(request)
        if row is None:
            return missing(TITLE)
        if request.text("number") and not request.text("secret"):
            text = Text(zh="改号时请同时给出密码。", en="A new number needs the secret too; give both.")
            return Outcome(ok=False, code="bad_request", text=text)
        shut = _shut(row) if request.text("secret") else DONE
        return self._kept(row, request) if shut.ok else shut

    def terminate(self, request: Request) -> Outcome:
        """End the registration that runs, and forget the line."""
        row = self._row(request)
        if row is None:
            return DONE
        row.state, row.changed_at = "suspended", request.at
        shut = _shut(row)
        if shut.ok:
            row.delete()
        return shut

    def test(self, request: Request) -> Outcome:
        """Ask the registrar as the line would."""
        row = self._row(request)
        if row is None:
            return missing(TITLE)
        peer = Peer.objects.filter(name="kamailio").first()
        if peer is None:
            return by_the_record(TITLE, "kapok lab up", row.state, {"registration": "not_measured"})
        return _said(register((peer.address, peer.port), row.number, row.realm, row.ha1))

    def _row(self, request: Request) -> SipLine | None:
        return SipLine.objects.filter(service=request.service).first()

    def _kept(self, row: SipLine, request: Request) -> Outcome:
        if secret := request.text("secret"):
            row.realm = settings.SIP_REALM
            row.number = request.text("number", row.number)
            row.ha1 = digest(row.number, row.realm, secret)
        row.changed_at, row.closing = request.at, ""
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError:
            return taken(NUMBER)
        return DONE


def _shut(row: SipLine) -> Outcome:
    """From now on nobody comes in by the line's own secret, and no telephone of it stays registered.

    The registrar is told in its own language, by a secret that only this call knows and that ends with it.
    """
    peer = Peer.objects.filter(name="kamailio").first()
    row.closing = secrets.token_hex(16) if peer else ""
    row.save()
    if peer is None:
        return DONE
    try:
        status = unregister((peer.address, peer.port), row.number, row.realm, row.closing)
    finally:
        SipLine.objects.filter(pk=row.pk, closing=row.closing).update(closing="")
    return DONE if status == 200 else STILL_REGISTERED


def digest(number: str, realm: str, secret: str) -> str:
    """HA1 of RFC 2617, as SIP wants it."""
    return hashlib.md5(f"{number}:{realm}:{secret}".encode(), usedforsecurity=False).hexdigest()


def _said(status: int) -> Outcome:
    measured = {"registration": status}
    if status == 200:
        return Outcome(ok=True, code="done", text=Text(zh="注册成功", en="registered"), measured=measured)
    if status == 0:
        text = Text(zh="SIP注册服务器没有应答，稍后会重试。", en="The SIP registrar did not answer; it is tried again.")
        return Outcome(ok=False, code="timeout", retry=True, text=text, measured=measured)
    text = Text(zh="注册被拒（{status}）", en="The registration is refused ({status})").format(status=status)
    return Outcome(ok=False, code="rejected", text=text, measured=measured)

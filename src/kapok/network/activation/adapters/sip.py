"""SIP: a line is a row that the registrar reads through the view `sip.subscriber`; a suspended line cannot register."""

from __future__ import annotations

import hashlib
import secrets

from django.conf import settings
from django.db import IntegrityError, transaction

from kapok.kernel.text import Text
from kapok.network.activation.adapters.base import DONE, Outcome, Request, by_the_record, differing, missing, taken
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
FORMER_REGISTERED = Outcome(
    ok=False, code="still_registered", retry=True,
    text=Text(
        zh="原号码、原密码已不能再注册，但注册服务器没有注销原先在线的话机；稍后会重试，请检查注册服务器。",
        en="The former number and secret can register no more, but their telephone is still registered; it is tried again, "
        "look at the registrar.",
    ),
)  # fmt: skip


class Sip:
    """Voice lines over IP."""

    title = TITLE
    needed = frozenset({"number", "secret"})

    def activate(self, request: Request) -> Outcome:
        """Let the line register; whoever is registered by a number or secret that it had before is no longer."""
        row = self._row(request) or SipLine(service=request.service)
        row.state = "active"
        return self._changed(row, request)

    def suspend(self, request: Request) -> Outcome:
        """Let it no longer register, and end the registration that runs."""
        row = self._row(request)
        if row is None:
            return missing(TITLE)
        row.state, row.changed_at = "suspended", request.at
        return _closed(row)

    def resume(self, request: Request) -> Outcome:
        """Let it register again; the numbers that it has left before stay to be left."""
        row = self._row(request)
        if row is None:
            return missing(TITLE)
        row.state, row.closing, row.changed_at = "active", "", request.at
        row.leaving = [number for number in row.leaving if number != row.number]
        row.save()
        return DONE

    def modify(self, request: Request) -> Outcome:
        """Change number and secret, a new number needs the secret; then whoever is registered by the former ones is no longer.

        The former ones are invalid from the first moment, whatever the registrar answers; asked again it is told once more.
        """
        row = self._row(request)
        if row is None:
            return missing(TITLE)
        if request.text("number") and not request.text("secret"):
            text = Text(zh="改号时请同时给出密码。", en="A new number needs the secret too; give both.")
            return Outcome(ok=False, code="bad_request", text=text)
        return self._changed(row, request)

    def terminate(self, request: Request) -> Outcome:
        """End the registration that runs, and forget the line."""
        row = self._row(request)
        if row is None:
            return DONE
        row.state, row.changed_at = "suspended", request.at
        closed = _closed(row)
        if closed.ok:
            row.delete()
        return closed

    def test(self, request: Request) -> Outcome:
        """Ask the registrar as the line would."""
        row = self._row(request)
        if row is None:
            return missing(TITLE)
        if wrong := differing(request, {"number": row.number}, ["number"]):
            not_measured = {"registration": "not_measured"}
            return Outcome(ok=False, code="not_as_ordered", text=wrong, measured=not_measured)
        peer = Peer.objects.filter(name="kamailio").first()
        if peer is None:
            return by_the_record(TITLE, "kapok lab up", row.state, {"registration": "not_measured"})
        return _said(register((peer.address, peer.port), row.number, row.realm, row.ha1))

    def _row(self, request: Request) -> SipLine | None:
        return SipLine.objects.filter(service=request.service).first()

    def _changed(self, row: SipLine, request: Request) -> Outcome:
        kept = self._kept(row, request)
        return kept if not kept.ok or not row.leaving or _left(row) else FORMER_REGISTERED

    def _kept(self, row: SipLine, request: Request) -> Outcome:
        if secret := request.text("secret"):
            before = row.number, row.ha1
            row.realm = settings.SIP_REALM
            row.number = request.text("number", row.number)
            row.ha1 = digest(row.number, row.realm, secret)
            if row.pk and before != (row.number, row.ha1):
                row.leaving = sorted({*row.leaving, before[0]})
        row.changed_at, row.closing = request.at, ""
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError:
            return taken(NUMBER)
        return DONE


def _closed(row: SipLine) -> Outcome:
    """Nobody comes in any more, and no telephone stays registered: neither by its number nor by those that it has left."""
    row.leaving = sorted({*row.leaving, row.number})
    return DONE if _left(row) else STILL_REGISTERED


def _left(row: SipLine) -> bool:
    """Whether no telephone is registered by a number that the line is leaving; without a registrar there is none."""
    peer = Peer.objects.filter(name="kamailio").first()
    row.leaving = row.leaving if peer else []
    row.save()
    return peer is None or all(_logged_out(row, number, (peer.address, peer.port)) for number in row.leaving)


def _logged_out(row: SipLine, number: str, registrar: tuple[str, int]) -> bool:
    """Whether no telephone is registered by that number any more; until then the line is leaving it.

    The registrar is told in its own language, by a secret that only this call knows and that ends with it; it knows the line by
    the first of the numbers that are left.
    """
    others = [each for each in row.leaving if each != number]
    row.leaving, row.closing = [number, *others], secrets.token_hex(16)
    row.save()
    status, line = 0, SipLine.objects.filter(pk=row.pk, closing=row.closing)
    try:
        status = unregister(registrar, number, row.realm, row.closing)
    finally:
        row.leaving, row.closing = others if status == 200 else [*others, number], ""
        line.update(closing="", leaving=row.leaving)
    return status == 200


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

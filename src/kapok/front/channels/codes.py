"""One-time codes for customers: sent to a contact of theirs, tried a few times; nobody learns which orders or customers exist.

One comes in by the number of an order or by one's own number as a customer; the code goes to the same contact.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from hmac import compare_digest

from django.conf import settings
from django.db import connection
from django.utils.crypto import salted_hmac

from kapok.chain.ordering.models import Order
from kapok.front.channels import events, rules, sending
from kapok.front.channels.models import AccessCode, DoorKnock
from kapok.front.channels.refusals import KnockedTooOften
from kapok.front.channels.rules import Knock
from kapok.ground.customers.models import Contact, Customer
from kapok.ground.customers.rows import customer_called
from kapok.ground.customers.rules import ContactKind, masked_contact
from kapok.ground.journal import api as journal
from kapok.kernel.ids import uuid7
from kapok.kernel.text import Language, Text

PREFERRED = [ContactKind.MOBILE.value, ContactKind.PHONE.value, ContactKind.EMAIL.value]
SALT = "kapok.front.channels.code"
WORDS = Text(
    zh="{what}的验证码：{code}，{minutes} 分钟内有效，请勿告诉他人。",
    en="Your code for {what}: {code}. It is valid for {minutes} minutes; share it with nobody.",
)
AN_ORDER, A_CUSTOMER = Text(zh="订单 {number} ", en="order {number}"), Text(zh="客户 {number} ", en="customer {number}")


@dataclass(frozen=True)
class Door:
    """Whose door a number opens, and which order's; an empty one is the customer's own."""

    customer: Customer
    order: str
    subject: str


def send(order: str, address: str, *, language: Language, actor: str, at: datetime) -> None:
    """Send a code, if there is such an order or customer and they can be reached; whoever asks cannot tell.

    Within a verb's `transaction.atomic`. Raises `KnockedTooOften`.
    """
    typed = tidy(order)
    knock(Knock.ASKED, typed, address, at)
    door = _door(typed)
    code = f"{secrets.randbelow(10**rules.CODE_DIGITS):0{rules.CODE_DIGITS}}"
    digest = _digest(typed, code)
    contact = _contact(door.customer) if door else None
    if door is None or contact is None:
        return
    sent_to = masked_contact(ContactKind(contact.kind), contact.value)
    said = {"digest": digest, "sent_to": sent_to[:30], "sent_at": at, "tries": 0, "used_at": None}
    AccessCode.objects.update_or_create(order=typed, defaults={**said, "shown": code if settings.DEMO else ""})
    journal.record(events.CodeSent(subject=door.subject, actor=actor, at=at, sent_to=sent_to))
    what = (AN_ORDER if door.order else A_CUSTOMER).format(number=typed)
    words = WORDS.format(what=what, code=code, minutes=int(rules.CODE_LASTS.total_seconds() // 60))
    sending.send_out(contact.value, words.in_(language))


def tried(order: str, code: str, address: str, *, at: datetime) -> Door | None:
    """Whose door it opens, if the code is its last one, fresh, unused and not tried too often. Each attempt counts.

    Within a verb's `transaction.atomic`. Raises `KnockedTooOften`.
    """
    typed = tidy(order)
    knock(Knock.TRIED, typed, address, at)
    row = AccessCode.objects.select_for_update().filter(order=typed).first()
    given = _digest(typed, code.strip()[:20])
    right = compare_digest(given, row.digest if row else _digest("", ""))
    if row is None:
        return None
    fresh = row.used_at is None and at < row.sent_at + rules.CODE_LASTS and row.tries < rules.CODE_TRIES
    row.tries = min(row.tries + 1, rules.CODE_TRIES)
    row.used_at = at if right and fresh else row.used_at
    row.save(update_fields=["tries", "used_at"])
    return _door(typed) if right and fresh else None


def knock(kind: Knock, order: str, address: str, at: datetime) -> None:
    """Count an attempt, nobody else's of the same order or address meanwhile. Raises `KnockedTooOften`."""
    keys = [key_of_order(order), _key(f"address {address}")]
    with connection.cursor() as cursor:
        for key in sorted(keys):
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 61))", [f"{kind.value} {key}"])
    since = DoorKnock.objects.filter(kind=kind, at__gt=at - rules.WITHIN)
    if rules.too_often(kind, since.filter(order=keys[0]).count(), since.filter(address=keys[1]).count()):
        raise KnockedTooOften
    DoorKnock.objects.create(id=uuid7(at), kind=kind.value, order=keys[0], address=keys[1], at=at)


def tidy(order: str) -> str:
    """The number of an order or a customer as people type it."""
    return order.strip().upper().replace(" ", "")[:16]


def key_of_order(order: str) -> str:
    """As what an order number is noted at the door."""
    return _key(f"order {order}")


def _door(typed: str) -> Door | None:
    """What the number is: an order's, else a customer's; of one that was merged, whoever stands for it."""
    order = Order.objects.select_related("customer").filter(number=typed).first()
    if order is not None:
        return Door(order.customer, order.number, order.subject)
    customer = customer_called(typed) if Customer.objects.filter(number=typed).exists() else None
    return Door(customer, "", customer.subject) if customer else None


def _contact(customer: Customer) -> Contact | None:
    found = Contact.objects.filter(customer=customer, ended_at=None, kind__in=PREFERRED)
    return min(found, key=lambda each: (PREFERRED.index(each.kind), each.added_at), default=None)


def _digest(order: str, code: str) -> str:
    return salted_hmac(SALT, f"{order} {code}", algorithm="sha256").hexdigest()


def _key(words: str) -> str:
    return sha256(words.encode()).hexdigest()

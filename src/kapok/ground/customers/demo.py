"""Loads the customers of the demonstration, at its addresses; once."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from kapok.ground.customers import api
from kapok.ground.customers.cast import AGREED, FIRMS, HOTLINE, MOVED_IN, RESIDENTS, TWICE, Firm, Resident, id_card
from kapok.ground.customers.models import Customer
from kapok.ground.customers.rules import ContactKind, ContactRole, Means, PartyKind
from kapok.ground.people import api as people
from kapok.ground.people.models import Grant
from kapok.ground.places.demo import STREETS
from kapok.ground.places.rules import Segment

ACTOR = "system"
HOMES = {Segment.KEY_ACCOUNT: "key-accounts", Segment.WHOLESALE: "kapok", Segment.INTERNAL: "kapok"}
"""The unit that answers for a segment which has no patches."""
KNOWN_FOR = timedelta(days=400)
"""How long before the demonstration its first customer came; the others follow day by day."""


@transaction.atomic
def load(at: datetime) -> None:
    """Register residents, firms and hierarchies, note consents, merge one pair; and let the hotline see them all."""
    if Customer.objects.exists():
        return
    came = at - KNOWN_FOR
    residents = [_resident(each, serial, came + timedelta(days=serial)) for serial, each in enumerate(RESIDENTS, 1)]
    _firms(came)
    for serial, purpose in enumerate(AGREED * 4):
        api.give_consent(
            customer=residents[serial * 2],
            purpose=purpose.value,
            means=Means.HALL.value,
            actor=ACTOR,
            at=at - timedelta(days=300 - serial),
        )
    withdrawn = at - timedelta(days=40)
    api.withdraw_consent(
        customer=residents[0], purpose=AGREED[0].value, means=Means.PHONE.value, actor=ACTOR, at=withdrawn
    )
    _resident(TWICE, RESIDENTS.index(TWICE) + 1, withdrawn, document=False)
    again = _resident(MOVED_IN, RESIDENTS.index(MOVED_IN) + 1, withdrawn)
    api.merge(keep=residents[RESIDENTS.index(MOVED_IN)], drop=again, reason="同一客户重复登记", actor=ACTOR, at=at)
    for username in HOTLINE:
        if not Grant.objects.filter(staff__username=username, unit__code="kapok", revoked_at=None).exists():
            people.grant_role(username=username, role="agent", unit="kapok", actor=ACTOR, at=at)


def _resident(one: Resident, serial: int, at: datetime, *, document: bool = True) -> str:
    return api.register_customer(
        kind=PartyKind.PERSON.value, name=one.name, segment=Segment.PUBLIC.value, unit=_patch(one.street),
        address=_room(one.street, one.house), phone=f"139000010{serial:02}",
        document_kind="id_card" if document else "", document=id_card(serial) if document else "",
        star=one.star, payment=one.payment, languages=one.languages, actor=ACTOR, at=at,
    )  # fmt: skip


def _firms(at: datetime) -> None:
    numbers: dict[str, str] = {}
    for serial, one in enumerate(FIRMS, 1):
        numbers[one.reference] = _firm(one, serial, numbers, at)
    bank = numbers["K-100"]
    api.add_account(customer=bank, name="岭南木棉银行专线", actor=ACTOR, at=at)
    for kind, value, role in (
        (ContactKind.MOBILE, "13900002001", ContactRole.DECISION),
        (ContactKind.EMAIL, "it@lmbank.example", ContactRole.TECHNICAL),
        (ContactKind.WECHAT, "lmbank_it", ContactRole.TECHNICAL),
    ):
        api.add_contact(customer=bank, kind=kind.value, value=value, role=role.value, actor=ACTOR, at=at)


def _firm(one: Firm, serial: int, numbers: dict[str, str], at: datetime) -> str:
    return api.register_customer(
        kind=PartyKind.ORGANISATION.value, name=one.name, segment=one.segment.value,
        unit=HOMES.get(one.segment) or _patch(one.street), address=_room(one.street, one.house),
        phone=f"020-8700-10{serial:02}", email=f"office@{one.reference.lower()}.example", document_kind="licence",
        document=f"91440101MA5{serial:05}00", tier=one.tier.value, star=one.star, parent=numbers.get(one.head, ""),
        manager=one.manager, reference=one.reference, actor=ACTOR, at=at,
    )  # fmt: skip


def _patch(street: int) -> str:
    return "tianhe-east-1" if STREETS[street - 1].area == "TYX" else "tianhe-east-2"


def _room(street: int, house: int) -> str:
    """The code of the room that `places.demo` gives to a house."""
    return f"TH{street:02}-{house * 2:03}-{house % 9 + 1}01"

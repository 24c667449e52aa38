"""A person's data over all modules: the export has all of it, and the erasure leaves none of it."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.db import connection
from pytest_django.fixtures import DjangoCaptureOnCommitCallbacks, Settings

from kapok.back.workforce import files
from kapok.back.workforce.models import Hold, Picture, WorkOrder
from kapok.chain.ordering import api as ordering
from kapok.chain.ordering import performing
from kapok.chain.ordering.models import Line, Order
from kapok.front.channels import api
from kapok.front.channels.models import AccessCode, Case, DoorKnock, Interaction, Note
from kapok.ground.commitments import api as commitments
from kapok.ground.commitments.models import PauseRequest
from kapok.ground.customers import api as customers
from kapok.ground.journal.models import Entry
from kapok.ground.journal.queries import timeline
from kapok.ground.journal.rules import FORGOTTEN
from kapok.ground.journal.seals import verify
from kapok.ground.people.models import Staff
from kapok.ground.work import api as work
from kapok.ground.work.baton import api as baton
from kapok.ground.work.models import Delivery, Handoff, Item, Matter, Urge
from kapok.ground.work.rules import Reason, Side
from kapok.kernel.ids import uuid7
from kapok.kernel.text import Text
from kapok.network.activation.models import Accounting, Call
from tests.chain import shop
from tests.front.counter import ask
from tests.network import plant

NAME, PHONE, MAIL, DOOR, LOGIN = "欧阳慧敏", "13900005551", "huimin@example.com", "门口第三棵榕树", "huimin5551@kapok"
DEFERRED = "customer.deferred"
TRACES = (NAME, PHONE, MAIL, DOOR, LOGIN, "139****5551")
"""What must not be found anywhere after the erasure; each is part of what was typed somewhere."""

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_shop")]


@pytest.fixture
def world(settings: Settings, tmp_path: Path) -> SimpleNamespace:
    """A customer with a line that has been taken down again, and words about her in every module."""
    settings.MEDIA_ROOT = tmp_path
    number = shop.customer(NAME, phone=PHONE, email=MAIL)
    wished = {"login": LOGIN, "reason": f"装在{DOOR}"}
    order = shop.placed(shop.line(characteristics=wished), whose=number, note=f"打 {PHONE} 找{NAME}")
    shop.run(1)
    ordering.expedite(order=order, leg=1, note=f"{NAME}催", **shop.by("agent", 1))
    _paused(order)
    for stage in ("appoint", "visit"):
        shop.do(order, stage, 2, note=f"{DOOR}，{PHONE}")
        shop.run(3)
    picture = _pictured(order)
    shop.run(4)
    service = str(Line.objects.get(leg__order__number=order).service.number)  # type: ignore[union-attr]
    Accounting.objects.create(session="s1", status="Stop", login=LOGIN, service=service, framed_address="100.64.0.9")
    shop.do(order, "confirm", 5)
    shop.run(6)
    talk = _spoken(number, order)
    return SimpleNamespace(number=number, order=order, service=service, picture=picture, talk=talk)


def _pictured(order: str) -> UUID:
    """A signature and a hold of the visit, as the field writes them down."""
    visit = WorkOrder.objects.filter(item__matter__subject=shop.leg(order).subject).first()
    assert visit is not None
    key, by = uuid7(plant.AT), Staff.objects.get(username="agent")
    files.keep(key, b"signed")
    said = {"kind": "signature", "media_type": "image/png", "size": 6, "sha256": "0" * 64, "taken_at": plant.AT}
    Picture.objects.create(id=key, order=visit, **said)
    Hold.objects.create(
        id=key, order=visit, reason="not_home", note=f"{NAME}不在", evidence=f"致电{PHONE}", asked_by=by, since=plant.AT,
        until=plant.AT,
    )  # fmt: skip
    return key


def _paused(order: str) -> None:
    """Pauses that were asked for: one approved, one refused, with the words of all three."""
    subject = shop.leg(order).subject
    for approved, minutes in ((True, 1.2), (False, 1.6)):
        asked = commitments.ask_pause(
            subject=subject, kind=DEFERRED, reason=f"{NAME}出差", requested_by="customer", evidence=f"致电{PHONE}",
            **shop.by("agent", minutes),
        )  # fmt: skip
        said: dict[str, Any] = {"request": asked, "word": f"{NAME}的录音", **shop.by("manager", minutes + 0.1)}
        if not approved:
            commitments.refuse_request(**said)
        else:
            commitments.approve_request(**said)
            commitments.resume(
                subject=subject, kind=DEFERRED, reason=f"{NAME}回来了", **shop.by("agent", minutes + 0.2)
            )


def _passed_on(matter: str) -> None:
    """Work that was refused, disputed and judged, and then transferred, each with words about her."""
    item = baton.offer(
        matter=matter,
        title=Text(zh="开票", en="Invoice"),
        unit="dispatch",
        note=f"{NAME}要专票",
        **shop.by("agent", 21.1),
    )
    defect = f"{NAME}的税号缺失"
    baton.refuse(item=item, reason=Reason.DATA_MISSING, defect=defect, **shop.by("dispatcher", 21.2))
    baton.dispute(item=item, note=f"{PHONE}可查", **shop.by("agent", 21.3))
    baton.judge(item=item, found_for=Side.OFFERER, note=f"{NAME}已补", **shop.by("supervisor", 21.4))
    baton.accept(item=item, **shop.by("dispatcher", 21.45))
    baton.transfer(item=item, unit="data", note=f"{NAME}急用", **shop.by("dispatcher", 21.5))
    baton.accept(item=item, **shop.by("manager", 21.6))
    baton.deliver(item=item, note=f"已寄{MAIL}", **shop.by("manager", 21.7))
    if Item.objects.get(id=item).ended_at is None:
        baton.confirm(item=item, **shop.by("agent", 21.8))


def _spoken(number: str, order: str) -> UUID:
    talk = api.take(
        channel="hotline", medium="phone", customer=number, calling=PHONE, topic=f"{NAME}问账单", **shop.by("agent", 20)
    )
    matter, _ = ask(21, customer=number, title=f"{NAME}要发票", note=f"寄到{MAIL}", interaction=talk)
    _passed_on(matter)
    work.urge(matter=matter, note=f"{NAME}又来电", **shop.by("agent", 21))
    reply = {"substance": "quote", "reply": f"已寄{MAIL}", "how": "message", "word": f"{NAME}：收到"}
    assert api.answer(matter=matter, **reply, **shop.by("agent", 22))
    work.close_matter(matter=matter, note=f"{NAME}满意", **shop.by("agent", 25))
    api.close_interaction(interaction=talk, resolution=f"{NAME}满意", **shop.by("agent", 26))
    api.add_note(customer=number, words=f"{NAME}下午在家", **shop.by("agent", 27))
    for typed in (order, number):
        api.send_code(order=typed, address="203.0.113.5", actor="customer", at=shop.later(28))
    customers.look(customer=number, purpose="other", note=f"核对{PHONE}", **shop.by("agent", 29))
    return talk


def cease(world: SimpleNamespace) -> None:
    """The line is taken down: nothing binds the customer any more."""
    ended = shop.placed(shop.line(action="cease", address="", service=world.service), whose=world.number, minutes=100)
    for stage, minutes in (("accept", 101), ("close", 103)):
        shop.do(ended, stage, minutes)
        shop.run(minutes + 1)
    assert shop.service(world.service).state == "terminated"
    assert shop.order(ended).closed_at is not None


def traces() -> list[tuple[str, str]]:
    """In which tables something of the person stands, whatever the column."""
    found = []
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            table = model._meta.db_table
            for trace in TRACES:
                cursor.execute(f'SELECT count(*) FROM "{table}" AS t WHERE strpos(t::text, %s) > 0', [trace])
                if cursor.fetchone()[0]:
                    found.append((table, trace))
    return found


ABOUT: dict[str, Any] = {"reason": "the customer asked for it", **shop.by("manager", 200)}


def test_the_export_has_what_every_module_holds(world: SimpleNamespace) -> None:
    found = json.loads(json.dumps(customers.export_person(customer=world.number, **ABOUT)))
    counted = {name: len(rows) for name, rows in found.items() if isinstance(rows, list)}
    assert {name: count for name, count in counted.items() if name in EXPECTED} == EXPECTED
    assert found["party"]["name"] == NAME
    assert sorted(each["value"] for each in found["customers.contact"]) == [PHONE, MAIL]
    assert [each["number"] for each in found["inventory.service"]] == [world.service]
    assert [each["number"] for each in found["ordering.order"]] == [world.order]
    assert found["ordering.order"][0]["note"] == f"打 {PHONE} 找{NAME}"
    assert found["ordering.line"][0]["characteristics"]["login"] == LOGIN
    assert [each["login"] for each in found["activation.subscriber"]] == [LOGIN]
    assert [each["framed_address"] for each in found["activation.accounting"]] == ["100.64.0.9"]
    assert [each["note"] for each in found["workforce.hold"]] == [f"{NAME}不在"]
    assert [each["kind"] for each in found["workforce.picture"]] == ["signature"]
    assert [each["resolution"] for each in found["channels.interaction"]] == [f"{NAME}满意"]
    assert [each["reply"] for each in found["channels.case"]] == [f"已寄{MAIL}"]
    assert [each["words"] for each in found["channels.note"]] == [f"{NAME}下午在家"]
    assert [each["purpose"] for each in found["customers.personallook"]] == ["other"]
    told = {each["kind"]: each["data"] for each in found["journal"]}
    assert {each["why"] for each in found["work.urge"]} == {f"{NAME}催", f"{NAME}又来电"}
    assert told["channels.closed"]["resolution"] == f"{NAME}满意"
    assert told["customers.exported"]["reason"] == ABOUT["reason"]
    words = json.dumps(found)
    assert performing.secret_of(world.service) not in words
    assert not [code for code in AccessCode.objects.all() if code.digest in words]


EXPECTED = {
    "customers.contact": 2, "customers.billingaccount": 1, "customers.personallook": 1, "inventory.service": 1,
    "ordering.order": 1, "ordering.leg": 1, "ordering.line": 1, "activation.subscriber": 1, "activation.accounting": 1,
    "workforce.hold": 1, "workforce.picture": 1, "channels.interaction": 1, "channels.linked": 1, "channels.case": 1,
    "channels.note": 1, "channels.accesscode": 2, "channels.message": 1, "commitments.pauserequest": 2, "work.handoff": 12,
    "work.urge": 2,
}  # fmt: skip


def test_nothing_of_the_person_is_left_anywhere(
    world: SimpleNamespace, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    cease(world)
    assert {table for table, _ in traces()} >= {"journal_apart", "ordering_line", "channels_note", "workforce_hold"}
    assert files.path(world.picture).read_bytes() == b"signed"
    with django_capture_on_commit_callbacks(execute=True):
        customers.erase_person(customer=world.number, **ABOUT)
    assert traces() == []
    assert not files.path(world.picture).exists()
    assert not Picture.objects.exists()
    talk, case = Interaction.objects.get(), Case.objects.get()
    assert (talk.topic, talk.resolution, talk.calling) == (FORGOTTEN, FORGOTTEN, FORGOTTEN)
    assert (case.reply, case.word, Matter.objects.get(subject=case.matter).title) == (FORGOTTEN, FORGOTTEN, FORGOTTEN)
    assert shop.order(world.order).note == FORGOTTEN
    assert Line.objects.filter(leg__order__number=world.order, service__number=world.service).exists()
    assert {tuple(each) for each in Delivery.objects.exclude(evidence=[]).values_list("evidence", flat=True)} == {
        (FORGOTTEN,)
    }
    handoff = Handoff.objects.get(state="overruled")
    assert set(Urge.objects.values_list("why", flat=True)) == {FORGOTTEN}
    assert (handoff.note, handoff.defect, handoff.judgement) == (FORGOTTEN, FORGOTTEN, FORGOTTEN)
    assert {(each.reason, each.evidence, each.word) for each in PauseRequest.objects.all()} == {(FORGOTTEN,) * 3}
    assert verify().finding is None
    assert (Note.objects.count(), AccessCode.objects.count(), DoorKnock.objects.count()) == (0, 0, 0)
    assert Accounting.objects.get().login == ""
    assert set(Call.objects.values_list("service", flat=True)) == {world.service}
    assert {"ordering.placed", "work.urged"} <= set(Entry.objects.values_list("kind", flat=True))


def test_others_keep_what_was_said_about_them(world: SimpleNamespace) -> None:
    other = shop.customer("陈静", phone="13900007777")
    api.add_note(customer=other, words="陈静上夜班", **shop.by("agent", 30))
    order = shop.placed(whose=other, note="陈静的单", minutes=31)
    ordering.expedite(order=order, leg=1, note="陈静催", **shop.by("agent", 32))
    cease(world)
    customers.erase_person(customer=world.number, **ABOUT)
    assert Note.objects.get().words == "陈静上夜班"
    assert shop.order(order).note == "陈静的单"
    told = [each.data for each in timeline(shop.leg(order).subject) if each.kind == "work.urged"]
    assert [each["note"] for each in told] == ["陈静催"]
    assert set(Urge.objects.exclude(why=FORGOTTEN).values_list("why", flat=True)) == {"陈静催"}


def test_what_is_open_is_named_and_nothing_is_erased(world: SimpleNamespace) -> None:
    matter, _ = ask(110, customer=world.number, title="再开一张发票")
    with pytest.raises(customers.StillOpen) as refused:
        customers.erase_person(customer=world.number, **ABOUT)
    assert world.service in refused.value.text.en
    assert f"{matter} is not closed yet" in refused.value.text.en
    assert Note.objects.get().words == f"{NAME}下午在家"
    assert files.path(world.picture).exists()


def test_nothing_more_is_noted_of_whoever_was_erased(world: SimpleNamespace) -> None:
    cease(world)
    customers.erase_person(customer=world.number, **ABOUT)
    for attempt in (
        lambda: api.add_note(customer=world.number, words="又来了", **shop.by("agent", 210)),
        lambda: ask(210, customer=world.number),
        lambda: shop.placed(whose=world.number, minutes=210),
        lambda: api.take(channel="hotline", medium="phone", customer=world.number, **shop.by("agent", 210)),
    ):
        with pytest.raises(customers.ErasedCustomer):
            attempt()
    assert (Note.objects.count(), Case.objects.count(), Order.objects.count(), Interaction.objects.count()) == (
        0,
        1,
        2,
        1,
    )

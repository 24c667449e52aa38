"""Group faults over their verbs (R4): announced, changed, ended; reports are attached, and whoever made them is told."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kapok.config.subscriptions import SUBSCRIPTIONS
from kapok.front.channels import api as channels
from kapok.front.channels import demo
from kapok.front.channels import queries as talks
from kapok.front.channels.announcing import api, covering, queries, reactions
from kapok.front.channels.models import Announcement, Case, Covered, Interaction, Linked, Message, Report
from kapok.front.channels.online import api as online
from kapok.front.channels.rules import Course, Decision
from kapok.ground.customers import api as customers
from kapok.ground.journal.models import Entry
from kapok.ground.journal.queries import lines, timeline
from kapok.ground.people.models import OrgUnit
from kapok.ground.work import api as work
from kapok.ground.work.models import Item, Matter
from kapok.kernel.text import Text
from kapok.network.inventory.models import Service
from tests.chain import shop
from tests.front.counter import ask

pytestmark = [pytest.mark.usefixtures("open_shop"), pytest.mark.django_db]

WORDS = Text(zh="光缆中断，抢修中。", en="A cable is cut; it is being mended.")
LATER = Text(zh="光缆中断，接续中。", en="A cable is cut; it is being joined.")


def incident(minutes: float = 0, kind: str = "incident.occurred") -> str:
    return work.open_matter(kind=kind, title="光缆中断", first_contact="noc", **shop.by("noc", minutes))


def announced(matter: str = "", minutes: float = 10, **said: Any) -> UUID:
    given: dict[str, Any] = {"words": WORDS, "elements": ["OLT1"], "since": shop.later(minutes - 5)} | said
    return api.announce(matter=matter or incident(), **given, **shop.by("noc", minutes))


def withdrawn(matter: str) -> None:
    """The customer has taken it back, so that it may be closed."""
    work.happen(matter=matter, kind="fault.cancelled", **shop.by("noc", 20))


def everything() -> tuple[int, ...]:
    tables = (Announcement, Covered, Report, Case, Matter, Item, Entry)
    return tuple(table._default_manager.count() for table in tables)


def reported(service: str = "", minutes: float = 20, **said: Any) -> tuple[str, Decision]:
    return ask(minutes, kind="fault", title="宽带断了", service=service, **said)


# ---- announcing ----


def test_what_is_announced_says_what_it_covers_how_many_and_until_when() -> None:
    shop.installed()
    shop.installed("voice", address="n5")
    matter = incident()
    one = announced(matter, elements=["OLT1/1", "CAB1"], areas=["SP"], expected_at=shop.later(120))
    view = queries.announcement(one)
    assert (view.matter, view.number, view.words, view.since, view.expected_at) == (
        matter, matter.partition("/")[2], WORDS, shop.later(5), shop.later(120),
    )  # fmt: skip
    assert (view.services, view.reports, view.untold, view.percent) == (2, 0, 0, 0)
    assert [(each.code, each.name.en, each.element) for each in view.covers] == [
        ("SP", "Shipai", False), ("OLT1/1", "PON port", True), ("CAB1", "cross-connect cabinet", True),
    ]  # fmt: skip
    assert view.unit_name == OrgUnit.objects.get(code="monitoring").name
    assert (view.late(shop.later(119)), view.late(shop.later(120))) == (False, True)
    assert (view.gone(shop.later(5)), view.gone(shop.later(62.5)), view.gone(shop.later(500))) == (0, 50, 100)
    (line,) = [each for each in timeline(matter, limit=20) if each.kind == "channels.fault_announced"]
    assert line.sentence == Text(
        zh="群障公告，影响 2 个业务，预计恢复：2026-03-02 11:00。光缆中断，抢修中。",
        en="Announced as a group fault of 2 services, expected to be over: 2026-03-02 11:00. A cable is cut; it is being mended.",
    )
    assert queries.of_matter(matter) == view


@pytest.mark.parametrize(
    ("said", "refused"),
    [
        ({"matter": "incident/I2026-999999"}, api.UnknownMatter), ({"matter": "order/O2026-000001"}, api.NotAGroupFault),
        ({"matter": ""}, api.NotAGroupFault), ({"elements": ["OLT9"]}, api.UnknownElement),
        ({"elements": ["OLT1", "O\x00LT"]}, api.UnknownElement), ({"areas": ["XX"]}, api.UnknownExchangeArea),
        ({"elements": []}, api.NothingCovered), ({"elements": [" ", ""]}, api.NothingCovered),
        ({"elements": [f"E{number}" for number in range(51)]}, api.NothingCovered),
        ({"words": Text(zh="", en="cut")}, api.WordsMissing), ({"words": Text(zh="断了", en=" ")}, api.WordsMissing),
        ({"words": Text(zh="长" * 501, en="cut")}, api.WordsMissing), ({"since": shop.later(10.1)}, api.BadSince),
        ({"expected_at": shop.later(10)}, api.BadExpectation),
    ],
)  # fmt: skip
def test_what_cannot_be_announced_is_refused_and_leaves_nothing(said: dict[str, Any], refused: type[Exception]) -> None:
    matter = incident()
    before = everything()
    with pytest.raises(refused):
        api.announce(
            **{"matter": matter, "words": WORDS, "elements": ["OLT1"], "since": shop.later(5)} | said,
            **shop.by("noc", 10),
        )
    assert everything() == before


def test_of_a_matter_one_announcement_is_open_and_of_a_closed_matter_none() -> None:
    matter = incident()
    one = announced(matter)
    before = everything()
    with pytest.raises(api.AlreadyAnnounced):
        announced(matter, 11, elements=["CAB1"])
    assert everything() == before
    api.end(announcement=one, **shop.by("noc", 20))
    again = announced(matter, 21)
    assert queries.of_matter(matter) == queries.announcement(again)
    Matter.objects.filter(subject=matter).update(state="closed", closed_at=shop.later(30))
    api.end(announcement=again, **shop.by("noc", 30))
    before = everything()
    with pytest.raises(api.MatterClosed):
        announced(matter, 31)
    assert everything() == before


def test_a_new_expectation_is_a_new_fact_and_the_old_stays_in_the_journal() -> None:
    matter = incident()
    one = announced(matter, expected_at=shop.later(60))
    assert api.revise(announcement=one, words=LATER, expected_at=shop.later(90), **shop.by("noc", 30))
    assert not api.revise(announcement=one, words=LATER, expected_at=shop.later(90), **shop.by("noc2", 31))
    assert api.revise(announcement=one, words=WORDS, expected_at=shop.later(90), **shop.by("noc", 100))
    assert api.revise(announcement=one, words=WORDS, expected_at=None, **shop.by("noc", 110))
    said = [
        (each["words_en"], each["expected_name"]["en"]) for each in shop.told("channels.announcement_revised", matter)
    ]
    assert said == [(LATER.en, "2026-03-02 10:30"), (WORDS.en, "2026-03-02 10:30"), (WORDS.en, "not known yet")]
    assert shop.told("channels.fault_announced", matter)[0]["expected_name"]["zh"] == "2026-03-02 10:00"
    before = everything()
    with pytest.raises(api.BadExpectation):
        api.revise(announcement=one, words=WORDS, expected_at=shop.later(119), **shop.by("noc", 120))
    with pytest.raises(api.WordsMissing):
        api.revise(announcement=one, words=Text(zh="", en=""), expected_at=None, **shop.by("noc", 120))
    with pytest.raises(api.UnknownAnnouncement):
        api.revise(announcement=uuid4(), words=WORDS, expected_at=None, **shop.by("noc", 120))
    assert everything() == before
    view = queries.announcement(one)
    assert (view.words, view.expected_at, view.late(shop.later(900)), view.gone(shop.later(900))) == (
        WORDS,
        None,
        False,
        100,
    )


def test_what_is_over_is_not_changed_and_ends_once() -> None:
    one = announced()
    assert api.end(announcement=one, **shop.by("noc", 50)) == 0
    before = everything()
    for verb in (
        lambda: api.end(announcement=one, **shop.by("noc", 60)),
        lambda: api.revise(announcement=one, words=LATER, expected_at=None, **shop.by("noc", 60)),
    ):
        with pytest.raises(api.AnnouncementOver):
            verb()
    assert everything() == before
    assert queries.announcement(one).ended_at == shop.later(50)


def test_it_ends_with_its_matter() -> None:
    (channel,) = [each for each in SUBSCRIPTIONS if each.handler is reactions.hear]
    assert channel.kinds == frozenset({"work.matter_closed"})
    matter = incident(kind="fault.reported")
    one, other = announced(matter), announced(incident(), elements=["MDF1"])
    withdrawn(matter)
    work.close_matter(matter=matter, **shop.by("noc", 25))
    (closed,) = lines(Entry.objects.filter(kind="work.matter_closed", subject=matter))
    for _again in range(2):
        reactions.hear(closed)
    assert queries.announcement(one).ended_at == shop.later(25)
    assert queries.announcement(other).ended_at is None
    (entry,) = Entry.objects.filter(kind="channels.announcement_ended")
    assert (entry.subject, entry.actor, entry.at) == (matter, "system", shop.later(25))


# ---- what lies under it ----


def test_a_service_under_an_element_is_attached_and_nobody_is_sent() -> None:
    service = shop.installed()
    customer = shop.service(service).customer.number
    matter = incident()
    one = announced(matter, expected_at=shop.later(60))
    talk = channels.take(channel="hotline", medium="phone", customer=customer, **shop.by("agent", 20))
    items, matters = Item.objects.count(), Matter.objects.count()
    subject, decision = reported(service, 21, interaction=talk)
    assert (subject, decision.course, decision.owner, decision.unit) == (matter, Course.ATTACH, "", "")
    assert [each.rule.value for each in decision.reasons] == ["R1", "R4"]
    assert (Item.objects.count(), Matter.objects.count(), Case.objects.count()) == (items, matters, 0)
    assert Entry.objects.filter(kind__in=["work.urged", "fault.reported"]).count() == 0
    assert talks.interaction(talk).matters == (matter,)
    assert shop.told("channels.attached", matter) == [
        {"customer": customer, "service": service, "again": False, "expected": shop.later(60).isoformat()}
    ]
    view = queries.announcement(one)
    assert (view.reports, view.services, view.percent) == (1, 1, 100)
    (under,) = queries.over_customer(customer)
    assert (under.announcement, under.services, under.reported_at) == (view, (service,), shop.later(21))


def test_who_calls_again_is_counted_once_and_as_two_calls() -> None:
    service = shop.installed()
    one = announced()
    reported(service)
    reported(service, 30)
    row = Report.objects.get(announcement=one)
    assert (row.calls, row.asked_at, row.called_at) == (2, shop.later(20), shop.later(30))
    assert [each["again"] for each in shop.told("channels.attached")] == [False, True]
    assert queries.announcement(one).reports == 1


def test_the_service_may_be_named_the_second_time_or_the_first() -> None:
    customer = shop.customer(address="r101")
    service = shop.installed(whose=customer)
    one = announced()
    reported(customer=customer)
    reported(service, 30)
    reported(customer=customer, minutes=40)
    row = Report.objects.select_related("service").get(announcement=one)
    assert (row.service and row.service.number, row.calls, row.called_at) == (service, 3, shop.later(40))
    (under,) = queries.over_customer(customer)
    assert under.reported_at == shop.later(20)


def test_who_names_no_service_is_attached_where_all_that_they_have_lies_under_it() -> None:
    customer = shop.customer(address="r101")
    fibre = shop.installed(whose=customer)
    one = announced()
    assert reported(customer=customer)[1].course is Course.ATTACH
    assert Report.objects.get(announcement=one).service is None
    reported(customer=customer, minutes=25)
    assert Report.objects.get(announcement=one).calls == 2
    voice = shop.installed("voice", whose=customer, address="n5", minutes=30)
    assert reported(customer=customer, minutes=40)[1].course is Course.OPEN
    assert reported(voice, 45)[1].course is Course.OPEN
    assert reported(fibre, 50)[1].course is Course.ATTACH


def test_what_goes_by_radio_lies_under_no_announcement() -> None:
    customer = shop.customer(address="r101")
    shop.placed(shop.line("sim-voice"), whose=customer, minutes=1)
    shop.run(2)
    Service.objects.filter(customer__number=customer).update(state="active")
    announced()
    assert reported(customer=customer)[1].course is Course.OPEN
    assert Report.objects.count() == 0


def test_r3_comes_before_r4_and_other_kinds_are_not_attached() -> None:
    service = shop.installed()
    own, _ = reported(service, 5)
    announced()
    subject, decision = reported(service)
    assert (subject, decision.course) == (own, Course.URGE)
    other = ask(22, kind="complaint", title="太慢", complaint_kind="network", service=service)[1]
    assert (other.course, Report.objects.count()) == (Course.OPEN, 0)


def test_an_exchange_area_covers_its_addresses_and_other_areas_are_free() -> None:
    home, away = shop.customer(address="n3"), shop.customer("李四", address="gd")
    matter = incident()
    announced(matter, areas=["TYX"], elements=[])
    assert reported(customer=home)[0] == matter
    assert reported(customer=away)[1].course is Course.OPEN
    assert reported(address="r101", minutes=22)[0] == matter
    assert Report.objects.filter(customer=None).count() == 1
    (under,) = queries.over_customer(home)
    assert (under.services, under.reported_at) == ((), shop.later(20))
    assert queries.over_customer(away) == []
    service = shop.installed(whose=home, address="r101", minutes=30)
    assert reported(service, 60)[0] == matter


def test_once_it_is_over_a_fault_goes_its_usual_way() -> None:
    service = shop.installed()
    one = announced()
    api.end(announcement=one, **shop.by("noc", 15))
    assert reported(service)[1].course is Course.OPEN
    assert Report.objects.count() == 0
    assert queries.over_customer(shop.service(service).customer.number) == []


def test_of_two_that_cover_a_service_the_first_that_began_counts() -> None:
    service = shop.service(shop.installed())
    late, early = announced(since=shop.later(8)), announced(incident(), elements=["SPL1"], since=shop.later(2))
    assert covering.over_services([service.id]) == {service.id: early}
    api.end(announcement=early, **shop.by("noc", 20))
    assert covering.over_services([service.id]) == {service.id: late}


def test_a_fault_of_a_customer_may_turn_out_to_concern_many() -> None:
    first, second = shop.installed(), shop.installed(whose=shop.customer("李四"))
    own, _ = reported(first, 5)
    one = api.announce(matter=own, words=WORDS, elements=["SPL1"], since=shop.later(5), **shop.by("agent", 8))
    assert reported(second)[0] == own
    assert reported(first, 21)[1].course is Course.URGE
    assert queries.announcement(one).reports == 1


def test_whoever_is_named_later_is_who_reported_it() -> None:
    number = shop.customer("李四")
    one = announced(areas=["TYX"], elements=[])
    talk = channels.take(channel="hotline", medium="phone", **shop.by("agent", 20))
    reported(address="r101", minutes=21, interaction=talk)
    assert Report.objects.get(announcement=one).customer is None
    channels.recognise_customer(interaction=talk, customer=number, **shop.by("agent", 22))
    row = Report.objects.select_related("customer").get(announcement=one)
    assert (row.customer and row.customer.number, row.interaction_id) == (number, talk)


def test_nothing_is_asked_of_the_plant_where_nothing_is_announced() -> None:
    number = shop.customer()
    with CaptureQueriesContext(connection) as asked:
        assert queries.over_customer(number) == []
    assert len(asked) == 1
    with CaptureQueriesContext(connection) as asked:
        assert covering.over_services([uuid4()]) == {}
    assert len(asked) == 1


def test_however_many_are_announced_a_list_takes_three_queries() -> None:
    shop.installed()
    for element in ("OLT1", "CAB1", "SPL1"):
        announced(incident(), elements=[element], areas=["SP"])
    with CaptureQueriesContext(connection) as asked:
        views = queries.announcements(queries.announcement_rows())
    assert (len(views), len(asked)) == (3, 3)


# ---- by the web ----


def by_web(customer: str, minutes: float = 20, **said: Any) -> tuple[str, Decision]:
    given = {"topic": "fault", "words": "网断了，在家办公"} | said
    who: dict[str, Any] = {"network": "10.0.0.1", "actor": f"customer/{customer}", "at": shop.later(minutes)}
    return online.ask(customer=customer, **given, **who)


def test_a_fault_that_is_reported_by_the_web_is_attached_with_its_words() -> None:
    service = shop.installed()
    customer = shop.service(service).customer.number
    matter = incident()
    one = announced(matter)
    subject, decision = by_web(customer, service=service)
    assert (subject, decision.course, Case.objects.count(), Message.objects.count()) == (matter, Course.ATTACH, 0, 0)
    row = Report.objects.get(announcement=one)
    assert (row.words, row.service and row.service.number, row.interaction) == ("网断了，在家办公", service, None)
    (talk,) = Interaction.objects.filter(medium="web")
    assert list(Linked.objects.filter(interaction=talk).values_list("matter", flat=True)) == [matter]
    assert "网断了" not in str(list(Entry.objects.values_list("data", flat=True)))
    (under,) = queries.over_customer(customer)
    assert queries.of_customer(one, customer) == under
    api.end(announcement=one, **shop.by("noc", 60))
    after = queries.of_customer(one, customer)
    assert after is not None
    assert (after.services, after.reported_at, after.announcement.ended_at) == ((), shop.later(20), shop.later(60))
    assert queries.of_customer(one, shop.customer("李四")) is None


# ---- telling those who reported it ----


def test_when_it_is_over_those_who_reported_it_are_listed_until_they_are_told() -> None:
    first, second = shop.installed(), shop.installed(whose=shop.customer("李四"))
    hotline = frozenset({OrgUnit.objects.get(code="hotline").id})
    one = announced()
    reported(first)
    reported(second, 21)
    rows = queries.reports(one, units=hotline)
    assert [(row.service, row.words, row.told_at) for row in rows] == [
        (first, "宽带断了", None),
        (second, "宽带断了", None),
    ]
    with pytest.raises(api.NotOver):
        api.note_told(report=rows[0].id, **shop.by("agent", 30))
    assert api.end(announcement=one, **shop.by("noc", 60)) == 2
    assert queries.announcement(one).untold == 2
    api.note_told(report=rows[0].id, **shop.by("agent", 70))
    before = everything()
    with pytest.raises(api.AlreadyTold) as refused:
        api.note_told(report=rows[0].id, **shop.by("agent2", 71))
    assert refused.value.data == {"username": "agent", "told": "2026-03-02 10:10"}
    with pytest.raises(api.UnknownReport):
        api.note_told(report=uuid4(), **shop.by("agent", 71))
    with pytest.raises(api.NotAPerson):
        api.note_told(report=rows[1].id, actor="system", at=shop.later(71))
    assert everything() == before
    view = queries.announcement(one)
    assert (view.reports, view.told, view.untold) == (2, 1, 1)
    assert [row.service for row in queries.reports(one, units=hotline)] == [second, first]
    customer = shop.service(first).customer.number
    assert shop.told("channels.reporter_told", view.matter) == [{"customer": customer}]
    assert queries.reports(one, units=frozenset({OrgUnit.objects.get(code="dispatch").id})) == []


def test_what_somebody_reported_is_shown_to_them_and_forgotten() -> None:
    service = shop.installed()
    customer = shop.service(service).customer.number
    one = announced()
    by_web(customer, service=service)
    told = customers.export_person(customer=customer, reason="本人申请", **shop.by("agent", 30))
    assert [each["words"] for each in told["channels.report"]] == ["网断了，在家办公"]
    api.end(announcement=one, **shop.by("noc", 40))
    Service.objects.filter(number=service).update(state="terminated")
    customers.erase_person(customer=customer, reason="本人申请", **shop.by("agent", 50))
    assert Report.objects.get(announcement=one).words == "（已删除 · erased）"


def test_the_open_faults_of_ones_units_may_be_announced() -> None:
    monitoring = frozenset({OrgUnit.objects.get(code="monitoring").id})
    first, second = incident(), incident(1, "fault.reported")
    work.open_matter(kind="request.received", title="咨询", first_contact="noc", **shop.by("noc", 2))
    assert [subject for subject, _ in queries.announceable(monitoring)] == [second, first]
    announced(first)
    assert queries.announceable(monitoring) == [(second, "光缆中断")]
    assert queries.announceable(frozenset()) == []


def test_the_demonstration_has_one_that_two_reported() -> None:
    demo.group_fault(shop.later(200))
    assert Announcement.objects.count() == 0
    for name in ("陈静", "李四", "王五"):
        shop.installed(whose=shop.customer(name))
    demo.group_fault(shop.later(200))
    (view,) = queries.announcements(queries.announcement_rows())
    assert ([each.code for each in view.covers], view.services, view.reports) == (["OLT1"], 3, 2)
    assert (view.expected_at, view.late(shop.later(200))) == (shop.later(320), False)
    assert Interaction.objects.filter(ended_at=None).count() == 0
    assert len(shop.told("channels.announcement_revised", view.matter)) == 1

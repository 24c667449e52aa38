"""Two customers that are one, export and erasure of a person, and two people at once."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from pytest_django.fixtures import Settings

from kapok.ground.customers import api as customers
from kapok.ground.customers import merging, queries
from kapok.ground.customers.doubles import doubles, doubles_of
from kapok.ground.customers.models import BillingAccount, Consent, Contact, Customer, PersonalLook
from kapok.ground.journal.models import Entry
from kapok.ground.places import api as places
from kapok.ground.places.rules import Level
from kapok.kernel.text import Text
from tests.ground.conftest import WHO
from tests.ground.test_customers import CARD, firm, person
from tests.races import outcomes

REASON = "同一个人登记了两次"


def test_what_was_the_dropped_ones_is_the_kept_ones(office: SimpleNamespace) -> None:
    keep = person("张伟", phone="13800138000", email="zhang@example.com")
    drop = person("张伟", phone="13800138000", document_kind="id_card", document=CARD, reference="OLD-1")
    account = queries.customer(drop).accounts[0].number
    customers.add_contact(customer=drop, kind="wechat", value="zhang_wei", **WHO)
    for one in (keep, drop):
        customers.give_consent(customer=one, purpose="calls", means="hall", **WHO)
    customers.give_consent(customer=drop, purpose="sharing", means="hall", **WHO)
    customers.look(customer=drop, purpose="identity", **WHO)
    assert [(each.other, each.shares.en) for each in doubles_of(keep, units=None)] == [
        (drop, "the same name and telephone")
    ]
    customers.merge(keep=keep, drop=drop, reason=REASON, revisions=(1, 1), **WHO)
    shown = queries.customer(drop)
    assert (shown.number, shown.merged) == (keep, (drop,))
    assert account in [each.number for each in shown.accounts]
    assert queries.account(account).customer == keep
    assert [each.kind for each in shown.contacts] == ["mobile", "email", "wechat"]
    assert sorted(each.purpose for each in shown.consents if not each.withdrawn_at) == ["calls", "sharing"]
    ended = Consent.objects.get(withdrawn_at__isnull=False)
    assert (ended.purpose, ended.given_by, ended.withdrawn_by) == ("calls", "hall", "merge")
    assert [(each.merged, each.withdrawn_by_name) for each in shown.consents if each.withdrawn_at] == [(True, None)]
    assert not Entry.objects.filter(kind="customers.consent_withdrawn").exists()
    assert queries.looks(customer=keep).count() == 1
    for typed in ("张伟", drop, "OLD-1", "13800138000"):
        assert [each.number for each in queries.search(typed, units=None)] == [keep], typed
    assert doubles_of(keep, units=None) == []
    assert customers.add_account(customer=drop, **WHO) in [each.number for each in queries.customer(keep).accounts]
    kinds = Entry.objects.filter(subject=f"customer/{drop}").values_list("kind", flat=True)
    assert "customers.dropped" in kinds


def test_what_the_kept_one_lacks_it_has_from_the_dropped_one(office: SimpleNamespace) -> None:
    places.add_address(code="gd", level=Level.PROVINCE, name=Text(zh="广东省", en="Guangdong"), parent=None, **WHO)
    keep = person("张伟", star=0, unit="hall")
    drop = person(
        "张威名", document_kind="id_card", document=CARD, address="gd", manager="chen", star=3, languages=["yue"]
    )
    assert merging.outcome(keep=keep, drop=drop) == merging.Outcome(
        frozenset({"document", "languages", "address", "manager", "star"}), frozenset({"name"})
    )
    other_way = merging.outcome(keep=drop, drop=keep)
    assert (other_way.carried_names, other_way.lost_names) == (None, Text(zh="名称", en="name"))
    customers.merge(keep=keep, drop=drop, reason=REASON, **WHO)
    one = Customer.objects.select_related("party", "address", "manager").get(number=keep)
    assert (one.party.name, one.party.document_kind, one.party.document) == ("张伟", "id_card", CARD)
    assert (one.address.code, one.manager.username, one.star, one.party.languages) == ("gd", "chen", 3, ["yue"])  # type: ignore[union-attr]
    told = Entry.objects.filter(subject=f"customer/{keep}").order_by("id")
    assert list(told.values_list("kind", flat=True))[1:] == [
        "customers.merged",
        "customers.changed",
        "customers.graded",
    ]
    assert told[2].data["details"] == ["document", "address", "manager", "languages"]
    for unit, rest in (("hall", "patch"), ("patch", "hall")):
        for typed in ("张威名", "张威", "威名", "zwm", CARD, CARD[-4:]):
            assert [each.number for each in queries.search(typed, units={unit})] == [keep], typed
            assert queries.search(typed, units={rest}) == []
        customers.change_customer(customer=keep, unit="patch", **WHO)


def test_what_the_kept_one_has_stays_its_own(office: SimpleNamespace) -> None:
    head, other = firm("木棉集团"), firm("木棉控股")
    keep = firm("木棉银行", parent=head, segment="business", document_kind="licence", document="91440101MA50000100")
    drop = firm("木棉分行", parent=other, document_kind="licence", document="91440101MA5000020X", star=2)
    drop_below = firm("木棉一部", parent=keep, segment="key_account", tier="SL1")
    assert merging.outcome(keep=keep, drop=drop).lost == {"name", "document", "parent"}
    assert merging.outcome(keep=keep, drop=drop_below) == merging.Outcome(frozenset(), frozenset({"name", "tier"}))
    customers.merge(keep=keep, drop=drop, reason=REASON, **WHO)
    customers.merge(keep=keep, drop=drop_below, reason=REASON, **WHO)
    one = Customer.objects.select_related("party", "parent").get(number=keep)
    assert (one.party.document, one.parent.number, one.tier, one.star) == ("91440101MA50000100", head, "", 2)  # type: ignore[union-attr]
    customers.merge(keep=head, drop=keep, reason=REASON, **WHO)
    assert [each.number for each in queries.search("木棉一部", units=None)] == [head]
    assert Customer.objects.get(number=head).parent is None


def test_who_stands_above_the_dropped_one_stands_above_the_kept_one(office: SimpleNamespace) -> None:
    head = firm("木棉集团")
    keep, drop = firm("木棉银行"), firm("木棉分行", parent=head)
    customers.merge(keep=keep, drop=drop, reason=REASON, **WHO)
    assert [each.number for each in queries.hierarchy(keep)] == [head, keep]
    assert Entry.objects.get(kind="customers.parent_set").data["parent"] == head
    top = firm("木棉")
    customers.set_parent(customer=head, parent=top, **WHO)
    customers.merge(keep=top, drop=head, reason=REASON, **WHO)
    assert Customer.objects.get(number=top).parent is None


def test_an_old_number_leads_over_several_merges(office: SimpleNamespace) -> None:
    first, second, third = person("甲"), person("甲"), person("甲")
    customers.merge(keep=second, drop=first, reason=REASON, **WHO)
    customers.merge(keep=third, drop=second, reason=REASON, **WHO)
    assert queries.customer(first).number == third
    assert Customer.objects.filter(merged_into__number=third).count() == 2
    with pytest.raises(customers.SameCustomer):
        customers.merge(keep=first, drop=second, reason=REASON, **WHO)


def test_a_merge_that_contradicts_itself_is_refused(office: SimpleNamespace) -> None:
    top = firm("木棉银行")
    one = firm("木棉银行一部", parent=top)
    for keep, drop, reason, refused in (
        (top, top, REASON, customers.SameCustomer),
        (top, person(), REASON, customers.DifferentKinds),
        (one, top, REASON, customers.DropsItsHead),
        (top, one, "x", customers.NoReason),
        (top, "C99999999", REASON, customers.UnknownCustomer),
    ):
        with pytest.raises(refused):
            customers.merge(keep=keep, drop=drop, reason=reason, **WHO)
    with pytest.raises(customers.ChangedMeanwhile):
        customers.merge(keep=top, drop=one, reason=REASON, revisions=(1, 2), **WHO)
    assert not Customer.objects.exclude(merged_into=None).exists()
    below = firm("木棉银行一组", parent=one)
    customers.merge(keep=top, drop=one, reason=REASON, **WHO)
    assert [(each.number, each.depth) for each in queries.hierarchy(below)] == [(top, 0), (below, 1)]


def test_the_database_holds_what_the_verbs_promise(office: SimpleNamespace) -> None:
    number = firm("木棉银行")
    for wrong in ({"star": 8}, {"tier": "SL1", "segment": "public"}, {"segment": "nobody"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Customer.objects.filter(number=number).update(**wrong)
    one = Customer.objects.get(number=number)
    for above in ("parent", "merged_into"):
        with pytest.raises(IntegrityError), transaction.atomic():
            Customer.objects.filter(id=one.id).update(**{above: one})


def test_doubles_are_pairs_of_ones_own_units(office: SimpleNamespace) -> None:
    one = person("张伟", document_kind="passport", document="E1234567")
    other = person("张玮", document_kind="passport", document="E1234567", unit="hall")
    person("张伟", phone="13900139000")
    assert [(each.one, each.other, each.name, each.shares.en) for each in doubles(units=None)] == [
        (one, other, "张*", "the same document")
    ]
    home = Customer.objects.get(number=one).unit_id
    assert doubles(units={home}) == []
    assert [each.other for each in doubles_of(one, units=None)] == [other]
    assert doubles_of(one, units={home}) == []
    assert doubles(units=None, unmask=None)[0].name == "张伟"


def nothing(_customer: Any) -> list[Text]:
    return []


def debt(_customer: Any) -> list[Text]:
    return [Text(zh="欠费12元", en="a debt of 12 CNY")]


@pytest.fixture
def held(settings: Settings) -> Any:
    def hold(*names: str) -> None:
        settings.CUSTOMER_HOLDS = [f"tests.ground.test_customers_merging.{name}" for name in names]

    return hold


def test_a_person_is_erased_and_the_business_stays(office: SimpleNamespace, held: Any) -> None:
    number = person("张伟", phone="13800138000", document_kind="id_card", document=CARD, reference="OLD-77")
    old = person("张伟", phone="13800138000", reference="OLD-78")
    customers.merge(keep=number, drop=old, reason=REASON, **WHO)
    customers.look(customer=number, purpose="identity", **WHO)
    held("nothing", "debt")
    with pytest.raises(customers.StillOpen) as refused:
        customers.erase_person(customer=number, reason="客户要求", **WHO)
    assert "a debt of 12 CNY" in refused.value.text.en
    assert queries.customer(number, unmask=None).name == "张伟"
    held("nothing")
    customers.erase_person(customer=number, reason="客户要求", **WHO)
    shown = queries.customer(old, unmask=None)
    assert (shown.number, shown.name, shown.document, shown.contacts) == (number, number, "", ())
    assert {each.name for each in shown.accounts} == {number}
    assert Contact.objects.count() == 0
    assert PersonalLook.objects.count() == 1
    for gone in ("张伟", "OLD-77", "OLD-78"):
        assert queries.search(gone, units=None) == [], gone
    assert set(Customer.objects.values_list("reference", flat=True)) == {""}
    assert [each.number for each in queries.search(number, units=None)] == [number]
    for verb, more in (
        (customers.look, {"purpose": "fault"}),
        (customers.change_customer, {"name": "张伟"}),
        (customers.erase_person, {"reason": "再来一次"}),
        (customers.add_contact, {"kind": "email", "value": "a@example.com"}),
    ):
        with pytest.raises(customers.ErasedCustomer):
            verb(customer=number, **more, **WHO)
    with connection.cursor() as cursor:
        for table in ("party", "customer", "billingaccount", "contact", "consent", "personallook"):
            cursor.execute(
                f"SELECT count(*) FROM customers_{table} t WHERE t::text LIKE '%%张伟%%' OR t::text LIKE '%%13800138000%%'"
            )
            assert cursor.fetchone() == (0,), table


def test_everything_about_a_person_is_exported(office: SimpleNamespace) -> None:
    number = person("张伟", phone="13800138000", document_kind="id_card", document=CARD)
    customers.give_consent(customer=number, purpose="calls", means="hall", **WHO)
    customers.look(customer=number, purpose="identity", **WHO)
    found = customers.export_person(customer=number, reason="客户要求", **WHO)
    assert (found["party"]["name"], found["party"]["document"]) == ("张伟", CARD)
    assert [each["value"] for each in found["customers.contact"]] == ["13800138000"]
    assert [each["purpose"] for each in found["customers.consent"]] == ["calls"]
    assert [each["purpose"] for each in found["customers.personallook"]] == ["identity"]
    assert len(found["customers.billingaccount"]) == 1
    assert [each["kind"] for each in found["journal"]][-1] == "customers.registered"
    with pytest.raises(customers.NotAPerson):
        customers.export_person(customer=firm("木棉银行"), reason="客户要求", **WHO)


@pytest.mark.usefixtures("committed_office")
class TestAtOnce:
    def test_numbers_are_never_given_twice(self) -> None:
        assert outcomes(*[person] * 8) == ["done"] * 8
        assert len(set(Customer.objects.values_list("number", flat=True))) == 8
        assert len(set(BillingAccount.objects.values_list("number", flat=True))) == 8

    def test_a_former_number_is_taken_once(self) -> None:
        assert outcomes(*[lambda: person(reference="OLD-1")] * 4) == ["ReferenceTaken"] * 3 + ["done"]
        assert Customer.objects.count() == 1

    @pytest.mark.parametrize("attempt", range(3))
    def test_two_are_merged_one_way_only(self, attempt: int) -> None:
        one, other = person(), person()
        outcome = outcomes(
            lambda: customers.merge(keep=one, drop=other, reason=REASON, **WHO),
            lambda: customers.merge(keep=other, drop=one, reason=REASON, **WHO),
        )
        assert outcome == ["SameCustomer", "done"]
        assert Customer.objects.exclude(merged_into=None).count() == 1

    @pytest.mark.parametrize("attempt", range(3))
    def test_what_comes_during_a_merge_follows(self, attempt: int) -> None:
        keep, drop = person(), person()
        outcome = outcomes(
            lambda: customers.merge(keep=keep, drop=drop, reason=REASON, **WHO),
            lambda: customers.add_account(customer=drop, **WHO),
            lambda: customers.give_consent(customer=drop, purpose="calls", means="hall", **WHO),
            lambda: customers.give_consent(customer=keep, purpose="calls", means="hall", **WHO),
        )
        assert outcome.count("done") >= 3
        assert BillingAccount.objects.filter(customer__number=keep).count() == 3
        assert Consent.objects.filter(customer__number=keep, withdrawn_at=None).count() == 1

    def test_two_cannot_stand_above_each_other(self) -> None:
        one, other = firm("甲公司"), firm("乙公司")
        outcome = outcomes(
            lambda: customers.set_parent(customer=one, parent=other, **WHO),
            lambda: customers.set_parent(customer=other, parent=one, **WHO),
        )
        assert outcome == ["BelowItself", "done"]

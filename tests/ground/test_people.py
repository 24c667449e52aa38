"""People at its door: the change, the entry in the journal, and each refusal with nothing changed."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.hashers import check_password
from django.db import IntegrityError, connection, transaction

from kapok.ground.journal.models import Entry
from kapok.ground.journal.queries import timeline
from kapok.ground.people import api as people
from kapok.ground.people import queries
from kapok.ground.people.models import Grant, OrgUnit, Staff
from kapok.ground.people.rules import Theme
from kapok.kernel.errors import KapokError
from kapok.kernel.text import Language, Text
from tests.ground.conftest import AT, WHO

pytestmark = pytest.mark.usefixtures("office")


def told(subject: str) -> list[str]:
    return [line.kind for line in reversed(timeline(subject))]


def units(*codes: str) -> frozenset[Any]:
    return frozenset(OrgUnit.objects.filter(code__in=codes).values_list("id", flat=True))


def id_of(username: str) -> Any:
    return Staff.objects.get(username=username).id


def open_wu(**changes: Any) -> str:
    return people.open_account(
        **{"username": "Wu.1", "name": "吴", "unit": "hall", "language": Language.EN, **WHO, **changes}
    )


def test_an_account_is_opened_with_a_one_time_password() -> None:
    password = open_wu()
    assert re.fullmatch(r"([a-z2-9]{4}-){2}[a-z2-9]{4}", password)
    staff = Staff.objects.get(username="wu.1")
    assert (staff.must_change_password, staff.check_password(password), staff.opened_at) == (True, True, AT)
    assert [line.sentence.en for line in timeline("staff/wu.1")] == ["Account opened at Hall"]


def test_personal_data_stay_out_of_the_journal() -> None:
    open_wu(phone="13912345678", email="wu@example.com")
    assert not any(secret in str(Entry.objects.get(subject="staff/wu.1").data) for secret in ("139", "wu@", "吴"))


def test_a_staff_number_is_never_given_twice() -> None:
    with pytest.raises(people.UsernameTaken):
        open_wu(username="CHEN")
    assert Staff.objects.count() == 2
    assert told("staff/chen") == ["people.account_opened"]


def test_the_database_holds_the_spelling_of_staff_numbers() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Staff.objects.filter(username="chen").update(username="Chen")


def test_a_password_is_changed_and_the_one_time_mark_goes() -> None:
    first = open_wu()
    people.change_password(username="wu.1", present=first, new="three-red-flowers", **WHO)
    staff = Staff.objects.get(username="wu.1")
    assert (staff.must_change_password, staff.check_password("three-red-flowers")) == (False, True)
    assert told("staff/wu.1") == ["people.account_opened", "people.password_changed"]


@pytest.mark.parametrize(
    ("present", "new", "refusal", "words"),
    [
        ("wrong", "three-red-flowers", people.WrongPassword, ("当前口令", "present password")),
        ("wet-cotton-9", "short", people.WeakPassword, ("10", "10")),
        ("wet-cotton-9", "1234567890", people.WeakPassword, ("数字", "numeric")),
    ],
)
def test_a_password_is_not_changed_to_or_from_a_wrong_one(
    present: str, new: str, refusal: type[KapokError], words: tuple[str, str]
) -> None:
    with pytest.raises(refusal) as refused:
        people.change_password(username="chen", present=present, new=new, **WHO)
    assert words[0] in refused.value.text.zh
    assert words[1] in refused.value.text.en
    assert Staff.objects.get(username="chen").check_password("wet-cotton-9")
    assert told("staff/chen") == ["people.account_opened"]


def test_a_lost_password_is_replaced() -> None:
    password = people.reset_password(username="chen", **WHO)
    staff = Staff.objects.get(username="chen")
    assert check_password(password, staff.password)
    assert staff.must_change_password
    assert told("staff/chen")[-1] == "people.password_reset"


def test_language_and_theme() -> None:
    people.change_language(username="chen", language=Language.EN, **WHO)
    people.change_theme(username="chen", theme=Theme.DARK, **WHO)
    staff = Staff.objects.get(username="chen")
    assert (staff.language, staff.theme) == ("en", "dark")
    assert [line.sentence.zh for line in timeline("staff/chen")][:2] == ["界面外观改为深色", "界面语言改为英文"]


def test_a_role_reaches_the_unit_and_everything_below_and_nothing_else() -> None:
    people.grant_role(username="chen", role="supervisor", unit="bureau", **WHO)
    assert queries.units_where(id_of("chen"), "people.read") == units("bureau", "patch")
    assert queries.units_where(id_of("chen"), "people.manage") == frozenset()
    assert queries.units_where(id_of("lin"), "people.manage") == units("city", "bureau", "patch", "hall")
    assert queries.permissions(id_of("chen")) == {
        "packs.read",
        "audit.read",
        "audit.run",
        "people.read",
        "people.unmask",
        "ledger.read",
        "ledger.pause",
        "ledger.approve",
        "work.do",
        "work.judge",
        "roster.read",
        "places.read",
        "flows.read",
        "offers.read",
        "orders.read",
        "inventory.read",
        "customers.read",
        "customers.unmask",
        "dispatch.read",
        "channels.manage",
        "faults.announce",
    }


def test_a_revoked_role_is_gone_at_once_and_its_history_stays() -> None:
    people.grant_role(username="chen", role="analyst", unit="hall", **WHO)
    people.revoke_role(username="chen", role="analyst", unit="hall", actor="staff/lin", at=AT + timedelta(days=1))
    assert queries.permissions(id_of("chen")) == frozenset()
    assert Grant.objects.get(role="analyst").revoked_at == AT + timedelta(days=1)
    assert [line.sentence.zh for line in timeline("staff/chen")][:2] == ["在hall中收回“分析员”", "在hall中授予“分析员”"]
    people.grant_role(username="chen", role="analyst", unit="hall", **WHO)
    assert queries.units_where(id_of("chen"), "audit.run") == units("hall")


@pytest.mark.parametrize(
    ("verb", "values", "refusal"),
    [
        (people.grant_role, {"username": "lin", "role": "administrator", "unit": "city"}, people.AlreadyHeld),
        (people.grant_role, {"username": "chen", "role": "emperor", "unit": "city"}, people.UnknownRole),
        (people.grant_role, {"username": "chen", "role": "agent", "unit": "moon"}, people.UnknownUnit),
        (people.grant_role, {"username": "nobody", "role": "agent", "unit": "city"}, people.UnknownStaff),
        (people.revoke_role, {"username": "chen", "role": "agent", "unit": "city"}, people.NotHeld),
        (people.revoke_role, {"username": "lin", "role": "administrator", "unit": "city"}, people.LastAdministrator),
        (people.deactivate, {"username": "lin"}, people.LastAdministrator),
        (people.reactivate, {"username": "chen"}, people.AlreadyActive),
        (people.unlock, {"username": "chen"}, people.NotLocked),
        (people.rename_unit, {"code": "moon", "name": Text(zh="月", en="Moon")}, people.UnknownUnit),
        (people.see_contact, {"username": "chen", "purpose": " 看 "}, people.PurposeMissing),
    ],
)
def test_refusals_change_nothing(verb: Callable[..., Any], values: dict[str, Any], refusal: type[KapokError]) -> None:
    before = Entry.objects.count(), list(Grant.objects.values()), list(Staff.objects.values())
    with pytest.raises(refusal) as refused:
        verb(**values, **WHO)
    assert "{" not in refused.value.text.zh + refused.value.text.en
    assert (Entry.objects.count(), list(Grant.objects.values()), list(Staff.objects.values())) == before


def test_an_administrator_who_is_not_the_last_may_go() -> None:
    people.grant_role(username="chen", role="administrator", unit="city", **WHO)
    people.deactivate(username="lin", **WHO)
    assert not Staff.objects.get(username="lin").is_active
    with pytest.raises(people.LastAdministrator):
        people.revoke_role(username="chen", role="administrator", unit="city", **WHO)


def test_an_administrator_of_a_part_does_not_count_as_one_of_the_whole() -> None:
    people.grant_role(username="chen", role="administrator", unit="bureau", **WHO)
    with pytest.raises(people.LastAdministrator):
        people.deactivate(username="lin", **WHO)
    people.deactivate(username="chen", **WHO)
    with pytest.raises(people.AlreadyDeactivated):
        people.deactivate(username="chen", **WHO)
    people.reactivate(username="chen", **WHO)
    assert told("staff/chen")[-2:] == ["people.deactivated", "people.reactivated"]


def test_contact_details_are_masked_and_each_look_is_noted() -> None:
    shown = queries.person("chen")
    assert shown is not None
    assert (shown.phone, shown.email) == ("138****8000", "c***@example.com")
    contact = people.see_contact(username="chen", purpose=" 联系交班 ", **WHO)
    assert contact == people.Contact(phone="13800138000", email="chen@example.com")
    assert timeline("staff/chen")[0].sentence == Text(
        zh="查看联系方式，用途：联系交班", en="Contact details seen; purpose: 联系交班"
    )


def test_a_lock_is_seen_and_ended() -> None:
    AccessAttempt.objects.create(username="chen", ip_address="10.0.0.1", failures_since_start=5)
    AccessAttempt.objects.update(attempt_time=AT)
    assert queries.locked_until("chen", at=AT + timedelta(minutes=14)) == AT + timedelta(minutes=15)
    assert queries.locked_until("chen", at=AT + timedelta(minutes=14), address="10.0.0.2") is None
    assert queries.locked_until("chen", at=AT + timedelta(minutes=15)) is None
    people.unlock(username="chen", **WHO)
    assert queries.locked_until("chen", at=AT) is None
    assert told("staff/chen")[-1] == "people.unlocked"


def test_people_are_searched_by_every_word_within_the_units() -> None:
    open_wu()
    found = queries.people(queries.staff_rows("陈", units=units("bureau", "hall")))
    assert [(person.username, person.unit_name.en) for person in found] == [("chen", "Bureau")]
    assert [person.username for person in queries.people(queries.staff_rows("u", units=units("hall")))] == ["wu.1"]
    assert not queries.staff_rows("lin", units=units("hall")).exists()


def test_the_list_costs_the_same_number_of_queries_however_long(django_assert_num_queries: Any) -> None:
    for number in range(20):
        open_wu(username=f"wu.{number}")
        people.grant_role(username=f"wu.{number}", role="agent", unit="hall", **WHO)
    with django_assert_num_queries(2):
        assert len(queries.people(queries.staff_rows())) == 22


def test_tables_are_found_by_index() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT * FROM journal_entry WHERE subject = 'staff/x' ORDER BY at DESC, recorded_at DESC, id DESC LIMIT 50"
        )
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Index Scan" in plan  # of each partition
    assert "subject" in plan
    assert "Sort" not in plan

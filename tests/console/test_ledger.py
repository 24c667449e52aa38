"""The ledger over HTTP: what is shown, to whom, filtered, paged, exported; one commitment; time lines."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from kapok.edges.console.ledger.facts import fact_name, fact_value
from kapok.ground.commitments import api as commitments
from kapok.ground.commitments import scheduler
from kapok.ground.commitments.models import Commitment, Revision, SavedView
from kapok.ground.journal import api as journal
from kapok.ground.journal.queries import timeline
from kapok.ground.people import api as people
from kapok.ground.work import api as work
from kapok.ground.work.baton import api as baton
from kapok.kernel.ids import uuid7
from kapok.kernel.promises import find
from kapok.kernel.text import Language, Text
from tests.console import office
from tests.console.conftest import AT, SignedIn
from tests.console.promised import HOUR, adopted, now, promised

DAY = timedelta(days=1)


def text(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def matters(page: str) -> list[str]:
    """The matters of the rows, in their order."""
    return re.findall(r'<a href="/matters/([^"]+)"', page)


def rows_of(client: Client, address: str) -> list[dict[str, str]]:
    response = client.get(address)
    words = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]  # a streamed response
    return list(csv.DictReader(io.StringIO(words)))


@pytest.fixture
def supervisor(signed_in: SignedIn) -> Client:
    return signed_in("supervisor", Language.EN)


def test_running_clocks_are_shown_the_first_due_first(supervisor: Client) -> None:
    promised("fault/F2", due=2 * HOUR)
    promised("fault/F1", due=HOUR)
    promised("fault/F0", due=-HOUR, state="overdue")
    promised("order/O1", due=None, promise="install")
    promised("fault/F9", due=-DAY, state="kept")
    page = text(supervisor, "/ledger")
    assert matters(page) == ["fault/F0", "fault/F1", "fault/F2", "order/O1"]
    assert "fault F1" in page
    assert "Repaired within 24 hours" in page
    assert re.search(r'is-late" data-due="[^"]+" data-soon="[^"]+">late 0[01]:\d\d:\d\d<', page)
    assert re.search(r'is-calm" data-due="[^"]+" data-soon="[^"]+">0[01]:\d\d:\d\d<', page)


def test_people_are_named_and_their_number_stands_on_hover(supervisor: Client) -> None:
    promised("fault/F1")
    promised("fault/F2", owner="staff/gone")
    page = text(supervisor, "/ledger")
    assert '<span title="agent">梁小敏</span>' in page
    assert "<span>gone" in page


def test_a_work_item_is_called_by_what_is_to_be_done(supervisor: Client) -> None:
    office.set_up()
    subject = office.fault()
    item = office.asked(subject, "tianhe-east-field", title="splice")
    promised(item.subject)
    assert f"splice · fault {subject.removeprefix('fault/')}" in text(supervisor, "/ledger?state=all&subject=work/")


def test_the_promises_to_choose_from_stand_in_order_and_once(supervisor: Client) -> None:
    office.set_up()
    page = text(supervisor, "/ledger")
    told = re.findall(r"<option value=\"[^\"]+\">([^<]+)", page.split('name="promise"')[1].split("</select>")[0])
    assert len(told) == len(set(told)) > 20
    assert told == sorted(told, key=str.casefold)


def test_it_is_in_chinese_for_whoever_reads_chinese(signed_in: SignedIn) -> None:
    promised("fault/F0", due=-DAY - HOUR, state="overdue")
    page = text(signed_in("supervisor"), "/ledger")
    for words in ("承诺台账", "故障 F0", "故障 24 小时内修复", "逾期未完成", "超 1 天 0"):
        assert words in page


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("unit=tianhe", ["fault/F2"]),
        ("unit=response", ["fault/F1", "fault/F3"]),
        ("promise=SL1-repair", ["fault/F3"]),
        ("tier=contract", ["fault/F3"]),
        ("state=kept", ["fault/F4"]),
        ("state=all&tier=pledge", ["fault/F4", "fault/F1", "fault/F2"]),
        ("due=hour", ["fault/F1"]),
        ("due=day", ["fault/F1", "fault/F2"]),
        ("due=none", []),
        ("subject=fault/F3", ["fault/F3"]),
        ("subject=F3", ["fault/F3"]),
        ("subject=+fault+f3", ["fault/F3"]),
        ("subject=故障+F3", ["fault/F3"]),
        ("subject=X3", []),
        ("subject=%25", []),
        ("owner=technician", ["fault/F2"]),
        ("owner=何永明", ["fault/F2"]),
        ("owner=+Technician+", ["fault/F2"]),
        ("owner=nobody", []),
        ("order=last", ["fault/F3", "fault/F2", "fault/F1"]),
        ("unit=moon", ["fault/F1", "fault/F2", "fault/F3"]),
    ],
)
def test_it_is_filtered(supervisor: Client, query: str, shown: list[str]) -> None:
    promised("fault/F1", due=HOUR / 2)
    promised("fault/F2", due=2 * HOUR, unit="tianhe-east", owner="staff/technician")
    promised("fault/F3", due=3 * DAY, promise="SL1-repair")
    promised("fault/F4", due=-DAY, state="kept", unit="tianhe")
    assert matters(text(supervisor, f"/ledger?{query}")) == shown


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("requested_by", "customer", ("申请人", "客户", "requested by", "the customer")),
        ("flow_version", "1", ("流程版本", "1", "version of the flow", "1")),
        ("fee", "1200.00", ("已收费用", "1,200.00", "fee collected", "1,200.00")),
        ("users_affected", "12000", ("受影响用户数", "12,000", "users affected", "12,000")),
        ("moon", "full", ("moon", "full", "moon", "full")),
    ],
)
def test_what_an_entry_says_is_called_as_people_call_it(name: str, value: str, said: tuple[str, ...]) -> None:
    title, shown = fact_name(name), fact_value(name, value)
    assert (title.zh, shown.zh, title.en, shown.en) == said


def test_what_stands_still_does_not_fall_due(supervisor: Client) -> None:
    promised("fault/F1", due=-HOUR, state="overdue")
    promised("fault/F2", due=-HOUR, state="paused")
    assert matters(text(supervisor, "/ledger")) == ["fault/F1", "fault/F2"]
    assert matters(text(supervisor, "/ledger?due=past")) == ["fault/F1"]
    assert matters(text(supervisor, "/ledger?due=hour")) == ["fault/F1"]
    assert matters(text(supervisor, "/ledger?state=paused")) == ["fault/F2"]


def test_each_state_says_how_many_there_are(supervisor: Client) -> None:
    for number in range(3):
        promised(f"fault/F{number}")
    promised("fault/F7", state="kept", due=-HOUR)
    page = text(supervisor, "/ledger?state=kept")
    assert re.findall(r'<a class="state is-(\w+)( is-chosen)?"[^>]*><strong class="tabular">([\d,+]+)<', page) == [
        ("overdue", "", "0"), ("open", "", "3"), ("paused", "", "0"), ("broken", "", "0"), ("kept", " is-chosen", "1"),
        ("void", "", "0"),
    ]  # fmt: skip


def test_pages_follow_each_other_without_gap_or_repetition(supervisor: Client) -> None:
    same = now() + HOUR
    rows = [promised(f"fault/F{number:03}", due_at=same) for number in range(60)]
    rows += [promised(f"order/O{number:03}", due=None, promise="install") for number in range(60)]
    for order in ("", "last"):
        seen: list[str] = []
        address = f"/ledger?order={order}"
        while address:
            page = text(supervisor, address)
            seen += re.findall(r'<td data-label="Matter"><a href="/matters/([^"]+)"', page)
            found = re.search(r'rel="next" href="([^"]+)"', page)
            address = f"/ledger{found[1].replace('&amp;', '&')}" if found else ""
        assert sorted(seen) == sorted(row.subject for row in rows)


@pytest.mark.parametrize("after", ["x", "~", "~x", "2026-01-01~x", "2026-13-01T00:00~x", "2026-01-01T00:00:00~0"])
def test_a_broken_place_is_the_first_page(supervisor: Client, after: str) -> None:
    promised("fault/F1")
    assert matters(text(supervisor, f"/ledger?after={after}")) == ["fault/F1"]


def test_nobody_sees_what_other_units_answer_for(signed_in: SignedIn) -> None:
    viewer = signed_in("viewer", Language.EN)
    own, foreign = promised("fault/F1", unit="tianhe-east"), promised("fault/F2", unit="yuexiu-hall")
    unnamed = promised("fault/F3", unit="")
    assert matters(text(viewer, "/ledger")) == ["fault/F1"]
    assert [row["matter"] for row in rows_of(viewer, "/ledger/export")] == ["fault/F1"]
    assert matters(text(viewer, "/ledger?unit=yuexiu")) == ["fault/F1"]  # none of the choices: narrows nothing
    assert viewer.get(f"/ledger/{own.id}").status_code == 200
    for hidden in (foreign, unnamed):
        assert viewer.get(f"/ledger/{hidden.id}").status_code == 404
        assert viewer.get(f"/matters/{hidden.subject}").status_code == 404
    top = signed_in("supervisor")
    assert matters(text(top, "/ledger")) == ["fault/F1", "fault/F2", "fault/F3"]


def test_who_has_no_part_in_the_ledger_stays_outside(signed_in: SignedIn) -> None:
    promised()
    client = signed_in("viewer")
    people.revoke_role(username="viewer", role="viewer", unit="tianhe", actor="staff/admin", at=AT)
    assert client.get("/ledger").status_code == 403
    assert client.get("/matters/fault/F1").status_code == 403


def test_a_page_costs_the_same_whatever_its_length(
    supervisor: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(40):
        promised(f"fault/F{number}")
    text(supervisor, "/ledger")
    with django_assert_max_num_queries(18):
        text(supervisor, "/ledger")


def test_the_export_has_every_row_and_no_formula(supervisor: Client) -> None:
    for number in range(55):
        promised(f"fault/F{number:03}")
    promised("=HYPERLINK(1)", due=-HOUR, state="overdue")
    rows = rows_of(supervisor, "/ledger/export?order=")
    assert len(rows) == 56
    assert rows[0]["matter"] == "'=HYPERLINK(1)"
    assert (rows[1]["promise"], rows[1]["title"], rows[1]["owner"]) == ("repair", "Repaired within 24 hours", "agent")
    assert [row["matter"] for row in rows_of(supervisor, "/ledger/export?subject=fault/F00")] == [
        f"fault/F00{number}" for number in range(10)
    ]


def test_a_view_is_kept_used_replaced_and_removed(supervisor: Client, signed_in: SignedIn) -> None:
    sent = {"name": "  My   overdue ", "query": "state=overdue\r\nX: 1"}
    assert supervisor.post("/ledger/views", sent).headers["Location"] == "/ledger?state=overdue%0D%0AX%3A+1"
    supervisor.post("/ledger/views", {"name": "My overdue", "query": "state=overdue"})
    view = SavedView.objects.get()
    assert (view.owner, view.name, view.query) == ("staff/supervisor", "My overdue", "state=overdue")
    assert '<a href="/ledger?state=overdue">' in text(supervisor, "/ledger")
    other = signed_in("analyst")
    assert "My overdue" not in text(other, "/ledger")
    other.post(f"/ledger/views/{view.id}/remove")
    assert SavedView.objects.count() == 1
    supervisor.post(f"/ledger/views/{view.id}/remove")
    assert SavedView.objects.count() == 0
    assert [line.kind for line in timeline("staff/supervisor")][:2] == [
        "commitments.view_removed", "commitments.view_kept",
    ]  # fmt: skip


def test_a_view_with_a_sign_that_nobody_types_is_not_kept(supervisor: Client) -> None:
    assert supervisor.post("/ledger/views", {"name": "a\0b", "query": ""}).status_code == 400
    assert not SavedView.objects.exists()


@pytest.mark.parametrize(("name", "complaint"), [("", "Give the view a name"), ("x" * 61, "one to 60")])
def test_a_view_without_a_proper_name_is_not_kept(supervisor: Client, name: str, complaint: str) -> None:
    page = supervisor.post("/ledger/views", {"name": name, "query": ""}, follow=True).content.decode()
    assert complaint in page
    assert not SavedView.objects.exists()


def test_one_commitment_is_shown_with_its_clock(supervisor: Client) -> None:
    row = promised(due=HOUR, age=HOUR, facts={"service": "fixed_broadband", "floor": "3"})
    promised("fault/F1", promise="repair-accept", due=HOUR / 2)
    Revision.objects.create(
        id=uuid7(AT), commitment=row, at=AT, entry=uuid7(AT), before={"due_at": "2026-03-02T01:00:00+00:00", "state": "kept"},
        after={"due_at": "2026-03-02T02:00:00+00:00", "state": "open"},
    )  # fmt: skip
    page = text(supervisor, f"/ledger/{row.id}")
    assert "50%" in page
    assert 'stroke-dasharray="50.0' in page
    assert "due moment was 2026-03-02 09:00:00, became 2026-03-02 10:00:00" in page
    assert "state was kept, became running" in page
    assert "fixed broadband" in page
    assert "accept, line test, pre-handle" in page
    assert supervisor.get(f"/ledger/{uuid7(AT)}").status_code == 404


@pytest.mark.parametrize("state", ["open", "overdue", "paused", "kept", "broken", "void"])
@pytest.mark.parametrize("due", [HOUR, -HOUR, None])
@pytest.mark.parametrize("language", list(Language))
def test_a_commitment_is_shown_whatever_became_of_it(
    signed_in: SignedIn, state: str, due: timedelta | None, language: Language
) -> None:
    at = now()
    closed = at if state in {"kept", "broken", "void"} else None
    pauses = [[(at - HOUR).isoformat(), None if state == "paused" else at.isoformat()]]
    row = promised(due=due, age=3 * HOUR, state=state, closed_at=closed, pauses=pauses, target_at=at)
    client = signed_in("supervisor", language)
    assert client.get(f"/ledger/{row.id}").status_code == 200
    assert client.get("/ledger?state=all").status_code == 200
    assert client.get("/matters/fault/F1").status_code == 200


def test_the_face_of_a_paused_clock_stands_where_it_stopped(supervisor: Client) -> None:
    stopped = now() - HOUR
    row = promised(due=2 * HOUR, age=2 * HOUR, state="paused", pauses=[[stopped.isoformat(), None]])
    assert "25%" in text(supervisor, f"/ledger/{row.id}")


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (None, "", "facts of the matter was nothing, became nothing"),
        ({"service": "iptv", "site": "new"}, {"service": "fixed_voice", "site": "new"}, "became fixed voice"),
        ({}, {"floor": 3}, "floor was nothing, became 3"),
        (
            [],
            [["2026-03-02T01:00:00+00:00", None]],
            "facts of the matter was nothing, became 2026-03-02 09:00:00–nothing",
        ),
        (["2026-03-02T01:00:00+00:00"], 4, "facts of the matter was 2026-03-02 09:00:00, became 4"),
        ("open", "hotline", "facts of the matter was running, became hotline"),
    ],
)
def test_a_revision_says_any_value(supervisor: Client, before: object, after: object, words: str) -> None:
    row = promised()
    Revision.objects.create(
        id=uuid7(AT), commitment=row, at=AT, entry=uuid7(AT), before={"facts": before}, after={"facts": after}
    )
    assert words in text(supervisor, f"/ledger/{row.id}").replace("&quot;", '"')


def test_what_a_breach_costs_is_shown_with_its_reckoning(supervisor: Client) -> None:
    owed = {
        "amount_minor": 1250, "currency": "CNY", "extension_days": 2, "pay_by": "2026-04-01", "missing": None,
        "reckoning": {"zh": "按日计", "en": "by the day"},
    }  # fmt: skip
    row = promised(due=-HOUR, state="broken", closed_at=now(), late_by=HOUR, owed=owed)
    page = text(supervisor, f"/ledger/{row.id}")
    for words in ("CNY 12.50", "2 more days", "by the day", "To be paid by 2026-04-01"):
        assert words in page


def test_a_never_opened_commitment_is_shown_too(supervisor: Client) -> None:
    row = promised(opened_at=None, closed_at=now(), state="broken", direction="notice")
    assert supervisor.get(f"/ledger/{row.id}").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_a_matter_has_its_time_line_and_what_binds(signed_in: SignedIn) -> None:
    from django.db import transaction

    adopted()
    with transaction.atomic():
        journal.record(
            journal.happening(
                "fault.reported", subject="fault/F5", actor="staff/agent", at=AT, unit="hotline", owner="staff/agent",
                facts={"service": "fixed_broadband"}, note="crackles",
            )
        )  # fmt: skip
    promised("fault/F5", due=5 * HOUR)
    promised("fault/F5", promise="SL1-repair", due=2 * HOUR)
    page = text(signed_in("supervisor", Language.EN), "/matters/fault/F5")
    for words in ("Binding: SL1 equipment repaired within 3 hours", "fault reported by the customer", "crackles"):
        assert words in page
    assert "service fixed broadband" in page


def test_the_time_line_of_a_matter_keeps_its_hand_offs_after_the_scheduler_has_spoken(signed_in: SignedIn) -> None:
    commitments.adopt_pack(
        document=find("guangzhou-pledges").read_text(encoding="utf-8"), actor="staff/admin", at=AT - DAY
    )
    subject = work.open_matter(
        kind="fault.reported", title="没有拨号音", facts={"service": "fixed_broadband"}, actor="staff/agent", at=AT
    )
    title = Text(zh="上门修复", en="Repair on site")
    baton.offer(matter=subject, title=title, unit="hotline", actor="staff/agent", at=AT + timedelta(minutes=1))
    supervisor = signed_in("supervisor", Language.EN)
    before = re.findall(r"hand-off offered|Warning: [^<]+|Broken: [^<]+", text(supervisor, f"/matters/{subject}"))
    assert before == ["hand-off offered"]
    while scheduler.fire(at=AT + 19 * HOUR).clocks:
        pass
    page = text(supervisor, f"/matters/{subject}")
    assert "hand-off offered" in page
    assert "Warning: " in page
    assert "Broken: " in page  # the offer, whose clock is that of the work item


def test_people_and_units_have_time_lines_for_who_may_see_people(signed_in: SignedIn) -> None:
    supervisor = signed_in("supervisor", Language.EN)
    assert "granted" in text(supervisor, "/matters/staff/agent").lower()
    assert supervisor.get("/matters/unit/tianhe").status_code == 200
    for unknown in ("staff/nobody", "unit/moon", "fault/none", "x", "staff/"):
        assert supervisor.get(f"/matters/{unknown}").status_code == 404
    agent = signed_in("agent", Language.EN)
    assert agent.get("/matters/staff/admin").status_code == 403


def test_a_long_time_line_is_paged(signed_in: SignedIn) -> None:
    from django.db import transaction

    with transaction.atomic():
        for number in range(60):
            journal.record(
                journal.happening(
                    "customer.wrote", subject="fault/F6", actor="staff/agent", at=AT + timedelta(minutes=number),
                    unit="hotline", note=f"call {number}.",
                )
            )  # fmt: skip
    client = signed_in("supervisor", Language.EN)
    first = text(client, "/matters/fault/F6")
    assert "call 59." in first
    assert "call 9." not in first
    found = re.search(r'href="(\?before=[^"]+)"', first)
    assert found
    second = text(client, f"/matters/fault/F6{found[1]}")
    assert "call 9." in second
    assert "call 10." not in second
    assert client.get("/matters/fault/F6?before=x").status_code == 404
    assert client.get(f"/matters/fault/F6?before={uuid7(AT)}").status_code == 404


def test_the_ledger_finds_nothing_where_nothing_was_promised(supervisor: Client) -> None:
    assert "Widen the filter" in text(supervisor, "/ledger")
    assert Commitment.objects.count() == 0

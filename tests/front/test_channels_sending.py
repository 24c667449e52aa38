"""One-time codes on their way out: whoever the operator names sends them."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django.fixtures import Settings

from kapok.front.channels import api, queries
from kapok.front.channels.models import AccessCode
from kapok.kernel.text import Language
from tests.chain import shop

pytestmark = [pytest.mark.usefixtures("open_shop"), pytest.mark.django_db]
OUT: list[tuple[str, str]] = []
SENDER = "tests.front.test_channels_sending.send_by_sms"


def sent(order: str, minutes: float = 0) -> str:
    api.send_code(order=order, address="10.0.0.1", actor="customer", at=shop.later(minutes))
    return AccessCode.objects.filter(order=order).values_list("shown", flat=True).first() or ""


def send_by_sms(to: str, words: str) -> None:
    if to == "13800138001":
        raise ConnectionError(words)
    OUT.append((to, words))


def test_a_code_is_sent_in_the_customers_language_once_it_is_committed(
    settings: Settings, django_capture_on_commit_callbacks: Any
) -> None:
    OUT.clear()
    settings.DEMO, settings.CODE_SENDER = True, SENDER
    order = shop.placed(whose=shop.customer(phone="13800138000"))
    with django_capture_on_commit_callbacks(execute=True):
        code = sent(order)
        assert OUT == []
    (first,) = OUT
    assert first == ("13800138000", f"订单 {order} 的验证码：{code}，10 分钟内有效，请勿告诉他人。")
    with django_capture_on_commit_callbacks(execute=True):
        said: dict[str, Any] = {"address": "10.0.0.1", "actor": "customer", "at": shop.later(1)}
        api.send_code(order=order, language=Language.EN, **said)
        api.send_code(order="O2026-999999", language=Language.EN, **said)
    code = queries.shown_codes(shop.order(order).customer.number)[order]
    assert OUT[1:] == [
        ("13800138000", f"Your code for order {order}: {code}. It is valid for 10 minutes; share it with nobody.")
    ]


def test_a_sender_that_fails_or_is_not_there_turns_nobody_away(
    settings: Settings, django_capture_on_commit_callbacks: Any, caplog: pytest.LogCaptureFixture
) -> None:
    OUT.clear()
    order = shop.placed(whose=shop.customer(phone="13800138001"))
    for sender, failures in (("", 0), (SENDER, 1), ("nowhere.send", 2)):
        settings.CODE_SENDER = sender
        with django_capture_on_commit_callbacks(execute=True):
            sent(order, failures)
        assert len([each for each in caplog.messages if "could not send a code" in each]) == failures
    assert OUT == []
    assert AccessCode.objects.get(order=order).sent_at == shop.later(2)
    assert "验证码" not in caplog.text

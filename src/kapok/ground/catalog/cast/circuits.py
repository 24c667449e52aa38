"""Leased circuits: the flows of the demonstration whose legs run side by side, one for each service level.

Source of the promises: the levels for key accounts (5, 8 and 12 working days). Their stages are parameters of this
demonstration; five whole working days leave the highest level a reserve of a fifth instead of a quarter.
"""

from __future__ import annotations

from kapok.ground.catalog.cast.wording import (
    CONFIRMED,
    PHOTO,
    RENT,
    TESTED,
    Document,
    back,
    gate,
    on_site,
    served,
    stage,
    ways,
    words,
)
from kapok.kernel.text import Text


def _days(number: int) -> str:
    return f"{number} working day{'s' * (number > 1)}"


def _stages(desk: str, assign: int, legs: int) -> list[Document]:
    """The stages; whole working days to assign resources, and for the legs side by side."""
    return [
        gate("start"),
        stage(
            "assign", Text(zh="电路设计与资源配置", en="Design the circuit and assign resources"), "dispatch", _days(assign),
            told=words("我们设计电路并配好资源。", "We design the circuit and assign what it takes."),
            event=["order.surveyed", "order.assigned"], runs="assign",
        ),
        gate("split", "legs"),
        *(_access(end, _days(legs)) for end in "AB"),
        stage(
            "transport", Text(zh="传输与数据制作", en="Transport and configuration"), "data", _days(1),
            told=words("我们配置传输与数据。", "We prepare transmission and configuration."),
            event="order.configured", runs="activate",
        ),
        stage(
            "progress", Text(zh="向客户通报进度", en="Tell the customer of the progress"), desk, _days(1),
            told=words("我们向您通报进度。", "We tell you how far we are."),
            event="customer.informed",
        ),
        gate("join", "joined"),
        stage(
            "test", Text(zh="全程电路测试", en="Test of the whole circuit"), "monitoring", _days(1),
            told=words("我们对全程电路进行测试。", "We test the circuit from end to end."),
            evidence=[TESTED], event=["order.tested", "order.completed"], holds=False, runs="test",
        ),
        stage(
            "handover", Text(zh="交付客户签收", en="Hand over to the customer"), desk, _days(1),
            told=words("我们交付电路，请您签收。", "We hand the circuit over to you."),
            evidence=[CONFIRMED], event="order.confirmed",
        ),
        RENT,
        gate("end"),
    ]  # fmt: skip


def _access(end: str, budget: str) -> Document:
    return on_site(
        f"access-{end.lower()}", Text(zh=f"接入端 {end} 施工", en=f"Access at end {end}"), budget,
        told=words(f"我们在 {end} 端施工。", f"We do the work at end {end}."), evidence=[PHOTO], event="order.installed",
        end=end.lower(),
    )  # fmt: skip


def _circuit(code: str, title: Text, applies: Document, promise: Document, stages: list[Document]) -> Document:
    return {
        "code": code,
        "title": words(title.zh, title.en),
        "line": "fulfilment",
        "serves": promise,
        "applies": applies | {"service": ["leased_line"], "action": ["install", "move"]},
        "nodes": stages,
        "edges": [
            *ways("start", "assign", "legs", "access-a", "joined", "test", "handover", "bill", "end"),
            *ways("legs", "access-b", "joined"),
            *ways("legs", "transport", "joined"),
            *ways("legs", "progress", "joined"),
            back("test", "assign", Text(zh="全程测试未通过", en="the test of the whole circuit failed")),
        ],
    }


def _tiered(tier: str, days: int, stages: list[Document], reserve: int = 25) -> Document:
    title = Text(zh=f"{tier} 大客户电路（{days} 个工作日）", en=f"{tier} key-account circuit ({days} working days)")
    applies = {"segment": ["key_account"], "tier": [tier]}
    return _circuit(f"circuit-{tier.lower()}", title, applies, served(f"{tier}-circuit", reserve=reserve), stages)


CIRCUITS = (
    _tiered("SL1", 5, _stages("key-accounts", 1, 1), reserve=20),
    _tiered("SL2", 8, _stages("key-accounts", 1, 3)),
    _tiered("SL3", 12, _stages("key-accounts", 2, 5)),
    _circuit(
        "circuit", Text(zh="商务电路（15 个工作日）", en="Business circuit (15 working days)"), {}, served("circuit"),
        _stages("hotline", 3, 6),
    ),
)  # fmt: skip

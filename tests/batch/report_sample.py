"""A realistic audit for the report's tests: a city operator's month, Chinese and English names, figures that add up."""

from __future__ import annotations

from dataclasses import replace

from kapok.batch.audit.figures import (
    Arc,
    Baton,
    Bilingual,
    Breach,
    Chain,
    Distribution,
    Figures,
    Holder,
    PopulationVerdict,
    PromiseFigures,
    Reading,
    Stage,
    Total,
)

SECOND, MINUTE, HOUR, DAY = 10**6, 60 * 10**6, 3600 * 10**6, 86400 * 10**6
OCTOBER = 1_790_784_000 * SECOND  # 2026-10-01 00:00 in Shanghai

UNITS = (
    ("网络维护中心", 41_283),
    ("天河线路班", 22_871),
    ("客户服务中心 10000", 9_406),
    ("装机维护班（海珠）", 8_120),
    ("Core Network NOC", 3_371),
    ("计费帐务中心", 1_204),
    ("大客户服务中心", 640),
)
STEPS = (
    ("受理", "预处理", 4120, 14),
    ("受理", "派单", 2310, 22),
    ("预处理", "派单", 3204, 55),
    ("预处理", "远程修复", 902, 31),
    ("派单", "接单", 5480, 95),
    ("接单", "预约上门", 3902, 48),
    ("接单", "现场处理", 1490, 210),
    ("预约上门", "现场处理", 3511, 760),
    ("预约上门", "用户改约", 391, 1440),
    ("用户改约", "预约上门", 388, 900),
    ("现场处理", "修复回单", 4610, 118),
    ("现场处理", "Await spare parts (vendor RMA process, tier-2 logistics)", 288, 3100),
    ("Await spare parts (vendor RMA process, tier-2 logistics)", "现场处理", 280, 2050),
    ("现场处理", "转派", 512, 65),
    ("转派", "接单", 498, 240),
    ("现场处理", "现场处理", 233, 180),
    ("远程修复", "修复回单", 871, 12),
    ("修复回单", "用户确认", 5204, 340),
    ("修复回单", "回访", 270, 1200),
    ("用户确认", "归档", 5010, 30),
    ("用户确认", "重新派单", 190, 75),
    ("重新派单", "接单", 188, 130),
    ("回访", "归档", 251, 25),
    ("回访", "重新派单", 19, 60),
    ("接单", "退单", 174, 41),
    ("退单", "派单", 171, 88),
)


def both(zh: str, en: str) -> Bilingual:
    return {"zh": zh, "en": en}


def distribution(count: int, *hours: float) -> Distribution:
    """From the mean, P50, P80, P95, P99 and maximum in hours."""
    mean, p50, p80, p95, p99, longest = (round(value * HOUR) for value in hours)
    return Distribution(
        count=count, total_us=mean * count, p50_us=p50, p80_us=p80, p95_us=p95, p99_us=p99, max_us=longest
    )


NO_TIMES = Distribution(count=0, total_us=0, p50_us=None, p80_us=None, p95_us=None, p99_us=None, max_us=None)


def promise(code: str, title: Bilingual, **changes: object) -> PromiseFigures:
    blank = PromiseFigures(
        code=code,
        title=title,
        tier="pledge",
        clause="",
        instrument=both("服务承诺", "Service pledge"),
        evidence="own",
        verified=True,
        allowance=both("24 小时", "24 hours"),
        opened=0,
        kept=0,
        broken=0,
        open=0,
        overdue=0,
        void=0,
        within_target=0,
        elapsed=NO_TIMES,
        population=(),
        owed_minor=None,
        unpriced=0,
        currency=None,
        by_week=(),
        anomalies={},
    )
    return replace(blank, **changes)


def weeks(opened: tuple[int, ...], failed: tuple[int, ...]) -> tuple[tuple[str, int, int, int | None], ...]:
    pairs = zip(opened, failed, strict=True)
    return tuple(
        (f"2026-W{40 + index}", whole, part, 11 * HOUR + part * MINUTE) for index, (whole, part) in enumerate(pairs)
    )


def verdicts() -> tuple[PopulationVerdict, ...]:
    mean = both("平均修复时限 ≤ 24 小时", "mean time to repair ≤ 24 hours")
    share = both("24 小时内修复 ≥ 90%", "repaired within 24 hours ≥ 90%")
    return (
        PopulationVerdict(rule=mean, period="2026-10", measured="11.42", limit="24", held=True, cases=5102),
        PopulationVerdict(rule=mean, period="2026-11", measured="25.5", limit="24", held=False, cases=188),
        PopulationVerdict(rule=mean, period="2026-12", measured="3.25", limit="24", held=None, cases=4),
        PopulationVerdict(rule=share, period="2026Q4", measured="4983/5294", limit="0.9", held=True, cases=5294),
    )


def promises() -> tuple[PromiseFigures, ...]:
    repair = promise(
        "repair-24h",
        both("宽带障碍 24 小时修复", "Broadband repaired within 24 hours"),
        clause="第三条",
        opened=5480,
        kept=4983,
        broken=311,
        open=92,
        overdue=64,
        void=30,
        within_target=3710,
        elapsed=distribution(5294, 11.42, 6.5, 17.25, 23.9, 61.2, 212.75),
        population=verdicts(),
        owed_minor=4_823_050,
        currency="CNY",
        by_week=weeks((1102, 1340, 1288, 1210, 540), (51, 92, 110, 88, 34)),
        anomalies={"closed_before_open": 7},
    )
    law = promise(
        "repair-urban-48h",
        both("城镇用户障碍修复（法定）", "Urban fault repair (statutory)"),
        tier="law",
        clause="第三十二条",
        instrument=both("中华人民共和国电信条例", "Telecommunications Regulations of the PRC"),
        evidence="mirror_of_text",
        verified=False,
        allowance=both("48 小时", "48 hours"),
        opened=5480,
        kept=5263,
        broken=89,
        open=97,
        overdue=1,
        void=30,
        within_target=5352,
        elapsed=distribution(5352, 11.9, 6.5, 17.3, 24.8, 66.0, 212.75),
        owed_minor=112_000,
        currency="CNY",
        by_week=weeks((1102, 1340, 1288, 1210, 540), (11, 20, 33, 18, 8)),
    )
    reply = promise(
        "business-reply-3h",
        both("业务咨询 3 小时答复", "Business enquiry answered within 3 hours"),
        allowance=both("3 个工作小时", "3 working hours"),
        opened=640,
        kept=640,
        within_target=610,
        elapsed=distribution(640, 0.71, 0.5, 1.1, 2.2, 2.9, 2.998),
        by_week=weeks((140, 150, 160, 120, 70), (0, 0, 0, 0, 0)),
    )
    waiting = promise(
        "install-15d",
        both("新装电话 15 天内开通", "New line installed within 15 days"),
        allowance=both("15 天", "15 days"),
        opened=12,
        open=12,
    )
    silent = [
        promise("resume-24h", both("复机 24 小时", "Service resumed within 24 hours")),
        promise(
            "wireless-1h", both("无线业务 1 小时开通", "Wireless opened within 1 hour"), evidence="recalled_unverified"
        ),
    ]
    return (repair, law, reply, waiting, *silent)


def breach(index: int) -> Breach:
    due, late = OCTOBER + (26 + 7 * index) * HOUR, (190 - index) * HOUR + 17 * MINUTE
    unit, _ = UNITS[index % len(UNITS)]
    return Breach(
        case=f"GZ-2026-10-{100_000 + index}",
        promise="repair-24h" if index % 3 else "repair-urban-48h",
        clause="" if index % 3 else "第三十二条",
        opened_at=due - 24 * HOUR,
        due_at=due,
        closed_at=None if index % 9 == 4 else due + late,
        late_us=late,
        unit=unit if index % 11 else None,
        person=("陈志强", "Li Wei", "黄嘉欣")[index % 3] if index % 5 else None,
        service=("光纤宽带", "固定电话", "leased line")[index % 3],
        owed_minor=15_500 - 40 * index,
        currency="CNY",
        reckoning=both(
            f"迟延 {190 - index} 小时，计 {8 - index // 30} 个整日；每日退月租的三十分之一。",
            f"{190 - index} hours late, {8 - index // 30} whole days; a thirtieth of the monthly rental for each.",
        ),
    )


def baton(persons: int = 60) -> Baton:
    by_unit = [
        Holder(
            unit=unit,
            person=None,
            cases=hours // 9,
            held_us=hours * HOUR,
            received=hours // 7,
            passed_on=hours // 8,
            held_when_broken=hours // 200,
        )
        for unit, hours in UNITS
    ]
    by_unit.append(
        Holder(unit=None, person=None, cases=33, held_us=412 * HOUR, received=0, passed_on=33, held_when_broken=2)
    )
    total = sum(holder.held_us for holder in by_unit)
    names = [
        f"{family}{given}"
        for family in "陈李黄张梁何吴周"
        for given in ("志强", "嘉欣", "伟明", "晓东", "丽华", "建国", "Ken", "Mei")
    ]
    weight = [persons + 5 - index for index in range(persons - 1)]
    held = [total * part * 24 // (25 * sum(weight)) for part in weight]
    held.append(total - sum(held))
    by_person = [
        Holder(
            unit=UNITS[index % len(UNITS)][0] if index < persons - 1 else None,
            person=f"{names[index % len(names)]}" + (f" {index // len(names)}" if index >= len(names) else "")
            if index < persons - 1
            else None,
            cases=90 + index,
            held_us=us,
            received=40 + index,
            passed_on=38 + index,
            held_when_broken=index % 7,
        )
        for index, us in enumerate(held)
    ]
    return Baton(
        calendar="round-the-clock",
        total_us=total,
        by_unit=tuple(by_unit),
        by_person=tuple(by_person),
        transfers=14_032,
        ping_pong=611,
        returns=1_498,
        first_contact_lost=2_207,
        cases_with_person=6_090,
    )


def chain() -> Chain:
    arcs = [
        Arc(
            source=source,
            target=target,
            count=count,
            total_us=count * minutes * MINUTE,
            max_us=count * minutes * MINUTE // 40 + 9 * DAY,
        )
        for source, target, count, minutes in STEPS
    ]
    names = list(dict.fromkeys(name for arc in arcs for name in (arc.source, arc.target)))
    stages = []
    for name in names:
        into, out = ([arc for arc in arcs if getattr(arc, end) == name] for end in ("target", "source"))
        received, sent = sum(arc.count for arc in into), sum(arc.count for arc in out)
        stages.append(
            Stage(
                activity=name,
                count=max(received, sent),
                total_us=sum(arc.total_us for arc in out),
                starts=max(sent - received, 0),
                ends=max(received - sent, 0),
            )
        )
    dearest = sorted(stages, key=lambda stage: -stage.total_us)[:3]
    by_week = [
        ("2026-W40", 1290, 9.1),
        ("2026-W41", 1502, 10.4),
        ("2026-W42", 1467, 14.9),
        ("2026-W43", 1388, 12.2),
        ("2026-W44", 783, 6.3),
    ]
    return Chain(
        stages=tuple(stages),
        arcs=tuple(arcs),
        costliest=tuple(stage.activity for stage in dearest),
        variants=1_204,
        by_week=tuple((week, cases, round(cases * hours * HOUR)) for week, cases, hours in by_week),
    )


def sample(breaches: int = 200, persons: int = 60) -> Figures:
    """The audit of a city's October."""
    judged = promises()
    return Figures(
        pack="guangzhou-pledges",
        pack_title=both("广州电信服务承诺", "Guangzhou service pledges"),
        pack_version="2026.1",
        pack_label=both("含未核实条目", "contains unverified rows"),
        judged_at=OCTOBER + 31 * DAY,
        engine="duckdb",
        reading=Reading(
            files=("gz_2026_10.csv.gz", "gz_2026_10_nachtrag.csv"),
            rows=58_402,
            events=58_210,
            cases=6_430,
            refused=192,
            refused_by_reason={"unparsable_time": 131, "duplicate_row": 58, "closed_mind": 3},
            first_at=OCTOBER + 3 * MINUTE,
            last_at=OCTOBER + 31 * DAY,
        ),
        promises=judged,
        breaches_total=sum(one.broken + one.overdue for one in judged),
        breaches=tuple(breach(index) for index in range(breaches)),
        by_month=(
            Total(key="2026-09", opened=402, broken=18, owed_minor=195_050),
            Total(key="2026-10", opened=11_210, broken=447, owed_minor=4_740_000),
        ),
        by_unit=(
            *(Total(key=unit, opened=hours // 8, broken=hours // 200, owed_minor=hours * 55) for unit, hours in UNITS),
            Total(key="", opened=753, broken=33, owed_minor=155_825),
        ),
        by_service=(
            Total(key="光纤宽带", opened=7_820, broken=391, owed_minor=4_001_050),
            Total(key="固定电话", opened=3_110, broken=61, owed_minor=604_000),
            Total(key="leased line", opened=682, broken=13, owed_minor=330_000),
        ),
        baton=baton(persons),
        chain=chain(),
        currency="CNY",
        definitions={
            "percentile": both(
                "最近秩法：把全部已结束的承诺按用时升序排列，取第 ⌈p × n ÷ 100⌉ 项。",
                "Nearest rank: closed commitments in ascending order of time; the record at ⌈p × n ÷ 100⌉.",
            ),
            "mean": both(
                "已结束承诺的用时之和除以件数。", "The sum of the times of closed commitments divided by their number."
            ),
        },
        zone="Asia/Shanghai",
    )


def empty() -> Figures:
    """The audit of a log in which nothing could be read."""
    full = sample()
    return replace(
        full,
        pack_label=None,
        reading=Reading(
            files=("empty.csv",),
            rows=0,
            events=0,
            cases=0,
            refused=0,
            refused_by_reason={},
            first_at=None,
            last_at=None,
        ),
        promises=tuple(promise(one.code, one.title) for one in full.promises),
        breaches_total=0,
        breaches=(),
        by_month=(),
        by_unit=(),
        by_service=(),
        baton=Baton(
            calendar="round-the-clock",
            total_us=0,
            by_unit=(),
            by_person=(),
            transfers=0,
            ping_pong=0,
            returns=0,
            first_contact_lost=0,
            cases_with_person=0,
        ),
        chain=Chain(stages=(), arcs=(), costliest=(), variants=0, by_week=()),
        currency=None,
        definitions={},
    )

"""Every word of the report, in both languages. `{places}` are filled by the reader's view; counted nouns live in `NOUNS`."""

from __future__ import annotations

from dataclasses import dataclass

from kapok.kernel.text import Language, Text


@dataclass(frozen=True)
class Noun:
    """A thing that is counted: the Chinese form with its measure word, the English forms for one and for many."""

    zh: str
    one: str
    many: str

    def counted(self, count: int, language: Language) -> str:
        """`1 case`, `12,480 cases`, `12,480 个工单`."""
        if language is Language.ZH:
            return f"{count:,} {self.zh}"
        return f"{count:,} {self.one if count == 1 else self.many}"


NOUNS = {
    "case": Noun("个工单", "case", "cases"),
    "event": Noun("个事件", "event", "events"),
    "row": Noun("行", "row", "rows"),
    "commitment": Noun("项承诺", "commitment", "commitments"),
    "breach": Noun("项违约", "breach", "breaches"),
    "transfer": Noun("次移交", "time", "times"),
    "rule": Noun("条总体规则", "population rule", "population rules"),
    "activity": Noun("个环节", "activity", "activities"),
    "arc": Noun("条连线", "arc", "arcs"),
    "promise": Noun("项承诺", "promise", "promises"),
    "week": Noun("周", "week", "weeks"),
}

WORDS = {
    # head
    "report": Text("承诺审计报告", "Audit of promises"),
    "language": Text("语言", "Language"),
    "sections": Text("目录", "Sections"),
    "pack": Text("规则包", "Rule pack"),
    "judged": Text("判定时点", "Judged as of"),
    "engine": Text("计算引擎", "Engine"),
    "zone": Text("全文时间均为 {zone} 时区。", "All moments are on the clock of {zone}."),
    "label": Text("依据等级", "Evidence"),
    "unverified": Text("未核实", "unverified"),
    "unverified_rows": Text(
        "下列承诺的依据尚未有人对照原文核实，其结论仅供参考：",
        "Nobody has yet checked these promises against the source; read their verdicts as provisional:",
    ),
    "and_more": Text("另有 {n} 项", "and {n} more"),
    # summary sentence
    "sum_read": Text(
        "本次读取 {cases}、{events}，时间从 {first} 到 {last}。",
        "{cases} with {events} were read, from {first} to {last}.",
    ),
    "sum_read_undated": Text("本次读取 {cases}、{events}。", "{cases} with {events} were read."),
    "sum_kept": Text(
        "在已见分晓的 {decided}中，{kept} 项守住（{share}），{failed} 项未守住，其中 {overdue} 项至今逾期未完成。",
        "Of {decided} that are decided, {kept} were kept ({share}) and {failed} were not, {overdue} of them still running "
        "past their due time.",
    ),
    "sum_none": Text("日志中没有任何一项承诺见分晓。", "The log decides no promise yet."),
    "sum_owed": Text("按规则包，违约应赔 {owed}。", "By the rule pack the breaches cost {owed}."),
    "unpriced": Text(
        "{n}应赔而无法得出金额：原因见逐项计算说明。",
        "For {n} something is owed but no sum can be stated: the reckoning of each says why.",
    ),
    "sum_population": Text(
        "{rules}中守住 {held} 条，未守住 {missed} 条，{few} 条因件数太少不作判定。",
        "Of {rules}, {held} held and {missed} did not; {few} had too few cases to judge.",
    ),
    "sum_baton": Text(
        "工作共发生 {transfers}；持有最久的是{unit}，占全部时间的 {share}。",
        "The baton changed hands {transfers}; {unit} held it longest, {share} of all time.",
    ),
    # key figures
    "key_kept": Text("履约率", "Kept"),
    "key_kept_of": Text("{kept} / {decided} 项", "{kept} of {decided} decided"),
    "key_broken": Text("违约", "Broken"),
    "key_broken_note": Text("已结束，但晚于时限", "closed later than due"),
    "key_overdue": Text("逾期未完成", "Overdue"),
    "key_overdue_note": Text("已过时限，仍未结束", "past due and still running"),
    "key_open": Text("进行中", "Open"),
    "key_open_note": Text("未到时限", "running, not yet due"),
    "key_owed": Text("应赔", "Owed"),
    "key_owed_note": Text("违约的代价", "what the breaches cost"),
    "key_cases": Text("工单", "Cases"),
    "key_cases_note": Text("每单平均移交 {n} 次", "{n} transfers per case"),
    # reading
    "reading": Text("读入与拒收", "What was read and refused"),
    "files": Text("文件", "Files"),
    "rows_read": Text("行", "Rows"),
    "events_read": Text("事件", "Events"),
    "cases_read": Text("工单", "Cases"),
    "refused": Text("拒收行", "Refused rows"),
    "refused_none": Text("没有一行被拒收。", "No row was refused."),
    "refused_some": Text(
        "{rows}（{share}）未计入，原因如下；每一行及其原因见 refused.csv。",
        "{rows} ({share}) were left out, for the reasons below; each stands with its reason in refused.csv.",
    ),
    "reason": Text("原因", "Reason"),
    "period": Text("时间范围", "Period"),
    # promises
    "promises": Text("承诺逐项", "Promise by promise"),
    "promises_note": Text(
        "每条横条是该承诺的全部事项；履约率 = 履约 ÷（履约 + 违约 + 逾期未完成）。",
        "Each bar is every commitment to that promise; kept is counted of kept, broken and overdue together.",
    ),
    "kept": Text("履约", "kept"),
    "broken": Text("违约", "broken"),
    "open": Text("进行中", "open"),
    "overdue": Text("逾期未完成", "overdue"),
    "void": Text("不再适用", "void"),
    "opened": Text("发生", "opened"),
    "allowance": Text("时限", "Allowance"),
    "clause": Text("条款", "Clause"),
    "evidence": Text("依据", "Evidence"),
    "tier_law": Text("法规", "law"),
    "tier_pledge": Text("公开承诺", "public pledge"),
    "tier_contract": Text("合同", "contract"),
    "tier_stage": Text("内部工序", "internal stage"),
    "mean": Text("平均", "Mean"),
    "p50": Text("P50", "P50"),
    "p80": Text("P80", "P80"),
    "p95": Text("P95", "P95"),
    "p99": Text("P99", "P99"),
    "max": Text("最长", "Maximum"),
    "within_promise": Text("时限内", "Within promise"),
    "within_target": Text("内控目标内", "Within target"),
    "cost": Text("应赔", "Owed"),
    "statistics_of": Text("统计口径：{n} 项已结束的承诺", "Statistics of {n} closed commitments"),
    "statistics_none": Text(
        "尚无已结束的承诺，因此没有用时统计。", "None has closed yet, so there are no times to tell."
    ),
    "population": Text("总体规则", "Population rule"),
    "held": Text("守住", "held"),
    "not_held": Text("未守住", "not held"),
    "too_few": Text("件数太少", "too few"),
    "whole_period": Text("全期", "whole log"),
    "measured_of": Text("实测 {measured}，限值 {limit}（{cases}）", "measured {measured}, limit {limit} ({cases})"),
    "periods_left": Text("更早的 {n} 个时段见 population.csv。", "{n} earlier periods stand in population.csv."),
    "by_week": Text("按发生周", "By week of opening"),
    "week_bar": Text(
        "{week}：发生 {opened}，未守住 {failed}，平均 {mean}", "{week}: {opened} opened, {failed} not kept, mean {mean}"
    ),
    "anomalies": Text("异常", "Oddities in the log"),
    "silent": Text("{n} 项承诺在日志中没有发生", "{n} of the pack's promises saw no event"),
    "silent_note": Text(
        "日志里没有任何一行开启这些承诺。若它们本该发生，请在映射文件的 events: 下写明哪些行属于开启它的事件；"
        "若与本日志无关，可在映射的 promises: 下只列出要审计的承诺。",
        "No row of the log opened them. If they ought to occur, say under events: in the map which rows are the event that opens "
        "them; if this log has nothing to do with them, list under promises: only those to be judged.",
    ),
    "no_promises": Text("没有任何承诺被开启", "No promise was opened"),
    "no_promises_note": Text(
        "日志已读入，但没有一行对应规则包认得的事件，或没有一个工单具备规则包选用承诺所依的要素。"
        "请检查映射文件的 events:、facts: 与 fact_columns: 部分；运行 kapok audit --suggest 日志文件 可得到一份能直接运行的映射。",
        "The log was read, but no row is an event that the pack knows, or no case has the facts by which the pack chooses its "
        "promises. Look at events:, facts: and fact_columns: in the map; "
        "kapok audit --suggest LOG writes a map that runs as it is.",
    ),
    # breaches
    "breaches": Text("违约明细", "Breaches"),
    "breaches_order": Text("代价最高、迟延最久者在前。", "The costliest and latest come first."),
    "breaches_shown": Text(
        "此处列出 {shown} 项；全部 {total} 项见 breaches.csv。",
        "{shown} are listed here; all {total} stand in breaches.csv.",
    ),
    "breaches_all": Text(
        "全部 {total} 项均列于此，亦见 breaches.csv。", "All {total} are listed here and in breaches.csv."
    ),
    "show_more": Text("再显示 {n} 项", "Show {n} more"),
    "no_breaches": Text("没有违约", "No promise was broken"),
    "no_breaches_note": Text(
        "凡已到期的承诺都守住了。若这出乎意料，请核对映射文件：关闭承诺的事件是否对应了过早出现的行。",
        "Every promise that fell due was kept. If that surprises you, check in the map that the event which closes a promise "
        "is not matched by a row that comes too early.",
    ),
    "case": Text("工单", "Case"),
    "promise": Text("承诺", "Promise"),
    "due": Text("应完成", "Due"),
    "closed": Text("实际完成", "Closed"),
    "still_open": Text("未完成", "still running"),
    "late": Text("迟延", "Late by"),
    "holder": Text("到期时持有者", "Who held the baton"),
    "nobody": Text("日志未记载", "not in the log"),
    "service": Text("业务", "Service"),
    "reckoning": Text("计算说明", "Reckoning"),
    "owed": Text("应赔", "Owed"),
    # totals
    "totals": Text("按月、部门、业务汇总", "Totals by month, unit and service"),
    "by_month": Text("按月", "By month"),
    "by_unit": Text("按部门", "By unit"),
    "by_service": Text("按业务", "By service"),
    "by_person": Text("按人员", "By person"),
    "month": Text("月份", "Month"),
    "unit": Text("部门", "Unit"),
    "person": Text("人员", "Person"),
    "not_kept": Text("未守住", "not kept"),
    "share_not_kept": Text("占比", "Share"),
    "unnamed": Text("（未填写）", "(not named)"),
    "others": Text("其余 {n} 个", "{n} others"),
    "sum": Text("合计", "Sum"),
    "rest_in": Text("其余各行见 {file}。", "The rest stands in {file}."),
    "no_totals": Text("没有可汇总的内容", "Nothing to add up"),
    "no_totals_note": Text(
        "没有承诺被开启，此处因此没有可列出或合计的内容。",
        "No promise was opened, so there is nothing to list or add up.",
    ),
    "no_unit": Text("日志没有部门", "The log names no unit"),
    "no_unit_note": Text(
        "没有一行写明由哪个部门处理，因此无法说明工作在谁手里。"
        "若日志有这样的列（班组、局、受理点），请在映射文件的 columns: 下写 unit: 列名。",
        "No row says which unit worked on it, so nobody can be told to have held the baton. If the log has such a column (a team, "
        "a bureau, an assignment group), name it under columns: in the map as unit: COLUMN.",
    ),
    "no_person": Text("日志没有人员", "The log names no person"),
    "no_person_note": Text(
        "请在映射文件的 columns: 下写 person: 列名，才能按人员列出持有时间和首问责任。",
        "Name the column under columns: in the map as person: COLUMN to see persons and the first contact.",
    ),
    "no_service": Text("日志没有业务类别", "The log names no service"),
    "no_service_note": Text(
        "请在映射文件的 fact_columns: 下写 service: 列名（或在 facts: 下写固定值）。",
        "Name the column under fact_columns: in the map as service: COLUMN (or a fixed value under facts:).",
    ),
    # baton
    "baton": Text("工作在谁手里", "Who held the baton"),
    "baton_calendar": Text(
        "持有时间按日历“{calendar}”计；一天按 24 小时换算。",
        "Holding time is counted in the calendar “{calendar}”; a day is 24 hours of it.",
    ),
    "held_time": Text("持有时间", "Held for"),
    "held_share": Text("占比", "Share"),
    "received": Text("接入", "Received"),
    "passed_on": Text("转出", "Passed on"),
    "held_when_broken": Text("违约时在手", "Held at breach"),
    "per_case": Text("每单平均", "Per case"),
    "adds_up": Text(
        "各行之和 {sum} 等于全部持有时间 {whole}。", "The rows add up to {sum}, which is the whole: {whole}."
    ),
    "adds_up_not": Text(
        "各行之和 {sum} 与全部持有时间 {whole} 相差 {difference}：请报告此缺陷。",
        "The rows add up to {sum}, the whole is {whole}; {difference} is unaccounted for: please report this fault.",
    ),
    "transfers": Text("移交", "Transfers"),
    "transfers_note": Text("从一个部门到另一个部门", "from one unit to another"),
    "ping_pong": Text("来回踢", "Ping-pong"),
    "ping_pong_note": Text("甲 → 乙 → 甲，前后相接", "A → B → A, one after the other"),
    "returns": Text("退回原部门", "Returns"),
    "returns_note": Text("回到曾经持有的部门", "back to a unit that had it before"),
    "first_contact": Text("首问丢失", "First contact lost"),
    "first_contact_note": Text(
        "在记有人员的 {cases}中占 {share}：首问人员不是最后处理人",
        "{share} of {cases} with a person: the first was not also the last",
    ),
    # chain
    "chain": Text("流程链", "The chain"),
    "chain_note": Text(
        "方框是环节，连线表示“紧接着发生”；数字是次数和平均等待。粗细表示次数，颜色表示等待，虚线表示往回走。",
        "Boxes are activities, arcs say “directly followed by”, with how often and the mean wait. Thickness tells the count, "
        "colour the wait; dashed arcs run back.",
    ),
    "chain_folded": Text(
        "为清晰起见，未画出{activities}和{arcs}（共 {passages} 次通过）；全部见 chain.csv。",
        "To stay legible, {activities} and {arcs} ({passages} passages) are not drawn; all stand in chain.csv.",
    ),
    "chain_whole": Text("图中画出了全部环节和连线。", "All activities and arcs are drawn."),
    "chain_title": Text("流程图：{activities}", "Map of the chain: {activities}"),
    "chain_variants": Text("工单共走出 {n} 种不同的路径。", "Cases took {n} different ways through the chain."),
    "start": Text("开始", "start"),
    "end": Text("结束", "end"),
    "wait_legend": Text("平均等待", "Mean wait"),
    "up_to": Text("≤ {duration}", "≤ {duration}"),
    "arc_title": Text(
        "{source} → {target}：{count} 次，平均等待 {mean}，最长 {max}",
        "{source} → {target}: {count} times, mean wait {mean}, longest {max}",
    ),
    "arc_plain": Text("{source} → {target}：{count} 次", "{source} → {target}: {count} times"),
    "box_title": Text(
        "{name}：{count} 次，之后共等待 {total}", "{name}: {count} times, then {total} in all until the next event"
    ),
    "costliest": Text("最耗时的三个环节", "The three costliest stages"),
    "costliest_note": Text(
        "从该环节到下一事件的全部时间，占全流程的 {share}。",
        "All time from the stage to the next event: {share} of the whole chain.",
    ),
    "stage": Text("环节", "Stage"),
    "times": Text("次数", "Times"),
    "total_time": Text("总时间", "Total time"),
    "mean_time": Text("平均", "Mean"),
    "no_chain": Text("没有流程可画", "No chain to draw"),
    "no_chain_note": Text(
        "日志里没有事件。请检查读入与拒收一节中的拒收原因。",
        "The log holds no event. See above what was refused and why.",
    ),
    "trend": Text("每周走势", "Trend by week"),
    "trend_cases": Text("每周开始的工单", "Cases that began in the week"),
    "trend_mean": Text("每单平均全程时间", "Mean time of a case from end to end"),
    "trend_table": Text("走势数据", "The figures of the trend"),
    "week": Text("周", "Week"),
    "no_trend": Text("日志不足两周，不画走势。", "The log spans less than two weeks, too little for a trend."),
    # definitions
    "definitions": Text("统计口径", "Definitions"),
    "definitions_note": Text(
        "报告中的每个统计量即按下列定义计算。", "Every statistic in this report is computed as defined here."
    ),
    "definition_share": Text("百分比", "Percentages"),
    "definition_share_text": Text(
        "四舍五入到一位小数；不足全部时绝不写作 100.0%，不为零时绝不写作 0.0%。",
        "Rounded to one decimal place; less than all is never shown as 100.0%, something never as 0.0%.",
    ),
    "definition_duration": Text("时间长短", "Durations"),
    "definition_duration_text": Text(
        "一天按 24 小时换算，只为便于阅读；把指针停在数字上可见精确秒数，CSV 与 JSON 中为精确值。",
        "A day is 24 hours, for reading only; exact seconds show when you point at a figure and stand in the CSV and JSON files.",
    ),
    "beside": Text("报告旁的文件", "Files beside this report"),
    "made_by": Text("由 Kapok（木棉）生成", "Made by Kapok"),
}

TIERS = {tier: f"tier_{tier}" for tier in ("law", "pledge", "contract", "stage")}

STATISTICS = {
    "count": Text("件数", "Count"),
    "mean": WORDS["mean"],
    "max": WORDS["max"],
    "p50": WORDS["p50"],
    "p80": WORDS["p80"],
    "p95": WORDS["p95"],
    "p99": WORDS["p99"],
    "percentile": Text("百分位数", "Percentiles"),
    "share_kept": Text("履约率", "Share kept"),
    "share_within": Text("时限内占比", "Share within"),
    "within_promise": WORDS["within_promise"],
    "within_target": WORDS["within_target"],
    "transfers": WORDS["transfers"],
    "ping_pong": WORDS["ping_pong"],
    "returns": WORDS["returns"],
    "first_contact_lost": WORDS["first_contact"],
    "held": WORDS["held_time"],
}

FILES = {
    "figures.json": Text("全部数字，供程序读取", "all figures, for programs"),
    "promises.csv": Text("每项承诺一行", "one row per promise"),
    "population.csv": Text("总体规则，每时段一行", "population rules, one row per period"),
    "breaches.csv": Text("每项违约一行", "one row per breach"),
    "baton.csv": Text("每个部门、人员的持有时间", "holding time of every unit and person"),
    "chain.csv": Text("每个环节、连线一行", "one row per activity and arc"),
    "totals.csv": Text("按月、部门、业务汇总", "totals by month, unit and service"),
    "refused.csv": Text("拒收的每一行及其原因", "every refused row with its reason"),
    "anomalies.csv": Text("日志中每一处异常", "every oddity in the log"),
}

COMPARISON = {
    "compared": Text("两次审计对比", "Two audits side by side"),
    "left": Text("甲", "A"),
    "right": Text("乙", "B"),
    "difference": Text("差（乙 − 甲）", "Difference (B − A)"),
    "better": Text("变好", "better"),
    "worse": Text("变差", "worse"),
    "same": Text("不变", "same"),
    "other_pack": Text(
        "两次审计所用规则包不同，判定口径可能不一致，比较时请留意。",
        "The two audits were judged by different packs or versions; their verdicts may not mean the same.",
    ),
    "other_currency": Text("币种不同，不作相减。", "The currencies differ, so nothing is subtracted."),
    "only_left": Text("仅甲有此承诺。", "Only A has this promise."),
    "only_right": Text("仅乙有此承诺。", "Only B has this promise."),
    "whole": Text("总览", "On the whole"),
    "measure": Text("指标", "Measure"),
    "share_kept": Text("履约率", "Share kept"),
    "points": Text("{n} 个百分点", "{n} points"),
    "total_held": Text("全部持有时间", "All holding time"),
    "none_either": Text(
        "两次审计都没有开启任何承诺，没有可比较的内容。", "Neither audit opened a promise; there is nothing to compare."
    ),
    "absent": Text("无", "none"),
}

"""A small pack for the tests of the live ledger: one fault, promises of three tiers."""

from __future__ import annotations

DESK = """
code: desk
version: "1"
title: {zh: 修障承诺, en: Repair desk}
jurisdiction: CN
currency: CNY
zone: Asia/Shanghai
instruments:
  law: {title: {zh: 规范, en: Specification}}
  pledge: {title: {zh: 公告, en: Pledge}}
  stages: {title: {zh: 工序, en: Stages}}
promises:
  - code: law-repair
    title: {zh: 48 小时修复, en: Repaired within 48 hours}
    tier: law
    instrument: law
    clause: "12"
    evidence: {level: own}
    opens: fault.reported
    closes: fault.restored
    voids: fault.cancelled
    reopens: fault.reopened
    reopening: through
    allowance: 48 hours
  - code: pledge-repair
    title: {zh: 24 小时修复, en: Repaired within 24 hours}
    tier: pledge
    instrument: pledge
    evidence: {level: own}
    applies: {service: [fixed_voice, fixed_broadband]}
    opens: fault.reported
    closes: fault.restored
    voids: [fault.cancelled, clock.waived]
    pauses: [customer.deferred, clock.paused]
    resumes: [customer.returned, clock.resumed]
    reopens: fault.reopened
    reopening: continue
    allowance: 24 hours
    target: 6 hours
    warn: 75 %
    compensation: {amount: {flat: "10"}}
  - code: stage-diagnose
    title: {zh: 预处理, en: Diagnose}
    tier: stage
    instrument: stages
    evidence: {level: own}
    opens: fault.reported
    closes: fault.diagnosed
    voids: [fault.cancelled, clock.waived]
    allowance: 30 minutes
  - code: stage-dispatch
    title: {zh: 派单, en: Dispatch}
    tier: stage
    instrument: stages
    evidence: {level: own}
    opens: fault.diagnosed
    closes: fault.dispatched
    allowance: 15 minutes
"""
DESK_LATER = DESK.replace('version: "1"', 'version: "2"').replace("allowance: 24 hours", "allowance: 12 hours")
NEVER = (
    DESK[: DESK.index("promises:")].replace("code: desk", "code: visits")
    + """
promises:
  - code: visit-kept
    title: {zh: 不得失约, en: No visit is missed}
    tier: pledge
    instrument: pledge
    evidence: {level: own}
    direction: never
    opens: visit.missed_by_provider
    compensation: {amount: {flat: "30"}}
"""
)

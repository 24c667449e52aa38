"""What the verbs of process mining record in the journal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from kapok.ground.journal.rules import Event
from kapok.kernel.text import Text


@dataclass(frozen=True, kw_only=True)
class LogUploaded(Event):
    kind: ClassVar[str] = "mining.log_uploaded"
    wording: ClassVar[Text] = Text(zh="上传日志 {name}", en="Log {name} uploaded")
    name: str
    sha256: str


@dataclass(frozen=True, kw_only=True)
class AuditCopied(Event):
    kind: ClassVar[str] = "mining.audit_copied"
    wording: ClassVar[Text] = Text(
        zh="由审计“{name}”复制而来，共用其日志", en="Copied from audit “{name}”, whose logs it shares"
    )
    name: str
    source: UUID


@dataclass(frozen=True, kw_only=True)
class AuditStarted(Event):
    kind: ClassVar[str] = "mining.audit_started"
    wording: ClassVar[Text] = Text(zh="按规则包 {pack} 开始审计", en="Audit started by pack {pack}")
    pack: str
    run: int


@dataclass(frozen=True, kw_only=True)
class AuditFinished(Event):
    kind: ClassVar[str] = "mining.audit_finished"
    wording: ClassVar[Text] = Text(
        zh="审计完成：{cases} 件，违约 {breaches} 起",
        en="Audit finished: {cases} {cases:case|cases}, {breaches} {breaches:breach|breaches}",
    )
    cases: int
    breaches: int
    run: int


@dataclass(frozen=True, kw_only=True)
class AuditFailed(Event):
    kind: ClassVar[str] = "mining.audit_failed"
    wording: ClassVar[Text] = Text(zh="审计未成：{reason}", en="Audit failed: {reason}")
    reason: Text
    run: int


@dataclass(frozen=True, kw_only=True)
class AuditDiscarded(Event):
    kind: ClassVar[str] = "mining.audit_discarded"
    wording: ClassVar[Text] = Text(zh="删除审计“{name}”及其日志", en="Audit “{name}” and its logs deleted")
    name: str

"""Rows that are not judged, each with its reason.

Nothing is dropped in silence: a row that cannot be read goes to `refused.csv`, with the file, its place there, why, and the
row as it was read. The rows are streamed to disk, so that a log of which every row is bad needs no more memory than a good one.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable
from enum import Enum
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from kapok.batch.audit.cells import harmless
from kapok.kernel.text import Text

HEADER = ("file", "row", "reason", "reason_zh", "reason_en", "raw")
LONGEST_RAW = 4_000  # characters of a raw row that are kept


class Reason(Enum):
    """Why a row is refused; the closed list. The value is its code in files and figures."""

    MISSING_CASE = "missing_case"
    MISSING_TIME = "missing_time"
    UNPARSABLE_TIME = "unparsable_time"
    TIME_OUT_OF_RANGE = "time_out_of_range"
    TIME_WITHOUT_ZONE = "time_without_zone"
    UNKNOWN_ZONE = "unknown_zone"
    NONEXISTENT_TIME = "nonexistent_time"
    WRONG_FIELD_COUNT = "wrong_field_count"
    UNDECODABLE = "undecodable"
    MALFORMED_JSON = "malformed_json"
    MALFORMED_XML = "malformed_xml"
    DANGEROUS_XML = "dangerous_xml"
    TRUNCATED_INPUT = "truncated_input"
    DAMAGED_INPUT = "damaged_input"
    OVERBLOWN_INPUT = "overblown_input"
    UNREADABLE_FILE = "unreadable_file"
    DUPLICATE_ROW = "duplicate_row"
    CLOSES_BEFORE_IT_OPENS = "closes_before_it_opens"

    @property
    def text(self) -> Text:
        """The reason in words, with the remedy where there is one."""
        return _WORDS[self]


_WORDS = {
    Reason.MISSING_CASE: Text(
        zh="没有工单号（XES：轨迹没有 concept:name）", en="the case is missing (in XES: the trace has no concept:name)"
    ),
    Reason.MISSING_TIME: Text(zh="没有时间", en="the time is missing"),
    Reason.UNPARSABLE_TIME: Text(
        zh="时间无法识别；请在映射的 time 下写明 format",
        en="the time cannot be read; say how it is written with `format` under `time` in the map",
    ),
    Reason.TIME_OUT_OF_RANGE: Text(
        zh="时间太早或太晚，不会是事件的时间（早于 1710 年或晚于 2489 年）",
        en="the time is too early or too late to be that of an event (before 1710 or after 2489)",
    ),
    Reason.TIME_WITHOUT_ZONE: Text(
        zh="时间没有时区；请在映射的 time 下写明 zone，例如 Asia/Shanghai",
        en="the time has no zone; write `zone` under `time` in the map, for example Asia/Shanghai",
    ),
    Reason.UNKNOWN_ZONE: Text(
        zh="没有这个时区；请用 IANA 名称，例如 Asia/Shanghai",
        en="there is no such time zone; IANA names are known, for example Asia/Shanghai",
    ),
    Reason.NONEXISTENT_TIME: Text(
        zh="该时区当地没有这个时刻（改夏令时被跳过）；请核对时区",
        en="this local time does not exist in its zone (skipped by the change to summer time); check the zone",
    ),
    Reason.WRONG_FIELD_COUNT: Text(
        zh="字段个数与表头不符，或引号没有结束",
        en="not as many fields as the header has, or a quote that is never closed",
    ),
    Reason.UNDECODABLE: Text(
        zh="含有不是文字的字节，或过长的字段；请核对映射 file 下的 encoding",
        en="holds bytes that are no text, or a field without end; check `encoding` under `file` in the map",
    ),
    Reason.MALFORMED_JSON: Text(zh="该行不是 JSON 对象", en="the line is no JSON object"),
    Reason.MALFORMED_XML: Text(
        zh="XML 从此处起有误；此前的事件已判定", en="the XML is broken from here on; what stands before is judged"
    ),
    Reason.DANGEROUS_XML: Text(
        zh="XML 含有实体声明（可能是 XML 炸弹），从此处起不再读取",
        en="the XML declares entities (it may be an XML bomb); nothing is read from here on",
    ),
    Reason.TRUNCATED_INPUT: Text(
        zh="文件在此处中断；此前的内容已判定，请重新传输文件",
        en="the file breaks off here; what stands before is judged; transfer the file again",
    ),
    Reason.DAMAGED_INPUT: Text(
        zh="文件在此处损坏；能读出的内容已判定，请重新传输文件",
        en="the file is damaged here; what can be read is judged; transfer the file again",
    ),
    Reason.OVERBLOWN_INPUT: Text(
        zh="压缩文件解开后异常庞大（可能是压缩炸弹），从此处起不再读取；确属日志的请先自行解压",
        en="the file unpacks to far more than a log would (it may be a gzip bomb); nothing is read from here on; "
        "if it is a log, unpack it first",
    ),
    Reason.UNREADABLE_FILE: Text(zh="该文件没有可读的行", en="the file has no row that can be read"),
    Reason.DUPLICATE_ROW: Text(zh="与前面的行完全相同", en="the same as an earlier row in every column of the map"),
    Reason.CLOSES_BEFORE_IT_OPENS: Text(
        zh="工单在受理之前就已结束；请核对时间列与时区",
        en="the case closes before it opens; check the time column and the zone",
    ),
}


class RefusedRows:
    """The refused rows of one audit: counted here, written to `path` when one is given.

    The file appears under its name only when the audit closes it, so that nothing half-written is taken for the whole.
    `files` are the names of the inputs, by `source`; `intake.open_logs` sets them. Not for several threads at once.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.files: tuple[str, ...] = ()
        self._path = path
        self._counts: Counter[Reason] = Counter()
        self._file: IO[str] | None = None
        self._writer: Any = None

    def add(self, reason: Reason, *, source: int, rows: Iterable[int], raw: Iterable[str] = ()) -> None:
        """Refuse `rows` (places in the input `source`) for `reason`; `raw` holds their texts, as far as they are known."""
        places, texts = list(rows), list(raw)
        self._counts[reason] += len(places)
        if self._path is None or not places:
            return
        name = self.files[source] if source < len(self.files) else str(source)
        texts += [""] * (len(places) - len(texts))
        words = (reason.value, reason.text.zh, reason.text.en)
        self._rows(self._path).writerows(
            (name, row, *words, harmless(_readable(text))) for row, text in zip(places, texts, strict=True)
        )

    def counts(self) -> dict[str, int]:
        """How many rows were refused for each reason (code), the most frequent first."""
        return {reason.value: count for reason, count in self._counts.most_common()}

    @property
    def total(self) -> int:
        """How many rows were refused in all."""
        return self._counts.total()

    def close(self) -> None:
        """Finish the file; an audit without refused rows leaves one with a header only."""
        if self._path is None:
            return
        self._rows(self._path)
        if self._file is not None:
            self._file.close()
            _partial(self._path).replace(self._path)
        self._path = self._file = None

    def __enter__(self) -> RefusedRows:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        elif self._file is not None:
            self._file.close()
            Path(self._file.name).unlink(missing_ok=True)

    def _rows(self, path: Path) -> Any:
        if self._writer is None:
            # With a byte-order mark, for without it a spreadsheet takes the Chinese for something else.
            self._file = _partial(path).open("w", encoding="utf-8-sig", newline="", errors="replace")
            self._writer = csv.writer(self._file)
            self._writer.writerow(HEADER)
        return self._writer


def _partial(path: Path) -> Path:
    return path.with_name(path.name + ".partial")


def _readable(raw: str) -> str:
    """The raw row, cut to a length that can be read."""
    return raw[:LONGEST_RAW].replace("\0", "\ufffd")

"""What a file is, found out from its first bytes: kind, encoding, delimiter."""

from __future__ import annotations

import codecs
import csv
import re
from collections import Counter
from pathlib import Path

from charset_normalizer import from_bytes

from kapok.batch.audit.intake.bytestream import GZIP, LONGEST_ROW, Unpacked, is_text
from kapok.batch.audit.intake.errors import NotALog, UnknownEncoding
from kapok.kernel.text import Text

SAMPLE = 256 << 10
BINARY = Text(zh="二进制数据", en="binary data")
DELIMITERS = (",", ";", "\t", "|", "^", "~")
_LINES = 60
csv.field_size_limit(LONGEST_ROW)  # Python's own limit is 128 KiB

_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_FOREIGN = {
    b"PK\x03\x04": "zip or Excel workbook",
    b"\xd0\xcf\x11\xe0": "Excel 97 workbook",
    b"%PDF": "PDF",
    b"SQLite format 3": "SQLite database",
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
    b"\x28\xb5\x2f\xfd": "Zstandard",
    b"7z\xbc\xaf": "7-Zip",
    b"Rar!": "RAR",
    b"ORC": "ORC",
    b"Obj\x01": "Avro",
    b"\x89PNG": "PNG",
}
# Without š ž ý þ ð: where these bytes stand in words, the text is Czech, Turkish, ... in a page of its own.
WESTERN = frozenset("ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜßàáâãäåæçèéêëìíîïñòóôõöøùúûüÿŒœ€£§©®°«»ºª¡·–—‘’“”„…•\xa0")
_FOREIGN_RUN = re.compile(rb"[\x80-\xff]+")
_ENDINGS = {".csv": "csv", ".tsv": "csv", ".txt": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".xes": "xes"}


def kind_of(path: Path) -> str:
    """csv, parquet, jsonl or xes. Raises `NotALog` for what is none of them."""
    head = Unpacked(path).head(SAMPLE)
    for mark, what in _FOREIGN.items():
        if head.startswith(mark):
            raise NotALog(path=path.name, what=what)
    if head.startswith(b"PAR1"):
        return "parquet"
    endings = [ending for ending in path.suffixes if ending in _ENDINGS]
    return _ENDINGS[endings[-1]] if endings else _by_look(path, head)


def _by_look(path: Path, head: bytes) -> str:
    text = head.decode(encoding_of(path, head), "replace").lstrip("\ufeff \t\r\n")
    if text.startswith("<"):
        return "xes"
    if text.startswith("{"):
        return "jsonl"
    return "csv"


def encoding_of(path: Path, sample: bytes, given: str | None = None) -> str:
    """The encoding of a text, by Python's name for it. Raises `UnknownEncoding`, and `NotALog` for what is no text."""
    if given is not None:
        return _as_given(path, sample, given)
    for mark, encoding in _MARKS.items():
        if sample.startswith(mark):
            return encoding
    if (wide := _wide(sample)) is not None:
        return wide
    if _is_binary(sample):
        raise NotALog(path=path.name, what=BINARY)
    return _narrow(sample)


def delimiter_of(lines: list[str], quote: str) -> str:
    """The mark that cuts most of `lines` into the same number of fields, and into most of them."""
    scores = {mark: _evenness(lines[:_LINES], mark, quote) for mark in DELIMITERS}
    return max(DELIMITERS, key=lambda mark: scores[mark])


def fields_of(line: str, delimiter: str, quote: str) -> list[str]:
    """The fields of one line of CSV; none when it cannot be taken apart."""
    try:
        return next(csv.reader([line], delimiter=delimiter, quotechar=quote or None), [])
    except csv.Error:
        return []


def _evenness(lines: list[str], mark: str, quote: str) -> tuple[bool, float, int]:
    counts = Counter(len(fields_of(line, mark, quote)) for line in lines)
    fields, times = max(counts.items(), key=lambda item: (item[1], item[0]), default=(1, 0))
    return fields > 1, round(times / max(1, counts.total()), 1), fields


def _as_given(path: Path, sample: bytes, given: str) -> str:
    """The encoding that the map names, unless the file is plainly no text at all."""
    encoding = _known(given)
    if _is_binary(sample) and not _decodes(sample, encoding):
        raise NotALog(path=path.name, what=BINARY)
    return encoding


def _decodes(sample: bytes, encoding: str) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)().decode(sample)
    except UnicodeDecodeError:
        return False
    return True


def _known(encoding: str) -> str:
    try:
        name = codecs.lookup(encoding).name
        "".encode(name)
    except LookupError:
        raise UnknownEncoding(encoding=encoding) from None
    return "utf-8" if name in {"utf-8-sig", "ascii"} else name


def _wide(sample: bytes) -> str | None:
    """UTF-16 without a byte-order mark: every other byte of its ASCII is NUL."""
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    half = max(1, len(sample) // 2)
    if odd > 0.3 * half and even < 0.05 * half:
        return "utf-16-le"
    if even > 0.3 * half and odd < 0.05 * half:
        return "utf-16-be"
    return None


def _is_binary(sample: bytes) -> bool:
    controls = sum(sample.count(byte) for byte in range(32) if byte not in b"\t\n\r\f\x1a\x1b")
    return controls > 0.02 * len(sample) or sample.startswith(GZIP)


def _narrow(sample: bytes) -> str:
    """UTF-8 unless hardly a line with foreign letters is; then Chinese, Western, or what `charset-normalizer` thinks likeliest."""
    foreign = [line for line in sample.split(b"\n")[:-1] or [sample] if not line.isascii()]
    if sum(is_text(line) for line in foreign) >= 0.3 * len(foreign):
        return "utf-8"
    text = b"\n".join(foreign)
    if _is_chinese(text):
        return "gb18030"
    if _is_western(text):
        return "cp1252"
    best = from_bytes(text).best()
    return _known(best.encoding) if best is not None else "latin-1"


def _is_chinese(text: bytes) -> bool:
    """Whether most double bytes are the 3,755 commonest characters: rows 16 to 55 of GB 2312."""
    letters = [letter for letter in text.decode("gb18030", "replace") if not letter.isascii()]
    return sum(_is_common(letter) for letter in letters) > 0.6 * len(letters)


def _is_western(text: bytes) -> bool:
    """Whether it reads as Latin-1 or its Windows form: the letters of Western Europe, one or two at a time between others.

    `charset-normalizer` cannot tell short texts in Latin-1 from those in cp1250, and turns ñ into ń.
    """
    runs = _FOREIGN_RUN.findall(text)
    letters = b"".join(runs).decode("cp1252", "replace")
    known = sum(letter in WESTERN for letter in letters)
    return known >= 0.95 * len(letters) and len(letters) <= 2 * len(runs)


def _is_common(letter: str) -> bool:
    pair = letter.encode("gb18030", "replace")
    return len(pair) == 2 and 0xB0 <= pair[0] <= 0xD7 and pair[1] >= 0xA1

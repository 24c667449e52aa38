"""Reading a personnel file: a table of people as a spreadsheet saves it. Pure; knows nobody yet.

Columns, in Chinese or English and in any order: staff_no 工号, name 姓名, unit 单位 (these three are needed), phone 电话,
email 邮箱, language 语言 (zh or en), posts 岗位 (`hotline-desk:A; dispatch-desk:B`), skills 技能 (`fibre:3; language-en:2`). An
empty cell, like a missing column, leaves as it is what is known.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from kapok.batch.audit.intake import sniffing
from kapok.kernel.errors import KapokError
from kapok.kernel.text import Language, Text

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "staff_no": ("staff_no", "staff number", "username", "工号"),
    "name": ("name", "姓名"),
    "unit": ("unit", "单位", "部门"),
    "phone": ("phone", "电话", "手机"),
    "email": ("email", "e-mail", "邮箱", "电子邮箱"),
    "language": ("language", "语言"),
    "posts": ("posts", "岗位"),
    "skills": ("skills", "技能"),
}
NEEDED = ("staff_no", "name", "unit")
LANGUAGES: Mapping[str, Language] = {
    "zh": Language.ZH, "zh-hans": Language.ZH, "chinese": Language.ZH, "中文": Language.ZH,
    "en": Language.EN, "english": Language.EN, "英文": Language.EN, "英语": Language.EN,
}  # fmt: skip
STAFF_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,49}")
PAIR = re.compile(r"([A-Za-z0-9_-]+)\s*[:：=]\s*(\w+)")
FORMULA = ("=", "@")
"""How a cell begins that a spreadsheet would compute; no name, code or address does."""


class NotATable(KapokError):
    """The file is no table of people."""

    wording = Text(
        zh="“{name}”不是人员表：{why}。请另存为CSV（UTF-8或GBK），首行为列名。",
        en="“{name}” is no table of people: {why}. Save it as CSV (UTF-8 or GBK) with the names of the columns in its first line.",
    )


class InvalidStaffNumber(KapokError):
    """The staff number cannot be one."""

    wording = Text(
        zh="工号应为1至50位字母、数字、点、下划线或连字符，以字母或数字开头；请改正。",
        en="A staff number has 1 to 50 letters, digits, dots, underscores and hyphens, and begins with a letter or digit; "
        "correct it.",
    )


class FormulaCell(KapokError):
    """A cell that a spreadsheet would compute."""

    wording = Text(
        zh="“{column}”列的内容以“{sign}”开头，像是公式；请改成文字。",
        en="The cell in “{column}” begins with “{sign}” like a formula; write the text itself.",
    )


class UnknownLanguage(KapokError):
    """The language is neither."""

    wording = Text(zh="语言只能是zh或en；请改正。", en="The language is zh or en; correct it.")


class UnreadablePair(KapokError):
    """Posts and skills are pairs."""

    wording = Text(
        zh="“{column}”列应写成 {example} 的样子，以分号隔开；请改正“{part}”。",
        en="Write “{column}” as code:value, parted by semicolons, such as {example}; correct “{part}”.",
    )


@dataclass(frozen=True)
class Row:
    """One person of the file; None where the file says nothing. `faults` is what is wrong with it by itself."""

    line: int
    staff_no: str
    name: str
    unit: str
    phone: str | None = None
    email: str | None = None
    language: Language | None = None
    posts: tuple[tuple[str, str], ...] = ()
    skills: tuple[tuple[str, str], ...] = ()
    faults: tuple[Text, ...] = ()


def read(name: str, content: bytes) -> list[Row]:
    """The people of a file. Raises `NotATable`."""
    table = _table(name, _decoded(name, content))
    _line, header = next(table, (0, []))
    columns = _columns(header)
    if missing := [column for column in NEEDED if column not in columns.values()]:
        raise NotATable(name=name, why=_lacking(missing))
    return [_row(at, cells, columns) for at, cells in table if any(cell.strip() for cell in cells)]


def _lacking(missing: list[str]) -> Text:
    zh = "、".join(COLUMNS[column][-1] for column in missing)
    return Text(zh=f"缺少列：{zh}", en=f"it lacks the columns {', '.join(missing)}")


def _decoded(name: str, content: bytes) -> str:
    """The text, by the encoding that its bytes show. Raises `NotATable`."""
    try:
        encoding = sniffing.encoding_of(Path(name), content[: sniffing.SAMPLE])
        return content.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    except KapokError as refused:
        raise NotATable(name=name, why=_without_stop(refused.text)) from None
    except UnicodeDecodeError as error:
        at = content[: error.start].count(b"\n") + 1
        raise NotATable(
            name=name, why=Text(zh=f"第{at}行的文字编码有误", en=f"line {at} is not in the encoding of the rest")
        ) from None


def _without_stop(text: Text) -> Text:
    return Text(zh=text.zh.rstrip("。"), en=text.en.rstrip("."))


def _table(name: str, text: str) -> Iterator[tuple[int, list[str]]]:
    """The lines with their numbers. Raises `NotATable` where a line cannot be taken apart."""
    delimiter = sniffing.delimiter_of([line for line in text.splitlines()[:60] if line], '"')
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for cells in reader:
            yield reader.line_num, cells
    except csv.Error:
        at = reader.line_num
        why = Text(zh=f"第{at}行不能拆分成列", en=f"line {at} cannot be taken apart into columns")
        raise NotATable(name=name, why=why) from None


def _columns(header: list[str]) -> dict[int, str]:
    """Which column of the file is which of ours; of two with the same name the first."""
    known = {spelling: column for column, spellings in COLUMNS.items() for spelling in spellings}
    found: dict[int, str] = {}
    for index, title in enumerate(header):
        column = known.get(title.strip().lower())
        if column and column not in found.values():
            found[index] = column
    return found


def _row(line: int, cells: list[str], columns: Mapping[int, str]) -> Row:
    values = {column: cells[index].strip() for index, column in columns.items() if index < len(cells)}
    faults = [
        FormulaCell(column=column, sign=value[0]).text for column, value in values.items() if value.startswith(FORMULA)
    ]
    if not STAFF_NUMBER.fullmatch(values.get("staff_no", "")):
        faults.append(InvalidStaffNumber().text)
    language = values.get("language", "").lower()
    if language and language not in LANGUAGES:
        faults.append(UnknownLanguage().text)
    posts, skills = (_pairs(values.get(column, ""), column, faults) for column in ("posts", "skills"))
    return Row(
        line=line,
        staff_no=values.get("staff_no", "").lower(),
        name=values.get("name", ""),
        unit=values.get("unit", ""),
        phone=values.get("phone") or None,
        email=values.get("email") or None,
        language=LANGUAGES.get(language),
        posts=posts,
        skills=skills,
        faults=tuple(faults),
    )


EXAMPLES = {"posts": "hotline-desk:A; dispatch-desk:B", "skills": "fibre:3; language-en:2"}


def _pairs(cell: str, column: str, faults: list[Text]) -> tuple[tuple[str, str], ...]:
    pairs = []
    for part in re.split("[;；,，]", cell):
        found = PAIR.fullmatch(part.strip())
        if found:
            pairs.append((found[1].lower(), found[2].upper()))
        elif part.strip():
            faults.append(UnreadablePair(column=column, example=EXAMPLES[column], part=part.strip()[:40]).text)
    return tuple(pairs)

"""What the intake refuses as a whole: files that hold no log, and columns that are not there."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches

from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text

UNDECODED = "\ufffd"
LONGEST_NAME = 60
GARBLED = Text(
    zh="列名不成文字：映射 file 下的 encoding 可能不对。",
    en=" These names are no text: `encoding` under `file` in the map may be wrong.",
)


class IntakeError(KapokError):
    """The root of everything that the intake refuses."""


class NoSuchLog(IntakeError):
    """A path that names no file."""

    wording = Text(
        zh="找不到日志“{path}”。请核对路径；文件夹或通配符下须有文件。",
        en="There is no log '{path}'. Check the path; a folder or a pattern must hold at least one file.",
    )


class EmptyLog(IntakeError):
    """A file without a single row."""

    wording = Text(
        zh="日志“{path}”是空的：没有任何数据行。请重新导出。",
        en="The log '{path}' is empty: it has no row of data. Export it again.",
    )


class NotALog(IntakeError):
    """A file of a kind that is not read."""

    wording = Text(
        zh="“{path}”不是可读的日志（{what}）。可读 CSV、Parquet、JSON lines 与 XES，均可用 gzip 压缩；请导出为其中一种。",
        en="'{path}' is no log that can be read ({what}). CSV, Parquet, JSON lines and XES are, gzipped or not; "
        "export it as one of these.",
    )


class ClosedLog(IntakeError):
    """A file that the system does not let us read."""

    wording = Text(
        zh="无法读取日志“{path}”：{why}。请检查路径与权限。",
        en="The log '{path}' cannot be read: {why}. Check path and rights.",
    )


class UnknownEncoding(IntakeError):
    """An encoding that Python does not know."""

    wording = Text(
        zh="映射 file.encoding：没有编码“{encoding}”。例如 utf-8、gb18030、utf-16。",
        en="Map, file.encoding: there is no encoding '{encoding}'. Write for example utf-8, gb18030 or utf-16.",
    )


class UnreadableColumn(IntakeError):
    """A column that holds lists or structures where words are needed."""

    wording = Text(
        zh="列“{column}”的类型是 {type}，不能作为文字读取。请在映射中另选一列。",
        en="Column '{column}' is of type {type} and cannot be read as words. Choose another column in the map.",
    )


class MissingColumn(IntakeError):
    """The map names a column that the file does not have."""

    wording = Text(
        zh="“{path}”没有映射所写的列“{column}”{hint_zh}。该文件的列：{columns}。{encoding_zh}",
        en="'{path}' has no column '{column}', which the map names{hint_en}. It has: {columns}.{encoding_en}",
    )

    def __init__(self, *, path: str, column: str, columns: Collection[str]) -> None:
        near = nearest(column, columns)
        garbled = any(UNDECODED in name for name in columns)
        super().__init__(
            path=path,
            column=column,
            columns=", ".join(map(shown, columns)) or "-",
            hint_zh=f"（是否指“{near}”？）" if near else "",
            hint_en=f" (did you mean '{near}'?)" if near else "",
            encoding_zh=GARBLED.zh if garbled else "",
            encoding_en=GARBLED.en if garbled else "",
        )


def shown(name: str) -> str:
    """A name from somebody's file, fit for a terminal: of moderate length, and no character that would steer it."""
    cut = name if len(name) <= LONGEST_NAME else name[:LONGEST_NAME] + "…"
    return "".join(letter if letter.isprintable() else UNDECODED for letter in cut)


def nearest(word: str, known: Collection[str]) -> str | None:
    """The known word that is most like `word`, whatever its case; None when none is like it."""
    lowered = {name.casefold(): name for name in known}
    found = get_close_matches(word.casefold(), lowered, n=1, cutoff=0.5)
    return lowered[found[0]] if found else None

"""`kapok clock check FILE...`: ask the clock what files of cases ask, and say where it answers otherwise."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from kapok.cli import language, say
from kapok.kernel.errors import KapokError
from kapok.kernel.hours import Case, Failure, judge, read_cases
from kapok.kernel.text import Text

CLOCK = Text(zh="检验时钟。", en="Check the clock.")
CHECK = Text(
    zh="依案例文件检验时钟。退出码：1 表示有答案不符，2 表示有文件无法读取。",
    en="Ask the clock what each FILE asks. Exit code 1: an answer differs; 2: a file cannot be read.",
)
FAILURE = Text(zh="{case}：{what}应为 {expected}，得到 {got}", en="{case}: {what} should be {expected}, got {got}")
# The last line is the same in both languages, so that programs can read it.
SUMMARY = Text(zh="{passed} passed, {failed} failed", en="{passed} passed, {failed} failed")

_NO_FILE = Text(
    zh="打不开（{reason}）。请检查路径与权限。", en="this cannot be opened ({reason}). Check path and permissions."
)
_NO_TEXT = Text(zh="不是 UTF-8 文本。请另存为 UTF-8。", en="this is no UTF-8 text. Save it as UTF-8.")


class UnreadableCases(KapokError):
    """A file of clock cases that cannot be opened or read."""

    wording = Text(zh="{file}:{problem}", en="{file}: {problem}")


@click.group(help=CLOCK.in_(language()))
def clock() -> None:
    """Ask the clock."""


@clock.command(help=CHECK.in_(language()))
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
def check(files: tuple[Path, ...]) -> None:
    """Judge every case of every file; all files are read before the first case is judged."""
    cases = [case for file in files for case in _cases(file)]
    failures = [found for case in cases if (found := judge(case))]
    for failure in (failure for found in failures for failure in found):
        _say(failure)
    say(SUMMARY, passed=len(cases) - len(failures), failed=len(failures))
    sys.exit(1 if failures else 0)


def _say(failure: Failure) -> None:
    say(FAILURE, case=failure.case, what=failure.what, expected=failure.expected, got=failure.got)


def _cases(file: Path) -> list[Case]:
    try:
        return read_cases(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise UnreadableCases(file=file, problem=_NO_FILE.format(reason=error.strerror)) from None
    except UnicodeDecodeError:
        raise UnreadableCases(file=file, problem=_NO_TEXT) from None
    except KapokError as refusal:
        raise UnreadableCases(file=file, problem=refusal.text) from None

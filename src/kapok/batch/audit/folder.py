"""The folder of a report: it appears whole or not at all, and replaces nothing but an earlier report."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text

MARK = "figures.json"  # every report has it


class FolderInUse(KapokError):
    """The folder holds something that is no report."""

    wording = Text(
        zh="文件夹“{path}”里有别的内容，不会覆盖。请用 --out 另选一个文件夹，或先清空它。",
        en="The folder '{path}' holds something else and is not overwritten. Choose another with --out, or empty it first.",
    )


class FolderNotWritable(KapokError):
    """The folder cannot be made or written."""

    wording = Text(
        zh="无法写入“{path}”：{why}。请检查权限与剩余空间，或用 --out 另选一个文件夹。",
        en="'{path}' cannot be written: {why}. Check rights and free space, or choose another folder with --out.",
    )


@contextmanager
def report_folder(out: Path) -> Iterator[Path]:
    """A folder to write a report into, which becomes `out` when the block ends well and vanishes when it does not.

    Raises `FolderInUse` and `FolderNotWritable`.
    """
    refuse_foreign(out)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    except OSError as error:
        raise FolderNotWritable(path=out, why=error.strerror or error) from None
    try:
        yield draft
        _put_in_place(draft, out)
    except OSError as error:
        if error.filename is not None and not str(error.filename).startswith(str(out.parent)):
            raise
        raise FolderNotWritable(path=out, why=error.strerror or error) from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def refuse_foreign(out: Path) -> None:
    """Raise `FolderInUse` if `out` exists and is neither empty nor an earlier report."""
    if out.is_dir() and ((out / MARK).is_file() or not any(out.iterdir())):
        return
    if out.exists() or out.is_symlink():
        raise FolderInUse(path=out)


def _put_in_place(draft: Path, out: Path) -> None:
    draft.chmod(0o755)
    if not out.exists():
        draft.rename(out)
        return
    earlier = Path(tempfile.mkdtemp(prefix=f".{out.name}-earlier-", dir=out.parent))
    out.rename(earlier / out.name)
    draft.rename(out)
    shutil.rmtree(earlier, ignore_errors=True)

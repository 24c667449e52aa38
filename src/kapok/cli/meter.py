"""Progress on standard error: one line that is rewritten on a terminal, now and then a line elsewhere."""

from __future__ import annotations

import sys
import time
from types import TracebackType

from kapok.batch.audit.progress import Progress
from kapok.cli import language

LINES_APART = 5.0  # seconds between two lines where there is no terminal
REDRAWS_APART = 0.1  # seconds between two states of the line on a terminal
WIDTH = 20


class Meter:
    """Shows how far something has come, until the `with` block ends."""

    def __init__(self) -> None:
        self._stream = sys.stderr
        self._live = self._stream.isatty()
        self._stage: str | None = None
        self._shown_at = 0.0

    def __enter__(self) -> Meter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live and self._stage is not None:
            self._stream.write("\n")

    def show(self, progress: Progress) -> None:
        """Show how far it has come, not too often."""
        stage = progress.stage.in_(language())
        now = time.monotonic()
        fresh = stage != self._stage
        if not fresh and now - self._shown_at < (REDRAWS_APART if self._live else LINES_APART):
            return
        if self._live:
            self._stream.write(("\n" if fresh and self._stage else "\r") + _line(stage, progress) + "\x1b[K")
        else:
            self._stream.write(_line(stage, progress) + "\n")
        self._stream.flush()
        self._stage, self._shown_at = stage, now


def _line(stage: str, progress: Progress) -> str:
    """`Reading  1,200,000 / 10,000,000  [####................]`."""
    if not progress.done and not progress.total:
        return stage
    if not progress.total:
        return f"{stage}  {progress.done:,}"
    filled = min(WIDTH, WIDTH * progress.done // progress.total)
    return f"{stage}  {progress.done:,} / {progress.total:,}  [{'#' * filled}{'.' * (WIDTH - filled)}]"

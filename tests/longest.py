"""The files of tests that take longest, longest first: where several workers share the tests, nobody waits for one at the end.

Only the order hangs on it. After a change, `--durations=0` says how it is now.
"""

from __future__ import annotations

from pathlib import Path

TESTS = Path(__file__).parent
FILES: tuple[str, ...] = ()


def place(path: Path) -> int:
    """Where a file of tests stands; all that are not named come together, at the end."""
    name = path.relative_to(TESTS).as_posix()
    return FILES.index(name) if name in FILES else len(FILES)

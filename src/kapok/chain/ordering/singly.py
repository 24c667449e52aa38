"""What was found in one look is done one by one: what is refused keeps no other from it, and is tried again at the next look."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TypeVar

from kapok.kernel.errors import KapokError

Found = TypeVar("Found")
log = logging.getLogger(__name__)


def done(found: Iterable[Found], does: Callable[[Found, datetime], bool], at: datetime, *, refused: str) -> int:
    """How many `does` did; what is refused is logged in the words `refused`, which name the one and the reason by `%s`."""
    return sum(_does(each, does, at, refused) for each in list(found))


def _does(one: Found, does: Callable[[Found, datetime], bool], at: datetime, words: str) -> bool:
    try:
        return does(one, at)
    except KapokError as reason:
        log.warning(words, one, reason)
        return False

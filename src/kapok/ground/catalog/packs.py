"""The packs whose promises flows serve: by what the composition root names (`FLOW_PACKS`), those that are shipped by default."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import cast

from django.conf import settings
from django.utils.module_loading import import_string

from kapok.kernel.promises import Pack, Promise, available, load
from kapok.kernel.promises.budgets import comparable


def pack_called(code: str) -> Pack | None:
    """The pack with this code, if there is one."""
    source = cast(Callable[[str], Pack | None], import_string(settings.FLOW_PACKS))
    return source(code)


def promise_called(pack: Pack, code: str) -> Promise | None:
    """The newest wording of a promise of the pack that has a length, if there is one."""
    rows = [row for row in pack.by_code.get(code, ()) if row.allowance is not None and comparable(row.allowance)]
    return rows[-1] if rows else None


@cache
def shipped(code: str) -> Pack | None:
    """The shipped pack with this code, if there is one."""
    paths = {path.stem: path for path in available()}
    return load(paths[code]) if code in paths else None


def names() -> tuple[str, ...]:
    """The codes of the shipped packs, to choose from."""
    return tuple(path.stem for path in available())

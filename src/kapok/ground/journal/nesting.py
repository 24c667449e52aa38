"""Verbs that are a part of a larger verb, in its transaction."""

from __future__ import annotations

from collections.abc import Callable
from inspect import unwrap
from typing import ParamSpec, TypeVar

Given = ParamSpec("Given")
Said = TypeVar("Said")


def as_part(verb: Callable[Given, Said]) -> Callable[Given, Said]:
    """The verb without a `transaction.atomic` of its own, which within another is a savepoint: two statements.

    For a verb that lets whatever the part raises end its own transaction as well; who wants to go on after a refusal calls it as
    it is.
    """
    part: Callable[Given, Said] = unwrap(verb)
    return part

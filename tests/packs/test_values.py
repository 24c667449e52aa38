"""Every value that a selector can name has a name for people."""

from __future__ import annotations

import pytest

from kapok.kernel.promises.facts import FACTS
from kapok.kernel.promises.values import value_title

CHOICES = [(name, value) for name, fact in FACTS.items() for value in sorted(fact.values)]


@pytest.mark.parametrize(("fact", "value"), CHOICES)
def test_a_known_value_is_named_in_both_languages(fact: str, value: str) -> None:
    title = value_title(fact, value)
    assert title.en
    assert title.zh != value.replace("_", " ") or value in {"SL1", "SL2", "SL3"}


def test_a_value_that_only_a_pack_knows_is_its_code_in_plain_words() -> None:
    assert value_title("colour", "dark_red").en == "dark red"

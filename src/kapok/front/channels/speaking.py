"""Who of those who serve is chosen (R8): by skill, by the language of the customer, then the longest idle. Pure."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import datetime

from kapok.kernel.text import Text, joined

LANGUAGE = "language-"
"""With this begins the code of a skill that is a language, e.g. `language-yue`."""


@dataclass(frozen=True)
class Tongue:
    """A language that a customer speaks, and the skill it takes; none where everybody of ours speaks it."""

    name: Text
    skill: str = ""


@dataclass(frozen=True)
class Agent:
    """Somebody who serves a channel and is there; idle since then, None while they serve somebody."""

    username: str
    idle_since: datetime | None
    skills: Set[str] = frozenset()


@dataclass(frozen=True)
class Chosen:
    """Who was chosen, and the language that decided it; None where every qualified person would have done."""

    agent: Agent
    tongue: Tongue | None = None


def longest_idle(agents: Sequence[Agent], *skills: str) -> Agent | None:
    """Of those who have all the skills the one who has been idle longest; ties go by name. None where nobody is."""
    needed = {skill for skill in skills if skill}
    able = [(each.idle_since, each.username, each) for each in agents if each.idle_since and needed <= each.skills]
    return min(able)[2] if able else None


def choose(agents: Sequence[Agent], skill: str, tongues: Sequence[Tongue]) -> Chosen | None:
    """The longest idle of the qualified who speak what the customer speaks best, else what they speak besides.

    Where nothing is known of what they speak, any of the qualified. None where nobody is idle who would do.
    """
    if not tongues:
        chosen = longest_idle(agents, skill)
        return Chosen(chosen) if chosen else None
    for tongue in tongues:
        chosen = longest_idle(agents, skill, tongue.skill)
        if chosen:
            return Chosen(chosen, tongue if tongue.skill else None)
    return None


def wanted(tongues: Sequence[Tongue]) -> Text | None:
    """The languages that not everybody of ours speaks, in a row; None where any of ours will do."""
    if not tongues or any(not tongue.skill for tongue in tongues):
        return None
    return joined(tongue.name for tongue in tongues)

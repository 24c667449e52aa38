"""The report as one reader sees it: words, figures and moments in one language and one zone. Templates speak through it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from kapok.batch.audit.figures import Bilingual
from kapok.batch.audit.refused import Reason
from kapok.batch.audit.report import format as figures_as_text
from kapok.batch.audit.report import wording
from kapok.kernel.promises.evidence import LEVELS, Level
from kapok.kernel.promises.judgement import ANOMALIES, Anomaly
from kapok.kernel.text import Language, Text

_ALL_WORDS: Mapping[str, Text] = wording.WORDS | wording.COMPARISON


@dataclass(frozen=True)
class Reader:
    """Somebody who reads `language` and lives by the clock of `zone`."""

    language: Language
    zone: ZoneInfo

    @classmethod
    def of(cls, language: Language, zone: str) -> Reader:
        """A reader by the name of an IANA zone; an unknown one is read as UTC."""
        return cls(language, figures_as_text.zone_of(zone))

    def __call__(self, word: str, **values: Any) -> str:
        """The wording called `word` (KeyError when there is none), its places filled."""
        return _ALL_WORDS[word].format(**values).in_(self.language)

    @property
    def tag(self) -> str:
        """The short name of the language, as in addresses: `zh` or `en`."""
        return "zh" if self.language is Language.ZH else "en"

    @property
    def zone_name(self) -> str:
        """The zone by its IANA name."""
        return self.zone.key

    def text(self, pair: Bilingual | Text) -> str:
        """This reader's side of a bilingual value; the other side when a pack left this one empty."""
        if isinstance(pair, Text):
            return pair.in_(self.language)
        return pair.get(self.tag) or next(filter(None, pair.values()), "")

    def counted(self, count: int, noun: str) -> str:
        """A count with its noun."""
        return wording.NOUNS[noun].counted(count, self.language)

    def number(self, count: int) -> str:
        """A grouped whole number."""
        return figures_as_text.number(count)

    def duration(self, us: int | None) -> str:
        """A length of time as people say it."""
        return figures_as_text.duration(us, self.language)

    def exact(self, us: int | None) -> str:
        """The same to the microsecond, for the tooltip."""
        return figures_as_text.exact_seconds(us, self.language)

    def money(self, minor: int | None, currency: str | None) -> str:
        """An amount with its currency."""
        return figures_as_text.money(minor, currency, self.language)

    def moment(self, at: int | None) -> str:
        """A moment to the minute."""
        return figures_as_text.clock_time(at, self.zone)

    def moment_exact(self, at: int | None) -> str:
        """A moment in full, with its offset from UTC."""
        return figures_as_text.iso_time(at, self.zone)

    def tier(self, tier: str) -> str:
        """What kind of promise it is; a tier of the pack's own keeps its name."""
        return self(wording.TIERS[tier]) if tier in wording.TIERS else tier

    def evidence(self, level: str) -> str:
        """Where the wording of a rule was seen, in words; a level that Kapok does not know keeps its name."""
        return LEVELS[Level(level)].in_(self.language) if level in {*Level} else level

    def reason(self, code: str) -> str:
        """Why rows were refused, in words; a code that Kapok does not know keeps its name."""
        known = {reason.value for reason in Reason}
        return Reason(code).text.in_(self.language) if code in known else code

    def anomaly(self, code: str) -> str:
        """What was odd about entries, in words; a code that Kapok does not know keeps its name."""
        return ANOMALIES[Anomaly(code)].in_(self.language) if code in {*Anomaly} else code

    def statistic(self, name: str) -> str:
        """The name of a defined statistic; one that Kapok does not know keeps its name."""
        return wording.STATISTICS[name].in_(self.language) if name in wording.STATISTICS else name.replace("_", " ")

    def named(self, name: str | None) -> str:
        """A name out of the log, or that there is none."""
        return name or self("unnamed")

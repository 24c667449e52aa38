"""How well a rule is known: where its wording was seen, and who checked it."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from pydantic import model_validator

from kapok.kernel.promises.fields import Names, Strict, Words, refuse
from kapok.kernel.text import Text


class Level(StrEnum):
    """Where the wording was seen, best first. `own` is the operator's own word, which needs no source."""

    OWN = "own"
    OFFICIAL_PAGE = "official_page"
    MIRROR_OF_TEXT = "mirror_of_text"
    OPERATOR_PAGE = "operator_page"
    PRESS = "press"
    SECONDARY = "secondary"
    RECALLED = "recalled_unverified"
    NOT_OBTAINED = "not_obtained"


LEVELS = {
    Level.OWN: Text(zh="本企业自定", en="the operator's own"),
    Level.OFFICIAL_PAGE: Text(zh="官方网页", en="official page"),
    Level.MIRROR_OF_TEXT: Text(zh="法规文本转载", en="copy of the legal text"),
    Level.OPERATOR_PAGE: Text(zh="运营商网页", en="operator's page"),
    Level.PRESS: Text(zh="新闻报道", en="press"),
    Level.SECONDARY: Text(zh="二手资料", en="secondary source"),
    Level.RECALLED: Text(zh="凭记忆，未核实", en="from memory, not checked"),
    Level.NOT_OBTAINED: Text(zh="未取得原文", en="text not obtained"),
}
TEXT_SEEN = frozenset({Level.OWN, Level.OFFICIAL_PAGE, Level.MIRROR_OF_TEXT, Level.OPERATOR_PAGE})
SOURCELESS = frozenset({Level.OWN, Level.RECALLED, Level.NOT_OBTAINED})


class Evidence(Strict):
    """Where a row of a pack comes from."""

    level: Level
    """Where the wording was seen."""
    source: Names = ()
    """Address or addresses where it was seen; needed unless the level is own, recalled_unverified or not_obtained."""
    note: Words | None = None
    """What a reader should know about the source, e.g. a doubt."""
    verified_by: str | None = None
    """The person who compared the row with the text in force."""
    verified_on: date | None = None
    """The day of that comparison."""

    @model_validator(mode="after")
    def _supported(self) -> Evidence:
        if self.level not in SOURCELESS and not self.source:
            raise refuse(
                "evidence_without_source",
                f"证据级别 {self.level} 须有来源地址：补上 source，或改级别为 recalled_unverified",
                f"evidence of level {self.level} needs a source: add `source`, or set the level to recalled_unverified",
            )
        if (self.verified_by is None) != (self.verified_on is None):
            raise refuse(
                "half_verified",
                "verified_by 与 verified_on 须同时填写",
                "give both verified_by and verified_on, or neither",
            )
        return self

    @property
    def verified(self) -> bool:
        """True if the wording itself was seen, or a person answers for the row."""
        return self.verified_by is not None or self.level in TEXT_SEEN

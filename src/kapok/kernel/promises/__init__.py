"""Promises: rules as data, and the pure judgement of one matter by them.

`load` reads a pack and refuses what makes no sense. `judge` turns the entries of one matter into the commitments that a promise
made of it, through the table `MOVES`. `award` says what a breach costs, and the sum in words. `population` judges rules on many
cases together, by the definitions of `statistics`. Nothing here knows Django, and only `loading` reads files.
"""

from kapok.kernel.promises.accrual import AwardKey, award_key
from kapok.kernel.promises.allowance import Allowance, BadAllowance, Unit
from kapok.kernel.promises.deadlines import Clock
from kapok.kernel.promises.evidence import Evidence, Level
from kapok.kernel.promises.facts import FACTS, Fact, FactKind, Facts
from kapok.kernel.promises.findings import Finding, PackNotFound, PackRefused
from kapok.kernel.promises.judgement import ANOMALIES, Anomaly, Entry, Judgement, Outcome
from kapok.kernel.promises.judging import judge, judge_all
from kapok.kernel.promises.known import ALSO, AT_END, OF_ONE_ENTRY, by_matter, is_said, known_facts
from kapok.kernel.promises.loading import available, find, load, parse
from kapok.kernel.promises.moves import MOVES, RANK, Effect, Role, State, in_order, rank
from kapok.kernel.promises.pack import Duty, Pack, Promise
from kapok.kernel.promises.population import Population, Verdict, gathered, population
from kapok.kernel.promises.reckoning import Award, award, chronic, reckon
from kapok.kernel.promises.schema import written as schema_text
from kapok.kernel.promises.statistics import DEFINITIONS
from kapok.kernel.promises.terms import Direction, Reopening, Statistic, Tier
from kapok.kernel.promises.turns import STOPS, applies, may_apply
from kapok.kernel.promises.vocabulary import EVENTS
from kapok.kernel.promises.wording import explain, summary, term

__all__ = [
    "ALSO",
    "ANOMALIES",
    "AT_END",
    "DEFINITIONS",
    "EVENTS",
    "FACTS",
    "MOVES",
    "OF_ONE_ENTRY",
    "RANK",
    "STOPS",
    "Allowance",
    "Anomaly",
    "Award",
    "AwardKey",
    "BadAllowance",
    "Clock",
    "Direction",
    "Duty",
    "Effect",
    "Entry",
    "Evidence",
    "Fact",
    "FactKind",
    "Facts",
    "Finding",
    "Judgement",
    "Level",
    "Outcome",
    "Pack",
    "PackNotFound",
    "PackRefused",
    "Population",
    "Promise",
    "Reopening",
    "Role",
    "State",
    "Statistic",
    "Tier",
    "Unit",
    "Verdict",
    "applies",
    "available",
    "award",
    "award_key",
    "by_matter",
    "chronic",
    "explain",
    "find",
    "gathered",
    "in_order",
    "is_said",
    "judge",
    "judge_all",
    "known_facts",
    "load",
    "may_apply",
    "parse",
    "population",
    "rank",
    "reckon",
    "schema_text",
    "summary",
    "term",
]

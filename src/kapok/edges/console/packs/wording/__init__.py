"""Promises in words: pure, both languages at once."""

from kapok.edges.console.packs.wording.conditions import applies, unmet
from kapok.edges.console.packs.wording.costs import amount, costs
from kapok.edges.console.packs.wording.terms import Line, headline, lines

__all__ = ["Line", "amount", "applies", "costs", "headline", "lines", "unmet"]

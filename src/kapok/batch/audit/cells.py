"""Cells of the files that people open in a spreadsheet: text from a log must never become a formula there."""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

FORMULA_STARTS = "=+-@\t\r"
_FORMULA = f"^ *[{re.escape(FORMULA_STARTS)}]"


def harmless(text: str | None) -> str:
    """A text that no spreadsheet takes for a formula: one that would begin it is preceded by an apostrophe."""
    if not text:
        return ""
    return "'" + text if text.lstrip(" ").startswith(tuple(FORMULA_STARTS)) else text


def harmless_column(column: pa.Array) -> pa.Array:
    """The same for a whole column, and for a dictionary once for each of its words; what is missing stays missing."""
    if pa.types.is_dictionary(column.type):
        return pa.DictionaryArray.from_arrays(column.indices, harmless_column(column.dictionary)).cast(pa.string())
    risky = pc.match_substring_regex(column, _FORMULA)
    return pc.if_else(pc.fill_null(risky, False), pc.binary_join_element_wise("'", column, ""), column)

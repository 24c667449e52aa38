"""The columns in which every log is judged, whatever file it came from.

One row is one event. Text columns are dictionary-encoded; times are whole microseconds since the Unix epoch, UTC. `row` is the
place of the event in the input, counted from 1 without the header: the tie-breaker of equal times and the name of a refused row.
"""

from __future__ import annotations

import pyarrow as pa

CASE, AT, ROW, ACTIVITY = "case", "at", "row", "activity"
LIFECYCLE, UNIT, PERSON, SOURCE = "lifecycle", "unit", "person", "source"
FACT_PREFIX = "fact:"
ATTRIBUTE_PREFIX = "attribute:"

WORD = pa.dictionary(pa.int32(), pa.string())


def schema(facts: tuple[str, ...], attributes: tuple[str, ...]) -> pa.Schema:
    """The schema of an event table that carries these facts (for selectors) and attributes (for the map's rules)."""
    return pa.schema(
        [
            pa.field(CASE, WORD, nullable=False),
            pa.field(AT, pa.int64(), nullable=False),
            pa.field(ROW, pa.int64(), nullable=False),
            pa.field(ACTIVITY, WORD),
            pa.field(LIFECYCLE, WORD),
            pa.field(UNIT, WORD),
            pa.field(PERSON, WORD),
            pa.field(SOURCE, pa.int32(), nullable=False),
            *(pa.field(FACT_PREFIX + name, WORD) for name in facts),
            *(pa.field(ATTRIBUTE_PREFIX + name, WORD) for name in attributes),
        ]
    )

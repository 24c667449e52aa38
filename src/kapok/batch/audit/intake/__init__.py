"""The intake: any log in, the columns of `events` out, and every row that cannot be judged with its reason.

`source` finds the files and puts their events one after the other; `delimited`, `parquet`, `jsonlines` and `xes` read one kind of
file each; `canonical` makes their columns those of `events`, by `moments` (times) and `words` (everything else).
"""

from kapok.batch.audit.intake.canonical import RefusedColumns, described, normalise, schema
from kapok.batch.audit.intake.source import EventSource, Progress, open_logs, quiet

__all__ = ["EventSource", "Progress", "RefusedColumns", "described", "normalise", "open_logs", "quiet", "schema"]

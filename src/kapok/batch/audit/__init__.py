"""`kapok audit`: an event log in, every promise judged, every hand-over counted.

The way of a log: `intake` reads any file by the words of a `map` into the columns of `events`. `engine` (this machine) or
`cluster` (Spark) brings the events of a case together and hands buckets of whole cases to `judgement`, which lets `judging` run
the table of moves of `kernel.promises` over the columns and counts `baton` and `chain`. The `partial` results add up in any
order; `summary` makes the `figures` of them, `report` writes them for people, and `run` is the whole way in one call.
"""

"""`kapok audit`: an event log in, every promise judged, every hand-over counted.

The way of a log: `intake` reads any file by the words of a `map` into the columns of `events`; `judging` runs the table of
moves of `kernel.promises` over those columns; `engine` cuts a log into buckets of whole cases and adds up what comes back, on
this machine or on a cluster; `figures` is the result; `report` writes it for people.
"""

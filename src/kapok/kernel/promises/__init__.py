"""Promises: rules as data, and the pure judgement of one matter by them."""

from kapok.kernel.promises.findings import Finding, PackNotFound, PackRefused
from kapok.kernel.promises.loading import available, find, load, parse
from kapok.kernel.promises.pack import Duty, Pack, Promise
from kapok.kernel.promises.schema import written as schema_text
from kapok.kernel.promises.wording import summary

__all__ = [
    "Duty",
    "Finding",
    "Pack",
    "PackNotFound",
    "PackRefused",
    "Promise",
    "available",
    "find",
    "load",
    "parse",
    "schema_text",
    "summary",
]

"""The names of BPMN, its diagrams, and ours."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from kapok.kernel.text import Text

MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
DIAGRAM = "http://www.omg.org/spec/BPMN/20100524/DI"
BOUNDS = "http://www.omg.org/spec/DD/20100524/DC"
POINTS = "http://www.omg.org/spec/DD/20100524/DI"
SCHEMA = "http://www.w3.org/2001/XMLSchema-instance"
OURS = "urn:kapok:bpmn:1"
PREFIXES = {"bpmn": MODEL, "bpmndi": DIAGRAM, "dc": BOUNDS, "di": POINTS, "xsi": SCHEMA, "kapok": OURS}

ELEMENTS: Mapping[str, str] = MappingProxyType(
    {"start": "startEvent", "end": "endEvent", "stage": "userTask", "choice": "exclusiveGateway"}
)
"""The element of each kind of node; splits and joins are both a `parallelGateway`."""
PARALLEL = "parallelGateway"

_UNSPEAKABLE = re.compile("[^\x09\x0a\x0d\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def speakable(words: str) -> str:
    """The words without the signs that XML cannot hold."""
    return _UNSPEAKABLE.sub("�", words)


def name(title: Text | None) -> str:
    """Both languages in the one name that BPMN has."""
    if title is None:
        return ""
    both = title.zh if title.zh == title.en else f"{title.zh} / {title.en}"
    return " ".join(speakable(both).split())

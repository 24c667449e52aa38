"""Flows as BPMN 2.0 files: written with shapes, so that other tools draw them; read strictly, so that nothing is lost unseen.

What BPMN has no words for (budgets, evidence, both languages, conditions) stands in extension elements of our namespace.
"""

from kapok.ground.catalog.bpmn.reading import read
from kapok.ground.catalog.bpmn.writing import write

__all__ = ["read", "write"]

"""A chain cut to what a page can hold: the most frequent activities and arcs, and none left hanging in the air.

Start and end are nodes 0 and 1; activities follow, the most frequent first. An arc from the start or to the end has no name there
and no waiting time.
"""

from __future__ import annotations

from dataclasses import dataclass

from kapok.batch.audit.figures import Arc, Chain, Stage

ACTIVITIES_SHOWN = 30
ARCS_PER_ACTIVITY = 2
START, END, FIRST = 0, 1, 2


@dataclass(frozen=True)
class Shown:
    """What is drawn of a chain: activities by node, arcs by the nodes of their ends."""

    stages: dict[int, Stage]
    arcs: dict[tuple[int, int], Arc]

    def name(self, node: int) -> str:
        """The activity of a node; start and end have no name of the log's."""
        return self.stages[node].activity if node >= FIRST else ""


def fold(chain: Chain) -> Shown:
    """The most frequent activities; of their arcs the most frequent, and the strongest into and out of each."""
    kept = sorted(chain.stages, key=lambda stage: (-stage.count, stage.activity))[:ACTIVITIES_SHOWN]
    stages = {FIRST + index: stage for index, stage in enumerate(kept)}
    node = {stage.activity: index for index, stage in stages.items()}
    arcs = {(node[arc.source], node[arc.target]): arc for arc in chain.arcs if {arc.source, arc.target} <= node.keys()}
    for index, stage in stages.items():
        if stage.starts:
            arcs[START, index] = Arc(source="", target=stage.activity, count=stage.starts, total_us=0, max_us=0)
        if stage.ends:
            arcs[index, END] = Arc(source=stage.activity, target="", count=stage.ends, total_us=0, max_us=0)
    strongest = sorted(arcs, key=lambda ends: (-arcs[ends].count, ends))
    chosen = _lifelines(strongest)
    room = ARCS_PER_ACTIVITY * len(stages) + 2
    chosen |= set([ends for ends in strongest if ends not in chosen][: max(room - len(chosen), 0)])
    return Shown(stages, {ends: arcs[ends] for ends in sorted(chosen)})


def _lifelines(strongest: list[tuple[int, int]]) -> set[tuple[int, int]]:
    """The strongest arc out of and into every node, so that none hangs in the air."""
    chosen: set[tuple[int, int]] = set()
    sources, targets = set(), set()
    for source, target in strongest:
        if source != target and (source not in sources or target not in targets):
            chosen.add((source, target))
            sources.add(source)
            targets.add(target)
    return chosen

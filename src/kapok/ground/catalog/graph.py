"""Whether a flow hangs together: one start, every node on a way to an end, splits closed by joins, no way round. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from kapok.ground.catalog.template import Edge, Finding, Flow, Gate, Stage, finding

Branch = tuple[tuple[str, str], ...]
"""Within which branches of which splits a node lies: (split, first node of the branch), outermost first."""

# kind: (least ways in, most ways in, least ways out, most ways out); None is no limit. Ways back do not count.
WAYS: Mapping[str, tuple[int, int | None, int, int | None]] = {
    "start": (0, 0, 1, 1),
    "end": (1, None, 0, 0),
    "stage": (1, None, 1, 1),
    "split": (1, None, 2, None),
    "join": (2, None, 1, 1),
    "choice": (1, None, 1, None),
}


class Graph:
    """The nodes and forward ways of a flow, arranged for walking. Ways to nodes that are not there are left out."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self.nodes: dict[str, Stage | Gate] = {node.code: node for node in flow.nodes}
        known = [edge for edge in flow.edges if edge.from_ in self.nodes and edge.to in self.nodes]
        self.forward = [edge for edge in known if edge.returns is None]
        self.back = [edge for edge in known if edge.returns is not None]
        self.leaving: dict[str, list[Edge]] = {code: [] for code in self.nodes}
        self.entering: dict[str, list[Edge]] = {code: [] for code in self.nodes}
        for edge in self.forward:
            self.leaving[edge.from_].append(edge)
            self.entering[edge.to].append(edge)

    def of_kind(self, kind: str) -> list[str]:
        """The codes of the nodes of a kind."""
        return [code for code, node in self.nodes.items() if node.kind == kind]

    @cached_property
    def order(self) -> tuple[str, ...]:
        """The nodes, each after those before it; nodes on or behind a circle are left out."""
        waiting = {code: len(edges) for code, edges in self.entering.items()}
        ready = [code for code in self.nodes if not waiting[code]]
        ordered: list[str] = []
        while ready:
            code = ready.pop(0)
            ordered.append(code)
            for edge in self.leaving[code]:
                waiting[edge.to] -= 1
                if not waiting[edge.to]:
                    ready.append(edge.to)
        return tuple(ordered)

    def after(self, code: str) -> frozenset[str]:
        """Every node that can come after `code`."""
        return self._walked([code], {each: [edge.to for edge in edges] for each, edges in self.leaving.items()})

    def before(self, code: str) -> frozenset[str]:
        """Every node that can come before `code`."""
        return self._walked([code], {each: [edge.from_ for edge in edges] for each, edges in self.entering.items()})

    def _walked(self, waiting: list[str], steps: Mapping[str, list[str]]) -> frozenset[str]:
        seen: set[str] = set()
        while waiting:
            new = set(steps[waiting.pop()]) - seen
            seen |= new
            waiting.extend(new)
        return frozenset(seen)

    @cached_property
    def branches(self) -> Mapping[str, Branch]:
        """Within which branches each node lies, as far as it is certain; `blocks` says where it is not."""
        return dict(self._branches())

    def _branches(self) -> Iterator[tuple[str, Branch]]:
        found: dict[str, Branch] = {}
        for code in self.order:
            coming = [self._along(edge, found.get(edge.from_, ())) for edge in self.entering[code]]
            found[code] = (coming[0][:-1] if self.nodes[code].kind == "join" else coming[0]) if coming else ()
            yield code, found[code]

    def _along(self, edge: Edge, branch: Branch) -> Branch:
        return (*branch, (edge.from_, edge.to)) if self.nodes[edge.from_].kind == "split" else branch

    def coming(self, code: str) -> list[Branch]:
        """The branches along which one comes into `code`, one for each way in."""
        return [self._along(edge, self.branches[edge.from_]) for edge in self.entering[code]]


def structure(flow: Flow) -> tuple[Finding, ...]:
    """What is wrong with the shape of the flow.

    Each step presumes the one before, so the first that finds something ends. Where every node but the start has a way in,
    every node but an end has one out, and nothing goes round, every node lies on a way from the start to an end.
    """
    graph = Graph(flow)
    for step in (_names, _ways, _circles, _blocks, _backward):
        found = tuple(step(graph))
        if found:
            return found
    return ()


def _names(graph: Graph) -> Iterator[Finding]:
    codes = [node.code for node in graph.flow.nodes]
    for code in sorted({code for code in codes if codes.count(code) > 1}):
        yield finding(code, "code_twice", "代码重复：请给其中之一换代码", "the code stands twice: rename one of them")
    pairs = [(edge.from_, edge.to) for edge in graph.flow.edges]
    for leaving, to in sorted(set(pairs)):
        if pairs.count((leaving, to)) > 1:
            yield finding(f"{leaving} → {to}", "edge_twice", "连线重复：请删去其一", "the way stands twice: remove one")
        for code in sorted({leaving, to} - graph.nodes.keys()):
            yield finding(
                f"{leaving} → {to}",
                "unknown_node",
                f"没有节点“{code}”：请补上节点或改正连线",
                f"there is no node '{code}': add it or correct the way",
            )
    if len(graph.of_kind("start")) != 1:
        yield finding("start", "one_start", "流程须恰有一个开始：请增删", "a flow has exactly one start: add or remove")
    for kind, zh, en in (("end", "结束", "an end"), ("stage", "工序", "a stage")):
        if not graph.of_kind(kind):
            yield finding(kind, f"no_{kind}", f"流程没有{zh}：请补上", f"the flow has not {en}: add one")


def _ways(graph: Graph) -> Iterator[Finding]:
    for code, node in graph.nodes.items():
        least_in, most_in, least_out, most_out = WAYS[node.kind]
        into, out = len(graph.entering[code]), len(graph.leaving[code])
        if into < least_in or (most_in is not None and into > most_in):
            yield finding(
                code,
                "ways_in",
                f"有 {into} 条进线，应为{_range_zh(least_in, most_in)}：请改连线",
                f"{into} ways lead in, it takes {_range_en(least_in, most_in)}: correct the ways",
            )
        if out < least_out or (most_out is not None and out > most_out):
            yield finding(
                code,
                "ways_out",
                f"有 {out} 条出线，应为{_range_zh(least_out, most_out)}：请改连线，并行用“分支”，择一用“选择”",
                f"{out} ways lead out, it takes {_range_en(least_out, most_out)}: correct the ways (split: all, choice: one)",
            )
    for edge in graph.flow.edges:
        yield from _conditions(edge, graph)
    for code in graph.of_kind("choice"):
        yield from _choice(code, graph)


def _conditions(edge: Edge, graph: Graph) -> Iterator[Finding]:
    deciding = graph.nodes[edge.from_].kind == "choice" and len(graph.leaving[edge.from_]) > 1
    where = f"{edge.from_} → {edge.to}"
    if (edge.when or edge.otherwise) and (not deciding or edge.returns is not None):
        yield finding(
            where,
            "condition_misplaced",
            "条件只能写在“选择”的多条出线上：请删去，或在前面加“选择”",
            "conditions stand only on the ways out of a choice: remove it or put a choice before",
        )
    if edge.when and edge.otherwise:
        yield finding(
            where, "two_conditions", "when 与 otherwise 不能并存：请删去其一", "when and otherwise exclude each other"
        )


def _choice(code: str, graph: Graph) -> Iterator[Finding]:
    ways = graph.leaving[code]
    if len(ways) > 1 and (
        sum(edge.otherwise for edge in ways) != 1 or any(not (edge.when or edge.otherwise) for edge in ways)
    ):
        yield finding(
            code,
            "choice_open",
            "选择的出线中须恰有一条“否则”，其余各有条件：请补齐",
            "of the ways out exactly one is the 'otherwise', and each other one has conditions: complete them",
        )


def _circles(graph: Graph) -> Iterator[Finding]:
    circling = [code for code in graph.nodes if code in graph.after(code)]
    if circling:
        yield finding(
            ", ".join(circling),
            "circle",
            "流程绕成了圈：请把往回的连线标为“退回”并写明原因",
            "these go round in a circle: mark the way back as a return and say why",
        )


def _blocks(graph: Graph) -> Iterator[Finding]:
    """Every split is closed by one join, and nothing jumps into or out of a branch."""
    for code in graph.order:
        coming = graph.coming(code)
        if graph.nodes[code].kind == "join":
            yield from _join(code, coming, graph)
        elif len(set(coming)) > 1:
            yield finding(
                code,
                "branches_meet",
                "并行的分支在此相遇：请先用“汇合”收拢",
                "parallel branches meet here: close them by a join first",
            )
        elif coming and coming[0] and graph.nodes[code].kind == "end":
            yield finding(
                code,
                "split_open",
                f"“{coming[0][-1][0]}”的分支到此未汇合：请在结束前加“汇合”",
                f"a branch of '{coming[0][-1][0]}' ends unjoined: put a join before the end",
            )


def _join(code: str, coming: list[Branch], graph: Graph) -> Iterator[Finding]:
    splits = {branch[-1][0] if branch else "" for branch in coming}
    split = next(iter(splits))
    whole = len(splits) == 1 and split != ""
    if not whole or sorted(branch[-1][1] for branch in coming) != sorted(edge.to for edge in graph.leaving[split]):
        yield finding(
            code,
            "join_unmatched",
            "汇合的进线须恰为同一“分支”的每个分支各一条：请改连线，分支内的择一先合为一条",
            "a join takes exactly one way from each branch of one split: correct the ways; bring alternatives together first",
        )


def _backward(graph: Graph) -> Iterator[Finding]:
    for edge in graph.back:
        staged = graph.nodes[edge.from_].kind == graph.nodes[edge.to].kind == "stage"
        upstream = edge.to in graph.before(edge.from_)
        if not staged or not upstream or graph.branches[edge.from_] != graph.branches[edge.to]:
            yield finding(
                f"{edge.from_} → {edge.to}",
                "return_astray",
                "退回须从一道工序回到同一分支内更早的工序：请改连线",
                "a return leads from a stage to an earlier stage of the same branch: correct it",
            )


def _range_zh(least: int, most: int | None) -> str:
    return f" {least} 条" if least == most else f"至少 {least} 条"


def _range_en(least: int, most: int | None) -> str:
    return str(least) if least == most else f"at least {least}"

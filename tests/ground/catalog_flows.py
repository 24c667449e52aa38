"""Sound flows of any shape, for property tests: sequences of stages, choices and splits within each other."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

Document = dict[str, Any]
Block = Any
"""`None` for a stage, or (`split` | `choice`, blocks of each branch)."""

SIGNS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
WORDS = st.builds(
    lambda zh, en: {"zh": zh, "en": en}, *(st.text(SIGNS, min_size=1, max_size=12).filter(str.strip) for _ in range(2))
)
BLOCKS = st.recursive(
    st.none(),
    lambda inner: st.tuples(
        st.sampled_from(["split", "choice"]), st.lists(st.lists(inner, min_size=1, max_size=3), min_size=2, max_size=3)
    ),
    max_leaves=8,
)
VALUES = ["equipment", "cable", "access_line"]


class _Maker:
    def __init__(self, draw: st.DrawFn) -> None:
        self.draw, self.nodes, self.edges = draw, list[Document](), list[Document]()

    def node(self, kind: str, **more: Any) -> str:
        code = f"{kind}{len(self.nodes)}"
        self.nodes.append({"kind": kind, "code": code} | more)
        return code

    def stage(self) -> str:
        hours, title = self.draw(st.integers(1, 40)), self.draw(WORDS)
        evidence = self.draw(st.lists(WORDS, max_size=2))
        told = {"told": self.draw(WORDS)} if hours % 2 else {}
        return self.node("stage", title=title, unit="hotline", budget=f"{hours} minutes", evidence=evidence, **told)

    def way(self, leaving: str, to: str, **more: Any) -> None:
        self.edges.append({"from": leaving, "to": to} | more)

    def run(self, blocks: list[Block], entry: str, **first: Any) -> str:
        """The blocks in a row after `entry`; returns the last node."""
        for number, block in enumerate(blocks):
            entry = self.block(block, entry, **(first if number == 0 else {}))
        return entry

    def block(self, block: Block, entry: str, **first: Any) -> str:
        if block is None:
            stage = self.stage()
            self.way(entry, stage, **first)
            return stage
        kind, branches = block
        gate = self.node(kind)
        self.way(entry, gate, **first)
        ends = []
        for number, branch in enumerate(branches):
            last = number == len(branches) - 1
            how = {} if kind == "split" else {"otherwise": True} if last else {"when": {"fault_kind": [VALUES[number]]}}
            ends.append(self.run(branch, gate, **how))
        together = self.node("join" if kind == "split" else "choice")
        for end in ends:
            self.way(end, together)
        return together


@st.composite
def flows(draw: st.DrawFn) -> Document:
    """The document of a sound flow."""
    maker = _Maker(draw)
    blocks = draw(st.lists(BLOCKS, min_size=1, max_size=3))
    last = maker.run([None, *blocks], maker.node("start"))
    maker.way(last, maker.node("end"))
    return {
        "code": "any", "title": draw(WORDS), "line": "assurance", "nodes": maker.nodes, "edges": maker.edges,
        "serves": {"pack": "guangzhou-pledges", "code": "install"},
    }  # fmt: skip

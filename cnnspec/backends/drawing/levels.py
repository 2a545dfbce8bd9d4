"""Which scopes a drawing opens into frames; the others are a box each."""

from __future__ import annotations

from collections import Counter, defaultdict

from ...ir import Graph, Scope
from .grouping import Chains, stem
from .view import View

_WRAPS = 0.6
"""A scope of several kinds of parts that holds more than this share of all layers says nothing as a box."""


def opened(graph: Graph, chains: Chains, view: View) -> frozenset[str]:
    """Paths of the scopes that are drawn as frames.

    "model" and "stage" open only what wraps the whole network; "block" also the stages, i.e. parts that are made of blocks;
    "layer" opens all.
    """
    if view.depth is not None:
        return frozenset(s.path for chain in chains for s in chain[: view.depth])
    if view.level in (None, "layer"):
        return frozenset(s.path for s in graph.scopes)
    tree = _Tree(graph, chains)
    wrappers = tree.wrappers()
    return frozenset((*wrappers, *tree.stages(wrappers)) if view.level == "block" else wrappers)


class _Tree:
    """Scopes by the scope that they are in, and how many nodes each holds; ``mixed``: with layers of its own."""

    def __init__(self, graph: Graph, chains: Chains) -> None:
        self.nodes = len(graph.nodes)
        self.held = Counter(s.path for chain in chains for s in chain)
        self.mixed = {chain[-1].path for chain in chains if chain}
        self.children: dict[str, list[Scope]] = defaultdict(list)
        for scope in graph.scopes:
            self.children[scope.path.rpartition(".")[0]].append(scope)

    def wrappers(self) -> list[str]:
        """Scopes around nearly all of the network, outermost first."""
        found: list[str] = []
        inside = self.children[""]
        while large := [s for s in inside if self.held[s.path] > _WRAPS * self.nodes and self._kinds(s) > 1]:
            found.append(large[0].path)
            inside = self.children[large[0].path]
        return found

    def _kinds(self, scope: Scope) -> int:
        return len({(s.block, stem(s)) for s in self.children[scope.path]})

    def stages(self, wrappers: list[str]) -> list[str]:
        """Parts of the network that are made of blocks."""
        tops = [s for path in ("", *wrappers) for s in self.children[path] if s.path not in wrappers]
        plain = {s.block for s in tops if s.block and not self._of_blocks_only(s)}
        found: list[str] = []
        while tops:
            scope = tops.pop()
            if self._holds_blocks(scope) if scope.block is None else scope.block not in plain:
                found.append(scope.path)
                tops += [s for s in self.children[scope.path] if s.block is None]
        return found

    def _of_blocks_only(self, scope: Scope) -> bool:
        inner = self.children[scope.path]
        return scope.path not in self.mixed and len(inner) > 1 and all(s.block for s in inner)

    def _holds_blocks(self, scope: Scope) -> bool:
        """Whether a label stands around blocks, directly or in labels of its own."""
        return any(s.block is not None or self._holds_blocks(s) for s in self.children[scope.path])

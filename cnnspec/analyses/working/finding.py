"""From a path to what stands there: a layer, a part, or the whole network."""

from __future__ import annotations

from dataclasses import dataclass

from ...ir import Graph, Scope, scopes_around
from ...source import Source, Span, SpecError, nearest
from ...source.values import Value
from .errors import UnknownPath

WHOLE = "."


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Child(Value):
    """A layer, or a part with all its layers, seen from the part that it is in. ``path`` is its whole path."""

    path: str
    name: str
    nodes: tuple[int, ...]
    scope: Scope | None = None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Found(Value):
    """``node`` is a layer's index; None for a part, or the whole network, which has ``children``."""

    path: str
    node: int | None = None
    scope: Scope | None = None
    children: tuple[Child, ...] = ()


def find(graph: Graph, path: str) -> Found:
    """What stands at ``path``; raises :class:`~cnnspec.source.SpecError` (``unknown-path``) where nothing does."""
    names = {node.name: index for index, node in enumerate(graph.nodes)}
    if path in names:
        return Found(path, names[path])
    chains = scopes_around(names, graph.scopes)
    scopes = {scope.path: scope for chain in chains for scope in chain}
    if path in scopes:
        return Found(path, None, scopes[path], _children(graph, chains, scopes[path]))
    if path in (WHOLE, graph.name):
        return Found(graph.name, None, None, _children(graph, chains, None))
    raise SpecError([_unknown(graph, path, (*names, *scopes))])


def _children(graph: Graph, chains: list[tuple[Scope, ...]], scope: Scope | None) -> tuple[Child, ...]:
    """The layers and parts directly inside ``scope``, in the order in which they begin."""
    members: dict[str, list[int]] = {}
    inner: dict[str, Scope] = {}
    for index, (node, chain) in enumerate(zip(graph.nodes, chains, strict=True)):
        if index == 0 or (scope and scope not in chain):
            continue
        depth = chain.index(scope) + 1 if scope else 0
        path = chain[depth].path if len(chain) > depth else node.name
        members.setdefault(path, []).append(index)
        if len(chain) > depth:
            inner[path] = chain[depth]
    cut = len(scope.path) + 1 if scope else 0
    return tuple(Child(path, path[cut:], tuple(nodes), inner.get(path)) for path, nodes in members.items())


def _unknown(graph: Graph, path: str, known: tuple[str, ...]) -> UnknownPath:
    span = Span(Source("<command line>", path), 0, len(path)) if path else None
    return UnknownPath(model=graph.name, path=path, span=span, hints=_hints(graph, path, known))


def _hints(graph: Graph, path: str, known: tuple[str, ...]) -> tuple[str, ...]:
    """The paths of a block's instances, or of layers with that last name, or the nearest path."""
    last = path.rpartition(".")[2]
    instances = [scope.path for scope in graph.scopes if scope.block == path]
    ending = [name for name in known if name.rpartition(".")[2] == last]
    if instances:
        return (f"'{path}' is a block, and here at {_few(instances)}",)
    if ending and "." not in path:
        return (f"'{path}' is in parts: {_few(ending)}",)
    if close := nearest(path, ending or known):
        return (f"did you mean '{close}'?",)
    return (f"'cnnspec summary {graph.name}' lists the layers; '{WHOLE}' is the whole network",)


def _few(paths: list[str]) -> str:
    return ", ".join(paths[:4]) + (f" and {len(paths) - 4} more places" if len(paths) > 4 else "")

"""From a path to what stands there: a layer, a part, or the whole network."""

from __future__ import annotations

import fnmatch
import re
from dataclasses import dataclass

from ...ir import Graph, Scope, scopes_around
from ...source import Source, Span, SpecError, nearest
from ...source.values import Value
from .errors import UnknownPath

WHOLE = "."
_RANGE = re.compile(r"(\d{1,6})(?:…|\.{2,3}|–)\D*?(\d{1,6})")


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
    scopes = {scope.path: scope for scope in graph.scopes}
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
    """What may have been meant: the first of these guesses that finds anything, or where all layers are listed."""
    guesses = (_folded, _instances, _pattern, _parameter, _ending, _kind, _near, _of_that_kind)
    found = next(filter(None, (guess(graph, path, known) for guess in guesses)), "")
    return (found or f"'cnnspec summary' lists the layers; '{WHOLE}' is the whole network",)


def _folded(graph: Graph, path: str, known: tuple[str, ...]) -> str:
    """``bottleneck2…4``, as drawings and tables name parts that are built alike."""
    if not (found := _RANGE.search(path)) or int(found[1]) > int(found[2]):
        return ""
    numbers = range(int(found[1]), min(int(found[2]), int(found[1]) + len(known)) + 1)
    each = [f"{path[: found.start()]}{n}{path[found.end() :]}" for n in numbers]
    there = [name for name in known if any(name == one or name.endswith(f".{one}") for one in each)]
    return f"'{path}' stands for {_few(there)}: give one of them" if there else ""


def _instances(graph: Graph, path: str, known: tuple[str, ...]) -> str:
    there = [scope.path for scope in graph.scopes if scope.block == path]
    return f"'{path}' is a block, and here at {_few(there)}" if there else ""


def _pattern(graph: Graph, path: str, known: tuple[str, ...]) -> str:
    if not any(sign in path for sign in "*?["):
        return ""
    there = fnmatch.filter(known, path)
    return f"a path is one name, not a pattern; it fits {_few(there)}" if there else ""


def _parameter(graph: Graph, path: str, known: tuple[str, ...]) -> str:
    """``conv1.weight``, the name of a tensor."""
    layer = path.rpartition(".")[0]
    owner = next((node for node in graph.nodes if node.name == layer), None)
    if owner is None or not any(path == name for name, _ in owner.named_parameters):
        return ""
    return f"'{path}' is a parameter of the layer '{layer}'"


def _ending(graph: Graph, path: str, known: tuple[str, ...]) -> str:
    there = [name for name in known if name.rpartition(".")[2] == path]
    return f"'{path}' is in parts: {_few(there)}" if there else ""


def _near(graph: Graph, path: str, known: tuple[str, ...]) -> str:
    """The nearest path: of those in the same part, of those with the same last name, of all."""
    part, _, last = path.rpartition(".")
    beside = [name for name in known if part and name.rpartition(".")[0] == part]
    alike = [name for name in known if name.rpartition(".")[2] == last]
    close = nearest(path, beside) or nearest(path, alike) or nearest(path, known)
    return f"did you mean '{close}'?" if close else ""


def _kind(graph: Graph, path: str, known: tuple[str, ...]) -> str:
    """``conv``, where layers are ``conv1`` and ``conv2``."""
    return _of_that_kind(graph, path, known) if path == path.rpartition(".")[2].rstrip("0123456789") else ""


def _of_that_kind(graph: Graph, path: str, known: tuple[str, ...]) -> str:
    """``conv1`` in a network whose convolutions have labels."""
    kind = path.rpartition(".")[2].rstrip("0123456789")
    there = [node.name for node in graph.nodes if node.op.call_name == kind]
    return f"layers of '{kind}' are {_few(there)}" if there else ""


def _few(paths: list[str]) -> str:
    return ", ".join(paths[:4]) + (f" and {len(paths) - 4} more" if len(paths) > 4 else "")

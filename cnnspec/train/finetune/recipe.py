"""The section ``finetune`` where a person names weights and leaves the rest to us."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ...elaborate import Module, elaborate
from ...ir import Graph, covers
from ...source import Source, Span
from ...syntax import parse_text, tree
from .statistics import WORTH_A_WORD, left_of_statistics

SECTION = "finetune"
_NORMS = "**.bn*"
RATE = 0.1
"""What the learning rate of loaded layers is multiplied by: they are good already, the new head is not."""


def beginning_with(module: Module, weights: str, steps: int | None = None, option: str = "--from") -> Module:
    """``module`` with ``weights`` (a file, a run, or the name of a pretrained network) to begin with.

    A section ``finetune`` that it has gets another source; else the layers that outputs come from are fresh, and all
    others are trained at a tenth of the learning rate; norms stay as they are where they would not come to new statistics in
    so many ``steps``. ``option`` is where the weights were named. Raises :class:`~cnnspec.source.SpecError`.
    """
    written = next((s for s in module.spec.sections if s.name == SECTION), None)
    span = Span(Source(option, weights), 0, len(weights))
    given = tree.Call(
        "from", (tree.Argument(tree.Literal(_located(weights), span=span), span=span),), span=span
    )
    if written is None or not written.calls:
        return _with(module, _section(elaborate(module), given, steps))
    others = tuple(call for call in written.calls if call.name != "from")
    return _with(module, replace(written, calls=(given, *others)))


def _with(module: Module, section: tree.Section) -> Module:
    kept = tuple(s for s in module.spec.sections if s.name != SECTION)
    spec = replace(module.spec, sections=(*kept, section))
    return Module(spec, module.source, module.path, module.used, dict(module.names))


def _located(weights: str) -> str:
    """Paths as they are from anywhere; names as they are."""
    path = Path(weights).expanduser()
    return str(path.resolve()) if path.exists() else weights


def _section(graph: Graph, given: tree.Call, steps: int | None) -> tree.Section:
    names = ", ".join(heads_of(graph))  # layers' names are words with dots, which need no quotes
    still = (
        f'freeze("{_NORMS}", statistics = true)' if steps is not None and _slow_norms(graph, steps) else ""
    )
    text = f"{SECTION} {{ from(x)  replace({names})  {still}  lr(all, {RATE})  lr({names}, 1) }}"
    (made,) = parse_text(Source("recipe.cnn", text)).sections
    return replace(made, calls=(given, *made.calls[1:]))


def _slow_norms(graph: Graph, steps: int) -> bool:
    """Whether there are norms, all of a name that the recipe has a pattern for, and some are slow."""
    norms: list[Any] = [node for node in graph.nodes if node.op.call_name == "bn"]
    slow = any(left_of_statistics(node.op.momentum, steps) > WORTH_A_WORD for node in norms)
    return slow and all(covers(_NORMS, node.name) for node in norms)


def heads_of(graph: Graph) -> Sequence[str]:
    """The last layer with parameters before each output, by name."""
    found: dict[str, None] = {}
    for output in graph.outputs:
        number = output.node
        while not graph.nodes[number].parameters and graph.nodes[number].inputs:
            number = graph.nodes[number].inputs[0]
        found[graph.nodes[number].name] = None
    return [name for name in found if name != graph.nodes[0].name]

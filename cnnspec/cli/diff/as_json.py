"""A diff as one JSON object."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from ...analyses.alignment import Alignment, output_changes
from ...analyses.changes import Part, Side
from ..compare_columns import figures_json
from .figures import field_size
from .heading import networks
from .weights import weights_json

if TYPE_CHECKING:
    from ...train.section_changes import SectionChange
    from ...train.weights.transfer import Transfer


def diff_json(
    alignment: Alignment, root: Part, weights: Transfer, sections: Sequence[SectionChange], batch: int
) -> dict[str, Any]:
    """Figures of both networks; the tree of parts, nothing folded or left out; weights; sections."""
    first, second = networks(alignment, (alignment.first.name, alignment.second.name), batch)
    return {
        "same": alignment.same and not sections,
        "first": figures_json(first.figures),
        "second": figures_json(second.figures),
        "outputs": [asdict(change) for change in output_changes(alignment)],
        "parts": [_part(part) for part in root.parts],
        "weights": weights_json(weights),
        "sections": [asdict(change) for change in sections],
    }


def _part(part: Part) -> dict[str, Any]:
    told: dict[str, Any] = {"state": part.state, "first": _side(part.first), "second": _side(part.second)}
    if part.moved:
        told["moved"] = True
    if part.differences:
        told["differences"] = [asdict(each) for each in part.differences]
    if part.parts:
        told["parts"] = [_part(each) for each in part.parts]
    return told


def _side(side: Side | None) -> dict[str, Any] | None:
    if side is None:
        return None
    return {
        "path": side.paths[0],
        "is": side.title,
        "layers": side.layers,
        "output": side.output,
        "params": side.params,
        "macs": side.macs,
        "memory": side.memory,
        "receptive_field": field_size(side.field),
    }

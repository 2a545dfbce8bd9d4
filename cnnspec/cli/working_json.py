"""Workings as objects for other programs."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from ..analyses.working import LayerWorking, PartWorking
from ..analyses.working.asked import Worked
from ..analyses.working.memory import Peak, output_bytes
from ..analyses.working.writing import Places
from ..ir import Figure, Graph, Number, Working
from ..ir.working import number_text, symbols, written


def as_json(
    graph: Graph, worked: Sequence[Worked], places: Places, figures: Collection[Figure]
) -> dict[str, Any]:
    """The object of ``explain SPEC PATH --json``; a number that is no whole one is a text such as "1/2"."""
    objects = [
        _part(e, figures) if isinstance(e, PartWorking) else _layer(e, places, figures) for e in worked
    ]
    return {"model": graph.name, "explained": objects}


def _layer(worked: LayerWorking, places: Places, figures: Collection[Figure]) -> dict[str, Any]:
    node = worked.node
    given = [
        {
            "symbol": g.symbol,
            "value": _number(g.value),
            "what": g.told,
            "argument": g.argument,
            "input": None if g.input is None else worked.inputs[g.input],
            "from": list(places(node.name, g)),
        }
        for g in worked.working.givens
    ]
    about = {
        "path": node.name,
        "op": node.op.call_name,
        "inputs": list(worked.inputs),
        "output": list(node.shape),
    }
    return {**about, "given": given, "steps": _steps(worked.working, figures)}


def _part(worked: PartWorking, figures: Collection[Figure]) -> dict[str, Any]:
    sums = [
        {
            "figure": addition.figure,
            "symbol": addition.symbol,
            "what": addition.words,
            "terms": [
                {"path": row.child.path, "value": row.figure(addition.symbol)} for row in addition.rows
            ],
            "result": addition.total,
        }
        for addition in worked.additions
        if addition.figure in figures
    ]
    rows = [
        {
            "path": row.child.path,
            "layers": len(row.child.nodes),
            "output": list(row.output),
            "receptive_field": list(row.field.size),
            "stride": [_number(jump) for jump in row.field.jump],
        }
        for row in worked.rows
    ]
    peak = {"peak": _peak(worked.peak)} if worked.peak and "memory" in figures else {}
    steps = _steps(worked.working, figures)
    return {"path": worked.found.path, "rows": rows, "sums": sums, "steps": steps, **peak}


def _peak(peak: Peak) -> dict[str, Any]:
    """What is alive at once at inference, in bytes a sample, while layer ``at`` runs."""
    alive = [{"path": node.name, "value": output_bytes(node)} for node in peak.alive]
    return {"at": peak.at.name, "alive": alive, "result": peak.total}


def _steps(working: Working, figures: Collection[Figure]) -> list[dict[str, Any]]:
    values = working.values()
    return [
        {
            "figure": step.figure,
            "symbol": step.symbol,
            "what": step.words,
            "formula": written(step.formula),
            "uses": list(symbols(step.formula)),
            "numbers": written(step.formula, lambda name: number_text(values[name]), values),
            "result": _number(values[step.symbol]),
            "note": step.note or None,
        }
        for step in working.steps
        if step.figure in figures
    ]


def _number(value: Number) -> int | str:
    return int(value) if value.denominator == 1 else str(value)

"""Files of weights, and what of them goes with a network, as tables and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..ir import Graph, Shape, covered, show
from ..train.weights.values import is_bookkeeping
from ..train.wording import count, printable

if TYPE_CHECKING:
    from ..train.finetune import Tuning
    from ..train.weights import Misfit, Pairing, Stored, WeightSource
    from ..train.weights.proposing import Proposal

ROWS = 40
"""So many rows a table has unless all are asked for."""
_LAST = 8
_UNITS = (("GiB", 2**30), ("MiB", 2**20), ("KiB", 2**10))


def about(source: WeightSource) -> list[str]:
    """What a file is: its format, how much is in it, what was done to its names."""
    file = source.file
    kinds = dict.fromkeys(t.dtype for t in file.tensors.values() if not is_bookkeeping(t.name))
    values = sum(t.size for t in file.tensors.values())
    what = [
        file.format,
        count(len(file.tensors), "tensor"),
        f"{values:,} values of {', '.join(kinds) or 'no type'}",
    ]
    lines = [f"{printable(source.text)}: {', '.join([*what, _bytes(file.path.stat().st_size)])}"]
    remarks = [f"under '{file.part}'"] if file.part else []
    remarks += [f"without '{file.stripped}' before each name"] if file.stripped else []
    return lines + ([f"the tensors {' and '.join(remarks)}"] if remarks else []) + [f"sha256 {source.sha256}"]


def _bytes(count: int) -> str:
    unit, size = next(((u, s) for u, s in _UNITS if count >= s), ("bytes", 1))
    return f"{count / size:.3g} {unit}" if size > 1 else f"{count} bytes"


def file_table(source: WeightSource, everything: bool) -> list[str]:
    """A row a layer: its tensors, those of a shape together."""
    layers: dict[str, list[Stored]] = {}
    for stored in source.file.tensors.values():
        layers.setdefault(stored.name.rpartition(".")[0], []).append(stored)
    rows = [(layer or "(no layer)", _tensors(tensors)) for layer, tensors in layers.items()]
    return _table([("layer", "tensors"), *_shortened(rows, everything)])


def _tensors(tensors: Sequence[Stored]) -> str:
    shapes: dict[tuple[Shape, str], list[str]] = {}
    for stored in tensors:
        kind = "" if stored.dtype == "float32" else f" ({stored.dtype})"
        shapes.setdefault((stored.shape, kind), []).append(stored.name.rpartition(".")[2])
    return "; ".join(f"{', '.join(names)} {_shape(shape)}{kind}" for (shape, kind), names in shapes.items())


def _shape(shape: Shape) -> str:
    return show(shape) if shape else "one value"


def file_json(source: WeightSource) -> dict[str, Any]:
    file = source.file
    return {
        "file": str(file.path),
        "format": file.format,
        "part": file.part,
        "prefix": file.stripped,
        "sha256": source.sha256,
        "tensors": [
            {"name": t.name, "shape": list(t.shape), "dtype": t.dtype} for t in file.tensors.values()
        ],
    }


def summary(graph: Graph, pairing: Pairing) -> list[str]:
    """How much pairs, and how."""
    total = sum(len(node.parameters) for node in graph.nodes)
    before = f", which have '{pairing.prefix}' before them" if pairing.prefix else ""
    counters = sum(map(is_bookkeeping, pairing.unused)) + len(pairing.counters)
    lines = [f"{len(pairing.pairs)} of the {total} parameters of {graph.name} pair by {pairing.way}{before}"]
    if counters:
        called = "" if pairing.counters else " (num_batches_tracked)"
        lines.append(f"not needed: {count(counters, 'counter')} of batches{called}")
    return lines


@dataclass(frozen=True)
class _Row:
    """A layer here and there; ``state`` is empty where all is well."""

    ours: str
    theirs: str
    shape: str
    state: str = ""


def pairing_table(
    source: WeightSource, graph: Graph, pairing: Pairing, tuning: Tuning, everything: bool
) -> list[str]:
    """A row a layer of the network, in its order, then what is left of the file. Where there are too many, rows in the
    middle that need no attention are left out."""
    rows = [*_our_rows(graph, pairing, tuning), *_their_rows(source, pairing, tuning)]
    if not everything:
        rows = _folded(rows)
    cells = [(row.ours, row.theirs, row.shape, row.state) for row in rows]
    if all(not row.state for row in rows):
        cells = [row[:3] for row in cells]  # type: ignore[misc]
        return _table([("here", "there", "shape"), *cells])
    return _table([("here", "there", "shape", ""), *cells])


def _our_rows(graph: Graph, pairing: Pairing, tuning: Tuning) -> Iterable[_Row]:
    pairs = {p.ours: p for p in pairing.pairs}
    misfits = {m.ours: m for m in pairing.misfits}
    for node in graph.nodes:
        names = {name: spec.shape for name, spec in node.named_parameters}
        if not names:
            continue
        theirs = [pairs[n].theirs for n in names if n in pairs] + [
            misfits[n].theirs for n in names if n in misfits
        ]
        there = dict.fromkeys(name.rpartition(".")[0] or name for name in theirs)
        yield _Row(
            node.name,
            ", ".join(there) or "-",
            _shape(next(iter(names.values()))),
            _state(names, pairs, misfits, tuning),
        )


def _state(
    names: Mapping[str, Shape], pairs: Mapping[str, Any], misfits: Mapping[str, Misfit], tuning: Tuning
) -> str:
    if all(name in tuning.fresh for name in names):
        return "starts anew"
    wrong = [misfits[name] for name in names if name in misfits and name not in tuning.fresh]
    if wrong:
        reason = f": {wrong[0].reason}" if wrong[0].reason else ""
        return f"{_shape(wrong[0].theirs_shape)} there{reason}"
    missing = [name for name in names if name not in pairs and name not in tuning.fresh]
    if len(missing) == len(names):
        return "not there"
    if missing:
        return f"{', '.join(name.rpartition('.')[2] for name in missing)} not there"
    return "starts anew in part" if any(name in tuning.fresh for name in names) else ""


def _their_rows(source: WeightSource, pairing: Pairing, tuning: Tuning) -> Iterable[_Row]:
    layers: dict[tuple[str, bool], list[Stored]] = {}
    for name in pairing.unused:
        if not is_bookkeeping(name):
            key = (name.rpartition(".")[0] or name, covered(tuning.ignored, name))
            layers.setdefault(key, []).append(source.file.tensors[name])
    for (layer, ignored), tensors in layers.items():
        yield _Row("-", layer, _shape(tensors[0].shape), "ignored" if ignored else "not here")


def _folded(rows: Sequence[_Row]) -> list[_Row]:
    """At most ``ROWS``: those that need attention, and of the others as many from both ends as there is room for."""
    if len(rows) <= ROWS:
        return list(rows)
    wanted = [n for n, row in enumerate(rows) if row.state and row.state != "starts anew"][: ROWS - 4]
    calm = [n for n in range(len(rows)) if n not in set(wanted)]
    room = ROWS - len(wanted)
    kept = sorted({*wanted, *calm[: max(0, room - _LAST)], *calm[max(0, len(calm) - min(_LAST, room)) :]})
    found, before = [], -1
    for number in [*kept, len(rows)]:
        if number - before == 2:
            found.append(rows[before + 1])
        elif number - before > 1:
            found.append(_Row(f"… {number - before - 1} more", "", ""))
        if number < len(rows):
            found.append(rows[number])
        before = number
    return found


def _shortened(rows: Sequence[tuple[str, ...]], everything: bool) -> list[tuple[str, ...]]:
    if everything or len(rows) <= ROWS:
        return list(rows)
    first = ROWS - _LAST
    return [*rows[:first], (f"… {len(rows) - ROWS} more layers (--all)", ""), *rows[-_LAST:]]


def _table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    shown = [tuple(map(printable, row)) for row in rows]
    widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
    return ["  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in shown]


def proposed(source: WeightSource, pairing: Pairing, proposal: Proposal, names: str | None) -> list[str]:
    """What to paste into the spec, and what it would lead to."""
    lines: list[str] = []
    if proposal.rules:
        more = len(proposal.pairing.pairs) - len(pairing.pairs)
        lines.append(
            f"by order and shape {more} more go together. With these rules in the spec they pair; look them over:"
        )
        lines.append("")
        lines += [*proposal.section(), ""]
    if proposal.likely:
        lines += [
            "with these steps in the spec nothing is left over:",
            "",
            *proposal.steps(source.text, None if proposal.rules else names),
        ]
    return [printable(line) for line in lines]


def other_way(source: WeightSource, graph: Graph, pairing: Pairing, tuning: Tuning) -> list[str]:
    """That a file of which nothing pairs by names can be paired by order and shape, where it can."""
    from ..train.weights.left_over import in_order, needed_of
    from ..train.weights.order import fitting_order

    if pairing.pairs or pairing.misfits or pairing.apart:
        return []
    order = fitting_order(graph, source.file, needed_of(graph, tuning.fresh))
    return [printable(f"{in_order(source, order)}; here: --names order")] if order else []


def pairing_json(source: WeightSource, graph: Graph, pairing: Pairing) -> dict[str, Any]:
    return {
        "file": str(source.file.path),
        "format": source.file.format,
        "sha256": source.sha256,
        "network": graph.name,
        "names": pairing.names,
        "by": pairing.way,
        "prefix": pairing.prefix,
        "pairs": [
            {
                "here": p.ours,
                "there": p.theirs,
                "shape": list(source.file.tensors[p.theirs].shape),
                "axes": list(p.axes) if p.axes else None,
            }
            for p in pairing.pairs
        ],
        "misfits": [
            {
                "here": m.ours,
                "there": m.theirs,
                "shape": list(m.ours_shape),
                "shape_there": list(m.theirs_shape),
            }
            for m in pairing.misfits
        ],
        "missing": list(pairing.missing),
        "unused": list(pairing.unused),
    }

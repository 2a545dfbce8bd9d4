"""1 MAC is 2 FLOPs. Counted are convolutions and linear layers; bias, norm, activation, pooling and sums count 0, as
in the papers, but what they move counts. Bytes moved are what a layer reads of its inputs, its outputs and parameters,
once each; views move nothing. FLOP/B is the arithmetic intensity, FLOPs a byte moved. Heads that exist only in training
are left out.

With --device a roofline estimate (Williams, Waterman, Patterson 2009): a layer takes the longer of FLOPs / peak and
bytes / bandwidth, by the maker's peak figures. That is the least that each layer takes by itself; layers computed
together, such as a convolution with its norm and activation, can take less. A step of training counts three times the
forward pass.

cnnspec cost resnet50 --by stage
cnnspec cost resnet50 --by block --device t4 --batch 32 --precision fp16
cnnspec cost resnet50 --device "30TFLOP/s, 360GB/s"
cnnspec cost --device list"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from ..analyses.cost import InTraining, in_training
from ..analyses.devices import Device
from ..analyses.roofline import Work, step_seconds, total, work
from ..analyses.rows import Row, rows
from ..analyses.summary import summarize
from ..api.graphs import graph_of
from ..elaborate import open_target
from ..ir import Graph
from .device_table import PRECISIONS, device_named, peak_checked, print_devices, table
from .output import add_overrides, print_json, sections, table_width, whole_number

_LEVELS = {"layer": None, "block": 1, "stage": 0}
"""How many levels of parts are open."""
_UNITS = ((10**14, 10**12, "T"), (10**11, 10**9, "G"), (10**8, 10**6, "M"), (10**5, 10**3, "k"), (0, 1, ""))
"""Of columns: from which sum on they are told in what."""
_SHORT = 1e-4
"""Below so many seconds times have more digits."""


def add_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "spec",
        metavar="SPEC",
        nargs="?",
        help='a .cnn or .yaml file, or a zoo name such as "vgg16(classes = 2)"',
    )
    add_overrides(command)
    command.add_argument(
        "--by",
        choices=_LEVELS,
        default="layer",
        help="a row for each layer, for each part in a top-level part, or for each top-level part (default: layer)",
    )
    command.add_argument(
        "--device",
        metavar="D",
        help="estimate times on a device, or by '30TFLOP/s,360GB/s'; 'list' lists devices",
    )
    command.add_argument(
        "--batch", metavar="N", type=whole_number, default=1, help="images at a time (default: 1)"
    )
    command.add_argument(
        "--precision", choices=PRECISIONS, default="fp32", help="what layers compute in (default: fp32)"
    )
    form = command.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print all figures as one JSON object")
    form.add_argument("--csv", action="store_true", help="print the rows as comma-separated values")


@dataclass(frozen=True)
class Line:
    """A row of the table; ``path`` is its whole name, ``work`` None for a heading."""

    row: Row
    path: str
    work: Work | None


@dataclass(frozen=True)
class Costs:
    """What is printed, in whichever form."""

    model: str
    lines: Sequence[Line]
    whole: Work
    in_training: InTraining | None
    step: float | None
    batch: int
    precision: str
    device: Device | None


def run(options: argparse.Namespace) -> int:
    if options.device == "list":
        print_devices("json" if options.json else "csv" if options.csv else "text")
        return 0
    if options.spec is None:
        print("cnnspec cost: SPEC is missing; only '--device list' goes without one", file=sys.stderr)
        return 2
    costs = _costs(options)
    if options.json:
        print_json(_json(costs))
    elif options.csv:
        _print_csv(costs)
    else:
        print("\n".join(_text(costs, table_width())))
    return 0


def _costs(options: argparse.Namespace) -> Costs:
    precision = PRECISIONS[options.precision]
    device = None if options.device is None else device_named(options.device)
    if device is not None:
        peak_checked(device, precision)
    trained = graph_of(open_target(options.spec, options.overrides, sections))
    graph = trained.without_auxiliary()
    how = options.batch, 4 if precision == "float32" else 2, device, precision
    parts = work(graph, *how)
    return Costs(
        graph.name,
        tuple(_lines(graph, parts, _LEVELS[options.by])),
        total(parts),
        in_training(trained),
        step_seconds(work(trained, *how)),
        options.batch,
        precision,
        device,
    )


def _lines(graph: Graph, parts: Sequence[Work], depth: int | None) -> Iterator[Line]:
    around: list[str] = []
    at = 1  # the input has no row
    for row in rows(summarize(graph), depth):
        del around[row.level :]
        path = ".".join([*around, row.name])
        if row.heading:
            around += [""] * (row.level - len(around))
            around.append(row.name)
            yield Line(row, path, None)
        else:
            yield Line(row, path, total(parts[at : at + row.layers]))
            at += row.layers


def _text(costs: Costs, width: int) -> Iterator[str]:
    yield f"{costs.model}: forward pass, batch {costs.batch:,}, {costs.precision}"
    timed = costs.device is not None
    macs, moved = _unit(costs.whole.macs)[1], _unit(costs.whole.moved)[1]
    head = ["layer", f"MACs ({macs})" if macs else "MACs", "share", "params", f"{moved}B moved", "FLOP/B"]
    body = [_cells(line, costs) for line in costs.lines]
    if timed:
        head += ["µs", "bound"]
    yield table(head, [row[: len(head)] for row in body], "lrrrrrrl"[: len(head)], width)
    yield ""
    whole = costs.whole
    yield f"MACs        {whole.macs:,} (1 MAC = 2 FLOPs: {whole.flops:,})"
    yield f"parameters  {whole.params:,}"
    yield f"moved       {whole.moved:,} bytes; {whole.intensity:.1f} FLOPs a byte"
    if costs.in_training is not None:
        yield f"in training {costs.in_training.text}" + (" (of an image)" if costs.batch > 1 else "")
    if costs.device is not None:
        yield from _estimate(costs, costs.device)


def _estimate(costs: Costs, device: Device) -> Iterator[str]:
    seconds, waiting = costs.whole.seconds or 0.0, costs.whole.memory_seconds or 0.0
    heads = " with auxiliary heads" if costs.in_training else ""
    ridge = device.peak[costs.precision] / device.bandwidth
    yield ""
    if not seconds:
        yield f"estimate on {device.title}: nothing is computed or moved"
        return
    yield f"estimate (roofline of each layer by itself) on {device.title}:"
    yield f"  forward   {_time(seconds)}, {costs.batch / seconds:,.0f} images/s"
    yield f"  training  {_time(costs.step or 0.0)} a step: 3 times the forward pass{heads}"
    yield f"  {100 * waiting / seconds:.0f} % of it in layers that wait for memory (below {ridge:.0f} FLOP/B)"
    peak = device.peak[costs.precision] / 10**12
    yield f"  by {peak:g} TFLOP/s and {device.bandwidth / 10**9:g} GB/s: {device.source}"


def _time(seconds: float) -> str:
    if seconds >= 10:
        return f"{seconds:,.1f} s"
    if seconds >= _SHORT:
        return f"{seconds * 1000:,.2f} ms"
    return f"{seconds * 10**6:,.1f} µs" if seconds >= 1e-6 else f"{seconds * 10**9:,.1f} ns"


def _cells(line: Line, costs: Costs) -> list[str]:
    name, work = "  " * line.row.level + line.row.name, line.work
    if work is None:
        return [name, *[""] * 7]
    share = f"{100 * work.macs / costs.whole.macs:.1f} %" if work.macs else "-"
    return [
        name,
        _scaled(work.macs, costs.whole.macs),
        share,
        f"{work.params:,}" if work.params else "-",
        _scaled(work.moved, costs.whole.moved),
        f"{work.intensity:.1f}" if work.macs else "-",
        _micros(work.seconds, costs.whole.seconds or 0.0) if work.seconds else "-",
        _bound(line.row, work),
    ]


def _unit(largest: int) -> tuple[int, str]:
    return next((size, unit) for start, size, unit in _UNITS if largest >= start)


def _scaled(number: int, largest: int) -> str:
    """In the unit of the column, which follows from its sum."""
    size = _unit(largest)[0]
    return "-" if not number else f"{number:,}" if size == 1 else f"{number / size:,.2f}"


def _micros(seconds: float, whole: float) -> str:
    return f"{seconds * 10**6:,.{1 if whole >= _SHORT else 3}f}"


def _bound(row: Row, work: Work) -> str:
    """What a layer waits for; of several, the share of the time in those that wait for memory."""
    share = work.memory_share
    if share is None or row.layers == 1:
        return work.bound or ""
    return "memory" if share == 1 else "compute" if share == 0 else f"{100 * share:.0f} % memory"


def _object(work: Work) -> dict[str, object]:
    return {
        "macs": work.macs,
        "flops": work.flops,
        "params": work.params,
        "bytes": work.moved,
        "flops_per_byte": work.intensity,
        "seconds": work.seconds,
        "bound": work.bound,
        "memory_share": work.memory_share,
    }


def _json(costs: Costs) -> dict[str, object]:
    return {
        "model": costs.model,
        "batch": costs.batch,
        "precision": costs.precision,
        "device": costs.device and costs.device.title,
        **_object(costs.whole),
        **({"in_training": asdict(costs.in_training)} if costs.in_training else {}),
        "step_seconds": costs.step,
        "rows": [_row_object(line) for line in costs.lines if line.work is not None],
    }


def _row_object(line: Line) -> dict[str, object]:
    assert line.work is not None
    return {"name": line.path, "what": line.row.what, "layers": line.row.layers, **_object(line.work)}


def _print_csv(costs: Costs) -> None:
    import csv

    found = [_row_object(line) for line in costs.lines if line.work is not None]
    writer = csv.DictWriter(sys.stdout, list(found[0]) if found else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(found)

"""Where the bytes go, whether they fit, and the largest batch that does. Exits 0 where it fits (or no --memory is
given), 3 where it does not, so that a script can ask; 1 means that the spec or the memory is wrong.

What training takes follows from the spec's sections optimizer and train (ema, accumulate, recompute, precision);
--batch, --optimizer and --precision stand for --set train.batch, optimizer and train.precision. Without these
sections the optimizer is adam and the batch 64. With --inference nothing is trained, and the batch is 1 where none
is given.

Counted is what a step of training keeps on the device: weights, gradients, the optimizer's state, the images, and
the room of all maps and their gradients. Not counted: the driver, libraries, and validation, whose maps come on top
(one to two times those of --inference). docs/costs.md says how near it comes.

cnnspec fits resnet50 --batch 128 --memory 16GB
cnnspec fits efficientnet_b0 --memory t4 --precision fp16
cnnspec fits vgg16 --inference --memory 512MiB"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from shutil import get_terminal_size
from textwrap import wrap
from typing import TYPE_CHECKING

from ..analyses.footprint import Footprint, Need, footprint_need
from ..analyses.sizes import bytes_text
from ..elaborate import elaborate, open_target
from ..ir import Graph
from ..source import Diagnostic, Source, Span, SpecError
from ..train.need import BYTES_EACH, need_of
from .cost_errors import OptionOfTraining
from .device_table import PRECISIONS, memory_named, table
from .output import add_spec, not_empty, print_json, sections, whole_number

if TYPE_CHECKING:
    from ..train.experiment import Experiment

_DOES_NOT_FIT = 3
_NARROWEST = 40
"""Columns that lines are folded to at least."""
_OF_A_STEP = "counted: one step of training; not counted: driver, libraries, validation"
_ALIVE = "counted: what is alive at once; not counted: driver, libraries"
_MEASURED = {
    4: "measured within 15 % of what tinygrad allocates for a step (docs/costs.md)",
    2: "half precision is less sure: measured within about 25 % (docs/costs.md)",
}
"""By the bytes of a number that layers compute in; ``benchmarks/memory.py`` measures."""
_PARTS = {
    "parameters": "parameters",
    "copies": "weights in half precision",
    "gradients": "gradients",
    "sums": "sums of gradients",
    "optimizer": "optimizer's state",
    "average": "average of weights",
    "inputs": "images",
    "activations": "activations",
}
"""The rows of the table."""


def add_arguments(command: argparse.ArgumentParser) -> None:
    add_spec(command)
    command.add_argument(
        "--batch", metavar="N", type=whole_number, help="images at a time (default: the spec's)"
    )
    command.add_argument(
        "--memory",
        metavar="M",
        help="what there is: 8GB, 512MiB …, or a device that 'cnnspec cost --device list' lists",
    )
    command.add_argument("--inference", action="store_true", help="the network as it is used, not trained")
    command.add_argument(
        "--optimizer",
        metavar="O",
        type=not_empty,
        help="e.g. adam, or 'sgd(momentum = 0.9)' (default: the spec's)",
    )
    command.add_argument(
        "--precision", choices=PRECISIONS, help="what layers compute in (default: the spec's)"
    )
    command.add_argument("--json", action="store_true", help="print all figures as one JSON object, in bytes")


@dataclass(frozen=True)
class Asked:
    """What is needed at any batch, the ``batch`` that is asked about, and a line that says for what it is."""

    need: Need
    batch: int
    model: str
    what: str
    training: bool
    heads: str = ""
    """Said of heads that exist only in training, where there are some."""
    counted: tuple[str, ...] = (_ALIVE,)
    """What the figure is of, and how sure it is."""
    changes: tuple[tuple[str, Need], ...] = ()
    """What could be changed, and what would be needed then."""


def run(options: argparse.Namespace) -> int:
    memory = None if options.memory is None else memory_named(options.memory)
    asked = _of_inference(options) if options.inference else _of_training(options)
    fits = memory is None or asked.need.at(asked.batch).total <= memory
    if options.json:
        print_json(_json(asked, memory))
    else:
        width = max(get_terminal_size().columns, _NARROWEST)
        print("\n".join(fold for line in _text(asked, memory) for fold in _folded(line, width)))
    return 0 if fits else _DOES_NOT_FIT


def _of_inference(options: argparse.Namespace) -> Asked:
    if options.optimizer is not None:
        raise SpecError([OptionOfTraining(option="--optimizer")])
    graph = elaborate(open_target(options.spec, options.overrides, sections))
    precision = PRECISIONS[options.precision or "fp32"]
    batch = options.batch or 1
    heads = "auxiliary heads are not counted: they exist only in training" if _has_heads(graph) else ""
    need = footprint_need(graph, False, 0, BYTES_EACH[precision])
    half = {"--precision bf16": footprint_need(graph, False, 0, BYTES_EACH["bf16"])}
    changes = tuple(half.items()) if precision == "float32" else ()
    what = f"inference, batch {batch:,}, {precision}"
    return Asked(need, batch, graph.name, what, False, heads, changes=changes)


def _has_heads(graph: Graph) -> bool:
    return len(graph.main_outputs) < len(graph.outputs)


def _of_training(options: argparse.Namespace) -> Asked:
    experiment = _experiment(options)
    settings = experiment.settings
    extras = [
        f"average of weights (ema = {settings.ema:g})" if settings.ema is not None else "",
        f"gradients of {settings.accumulate} batches added up" if settings.accumulate > 1 else "",
        "layers computed twice" if settings.recompute else "",
    ]
    said = f"training, batch {settings.batch:,}, {experiment.optimizer.call_name}, {settings.precision}"
    changed = {}
    if not settings.recompute:
        changed["--set train.recompute=true"] = replace(settings, recompute=True)
    if settings.precision == "float32":
        changed["--precision bf16"] = replace(settings, precision="bf16")
    changes = tuple((name, need_of(replace(experiment, settings=s))) for name, s in changed.items())
    what = ", ".join([said, *filter(None, extras)])
    graph = experiment.graph
    heads = "auxiliary heads are counted: they are trained too" if _has_heads(graph) else ""
    counted = (_OF_A_STEP, _MEASURED[BYTES_EACH[settings.precision]])
    return Asked(need_of(experiment), settings.batch, graph.name, what, True, heads, counted, changes)


def _experiment(options: argparse.Namespace) -> Experiment:
    from ..train.sections import bind_experiment

    given = {
        "--optimizer": ("optimizer", options.optimizer),
        "--batch": ("train.batch", options.batch),
        "--precision": ("train.precision", options.precision and PRECISIONS[options.precision]),
    }
    set_by = {option: (name, str(value)) for option, (name, value) in given.items() if value is not None}
    try:
        module = open_target(options.spec, [*options.overrides, *set_by.values()], sections)
        return bind_experiment(module, elaborate(module))
    except SpecError as error:
        raise SpecError([_of_option(each, set_by) for each in error.diagnostics]) from None


def _of_option(problem: Diagnostic, set_by: Mapping[str, tuple[str, str]]) -> Diagnostic:
    """What is wrong with a value that an option of ours set, put down to that option."""

    def moved(span: Span | None) -> Span | None:
        for option, (name, value) in set_by.items():
            if span is not None and span.source.name == "--set" and span.source.text == f"{name}={value}":
                start = len(name) + 1
                return Span(Source(option, value), max(span.start - start, 0), max(span.end - start, 0))
        return span

    notes = tuple(replace(note, span=moved(note.span)) for note in problem.notes)
    return replace(problem, span=moved(problem.span), notes=notes)


def _parts(found: Footprint) -> dict[str, int]:
    sizes = asdict(found)
    return {name: sizes[name] for name in _PARTS if sizes[name]}


def _text(asked: Asked, memory: int | None) -> Iterator[str]:
    found = asked.need.at(asked.batch)
    yield f"{asked.model}: {asked.what}"
    parts = _parts(found)
    rows = [
        (_PARTS[name], f"{number:,}", bytes_text(number), f"{100 * number / found.total:.1f} %")
        for name, number in parts.items()
    ]
    rows.append(("total", f"{found.total:,}", bytes_text(found.total), ""))
    yield table(("", "bytes", "", "share"), rows, "lrrr")
    yield ""
    yield f"at any batch: {asked.need.fixed.total:,} + batch * {asked.need.each.total:,} bytes"
    if memory is not None:
        yield from _verdict(asked, memory, found.total)
    if asked.heads:
        yield asked.heads
    yield from asked.counted


def _folded(line: str, width: int) -> list[str]:
    """Tables are lines of their own, and stay as they are."""
    if len(line) <= width or "\n" in line or line.startswith(" "):
        return [line]
    return wrap(line, width, subsequent_indent="  ", break_on_hyphens=False)


def _verdict(asked: Asked, memory: int, total: int) -> Iterator[str]:
    largest = asked.need.largest_batch(memory)
    if total <= memory:
        yield f"fits {bytes_text(memory)}: {bytes_text(memory - total)} are left"
    else:
        yield f"does not fit {bytes_text(memory)}: {bytes_text(total - memory)} too much"
    yield f"largest batch that fits: {largest:,}" if largest else "not even a batch of 1 fits"
    if total <= memory:
        return
    helps = [(f"--batch {largest}", asked.need.at(largest).total)] if largest else []
    helps += [(name, need.at(asked.batch).total) for name, need in asked.changes]
    better = sorted((number, name) for name, number in helps if number < total)
    if better:
        yield "what would help:"
        width = max(len(name) for _, name in better)
        for number, name in better:
            yield f"  {name:<{width}}  {bytes_text(number)}{'' if number <= memory else ', still too much'}"


def _json(asked: Asked, memory: int | None) -> dict[str, object]:
    found = asked.need.at(asked.batch)
    return {
        "model": asked.model,
        "training": asked.training,
        "batch": asked.batch,
        "bytes": {**asdict(found), "total": found.total},
        "fixed": asked.need.fixed.total,
        "each": asked.need.each.total,
        "memory": memory,
        "fits": None if memory is None else found.total <= memory,
        "largest_batch": None if memory is None else asked.need.largest_batch(memory),
        "changes": {name: need.at(asked.batch).total for name, need in asked.changes},
    }

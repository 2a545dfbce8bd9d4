"""SPEC may be a run folder, which holds trained weights; those of a spec are freshly drawn, enough to look at the network.

safetensors holds the weights by name. onnx is the network with them, for onnxruntime, Netron and many others; where
onnxruntime is installed, both are compared on a random batch first. python is a module that needs tinygrad alone, with the
weights beside it. Files that are there are overwritten."""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from errno import EISDIR, ENOENT
from importlib.util import find_spec
from os import strerror
from pathlib import Path
from typing import TYPE_CHECKING

from ..elaborate import Loader, Module, elaborate, open_target
from ..elaborate.renaming import libraries
from ..source import SpecError, write_atomically, writing
from .errors import NothingToSet
from .export_errors import ExportIntoRun, NoNormalization, NotOfSpec, OptionOfFormat, WrongSuffix
from .networks import check_named, is_run_folder
from .output import add_spec, sections

if TYPE_CHECKING:
    from ..ir import Graph
    from ..train.exporting import Exported
    from ..train.reading import Run

SUFFIXES = {"safetensors": ".safetensors", "onnx": ".onnx", "python": ".py"}
OURS = "cnnspec"


def add_arguments(command: argparse.ArgumentParser) -> None:
    add_spec(command)
    command.add_argument(
        "--to", choices=tuple(SUFFIXES), required=True, metavar="FORMAT", help=", ".join(SUFFIXES)
    )
    command.add_argument(
        "-o", "--output", metavar="FILE", type=Path, help="where to write (default: the model's name, here)"
    )
    command.add_argument(
        "--checkpoint", choices=("best", "last"), help="which weights of a run to use (default: best)"
    )
    command.add_argument(
        "--names",
        metavar="L",
        choices=(OURS, *libraries()),
        default=OURS,
        help=f"whose names safetensors has: {', '.join((OURS, *libraries()))} (default: {OURS})",
    )
    command.add_argument(
        "--with-normalization",
        action="store_true",
        help="let the ONNX graph take pixels from 0 to 1 and normalize them itself",
    )
    command.add_argument(
        "--check",
        action=argparse.BooleanOptionalAction,
        help="compare the ONNX model with the network, by onnxruntime (default: where it is installed)",
    )


@dataclass(frozen=True)
class Source:
    """What is exported: the module and the graph, and the run where it is one."""

    module: Module
    graph: Graph
    run: Run | None


def run(options: argparse.Namespace) -> int:
    _check_options(options)
    source = _opened(options)
    if options.to == "onnx":
        from ..backends.onnx import check_size

        check_size(source.graph)
    path = _output(options, source)
    exported = _exported(options, source)
    if not exported.about.trained:
        print(f"note: no run was named, so the weights are {exported.about.weights}", file=sys.stderr)
    {"safetensors": _write_weights, "onnx": _write_onnx, "python": _write_python}[options.to](
        options, source, exported, path
    )
    return 0


def _check_options(options: argparse.Namespace) -> None:
    """Refuse options that are about another format, before anything is read; and formats whose package is missing."""
    given = {
        "--names": (options.names != OURS, "safetensors"),
        "--with-normalization": (options.with_normalization, "onnx"),
        "--check": (options.check is not None, "onnx"),
    }
    for option, (is_given, right) in given.items():
        if is_given and options.to != right:
            raise SpecError([OptionOfFormat(option=option, right=right, format=options.to)])
    if options.to == "onnx":
        _need("onnx", "ONNX files")
        if options.check:
            _need("onnxruntime", "checks of ONNX files")


def _need(package: str, what: str) -> None:
    if find_spec(package) is None:
        from ..train.errors import PackageMissing

        install = "pip install 'cnnspec[onnx]'" if package == "onnx" else f"pip install {package}"
        raise SpecError([PackageMissing(package=package, what=what, hints=(install,))])


def _opened(options: argparse.Namespace) -> Source:
    if not is_run_folder(options.spec):
        check_named(options.spec)
        if options.checkpoint:
            raise SpecError([NotOfSpec(spec=options.spec, checkpoint=options.checkpoint)])
        if options.with_normalization:
            raise SpecError([NoNormalization(spec=options.spec)])
        module = open_target(options.spec, options.overrides, sections)
        return Source(module, elaborate(module), None)
    if options.overrides:
        raise SpecError([NothingToSet(spec=options.spec, what="a run")])
    from ..train.reading import open_run

    opened = open_run(Path(options.spec))
    module = Loader().load(opened.spec)
    return Source(module, elaborate(module), opened)


def _exported(options: argparse.Namespace, source: Source) -> Exported:
    from ..train.exporting import exported_run, exported_spec
    from ..train.sections import bind_experiment

    experiment = bind_experiment(source.module, source.graph)
    if source.run is None:
        return exported_spec(experiment)
    return exported_run(source.run, experiment, options.checkpoint or "best")


def _output(options: argparse.Namespace, source: Source) -> Path:
    from ..train.exporting import is_checkpoint, written_path

    suffix = SUFFIXES[options.to]
    path = written_path(options.output, source.graph.name, suffix)
    if path.suffix.lower() != suffix:
        raise SpecError([WrongSuffix(path=str(path), suffix=suffix, format=options.to)])
    weights = path.with_suffix(".safetensors") if options.to == "python" else path
    if source.run is not None and is_checkpoint(weights, source.run):
        raise SpecError([ExportIntoRun(path=str(weights))])
    for each in (weights, path):
        _check_place(each)
    return path


def _check_place(path: Path) -> None:
    """Refuse a place where no file can be before anything is computed or written."""
    with writing(path):
        if path.is_dir():
            raise IsADirectoryError(EISDIR, strerror(EISDIR))
        if not path.parent.is_dir():
            raise FileNotFoundError(ENOENT, strerror(ENOENT))


def _write_weights(options: argparse.Namespace, source: Source, exported: Exported, path: Path) -> None:
    from ..train.exporting import as_safetensors, other_names

    names = None if options.names == OURS else other_names(exported, source.module, options.names)
    _write(path, as_safetensors(exported, names))


def _write_python(options: argparse.Namespace, source: Source, exported: Exported, path: Path) -> None:
    from ..backends.python import to_python
    from ..backends.tracing import inference_graph
    from ..train.exporting import as_safetensors

    weights = path.with_suffix(".safetensors")
    text = to_python(exported.graph, exported.about, weights.name)
    _write(weights, as_safetensors(exported, graph=inference_graph(exported.graph)))
    _write(path, text.encode())


def _write_onnx(options: argparse.Namespace, source: Source, exported: Exported, path: Path) -> None:
    from ..backends.onnx import can_run, to_onnx

    model = to_onnx(exported.graph, exported.weights, exported.about, options.with_normalization)
    if options.check or (options.check is None and can_run()):
        _compare(options, exported, model)
    elif options.check is None:
        print("not checked, as onnxruntime is not installed")
    _write(path, model)


def _compare(options: argparse.Namespace, exported: Exported, model: bytes) -> None:
    """Print how far the model is from the network; raises :class:`SpecError` where it is too far."""
    from ..backends.onnx.errors import OnnxDiffers
    from ..train.devices import open_device
    from ..train.exporting import TOLERANCE, greatest_difference

    try:
        place = open_device(None)
    except SpecError as error:
        if options.check:
            raise
        print(f"not checked: {error.diagnostics[0].text}")
        return
    found = greatest_difference(exported, model, options.with_normalization, place)
    output = max(found, key=lambda name: found[name])
    if not found[output] <= TOLERANCE:
        raise SpecError([OnnxDiffers(output=output, difference=found[output])])
    print(
        f"onnxruntime agrees with the network: the greatest difference is {found[output]:.1e} of the largest value"
    )


def _write(path: Path, content: bytes) -> None:
    from ..train.wording import printable

    write_atomically(path, content)
    print(f"wrote {printable(str(path))}")

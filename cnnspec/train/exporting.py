"""Networks with their weights, as other programs read them: trained ones of run folders, or fresh ones of specs."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from ..backends import toolchain
from ..backends.tinygrad.weights_fit import check_weights
from ..backends.tracing import About, OutputAbout
from ..elaborate import Module
from ..elaborate.renaming import parameter_names
from ..ir import Graph
from .experiment import Experiment
from .files import file_name
from .reading import Run, check_belongs, damaged
from .run import RUN
from .safetensors_file import safetensors_bytes
from .tasks import ClassTask, NumberTask, Task

if TYPE_CHECKING:
    import numpy as np

TOLERANCE = 1e-4
"""The greatest difference between two computations of a network, relative to the largest value of an output."""
_SMALLEST = 1e-30
"""Outputs are not divided by less."""
_CHECKED = 2
"""Images in the batch that is compared."""


@dataclass(frozen=True)
class Exported:
    """A network to be written: its whole graph, all its parameters by name, and what a file says of it."""

    graph: Graph
    weights: Mapping[str, np.ndarray]
    about: About


def exported_run(run: Run, experiment: Experiment, checkpoint: str = "best") -> Exported:
    """The network of ``run``; ``experiment`` is its own spec, elaborated. Raises :class:`SpecError` where it is damaged."""
    graph, info, tasks = experiment.graph, run.info, run.tasks
    stored = run.weights(checkpoint)
    check_weights(graph, stored)
    check_belongs(run, graph)
    if {task.output for task in tasks} != {output.name for output in graph.main_outputs}:
        raise damaged(run.path / RUN, "does not belong to the spec beside it: the outputs differ")
    about = About(
        model=graph.name,
        input_shape=graph.input_shape,
        weights=f"trained, those of the {checkpoint} epoch of {run.path.resolve().name}",
        trained=True,
        version=metadata.version("cnnspec"),
        mean=info.mean,
        std=info.std,
        outputs=tuple(map(_about_output, tasks)),
    )
    weights = {name: value.astype("float32", copy=False) for name, value in stored.items()}
    return Exported(graph, weights, about)


def exported_spec(experiment: Experiment) -> Exported:
    """The network of a spec, with weights freshly drawn from its seed."""
    graph, seed = experiment.graph, experiment.settings.seed
    about = About(
        model=graph.name,
        input_shape=graph.input_shape,
        weights=f"not trained, freshly drawn with seed {seed}",
        trained=False,
        version=metadata.version("cnnspec"),
    )
    return Exported(graph, _drawn(graph, seed), about)


def _drawn(graph: Graph, seed: int) -> dict[str, np.ndarray]:
    with suppress(toolchain.ToolchainMissing):  # nothing is computed, so no compiler is needed
        toolchain.prepare("CPU")
    from ..backends.tinygrad.module import initial_value

    return {name: initial_value(name, spec, seed) for name, spec in graph.named_parameters()}


def _about_output(task: Task) -> OutputAbout:
    about = OutputAbout(task.output, task.kind, task.names)
    if isinstance(task, NumberTask):
        return replace(about, shift=task.shift, scale=task.scale)
    if isinstance(task, ClassTask):
        return replace(about, single=task.single, positive=task.positive)
    return about


def as_safetensors(
    exported: Exported, names: Mapping[str, str] | None = None, graph: Graph | None = None
) -> bytes:
    """The weights as a safetensors file, its metadata what is known of the network.

    ``names`` says what they are called there, by our names; ``graph`` is the part whose weights are wanted, all by default.
    """
    kept = (name for name, _ in (graph or exported.graph).named_parameters())
    tensors = {
        (names or {}).get(name, name): exported.weights[name] for name in kept if name in exported.weights
    }
    return safetensors_bytes(tensors, exported.about.metadata())


def other_names(exported: Exported, module: Module, library: str) -> dict[str, str]:
    """What ``library`` calls the weights, by our names; raises :class:`SpecError` where the spec does not say."""
    return parameter_names(exported.graph, module, library)


def greatest_difference(exported: Exported, model: bytes, normalize: bool, device: str) -> dict[str, float]:
    """How far onnxruntime's outputs of ``model`` are from the network's, by output, relative to its largest value.

    Both see a batch of random images. ``normalize``: the model takes values 0 … 1.
    """
    import numpy as np

    from ..backends.onnx import run_onnx

    images = np.random.default_rng(0).random((_CHECKED, *exported.graph.input_shape), np.float32)
    given = normalized = images * 2 - 1
    if normalize:
        assert exported.about.mean is not None and exported.about.std is not None
        channel = (1, -1, 1, 1)
        mean, std = (
            np.array(v, np.float32).reshape(channel) for v in (exported.about.mean, exported.about.std)
        )
        given, normalized = images, (images - mean) / std
    theirs, ours = run_onnx(model, given), computed(exported, normalized, device)
    return {name: _difference(ours[name], theirs[name]) for name in ours}


def computed(exported: Exported, x: np.ndarray, device: str) -> dict[str, np.ndarray]:
    """The network's main outputs by name for normalized images (N, C, H, W); ``device`` is open."""
    from tinygrad import Tensor

    from ..backends.tinygrad import lower

    module = lower(exported.graph, 0, device)
    module.load_state(exported.weights)
    outputs = module.forward(Tensor(x, device=device), False)
    return {name: output.numpy() for name, output in outputs.items()}


def _difference(ours: np.ndarray, theirs: np.ndarray) -> float:
    """The greatest difference over the greatest value; infinite where only one of both is finite."""
    import numpy as np

    if not (np.isfinite(ours).all() and np.isfinite(theirs).all()):
        return 0.0 if np.array_equal(ours, theirs, equal_nan=True) else float("inf")
    scale = max(float(abs(ours).max()), _SMALLEST)
    return float(abs(ours - theirs).max()) / scale


def is_checkpoint(path: Path, run: Run) -> bool:
    """Whether a file is one of the run's own weights, or of what it is resumed from."""
    own = ("best", "last", "resume")
    return path.resolve().parent == run.path.resolve() and path.name.partition(".")[0] in own


def written_path(output: Path | None, model: str, suffix: str) -> Path:
    """Where to write: ``output``, or the model's name in the current folder."""
    return output or Path(file_name(model) + suffix)

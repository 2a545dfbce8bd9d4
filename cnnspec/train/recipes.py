"""What an experiment is where a person names a network and data, and leaves the rest to us."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from ..elaborate import (
    Environment,
    Module,
    Override,
    Settable,
    bind_entry,
    chosen_model,
    elaborate,
    overridden,
    zoo_names,
)
from ..ir import Graph, OpError, Shape, signature
from ..source import Diagnostics, Source, Span, SpecError, nearest
from ..syntax import parse_call, parse_text, print_expression, print_text, tree
from .data.dataset import Splits
from .data.errors import UnknownData
from .data.places import relative_to
from .experiment import Experiment
from .finetune.recipe import SECTION as FINETUNE
from .finetune.recipe import beginning_with
from .metrics.tables import unequal
from .registries import DATA_SOURCES, DataSource
from .sections import data_and_settings
from .tasks.making import columns

_STEPS = 3000
"""About so many steps train a small set; a large one needs fewer epochs, not fewer steps."""
_EPOCHS = (10, 60)
_TUNED_STEPS, _TUNED_EPOCHS = 1000, (5, 30)
"""Weights that are good already need fewer."""
_LARGE = 5000
_SMALL_SIDE = 96
"""Up to this side of an image, whole images are cut at the edges instead of scaled parts of them."""


def source_call(given: str, channels: int, option: str = "--data") -> str:
    """The call of the data source that ``given`` means: a path, the name of a source, or a call.

    ``option`` is where it was given. Raises :class:`SpecError` where it is nothing of these.
    """
    name, bracket, _ = given.partition("(")
    mode = {1: "mode = gray", 3: "mode = rgb"}.get(channels, "")
    path = Path(given).expanduser()
    if name.strip() in DATA_SOURCES.entries and (bracket or not path.exists()):
        return given if bracket or not mode else f"{name.strip()}({mode})"
    source = max(DATA_SOURCES.entries, key=lambda name: _suits(name, path))
    if not _suits(source, path):
        raise _unknown(given, path, option)
    return f"{source}({print_expression(tree.Literal(str(path.resolve())))}{', ' if mode else ''}{mode})"


def _suits(source: str, path: Path) -> int:
    try:
        return DATA_SOURCES.entries[source].suits(path)
    except OSError:  # a folder that may not be looked into
        return 0


def _unknown(given: str, path: Path, option: str) -> SpecError:
    span = Span(Source(option, given), 0, len(given))
    known = ", ".join(sorted(DATA_SOURCES.entries))
    reason = "is no kind of data that is known" if path.exists() else "does not exist"
    if path.is_dir() and not os.access(path, os.R_OK | os.X_OK):
        reason = "may not be read"
    near = None if path.exists() else nearest(path.name.partition("(")[0], _named_near(path, option))
    hints = (
        *((f"did you mean '{near}'?",) if near else ()),
        "a folder with a folder of images a class, a .csv table, an .npz, .tar or .parquet file",
        f"or the name of a source: {known}",
    )
    return SpecError([UnknownData(path=given, reason=reason, span=span, hints=hints)])


def _named_near(path: Path, option: str) -> list[str]:
    """What a person may have meant by a path that is not there: what is beside it, a source, a network of the zoo."""
    try:
        beside = [child.name for child in path.parent.iterdir()]
    except OSError:
        beside = []
    return [*beside, *DATA_SOURCES.entries, *(() if option == "--data" else zoo_names())]


def recipe(graph: Graph, splits: Splits, epochs: int | None = None, tuned: bool = False) -> dict[str, str]:
    """Sections by name, as texts in the order of a spec, for a network to be trained on ``splits``, from nothing or from
    weights (``tuned``); in so many epochs where a person says how many.

    Cropping, mirroring and colours for photographs, turning and moving for gray images, which are mostly signs; AdamW
    with a warm-up and a cosine; about 3,000 steps for a small set, 1,000 from weights.
    """
    images = len(splits.train)
    batch = 64 if images > _LARGE else 32
    steps, (least, most) = (_TUNED_STEPS, _TUNED_EPOCHS) if tuned else (_STEPS, _EPOCHS)
    epochs = epochs or min(max(math.ceil(steps * batch / max(1, images)), least), most)
    rate = "1e-3" if _has_norms(graph) else "2e-4"
    warmup = max(1, round(epochs / 20)) if epochs > 2 else 0
    return {
        "augment": f"augment {{ {_steps(graph.input_shape, splits)} }}",
        "loss": f"loss {_LOSSES[_learnt(splits)]}",
        "optimizer": f"optimizer adamw(lr = {rate}, weight_decay = 0.05)",
        "schedule": f"schedule cosine(warmup = {warmup})" if warmup else "schedule cosine",
        "train": f"train (epochs = {epochs}, batch = {batch})",
        "metrics": f"metrics {{ {_metrics(splits)} }}",
    }


_LOSSES = {
    "classes": "cross_entropy(label_smoothing = 0.1)",
    "labels": "binary_cross_entropy",
    "numbers": "huber",
    "points": "huber(target = points)",
    "boxes": "huber(target = boxes)",
}
_METRICS = {
    "classes": "accuracy",
    "labels": "f1(average = macro)  hamming",
    "numbers": "mae  r2",
    "points": "mae",
    "boxes": "iou",
}


def _metrics(splits: Splits) -> str:
    """The first one decides which epoch is kept: where classes are unequal, one in which rare ones count as much."""
    learnt, train = _learnt(splits), splits.train
    if learnt == "classes" and unequal(train.labels, splits.classes):
        return "f1(average = macro)  accuracy"
    return _METRICS[learnt]


def _learnt(splits: Splits) -> str:
    """What a network of one output learns of the data: the first of the usual things that it has."""
    kinds = splits.train.targets.kinds
    return next((kind for kind in _LOSSES if kind in kinds), "classes")


def _has_norms(graph: Graph) -> bool:
    return any(parameter.role == "norm" for node in graph.nodes for parameter in node.parameters)


def _steps(shape: Shape, splits: Splits) -> str:
    channels, height, width = shape
    size = f"{height}" if height == width else f"({height}, {width})"
    stored = [part.pictures.shapes[part.rows] for part in splits if len(part)]
    gray = all((shapes[:, 0] == 1).all() for shapes in stored)
    same = all((shapes[:, 1:] == (height, width)).all() for shapes in stored)
    whole = "" if same else f"resize(({height}, {width}))  "
    if _learnt(splits) == "numbers":
        # A part of an image, or a mirrored one, may have another number: sizes, counts, directions.
        return f"{whole}brightness(0.1)  contrast(0.1)"
    if channels != 3 or gray:
        return f"{whole}rotate(10)  translate(0.1)"
    colours = "flip  color_jitter(brightness = 0.2, contrast = 0.2, saturation = 0.2)"
    if max(height, width) > _SMALL_SIDE:
        return f"random_resized_crop({size}, scale = [0.25, 1])  {colours}"
    return f"{whole}random_crop({size}, padding = {max(1, min(height, width) // 8)})  {colours}"


def tolerating(source: DataSource) -> DataSource:
    """``source`` with broken images left out, where it can be."""
    skips = any(argument.name == "skip_broken" for argument in signature(type(source)))
    return replace(source, skip_broken=True) if skips else source  # type: ignore[call-arg]


def with_recipe(module: Module, made: Mapping[str, str]) -> Module:
    """The spec with the sections that it lacks."""
    present = {section.name for section in module.spec.sections}
    added = "\n".join(text for name, text in made.items() if name not in present)
    sections = (*module.spec.sections, *parse_text(Source("recipe.cnn", added)).sections)
    return Module(
        replace(module.spec, sections=sections), module.source, module.path, module.used, dict(module.names)
    )


def with_data(
    bare: Module,
    call: str,
    overrides: Sequence[Override],
    sections: Callable[[], Mapping[str, Settable]],
    adapted: Callable[[DataSource], DataSource] = lambda source: source,
    weights: str | None = None,
    option: str = "--from",
) -> tuple[Module, Splits]:
    """``bare`` with the data source that ``call`` makes, the recipe's sections where it has none, and as many classes as the
    data; and what was read.

    ``overrides`` come on top; ``sections`` says what they can change. ``adapted`` gives the source that is read,
    ``weights`` are those to begin with, named by ``option``. Raises :class:`SpecError`.
    """
    base = overridden(bare, [("data", call)], sections)
    early = [(n, value) for n, value in overrides if "." not in n or n.startswith(("data.", "train."))]
    known = overridden(base, early, sections)
    graph, (source, settings, epochs) = elaborate(known), data_and_settings(known)
    splits = loaded(adapted(source), graph.input_shape, settings.seed, known.folder)
    tuned = weights is not None or any(section.name == FINETUNE for section in base.spec.sections)
    made = recipe(graph, splits, epochs, tuned)
    filled = with_recipe(base, {"augment": made.pop("augment"), **_evaluation(base, graph), **made})
    if weights is not None:
        _, settings, _ = data_and_settings(overridden(filled, early, sections))
        steps = -(-len(splits.train) // settings.batch) * settings.epochs
        filled = beginning_with(filled, weights, steps, option)
    return overridden(filled, [*class_count(base, overrides, splits), *overrides], sections), splits


def _evaluation(module: Module, graph: Graph) -> dict[str, str]:
    """The section ``evaluation`` of the spec that ``module`` uses, as its text, where the input is as large as there."""
    for used in module.used.values():
        for section in used.spec.sections:
            if section.name == "evaluation" and elaborate(used).input_shape == graph.input_shape:
                return {section.name: print_text(tree.Spec(sections=(section,)))}
    return {}


def class_count(
    module: Module, overrides: Sequence[tuple[str, str]], splits: Splits
) -> list[tuple[str, str]]:
    """The override that gives the model as many outputs as the data has classes (labels, numbers), unless a person said how
    many."""
    takes = any(parameter.name == "classes" for parameter in chosen_model(module).model.parameters)
    given = any(name == "classes" for name, _ in overrides)
    written = module.path is None and any(
        argument.name == "classes" for use in module.spec.uses for argument in use.arguments or ()
    )
    count = len(columns(_learnt(splits), splits.names))
    return [("classes", str(count))] if takes and count and not given and not written else []


def bound_source(call: str) -> DataSource:
    """The source that a call on the command line makes; raises :class:`SpecError`."""
    found = Diagnostics()
    source = bind_entry(DATA_SOURCES, parse_call(Source("--data", call)), Environment(), found)
    found.raise_errors()
    assert source is not None
    return source


def loaded(
    source: DataSource, shape: Shape, seed: int, base: Path, experiment: Experiment | None = None
) -> Splits:
    """The parts that ``source`` gives; raises :class:`SpecError`, placed in the spec of ``experiment``."""
    try:
        with relative_to(base):
            return source.load(shape, seed)
    except OpError as error:
        raise (experiment.error("data", error) if experiment else SpecError([error.diagnostic])) from None

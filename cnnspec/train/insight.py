"""What a trained network looks at: filters, feature maps, and what matters in an image."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..ir import Graph, GraphOutput, Node, is_map
from ..source import SpecError, did_you_mean
from .errors import LayerNotShown

if TYPE_CHECKING:
    import numpy as np

    from .data.normalization import Normalization
    from .steps import EvaluationStep
    from .tasks import Task

_LAYERS = 4
_PATCHES = 5
"""A patch that hides a part of an image is a fifth of its shorter side."""
_OVERLAP = 3
_SURE = 1e-12
"""Probabilities are held so far from 0 and 1."""


@dataclass(frozen=True)
class Filters:
    """Weights (K, C, H, W) of a convolution, as its layer is called."""

    layer: str
    weights: np.ndarray


@dataclass(frozen=True)
class Maps:
    """What a layer gives for one image, (C, H, W)."""

    layer: str
    values: np.ndarray


@dataclass(frozen=True)
class Occlusion:
    """How much what the network says depends on each place of an image, (H, W).

    ``heat`` is the mean fall of the log-odds of ``name`` (for numbers, the mean change of them all) over the places of a
    gray patch that hid the pixel. Zeiler and Fergus 2014, section 4.2, who show the probability itself, which does not
    move where the network is sure.
    """

    name: str
    value: float
    heat: np.ndarray
    unit: str


def first_filters(graph: Graph, weights: Mapping[str, np.ndarray]) -> Filters | None:
    """Those of the first convolution that looks at more than a pixel, None where there is none."""
    for node in graph.nodes:
        found = weights.get(f"{node.name}.weight")
        if node.op.family == "convolution" and found is not None and found.ndim == 4 and found[0, 0].size > 1:
            return Filters(node.name, found)
    return None


def chosen_layers(graph: Graph, names: Sequence[str] = ()) -> list[Node]:
    """The layers of ``names`` (a part's name stands for its last layer), or a few spread over the depth.

    Raises :class:`SpecError` for a name that is no layer giving a map.
    """
    maps = [
        node for node in graph.without_auxiliary().nodes[1:] if is_map(node.shape) and max(node.shape[1:]) > 1
    ]
    if names:
        return [_named(graph, maps, name) for name in names]
    told = [node for node in maps if node.op.family == "activation"] or maps
    if len(told) <= _LAYERS:
        return told
    places = [round(i * (len(told) - 1) / (_LAYERS - 1)) for i in range(_LAYERS)]
    return [told[place] for place in places]


def _named(graph: Graph, maps: Sequence[Node], name: str) -> Node:
    inside = [node for node in maps if node.name == name or node.name.startswith(f"{name}.")]
    if inside:
        return inside[-1]
    exists = any(node.name == name or node.name.startswith(f"{name}.") for node in graph.nodes)
    reason = "gives no map of several pixels" if exists else "is no layer"
    hints = () if exists else did_you_mean(name, [node.name for node in maps])
    raise SpecError([LayerNotShown(model=graph.name, name=name, reason=reason, hints=hints)])


def feature_maps(
    graph: Graph,
    weights: Mapping[str, np.ndarray],
    layers: Sequence[Node],
    image: np.ndarray,
    normalization: Normalization,
    device: str,
) -> list[Maps]:
    """What ``layers`` give for an ``image`` (H, W, C), as the network takes it."""
    from ..backends.tinygrad import lower
    from .steps import EvaluationStep, Scaler

    whole = graph.without_auxiliary()
    places = {node.name: place for place, node in enumerate(whole.nodes)}
    part = whole.ending(tuple(GraphOutput(layer.name, places[layer.name]) for layer in layers))
    own = {name for name, _ in part.named_parameters()}
    module = lower(part, 0, device)
    module.load_state({name: value for name, value in weights.items() if name in own})
    found = EvaluationStep(module, Scaler(normalization, device), 1).one(image[None])
    return [Maps(layer.name, found[layer.name][0]) for layer in layers]


def occlusion(step: EvaluationStep, task: Task, image: np.ndarray, normalization: Normalization) -> Occlusion:
    """What of an ``image`` (H, W, C) the network's answer rests on, by hiding a part of it at a time."""
    import numpy as np

    patch, places = _places(image.shape[0], image.shape[1])
    gray = np.array(normalization.mean) * (255 if image.dtype == np.uint8 else 1)
    hidden = np.repeat(image[None], len(places) + 1, axis=0)
    for number, (top, left) in enumerate(places, 1):
        hidden[number, top : top + patch, left : left + patch] = gray
    scores = task.scores(_outputs(step, hidden)[task.output])
    falls, name, value = _falls(task, scores)
    heat, counts = np.zeros(image.shape[:2]), np.zeros(image.shape[:2])
    for (top, left), fall in zip(places, falls, strict=True):
        heat[top : top + patch, left : left + patch] += fall
        counts[top : top + patch, left : left + patch] += 1
    unit = "fall of the log-odds" if task.kind in ("classes", "labels") else "size of the answer's change"
    return Occlusion(name, value, heat / np.maximum(counts, 1), unit)


def _places(height: int, width: int) -> tuple[int, list[tuple[int, int]]]:
    """The side of a patch, and the corners (top, left) of its places, which cover the whole image."""
    patch = max(1, round(min(height, width) / _PATCHES))
    apart = max(1, patch // _OVERLAP)
    tops, lefts = (sorted({*range(0, side - patch + 1, apart), side - patch}) for side in (height, width))
    return patch, [(top, left) for top in tops for left in lefts]


def _falls(task: Task, scores: np.ndarray) -> tuple[np.ndarray, str, float]:
    """How much each hidden image changes what is said of the whole one, which comes first; what that is."""
    import numpy as np
    from scipy.special import logit

    if task.kind in ("classes", "labels"):
        said = int(scores[0].argmax())
        odds = logit(np.clip(scores[:, said], _SURE, 1 - _SURE))
        return odds[0] - odds[1:], task.names[said], float(scores[0, said])
    return np.abs(scores[1:] - scores[0]).mean(1), ", ".join(task.names), float(scores[0].mean())


def _outputs(step: EvaluationStep, images: np.ndarray) -> dict[str, np.ndarray]:
    """Raw outputs by name for any number of images, in batches of the step's size."""
    import numpy as np

    parts = []
    for first in range(0, len(images), step.batch):
        some = images[first : first + step.batch]
        filled = np.zeros((step.batch, *images.shape[1:]), images.dtype)
        filled[: len(some)] = some
        parts.append({name: made[: len(some)] for name, made in step.one(filled).items()})
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}

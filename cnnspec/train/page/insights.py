"""Pictures of what a trained network looks at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..evaluate import Evaluated
from ..experiment import Experiment
from ..figures.insight import filters_figure, maps_figure, occlusion_figure
from ..insight import chosen_layers, feature_maps, first_filters, occlusion
from ..preparation import prepare

if TYPE_CHECKING:
    import numpy as np

    from ..data.normalization import Normalization
    from .building import Picture

_IMAGES = 4
"""Images that occlusion maps are made of."""


def insight_figures(
    experiment: Experiment,
    weights: Mapping[str, np.ndarray],
    found: Evaluated,
    normalization: Normalization,
    layers: Sequence[str],
    image: Path | None,
) -> list[Picture]:
    """Filters, feature maps and occlusion maps; raises :class:`SpecError` for a layer or an image that is not there."""
    shown, name = _image(experiment, found, image)
    chosen = chosen_layers(experiment.graph, layers)
    pictures = _filters(weights, experiment)
    if chosen:
        maps = feature_maps(experiment.graph, weights, chosen, shown, normalization, found.device)
        pictures.append(
            _picture("feature_maps", maps_figure(shown, name, maps), _MAPS, f"feature maps for {name}")
        )
    images = [(shown, name)] if image else _some(found)
    seen = [
        (pixels, called, occlusion(found.step, head.task, pixels, normalization))
        for pixels, called in images
        for head in found.heads[:1]
    ]
    words = _OCCLUSION if found.heads[0].task.kind in ("classes", "labels") else _CHANGES
    pictures.append(_picture("occlusion", occlusion_figure(seen), words, "occlusion maps"))
    return pictures


_FILTERS = (
    "Filters of the first layer",
    "The weights of the first convolution as pictures, each scaled to its own range. Trained well, they are smooth: edges, "
    "spots and colours. Noise means too little training, or too few images.",
)
_MAPS = (
    "Feature maps",
    "What some layers give for one image: the channels that differ most from place to place. Early layers keep edges and "
    "textures; later ones answer to larger structures.",
)
_OCCLUSION = (
    "What the answer rests on",
    "A gray patch hides a part of the image at a time; red shows how much the log-odds of the answer fall where it does, "
    "blue where they rise (after Zeiler and Fergus 2014). The colour should lie on the thing itself, not on the background.",
)


_CHANGES = (
    "What the answer rests on",
    "A gray patch hides a part of the image at a time; colour shows how much the answer changes where it does (after Zeiler "
    "and Fergus 2014). The colour should lie on the thing itself, not on the background.",
)


def _picture(name: str, data: bytes, words: tuple[str, str], alt: str) -> Picture:
    from .building import Picture

    return Picture(name, *words, data, alt)


def _filters(weights: Mapping[str, np.ndarray], experiment: Experiment) -> list[Picture]:
    filters = first_filters(experiment.graph, weights)
    if filters is None:
        return []
    return [_picture("filters", filters_figure(filters), _FILTERS, f"filters of {filters.layer}")]


def _image(experiment: Experiment, found: Evaluated, path: Path | None) -> tuple[np.ndarray, str]:
    """The image that feature maps are shown of, (H, W, C) as the network takes it, and its name."""
    if path is None:
        return found.parts[0].batch([0])[0], found.parts[0].names(0)
    from ...source import SpecError
    from ..predict import readable_pictures

    dataset, problems = readable_pictures([path], prepare(experiment))
    if problems:
        raise SpecError(problems)
    return dataset.batch([0])[0], str(path)


def _some(found: Evaluated) -> list[tuple[np.ndarray, str]]:
    """A few images, of different classes where there are any."""
    import numpy as np

    classes = found.targets.classes
    rows = np.unique(classes, return_index=True)[1] if classes is not None else np.arange(_IMAGES)
    total = sum(map(len, found.parts))
    made = []
    for row in [int(row) for row in rows if row < total][:_IMAGES]:
        part, number = found.located(row)
        made.append((part.batch([number])[0], part.names(number)))
    return made

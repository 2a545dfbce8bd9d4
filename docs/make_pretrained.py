"""Makes the picture of docs/pretrained.md: ``python docs/make_pretrained.py``, with the extra ``lite0`` and scikit-image.

The photographs are scikit-image's coffee (by Rachel Michetti) and chelsea (by Stefan van der Walt), both CC0, and
scikit-learn's china (by danielbuechele) and flower (by dany13), both CC BY 2.0. Each is shown as the network gets it.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from cnnspec.train.predict import Answer, predict, readable_pictures
from cnnspec.train.preparation import prepare
from cnnspec.train.pretrained import Wanted, pretrained

PICTURE = Path(__file__).parent / "images" / "pretrained.png"
PHOTOS = (
    ("skimage", "data/coffee.png"),
    ("skimage", "data/chelsea.png"),
    ("sklearn", "datasets/images/china.jpg"),
    ("sklearn", "datasets/images/flower.jpg"),
)
BLUE, PALE = "#0072b2", "#d3e8f8"


def main() -> int:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    network = pretrained(Wanted("efficientnet_lite0"))
    paths = [_file(package, name) for package, name in PHOTOS]
    images, _ = readable_pictures(paths, prepare(network.experiment, None, network.mode))
    seen = images.batch(np.arange(len(paths)))
    found = predict(network, paths, top=5).found
    with pyplot.rc_context({"font.size": 8, "axes.spines.top": False, "axes.spines.right": False}):
        page, places = pyplot.subplots(
            2, 4, figsize=(9, 3.6), width_ratios=[1, 1.15] * 2, layout="constrained"
        )
        for i, prediction in enumerate(found):
            left, right = places.flat[2 * i : 2 * i + 2]
            left.imshow(seen[i])
            left.axis("off")
            _bars(right, prediction.answers[0])
        page.savefig(PICTURE, dpi=100, metadata={"Software": None})
    return 0


def _bars(axes: Any, answer: Answer) -> None:
    """The likeliest at the top; its bar darker."""
    names, shares = zip(*reversed(answer.values), strict=True)
    bars = axes.barh(names, shares, color=[PALE] * (len(names) - 1) + [BLUE], height=0.7)
    axes.bar_label(bars, [f"{share:.3f}" for share in shares], padding=3)
    axes.set(xlim=(0, 1.2), xticks=[])
    axes.tick_params(length=0)
    axes.spines["bottom"].set_visible(False)


def _file(package: str, name: str) -> Path:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        sys.exit(f"{package} is not installed")
    return Path(spec.submodule_search_locations[0]) / name


if __name__ == "__main__":
    sys.exit(main())

"""Curves and confusion matrices as PNG. Axes are always labelled."""

from __future__ import annotations

import io
import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.figure import Figure

_NUMBERED = 20
"""Up to so many classes, each cell shows its count and each tick its name."""


def curves(records: Sequence[Mapping[str, Any]], title: str) -> bytes:
    """Loss and accuracy over the epochs, training and validation."""
    figure = new_figure(9, 3.8)
    for axes, measure, label in zip(
        figure.subplots(1, 2), ("loss", "accuracy"), ("loss", "accuracy"), strict=True
    ):
        for part, name in (("train", "training"), ("val", "validation")):
            points = [
                (r["epoch"], r[f"{part}_{measure}"])
                for r in records
                if r.get(f"{part}_{measure}") is not None
            ]
            if points:
                axes.plot(*zip(*points, strict=True), marker="o", markersize=3, label=name)
        axes.set_xlabel("epoch")
        axes.set_ylabel(label)
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.grid(alpha=0.3)
        if axes.lines:
            axes.legend()
    figure.suptitle(literal(title))
    return png(figure)


def confusion_matrix(matrix: np.ndarray, names: Sequence[str], title: str) -> bytes:
    """Rows are the predicted classes, columns the actual ones; shades are shares of a column."""
    import numpy as np

    count = len(names)
    side = min(12.0, 3.5 + 0.45 * count)
    figure = new_figure(side + 0.8, side)
    axes = figure.subplots()
    shares = matrix / np.maximum(matrix.sum(0, keepdims=True), 1)
    image = axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    axes.set_xlabel("actual class")
    axes.set_ylabel("predicted class")
    axes.set_title(literal(title))
    if count <= _NUMBERED:
        _number(axes, matrix, shares)
        shown = [literal(name if len(name) <= 16 else name[:15] + "…") for name in names]
        axes.set_xticks(range(count), shown, rotation=45, ha="right", rotation_mode="anchor")
        axes.set_yticks(range(count), shown)
    figure.colorbar(image, ax=axes, label="share of the actual class", shrink=0.8)
    return png(figure)


def _number(axes: Any, matrix: np.ndarray, shares: np.ndarray) -> None:
    for row in range(len(matrix)):
        for column in range(len(matrix)):
            color = "white" if shares[row, column] > 0.5 else "black"
            axes.text(
                column, row, str(matrix[row, column]), ha="center", va="center", color=color, fontsize=8
            )


def literal(text: str) -> str:
    """``text`` with nothing in it that matplotlib would take for a formula."""
    return text.replace("$", r"\$")


def new_figure(width: float, height: float, tight: bool = True) -> Figure:
    """An empty figure, in inches; with ``tight`` its axes are laid out so that nothing is cut off."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained" if tight else None)
    FigureCanvasAgg(figure)
    return figure


def png(figure: Figure) -> bytes:
    """The figure as a file."""
    stream = io.BytesIO()
    with warnings.catch_warnings():  # of letters that the font lacks, once a letter
        warnings.simplefilter("ignore")
        figure.savefig(stream, format="png", dpi=110, metadata={"Software": None})
    return stream.getvalue()

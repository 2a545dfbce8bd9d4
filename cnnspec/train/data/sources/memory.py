"""Source ``memory``: arrays that a Python program held."""

from __future__ import annotations

from ....ir import OpError, Shape
from ...registries import DATA_SOURCES, DataSource
from ..dataset import Splits
from ..fitting import fit_argument, mode_argument
from ..memory_errors import DataInMemory
from ..split import fraction_argument


@DATA_SOURCES.register("memory")
class Memory(DataSource):
    """Arrays in the memory of a Python program: what ``cnnspec.train(spec, (images, labels))`` was given.

    A spec cannot hold them; the line in that of a run says that they were there, and how they were divided. To
    evaluate such a run, or to resume it, the arrays must be handed over again. See [the Python API](api.md).
    """

    validation: float = fraction_argument("share of the images to validate on, where none were given", 0.1)
    test: float = fraction_argument("share of the images to test on, where none were given", 0.1)
    fit: str = fit_argument()
    mode: str = mode_argument()

    def load(self, input_shape: Shape, seed: int) -> Splits:
        hint = "in Python: cnnspec.open_run(RUN).evaluate((images, labels)), or .resume((images, labels))"
        raise OpError(DataInMemory(hints=(hint,)))

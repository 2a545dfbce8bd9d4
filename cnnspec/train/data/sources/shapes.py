"""Source ``shapes``: generated pictures of one coloured shape each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....ir import BadValue, Choice, Float, Int, ListOf, OpError, Pair, Shape, arg
from ...registries import DATA_SOURCES, DataSource
from ..assemble import Part, splits_of
from ..dataset import Splits
from ..fitting import fit_argument, mode_argument
from ..places import require
from ..split import check_fractions, fraction_argument
from ..targets import TargetNames

if TYPE_CHECKING:
    from ..shape_pictures import Drawing

SHAPES = ("circle", "square", "triangle", "star", "cross", "ring", "heart", "moon")


@DATA_SOURCES.register("shapes")
class Shapes(DataSource):
    """Generated pictures of one coloured shape each, before a cloudy and grainy background; needs no file.

    Place, size, turn and colours vary, and the whole shape is in the picture. Besides its class each has a
    box, tight around the shape, and a point, the centre of the shape's area: for colour, detection and
    regression. Classes come equally often. Picture i follows from ``seed``, i and the other arguments;
    the run's seed decides only which part it is in. Sets of more than 256 MiB are drawn as they are read.
    """

    images: int = arg(Int(1, 10_000_000), "pictures in all", 2000)
    size: tuple[int, int] = arg(Pair(Int(8, 4096)), "height and width of a picture", (64, 64))
    classes: tuple[str, ...] = arg(
        ListOf(Choice(*SHAPES)), "the shapes to draw", ("circle", "square", "triangle")
    )
    by: str = arg(
        Choice("shape", "color", "both"),
        "what the class is; colours are red, yellow, green, cyan, blue and magenta",
        "shape",
    )
    noise: float = arg(
        Float(minimum=0, maximum=1), "deviation of the grain, as a share of full brightness", 0.05
    )
    seed: int = arg(Int(0, 2**32 - 1), "seed of the pictures", 0)
    validation: float = fraction_argument("share of the images to validate on", 0.1)
    test: float = fraction_argument("share of the images to test on", 0.2)
    fit: str = fit_argument()
    mode: str = mode_argument()

    def __post_init__(self) -> None:
        if len(set(self.classes)) < len(self.classes):
            raise _bad("classes", "a shape is listed twice")
        if not self.classes or (len(self.classes) == 1 and self.by == "shape"):
            raise _bad("classes", "there must be two shapes at least, or one where the class is the colour")
        if self.images < len(self._drawing.classes):
            problem = f"{self.images} pictures are fewer than the {len(self._drawing.classes)} classes"
            raise _bad("images", problem)

    @property
    def _drawing(self) -> Drawing:
        from ..shape_pictures import Drawing

        return Drawing(self.size, self.classes, self.by, self.noise, self.seed)

    @property
    def known_shape(self) -> Shape | None:
        return (3, *self.size)

    @property
    def known_classes(self) -> int | None:
        return len(self._drawing.classes)

    def load(self, input_shape: Shape, seed: int) -> Splits:
        from ..shape_pictures import pictures, targets

        check_fractions("shapes", self.validation, self.test)
        require("PIL.Image", "pillow", "shapes")
        drawing = self._drawing
        part = Part(pictures(drawing, self.images), targets(drawing, self.images))
        return splits_of(
            part, self.validation, self.test, seed, TargetNames(drawing.classes, points=("centre",))
        )


def _bad(argument: str, problem: str) -> OpError:
    return OpError(BadValue(call="shapes", problem=problem), argument)

"""Source ``shapes``: generated pictures of coloured shapes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ....ir import BadValue, Choice, Float, Int, ListOf, OpError, Pair, Shape, arg
from ...registries import DATA_SOURCES, DataSource
from ..assemble import Part, splits_of
from ..dataset import Splits
from ..fitting import fit_argument, mode_argument
from ..places import require
from ..selection import ONLY, PER_CLASS, Selection, only_argument, per_class_argument
from ..split import check_fractions, fraction_argument
from ..targets import Known, TargetNames

if TYPE_CHECKING:
    from ..shape_scenes import Drawing

SHAPES = ("circle", "square", "triangle", "star", "cross", "ring", "heart", "moon")


@DATA_SOURCES.register("shapes")
class Shapes(DataSource):
    """Generated pictures of coloured shapes before a cloudy and grainy background; needs no file.

    Place, size, turn and colours vary, and a whole shape is in the picture. Where each picture has one
    shape, it has a class, a number ``area``, the share of the picture that the shape covers, in percent,
    a box, tight around the shape, and a point, the centre of the shape's area. Classes come equally often
    or by ``shares``; of the training pictures some may have a wrong area (``outliers``). With ``objects``
    above 1 each picture has 1 to so many smaller shapes, which may overlap a little, and labels: which of
    the classes are in it. Picture i follows from ``seed``, i and the other arguments; the run's seed
    decides only which part it is in. Sets of more than 256 MiB are drawn as they are read.
    """

    images: int = arg(Int(1, 10_000_000), "pictures in all", 2000)
    size: tuple[int, int] = arg(Pair(Int(8, 4096)), "height and width of a picture", (64, 64))
    classes: tuple[str, ...] = arg(
        ListOf(Choice(*SHAPES)), "the shapes to draw", ("circle", "square", "triangle")
    )
    by: str = arg(
        Choice("shape", "color", "both"),
        "what the class is, or each label; colours are red, yellow, green, cyan, blue and magenta",
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
    shares: tuple[float, ...] | None = arg(
        ListOf(Float(above=0)),
        "how often each class comes: a number a class in their order, of which the proportions count; equally often",
        None,
    )
    objects: int = arg(Int(1, 12), "the most shapes in a picture; with several it has labels, not a class", 1)
    outliers: float = arg(
        Float(minimum=0, maximum=1),
        "share of the training pictures whose area is wrong: ten times too large, as by a slipped decimal point",
        0.0,
    )
    only: tuple[str | int, ...] | None = only_argument()
    per_class: int | None = per_class_argument()

    def __post_init__(self) -> None:
        if len(set(self.classes)) < len(self.classes):
            raise _bad("classes", "a shape is listed twice")
        if not self.classes or (len(self.classes) == 1 and self.by == "shape"):
            raise _bad("classes", "there must be two shapes at least, or one where the class is the colour")
        if self.objects > 1 and self.outliers:
            raise _bad("outliers", f"with objects = {self.objects} pictures have no area to be wrong")
        classes = self._drawing.classes
        if self.images < len(classes):
            raise _bad("images", f"{self.images} pictures are fewer than the {len(classes)} classes")
        self._check_shares(classes)
        self._check_selection()

    def _check_shares(self, classes: tuple[str, ...]) -> None:
        if self.shares is None:
            return
        if self.objects > 1:
            raise _bad("shares", f"with objects = {self.objects} pictures have labels, not a class each")
        if len(self.shares) != len(classes):
            raise _bad("shares", f"there must be a share for each of the {len(classes)} classes")
        counts = self._drawing.counts
        if 0 in counts:
            name = classes[counts.index(0)]
            raise _bad("shares", f"of {self.images} pictures none would be of the class '{name}'")

    def _check_selection(self) -> None:
        given = next((n for n in (ONLY, PER_CLASS) if getattr(self, n) is not None), None)
        if given and self.objects > 1:
            raise _bad(given, f"with objects = {self.objects} pictures have labels, not a class each")
        Selection.of(self).names(TargetNames(self._drawing.classes))

    @property
    def _drawing(self) -> Drawing:
        from ..shape_scenes import Drawing
        from ..shape_shares import counts

        drawn = counts(self.shares, self.images) if self.shares else ()
        return Drawing(self.size, self.classes, self.by, self.noise, self.seed, self.objects, drawn)

    @property
    def known_shape(self) -> Shape | None:
        return (3, *self.size)

    @property
    def known(self) -> Known:
        classes = self._drawing.classes
        if self.objects > 1:
            return Known(("labels",), TargetNames(labels=classes))
        return Known(("classes", "numbers", "boxes", "points"), Selection.of(self).names(self._names))

    @property
    def _names(self) -> TargetNames:
        """Of all that is drawn, one shape a picture."""
        return TargetNames(self._drawing.classes, numbers=("area",), points=("centre",))

    def load(self, input_shape: Shape, seed: int) -> Splits:
        from ..shape_outliers import with_outliers
        from ..shape_pictures import pictures, targets

        check_fractions("shapes", self.validation, self.test)
        require("PIL.Image", "pillow", "shapes")
        drawing = self._drawing
        part = Part(pictures(drawing, self.images), targets(drawing, self.images))
        names = self._names if self.objects == 1 else self.known.names
        splits = splits_of(part, self.validation, self.test, seed, names, Selection.of(self))
        return replace(splits, train=with_outliers(splits.train, self.outliers, self.seed))


def _bad(argument: str, problem: str) -> OpError:
    return OpError(BadValue(call="shapes", problem=problem), argument)

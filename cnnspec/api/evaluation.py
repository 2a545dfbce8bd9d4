"""How a network does on images."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from ..train.wording import figure

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..train.measures import Measures
    from ..train.metrics.tables import ClassRow


@dataclass(frozen=True, eq=False, repr=False)
class Evaluation:
    """What :meth:`cnnspec.Run.evaluate` gives. ``measures`` holds all of it, the outputs on each image too."""

    measures: Measures = field(repr=False)
    rows: Literal["predicted", "actual"] = "predicted"

    @property
    def images(self) -> int:
        """How many images there were."""
        return self.measures.images

    @property
    def values(self) -> Mapping[str, float | None]:
        """``loss`` and every metric that fits, by name; None where one is not defined."""
        return self.measures.values

    def __getitem__(self, name: str) -> float | None:
        return self.values[name]

    @property
    def classes(self) -> tuple[ClassRow, ...]:
        """A row a class (or label) of the first output that has some: images, precision, recall, F1."""
        return next(iter(self.measures.tables.values()), ())

    @property
    def confusion_matrix(self) -> NDArray[Any] | None:
        """Counts (K, K) of the first output that learns classes, None where there is none; ``rows`` says of what."""
        from ..train.metrics.tables import oriented

        scored = self.measures.of_classes
        return None if scored is None else oriented(scored, self.rows)[0]

    @property
    def notes(self) -> tuple[str, ...]:
        """Remarks, such as on classes that are unequal."""
        return self.measures.notes

    def to_dict(self) -> dict[str, Any]:
        """The object of ``cnnspec evaluate --json``: plain values."""
        return self.measures.as_json(self.rows)

    def __str__(self) -> str:
        summary = self.measures.summary()
        width = max(map(len, summary))
        return "\n".join(f"{name:<{width}}  {figure(value)}" for name, value in summary.items())

    def __repr__(self) -> str:
        return f"<Evaluation of {self.images} images, loss {figure(self.values['loss'])}>"

    def _repr_html_(self) -> str:
        from .html import lines, table

        head, classes = ("class", "images", "predicted", "correct", "precision", "recall", "f1"), self.classes
        measures = table(("measure", "value"), [(n, figure(v)) for n, v in self.measures.summary().items()])
        rows = [[figure(getattr(row, name)) for name in ("name", *head[1:])] for row in classes]
        parts = [
            measures,
            *([table(head, rows)] if rows else []),
            *([lines(self.notes)] if self.notes else []),
        ]
        return "\n".join(parts)

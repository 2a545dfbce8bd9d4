"""A sheet of a data set's pictures."""

from __future__ import annotations

from .data.dataset import Splits
from .preview import Row, Shown, smaller
from .sheets import contact_sheet

_COLUMNS, _ROWS = 8, 12


def data_sheet(splits: Splits, mode: str, heading: str) -> bytes:
    """Training images, a row for each of the first classes; without classes, the first images."""
    import numpy as np

    from .imaging.engine import engine

    train, using = splits.train, engine()
    if train.targets.classes is not None and splits.class_names:
        found = [
            (n, np.flatnonzero(train.labels == i)[:_COLUMNS])
            for i, n in enumerate(splits.class_names[:_ROWS])
        ]
        groups = [(name, rows) for name, rows in found if len(rows)]
        if len(splits.class_names) > _ROWS:
            heading += f", the first {_ROWS} of {len(splits.class_names)} classes"
    else:
        count = min(len(train), 3 * _COLUMNS)
        groups = [
            ("training images", rows) for rows in np.array_split(np.arange(count), max(1, count // _COLUMNS))
        ]

    def shown(row: int) -> Shown:
        pixels = smaller(using.array(train.pictures.read(int(train.rows[row]), mode, None)))
        factor = pixels.shape[1] / int(train.sizes[row, 1])
        boxes = (
            ()
            if train.targets.boxes is None
            else (tuple(float(v) * factor for v in train.targets.boxes[row]),)
        )
        return Shown(pixels, train.names(row), boxes)

    return contact_sheet([Row(name, tuple(shown(int(r)) for r in rows)) for name, rows in groups], heading)

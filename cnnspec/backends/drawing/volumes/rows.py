"""Where a sequence of boxes is broken into rows, like a text into lines."""

from __future__ import annotations

from collections.abc import Sequence

_HALVINGS = 40


def broken(sizes: Sequence[float], rows: int) -> list[range]:
    """``sizes`` cut into at most ``rows`` runs, the longest of which is as short as can be."""
    least, most = max(sizes), sum(sizes)
    for _ in range(_HALVINGS):
        middle = (least + most) / 2
        if len(_filled(sizes, middle)) <= rows:
            most = middle
        else:
            least = middle
    return _filled(sizes, most)


def _filled(sizes: Sequence[float], room: float) -> list[range]:
    """Rows that hold as much as ``room`` each, one after another."""
    starts, used = [0], 0.0
    for place, size in enumerate(sizes):
        if used + size > room and used:
            starts.append(place)
            used = 0.0
        used += size
    return [range(a, b) for a, b in zip(starts, [*starts[1:], len(sizes)], strict=True)]

"""Figures and names as people read them."""

from __future__ import annotations


def printable(name: str) -> str:
    """A name with nothing in it that a terminal would obey."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in name)


def figure(value: object) -> str:
    """Four decimals; one where numbers are large, none where they are larger; four digits where they are tiny.

    >>> [figure(v) for v in (None, 7, 0.98321, 1234.567, 640316.2, 3.2e13, 0.00002)]
    ['–', '7', '0.9832', '1,234.6', '640,316', '3.2e+13', '2e-05']
    """
    if value is None:
        return "–"
    if not isinstance(value, float):
        return f"{value:,}" if isinstance(value, int) else str(value)
    size = abs(value)
    if size >= 1e12 or 0 < size < 1e-3:
        return f"{value:.4g}"
    return f"{value:,.0f}" if size >= 1e5 else f"{value:,.1f}" if size >= 1e3 else f"{value:.4f}"

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


def count(number: int, noun: str, several: str = "") -> str:
    """A number of things; ``several`` is the plural where it is not the noun with an s.

    >>> count(1, "epoch"), count(1259, "image"), count(0, "batch", "batches")
    ('1 epoch', '1,259 images', '0 batches')
    """
    return f"{number:,} {noun if number == 1 else several or noun + 's'}"


def duration(seconds: float) -> str:
    """``8 s``, ``3:05`` or ``2:10:00``.

    >>> duration(8.4), duration(185), duration(7800)
    ('8 s', '3:05', '2:10:00')
    """
    whole = round(seconds)
    hours, minutes = whole // 3600, whole // 60 % 60
    if whole < 60:
        return f"{whole} s"
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


def loss_text(loss: float) -> str:
    """Four decimals; four digits where that would be a long number.

    >>> loss_text(0.41234), loss_text(123456.0)
    ('0.4123', '1.235e+05')
    """
    return f"{loss:.4f}" if abs(loss) < 10_000 else f"{loss:.3e}"


def rate_text(rate: float) -> str:
    """A learning rate, three digits of it.

    >>> rate_text(0.00180123), rate_text(1e-6), rate_text(0.1)
    ('0.0018', '1e-06', '0.1')
    """
    return f"{rate:.3g}"

"""Paddings in a diff are told as one writes them."""

import pytest

from cnnspec.analyses.alignment.differences import told_value


@pytest.mark.parametrize(
    ("sides", "written"),
    [((1, 1, 1, 1), "1"), ((1, 1, 0, 0), "(0, 1)"), ((1, 0, 2, 1), "(1, 0, 2, 1)"), ((3, 3), "3x3")],
)
def test_as_written(sides: tuple[int, ...], written: str) -> None:
    assert told_value(sides) == written

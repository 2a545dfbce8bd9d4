"""What is told of a drawing that was made."""

from __future__ import annotations

import pytest
from networks import alexnet

from cnnspec.backends.drawing.formats import subject
from cnnspec.backends.drawing.remarks import remarks
from cnnspec.backends.drawing.view import View


@pytest.mark.parametrize(("scale", "told"), [("0.5", "4.8"), ("0.0112", "0.1"), ("0.001", "under 0.1")])
def test_small_letters_are_told_in_points(scale: str, told: str) -> None:
    shrunk = f'<g transform="scale({scale} {scale})">'
    (said,) = remarks(subject(alexnet(), View(style="paper")), "pdf", lambda: shrunk)
    assert f"its letters are {told} pt:" in said

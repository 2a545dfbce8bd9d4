"""Large networks stay quick to look at, and nothing in their layout lies over anything else."""

from __future__ import annotations

from pathlib import Path

import pytest
from networks import resnet

from cnnspec.elaborate import elaborate, open_target

_TIMED = """action => {
  const start = performance.now();
  document.querySelector(action).click();
  document.body.offsetHeight;
  return performance.now() - start;
}"""

_OVERLAPS = (Path(__file__).parent / "overlaps.js").read_text(encoding="utf-8")
"""A function that gives what lies over what in the drawing, and how many boxes and lines it has looked at."""


def test_densenet264_is_quick(show):
    shown = show(elaborate(open_target("densenet264")))
    assert shown.elements() < 3000
    shown.page.evaluate("document.querySelector('#canvas .box.row').id = 'row'")
    assert shown.page.evaluate(_TIMED, "#row") < 1500
    assert shown.page.evaluate(_TIMED, "#canvas .bar") < 1500
    assert shown.page.evaluate(_TIMED, "[data-level=layer]") < 10000
    assert shown.elements() > 5000


def test_nasnet_large_opens_as_a_whole(show):
    shown = show(elaborate(open_target("nasnet_a_large")))
    assert shown.elements() < 3000
    assert shown.page.evaluate(_TIMED, "[data-level=layer]") < 15000
    shown.page.fill("#search", "stage3 add")
    shown.page.keyboard.press("Enter")
    assert shown.page.locator("#canvas .marked").is_visible()


@pytest.mark.parametrize(
    "spec", ["resnet50", "nasnet_a_mobile", "efficientnet_b0", "examples/unet.cnn", "examples/googlenet.cnn"]
)
@pytest.mark.parametrize("colour", ["", "macs", "receptive-field"])
def test_nothing_lies_over_anything(show, spec, colour):
    shown = show(elaborate(open_target(spec)))
    shown.page.select_option("#colour", colour)
    for level in shown.page.locator("#levels button").all():
        level.click()
        assert shown.page.evaluate(_OVERLAPS)[0] == []
    shown.page.evaluate("document.querySelector('[data-level=layer]').click()")
    for _ in ("down", "sideways"):
        found, seen = shown.page.evaluate(_OVERLAPS)
        assert found == []
        assert min(seen.values()) > 20
        shown.page.click("#turn")


def test_a_network_without_blocks_is_laid_out_too(show):
    shown = show(resnet("basic", (8, 8, 8, 8), stages=False))
    found, seen = shown.page.evaluate(_OVERLAPS)
    assert found == [] and seen["boxes"] > 5

"""The examples that are architectures of papers, against the figures that are known of them."""

from pathlib import Path

import pytest

from cnnspec.analyses.comparison import figures
from cnnspec.elaborate import elaborate, open_target

EXAMPLES = Path(__file__).parent.parent / "examples"


@pytest.mark.parametrize(
    ("spec", "params", "macs"),
    [
        # torchvision's shufflenet_v2_x0_5 to x2_0; the multiply-adds of x1_0 are those of its documentation
        ("shufflenet_v2.cnn(width = 0.5)", 1_366_792, None),
        ("shufflenet_v2.cnn", 2_278_604, 144_907_992),
        ("shufflenet_v2.cnn(width = 1.5)", 3_503_624, None),
        ("shufflenet_v2.cnn(width = 2)", 7_393_996, None),
        # Caffe's bvlc_googlenet without its auxiliary heads
        ("googlenet.cnn", 6_998_552, None),
        # the usual implementation with a transposed convolution, which has as many parameters
        ("unet.cnn", 31_030_658, None),
    ],
)
def test_figures(spec: str, params: int, macs: int | None) -> None:
    of = figures(elaborate(open_target(f"{EXAMPLES}/{spec}")))
    assert of.params == params
    assert macs is None or of.macs == macs


def test_unet_has_23_convolutions_and_keeps_the_size() -> None:
    of = figures(elaborate(open_target(str(EXAMPLES / "unet.cnn"))))
    assert of.convolution.layers == 23
    assert of.output[1:] == of.input[1:]

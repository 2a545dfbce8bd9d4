"""What does not fit is refused, with the right diagnostic about the right argument, and a hint."""

from __future__ import annotations

import pytest

from cnnspec.ir import OpError, Shape

from .build import layer

MAP: tuple[Shape, ...] = ((4, 8, 8),)
VECTOR: tuple[Shape, ...] = ((12,),)

AT_CALL = [  # refused whatever the input
    ("conv(0, 3)", "out-of-range", "channels"),
    ("conv(8, 3, stride = 0)", "out-of-range", "stride"),
    ("conv(8, (3, 3, 3))", "wrong-type", "kernel"),
    ("conv(8, 3, padding = -1)", "out-of-range", "padding"),
    ("conv(8, 3, padding = (1, 2, 3))", "wrong-type", "padding"),
    ("conv(8, 3, padding = valid)", "out-of-range", "padding"),
    ("conv(8, 3, bias = 1)", "wrong-type", "bias"),
    ("conv(8, 3, init = 3)", "wrong-type", "init"),
    ("linear(2.5)", "wrong-type", "features"),
    ("maxpool(0)", "out-of-range", "kernel"),
    ("dropout(1)", "out-of-range", "p"),
    ("dropout(-0.1)", "out-of-range", "p"),
    ("stochastic_depth(0.1, mode = column)", "out-of-range", "mode"),
    ("bn(eps = 0)", "out-of-range", "eps"),
    ("bn(momentum = 2)", "out-of-range", "momentum"),
    ("layer_norm(over = rows)", "out-of-range", "over"),
    ("lrn(k = 0)", "out-of-range", "k"),
    ("gelu(approximate = exact)", "out-of-range", "approximate"),
    ("crop(-1)", "out-of-range", "padding"),
    ("upsample(2, mode = cubic)", "out-of-range", "mode"),
]

AT_INPUT = [
    ("conv(8, 9)", MAP, "kernel-too-large", "kernel"),
    ("conv(8, 3, dilation = 4)", MAP, "kernel-too-large", "kernel"),
    ("conv(8, (1, 9))", MAP, "kernel-too-large", "kernel"),
    ("conv(8, 3, groups = 3)", MAP, "not-divisible", "groups"),
    ("conv(6, 3, groups = 4)", MAP, "not-divisible", "groups"),
    ("conv(8, 3)", VECTOR, "wrong-rank", None),
    ("linear(3)", MAP, "wrong-rank", None),
    ("linear(3)", ((4, 1, 1),), "wrong-rank", None),
    ("maxpool(9)", MAP, "kernel-too-large", "kernel"),
    ("maxpool(2, padding = 2)", MAP, "bad-value", "padding"),
    ("maxpool(2, dilation = 3, padding = 1)", ((1, 2, 2),), "bad-value", "dilation"),
    ("maxpool(2, dilation = 3, padding = same)", ((1, 1, 1),), "bad-value", "dilation"),
    ("avgpool(3, padding = (0, 2))", MAP, "bad-value", "padding"),
    ("avgpool(2)", VECTOR, "wrong-rank", None),
    ("avgpool(2)", ((4, 8, 1),), "kernel-too-large", "kernel"),
    ("adaptive_avgpool(2)", VECTOR, "wrong-rank", None),
    ("global_avgpool", VECTOR, "wrong-rank", None),
    ("group_norm(3)", MAP, "not-divisible", "groups"),
    ("lrn", VECTOR, "wrong-rank", None),
    ("pad(1)", VECTOR, "wrong-rank", None),
    ("crop(4)", MAP, "empty-map", "padding"),
    ("crop((8, 0, 0, 0))", MAP, "empty-map", "padding"),
    ("split(3, 0)", MAP, "not-divisible", "parts"),
    ("split(2, 2)", MAP, "bad-value", "part"),
    ("shuffle(3)", MAP, "not-divisible", "groups"),
    ("upsample(2)", VECTOR, "wrong-rank", None),
    ("add", MAP, "wrong-input-count", None),
    ("add", ((4, 8, 8), (8, 8, 8)), "shape-mismatch", None),
    ("add", ((4, 8, 8), (4, 4, 4)), "shape-mismatch", None),
    ("add", ((4, 8, 8), (4,)), "shape-mismatch", None),
    ("add", ((5,), (4,)), "shape-mismatch", None),
    ("multiply", ((4, 8, 8), (4, 8, 1)), "shape-mismatch", None),
    ("multiply", ((4, 8, 8), (4,)), "shape-mismatch", None),
    ("multiply", ((4, 8, 8), (2, 1, 1)), "shape-mismatch", None),
    ("concat", ((4, 8, 8), (4, 4, 8)), "shape-mismatch", None),
    ("concat", ((4, 8, 8), (4,)), "shape-mismatch", None),
]

HINTED = {"kernel-too-large", "wrong-rank", "shape-mismatch"}


@pytest.mark.parametrize(("text", "code", "argument"), AT_CALL)
def test_refused_as_a_call(text: str, code: str, argument: str) -> None:
    with pytest.raises(OpError) as caught:
        layer(text)
    assert (caught.value.diagnostic.code, caught.value.argument) == (code, argument)


@pytest.mark.parametrize(("text", "inputs", "code", "argument"), AT_INPUT)
def test_refused_for_the_input(text: str, inputs: tuple[Shape, ...], code: str, argument: str | None) -> None:
    op = layer(text)
    with pytest.raises(OpError) as caught:
        op.output_shape(*inputs)
    assert (caught.value.diagnostic.code, caught.value.argument) == (code, argument)
    assert caught.value.diagnostic.hints or code not in HINTED


def test_join_names_the_shape_of_each_track() -> None:
    with pytest.raises(OpError, match="4 x 8 x 8, 8 x 8 x 8 and 8 x 4 x 4") as caught:
        layer("add").output_shape((4, 8, 8), (8, 8, 8), (8, 4, 4))
    assert "channels differ (4, 8, 8) and height and width differ" in caught.value.diagnostic.text


def test_join_of_tracks_with_one_size_hints_only_at_channels() -> None:
    with pytest.raises(OpError) as caught:
        layer("add").output_shape((4, 8, 8), (16, 8, 8))
    assert caught.value.diagnostic.hints == ("end a track with 'conv(16, 1)' to change its channels",)

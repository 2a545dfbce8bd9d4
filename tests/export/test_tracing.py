"""The tracing tensor: the whole protocol, and nothing that depends on the batch."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import pytest

from cnnspec.backends.onnx import to_onnx
from cnnspec.backends.python import to_python
from cnnspec.backends.tracing.nodes import trace
from cnnspec.backends.tracing.steps import Trace
from cnnspec.backends.tracing.symbols import BATCH, Untraceable
from cnnspec.backends.tracing.traced import Traced
from cnnspec.cli.main import main
from cnnspec.ir import LAYERS, Op, Run, Shape
from cnnspec.ir.tensor import Tensor
from cnnspec.source import SpecError

from .layers import network

SHAPE = (4, 2, 2)


class Strange(Op):
    """A layer whose forward is ``does``."""

    call_name: ClassVar[str] = "strange"
    family = "reshape"
    does: ClassVar[Any]

    def output_shape(self, *inputs: Shape) -> Shape:
        return inputs[0]

    def forward(self, inputs: tuple[Any, ...], parameters: Mapping[str, Any], run: Run) -> Any:
        return type(self).does(inputs[0], run)


def strange(does: Any) -> Op:
    return type("Strange", (Strange,), {"does": staticmethod(does), "__doc__": "Strange."})()


def test_the_tensor_has_the_whole_protocol() -> None:
    own = {name: value for name, value in vars(Tensor).items() if _is_of_protocol(value)}
    assert {"__add__", "conv2d", "shape"} <= own.keys()
    tensor = Traced(Trace((), {}), None, ())
    assert not {name for name in own if name not in vars(Traced) and name not in vars(tensor)}


def _is_of_protocol(value: Any) -> bool:
    function = value.fget if isinstance(value, property) else value
    return getattr(function, "__module__", "") == Tensor.__module__


REFUSED = {
    "a method of tinygrad": lambda x, run: x.sort(),
    "an operator": lambda x, run: x**2,
    "a library": lambda x, run: __import__("math").exp(x),
    "the size of the batch": lambda x, run: x * (1 / x.shape[0]),
    "the batch in a reshape": lambda x, run: x.reshape((4, -1)),
    "a mean over the batch": lambda x, run: x - x.mean((0,), True),
    "a slice of the batch": lambda x, run: x.shrink(((0, 1), None, None, None)),
    "images behind each other": lambda x, run: x.cat(x, dim=0),
    "chance": lambda x, run: x + run.uniform(x, x.shape),
    "a branch on values": lambda x, run: x if x < 0.0 else x.relu(),
    "another shape": lambda x, run: x.mean((2, 3), True),
    "a mask": lambda x, run: x < 0.0,
    "no tensor": lambda x, run: 3.0,
    "an error of its own": lambda x, run: {}["none"],
    "an image of its own": lambda x, run: x.permute(1, 0, 2, 3).reshape((-1, 2)).reshape(x.shape),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_goes_beyond_is_refused(what: str) -> None:
    with pytest.raises(Untraceable) as caught:
        trace(strange(REFUSED[what]), (SHAPE,), ())
    assert str(caught.value)


@pytest.mark.parametrize("what", ["a method of tinygrad", "the size of the batch"])
def test_the_diagnostic_names_the_layer(what: str) -> None:
    made = network(strange(REFUSED[what]), (SHAPE,), name="odd")
    for export in (
        lambda: to_onnx(made.graph, made.weights, made.about),
        lambda: to_python(made.graph, made.about, "net.safetensors"),
    ):
        with pytest.raises(SpecError) as caught:
            export()
        (found,) = caught.value.diagnostics
        assert found.code == "not-exportable" and "'odd' (strange)" in found.text


def test_a_layer_beyond_the_protocol_is_shown_in_the_spec(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(LAYERS.entries, "strange", type(strange(REFUSED["a method of tinygrad"])))
    monkeypatch.chdir(tmp_path)
    Path("net.cnn").write_text("model net { input 3 x 4 x 4  part }\nblock part { relu  odd: strange }\n")
    for form in ("onnx", "python"):
        if form == "onnx":
            pytest.importorskip("onnx")
        assert main(["export", "net.cnn", "--to", form]) == 1
        told = capsys.readouterr().err
        assert "error[not-exportable]" in told and "net.cnn:2:25" in told and "in block 'part'" in told
    assert [path.name for path in tmp_path.iterdir()] == ["net.cnn"]


def test_the_batch_is_no_number() -> None:
    assert BATCH != 1
    with pytest.raises(TypeError):
        BATCH + 1  # type: ignore[operator]

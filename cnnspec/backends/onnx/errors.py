"""Diagnostics of ONNX files."""

from __future__ import annotations

from ...source import Diagnostic


class TooLargeForOnnx(Diagnostic):
    """An ONNX file is one message of at most 2 GB, parameters included.

    Larger networks can be exported as safetensors, or as Python with safetensors beside it.
    """

    code = "too-large-for-onnx"
    message = "the parameters of '{model}' take {size:.1f} GB, and an ONNX file holds at most 2 GB"
    bad = "cnnspec export huge.cnn --to onnx"
    good = "cnnspec export huge.cnn --to safetensors"
    model: str
    size: float


class OnnxDiffers(Diagnostic):
    """The ONNX model gives other numbers than the network, so it was not written.

    Both see the same random batch. Differences are relative to the largest value of an output, and may be 1e-4. A network
    whose values grow beyond what float32 holds cannot agree; otherwise please report it.
    """

    code = "onnx-differs"
    message = "the output '{output}' of the ONNX model differs from the network's by {difference:.2g} of its largest value"
    bad = "cnnspec export net.cnn --to onnx    (values grow without bound)"
    good = "cnnspec export net.cnn --to onnx --no-check"
    output: str
    difference: float

"""Diagnostics of exporters."""

from __future__ import annotations

from ...source import Diagnostic


class NotExportable(Diagnostic):
    """A layer computes something that has no form in the format.

    Exporters follow what a layer's class does with its tensors, operation by operation (``cnnspec/ir/tensor.py``), for a
    batch of any size. They cannot follow what goes beyond: a call of a library, a result that depends on the batch.
    """

    code = "not-exportable"
    message = "'{layer}' ({call}) has no form in {format}: {problem}"
    bad = "cnnspec export RUN --to onnx    (a layer of your own calls tinygrad.Tensor.sort)"
    good = "cnnspec export RUN --to safetensors"
    layer: str
    call: str
    format: str
    problem: str

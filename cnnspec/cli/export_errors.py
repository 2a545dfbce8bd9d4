"""Diagnostics of the command ``export``."""

from __future__ import annotations

from ..source import Diagnostic


class WrongSuffix(Diagnostic):
    """The suffix of the file that ``-o`` names is that of the format, so that other programs know it."""

    code = "wrong-suffix"
    message = "'{path}' must end in {suffix}: it is written as {format}"
    bad = "cnnspec export RUN --to onnx -o net.bin"
    good = "cnnspec export RUN --to onnx -o net.onnx"
    path: str
    suffix: str
    format: str


class ExportIntoRun(Diagnostic):
    """The file is one that the run itself needs; what a run wrote is not overwritten."""

    code = "export-into-run"
    message = "'{path}' belongs to the run, and is not overwritten"
    bad = "cnnspec export runs/lenet-1 --to safetensors -o runs/lenet-1/best.safetensors"
    good = "cnnspec export runs/lenet-1 --to safetensors -o lenet.safetensors"
    path: str


class OptionOfFormat(Diagnostic):
    """The option is about another format than the one that is written."""

    code = "option-of-format"
    message = "{option} is about {right}, and {format} is written"
    bad = "cnnspec export RUN --to onnx --names timm"
    good = "cnnspec export RUN --to safetensors --names timm"
    option: str
    right: str
    format: str


class NoNormalization(Diagnostic):
    """Mean and deviation of the pixels are known of a trained network alone: they are those of its training images."""

    code = "no-normalization"
    message = "'{spec}' is no run, so it has no normalization to put into the graph"
    bad = "cnnspec export resnet18 --to onnx --with-normalization"
    good = "cnnspec export RUN --to onnx --with-normalization"
    spec: str


class NotOfSpec(Diagnostic):
    """Checkpoints are those of a run; the weights of a spec are freshly drawn."""

    code = "not-of-spec"
    message = "'{spec}' is no run, so it has no checkpoint '{checkpoint}'"
    bad = "cnnspec export resnet18 --to onnx --checkpoint last"
    good = "cnnspec export RUN --to onnx --checkpoint last"
    spec: str
    checkpoint: str

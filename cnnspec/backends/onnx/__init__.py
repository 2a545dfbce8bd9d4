"""Graphs as ONNX files. Importing this package does not import ``onnx``."""

from .building import check_size, to_onnx
from .running import can_run, run_onnx

__all__ = ["can_run", "check_size", "run_onnx", "to_onnx"]

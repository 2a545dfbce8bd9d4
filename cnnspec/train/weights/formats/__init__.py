"""The formats that weights are read from, a module each. Files are offered to them in this order."""

from . import pytorch_zip, npz, keras, pytorch_legacy, safetensors  # noqa: I001

__all__ = ["keras", "npz", "pytorch_legacy", "pytorch_zip", "safetensors"]

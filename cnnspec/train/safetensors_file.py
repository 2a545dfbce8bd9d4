"""Safetensors files whose bytes follow from what is in them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


def safetensors_bytes(tensors: Mapping[str, np.ndarray], metadata: Mapping[str, str]) -> bytes:
    """The file; the library puts metadata in a drawn order, here they are sorted, so that equal files are equal bytes."""
    import numpy as np
    from safetensors.numpy import save

    laid_out = {k: np.ascontiguousarray(v).reshape(v.shape) for k, v in tensors.items()}
    data = bytes(save(laid_out, metadata=dict(metadata)))
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    header["__metadata__"] = dict(sorted(header["__metadata__"].items()))
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + data[8 + length :]

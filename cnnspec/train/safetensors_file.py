"""Safetensors files whose bytes follow from what is in them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np


def safetensors_bytes(tensors: Mapping[str, np.ndarray], metadata: Mapping[str, str]) -> bytes:
    """The file; the library puts metadata in a drawn order, here they are sorted, so that equal files are equal bytes."""
    import numpy as np
    from safetensors.numpy import save

    laid_out = {k: np.ascontiguousarray(v).reshape(v.shape) for k, v in tensors.items()}
    data = bytes(save(laid_out, metadata=dict(metadata)))
    header = header_of(data)
    header["__metadata__"] = dict(sorted(header["__metadata__"].items()))
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + data[_end(data) :]


def header_of(data: bytes) -> dict[str, Any]:
    """What a file says of its tensors, and under ``__metadata__`` its texts; raises ``ValueError`` where it is none."""
    found: dict[str, Any] = json.loads(data[8 : _end(data)])
    return found


def _end(data: bytes) -> int:
    """Where the header ends: its length stands in the first eight bytes."""
    return 8 + int.from_bytes(data[:8], "little")

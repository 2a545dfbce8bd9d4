"""Networks in tinygrad."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..elaborate import Module as SpecModule
from ..ir import Graph
from ..train.devices import open_device
from .boundary import chosen, whole

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..backends.tinygrad.module import Module

    Weights = str | Path | Mapping[str, NDArray[Any]] | None


def lowered(
    graph: Graph, spec: SpecModule, device: str | None, seed: int, precision: str, weights: Weights
) -> Module:
    """``graph``, which ``spec`` is about, on ``device``, see :meth:`cnnspec.Network.lower`; raises :class:`SpecError`."""
    if device is not None and not isinstance(device, str):
        raise TypeError(f"device must be a name such as 'CPU', not {device!r}")
    state = _state(graph, spec, weights)
    place = open_device(device)
    # tinygrad may be imported only once the device was opened: it reads its settings then.
    from ..backends.tinygrad import lower
    from ..backends.tinygrad.module import PRECISIONS

    module = lower(graph, whole("seed", seed, 0), place, precision=chosen("precision", precision, PRECISIONS))
    if state is not None:
        module.load_state(state)
    return module


def _state(graph: Graph, spec: SpecModule, weights: Weights) -> Mapping[str, NDArray[Any]] | None:
    import numpy as np

    if weights is None:
        return None
    if isinstance(weights, Mapping):
        return {name: np.asarray(_numpy(value)) for name, value in weights.items()}
    if isinstance(weights, (str, os.PathLike)):
        from ..train.weights import open_source
        from ..train.whole_weights import load_whole

        return load_whole(graph, spec, open_source(os.fspath(weights), Path()))
    raise TypeError(f"weights must be a name, a file, or arrays by name, not {weights!r}")


def _numpy(value: Any) -> Any:
    """Tensors of tinygrad and PyTorch as arrays."""
    return value.numpy() if hasattr(value, "numpy") else value

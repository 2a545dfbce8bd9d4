"""Keras' files: HDF5, by itself or in an archive with the network's description."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..files import WeightFile, broken, readable
from .archives import SIGNATURE, Archive, names_in, open_archive
from .hdf5 import Source, open_hdf5, values_in
from .keras_layers import KERAS, Layers, layers_in

if TYPE_CHECKING:
    import numpy as np

_SIGNATURE = b"\x89HDF\r\n\x1a\n"
_INSIDE, _CONFIG = "model.weights.h5", "config.json"
_MAX_CONFIG = 64 * 2**20


@readable
class Keras(WeightFile):
    """Tensors of layers: ``.h5`` of Keras 2 (``layer_names``), ``.weights.h5`` and ``.keras`` of Keras 3 (numbered)."""

    format = KERAS

    def __init__(self, source: Source, found: Layers) -> None:
        super().__init__(source.path, {stored.name: stored for stored, _ in found.tensors})
        self._source, self._datasets = source, {stored.name: dataset for stored, dataset in found.tensors}
        self.ordered = found.ordered

    @classmethod
    def recognises(cls, head: bytes, path: Path) -> bool:
        if head.startswith(_SIGNATURE):
            return True
        if not head.startswith(SIGNATURE):
            return False
        names = names_in(path)
        return _INSIDE in names if names else path.suffix == ".keras"

    @classmethod
    def open(cls, path: Path, part: str = "") -> WeightFile:
        with open(path, "rb") as stream:
            packed = stream.read(len(SIGNATURE)) == SIGNATURE
        if not packed:
            source = Source(path, 0, path.stat().st_size, KERAS)
            return cls(source, layers_in(open_hdf5(source)))
        archive = open_archive(path, KERAS)
        member = archive.members.get(_INSIDE)
        if member is None or member.packed:
            problem = f"it has no '{_INSIDE}'" if member is None else f"'{_INSIDE}' in it is compressed"
            raise broken(path, KERAS, problem)
        source = Source(path, member.start, member.size, KERAS)
        return cls(source, layers_in(open_hdf5(source), _order(archive)))

    def _read(self, names: list[str]) -> Iterator[tuple[str, np.ndarray]]:
        yield from zip(names, values_in(self._source, [self._datasets[name] for name in names]), strict=True)


def _order(archive: Archive) -> tuple[str, ...]:
    """The names of the network's layers in its order, as the description beside the weights has them."""
    member = archive.members.get(_CONFIG)
    if member is None or member.size > _MAX_CONFIG:
        return ()
    try:
        described = json.loads(archive.read(_CONFIG))
    except (ValueError, RecursionError):
        raise broken(archive.path, KERAS, f"'{_CONFIG}' in it is no proper JSON") from None
    return tuple(_layers(described, 0))


def _layers(described: Any, depth: int) -> Iterator[str]:
    config = described.get("config") if isinstance(described, dict) else None
    layers = config.get("layers") if isinstance(config, dict) else None
    for layer in layers if isinstance(layers, list) and depth < 16 else ():
        inner = layer.get("config") if isinstance(layer, dict) else None
        name = inner.get("name") if isinstance(inner, dict) else None
        if isinstance(name, str):
            yield name
        yield from _layers(layer, depth + 1)

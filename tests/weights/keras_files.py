"""Files as Keras writes them, by h5py alone."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

Layer = Mapping[str, np.ndarray]


def listed(path: Path, layers: Mapping[str, Layer], inside: str = "", ending: str = ":0") -> Path:
    """Keras 2: groups with ``weight_names``, named in order by ``layer_names``; ``inside``: of a saved model."""
    import h5py

    with h5py.File(path, "w") as file:
        root = file.create_group(inside) if inside else file
        root.attrs["layer_names"] = [name.encode() for name in layers]
        for name, weights in layers.items():
            group = root.create_group(name)
            group.attrs["weight_names"] = np.array([f"{name}/{key}{ending}".encode() for key in weights], "S")
            for key, value in weights.items():
                group[f"{name}/{key}{ending}"] = value
        if inside:
            file.create_group("optimizer_weights").attrs["weight_names"] = [b"adam/iter:0"]
    return path


def numbered(
    path: Path, layers: Mapping[str, Sequence[np.ndarray]], names: Mapping[str, str] | None = None
) -> Path:
    """Keras 3: groups called by their classes, tensors by their numbers; ``names`` are what the layers are called."""
    import h5py

    with h5py.File(path, "w") as file:
        for group, values in layers.items():
            made = file.create_group(f"layers/{group}/vars")
            if names and group in names:
                made.attrs["name"] = names[group]
            for number, value in enumerate(values):
                made[str(number)] = value
        file.create_group("optimizer/vars")["0"] = np.array(3, np.int64)
        file.create_group("layers/dropout/seed_generator/vars")["0"] = np.array([1, 2], np.uint32)
        file.create_group("vars").attrs["name"] = "functional"
    return path


def archived(path: Path, weights: Path, order: Sequence[str], method: int = zipfile.ZIP_STORED) -> Path:
    """Keras' archive of a network: its description, and its weights."""
    layers: list[dict[str, Any]] = [{"class_name": "Layer", "config": {"name": name}} for name in order]
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("metadata.json", "{}")
        archive.writestr("config.json", json.dumps({"config": {"name": "net", "layers": layers}}))
        archive.write(weights, "model.weights.h5")
    return path

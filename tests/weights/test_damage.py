"""Damaged files of each format: tensors of the same shapes, or a diagnostic; never anything else."""

import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.numpy import save_file

from cnnspec.source import SpecError
from cnnspec.train.weights import open_file

from .making import dictionary, state_zip, storage, tensor, torch_legacy, whole

VALUES = {
    "conv.weight": np.linspace(-1, 1, 24, dtype=np.float32).reshape(4, 3, 1, 2),
    "conv.bias": np.ones(4, np.float32),
    "bn.running_var": np.full(3, 2.0, np.float32),
}


def _legacy(path: Path) -> None:
    body = {
        name: tensor(storage(str(n), value.size), value.shape, [s // 4 for s in value.strides])
        for n, (name, value) in enumerate(VALUES.items())
    }
    stored = {str(n): (value.size, value.tobytes()) for n, value in enumerate(VALUES.values())}
    torch_legacy(path, whole(dictionary(body)), stored)


def _npz(path: Path) -> None:
    with open(path, "wb") as stream:
        np.savez(stream, **VALUES)  # type: ignore[arg-type]


def _packed_npz(path: Path) -> None:
    with open(path, "wb") as stream:
        np.savez_compressed(stream, **VALUES)  # type: ignore[arg-type]


def _keras(path: Path) -> None:
    from .keras_files import numbered

    numbered(path, {"conv2d": [np.ones((3, 3, 2, 4), np.float32), np.ones(4, np.float32)]})


def _old_keras(path: Path) -> None:
    from .keras_files import listed

    listed(path, {"c1": {"kernel": np.ones((3, 3, 2, 4), np.float32), "bias": np.ones(4, np.float32)}})


FORMATS: dict[str, tuple[Callable[[Path], object], int]] = {
    "safetensors": (lambda path: save_file(VALUES, path), 400),
    "zip": (lambda path: state_zip(path, VALUES), 400),
    "legacy": (_legacy, 400),
    "npz": (_npz, 300),
    "packed npz": (_packed_npz, 300),
    "keras": (_keras, 12),
    "old keras": (_old_keras, 12),
}


@pytest.mark.parametrize("form", FORMATS)
def test_damage(tmp_path: Path, form: str) -> None:
    make, examples = FORMATS[form]
    if "keras" in form:
        pytest.importorskip("h5py")
    path = tmp_path / "w"
    make(path)
    whole_file = path.read_bytes()
    shapes = {name: stored.shape for name, stored in open_file(path).tensors.items()}

    @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.integers(0, 2**32))
    def attempt(seed: int) -> None:
        path.write_bytes(damaged(whole_file, random.Random(seed)))
        try:
            file = open_file(path)
            read = file.read(file.tensors)
        except SpecError as error:
            assert error.diagnostics and str(error)
            return
        for name, value in read.items():
            assert value.shape == file.tensors[name].shape and value.dtype == np.float32
            assert np.isfinite(value).all()
            assert value.size <= sum(int(np.prod(shape)) for shape in shapes.values())

    attempt()


def damaged(data: bytes, source: random.Random) -> bytes:
    """Bytes changed, taken out, put in, or numbers replaced by large ones."""
    changed = bytearray(data)
    for _ in range(source.choice([1, 1, 2, 5, 20])):
        place = source.randrange(len(changed)) if changed else 0
        kind = source.random()
        if kind < 0.6 and changed:
            changed[place] = source.randrange(256)
        elif kind < 0.7:
            del changed[place:]
        elif kind < 0.8:
            del changed[place : place + source.randrange(1, 9)]
        elif kind < 0.9:
            changed[place:place] = source.randbytes(source.randrange(1, 9))
        else:
            changed[place : place + 8] = source.choice(
                [b"\xff" * 8, bytes(8), (10**11).to_bytes(8, "little")]
            )
    return bytes(changed)

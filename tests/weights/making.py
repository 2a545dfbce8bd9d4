"""Files of weights made by hand, byte by byte, so that no other library is needed to break them."""

from __future__ import annotations

import json
import pickle
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from cnnspec.elaborate import Loader, Module, elaborate
from cnnspec.ir import Graph
from cnnspec.source import Diagnostic, Source, SpecError

MAGIC, VERSION = 0x1950A86A20F9469CFC6C, 1001
NET = """
model net {
  input 3 x 8 x 8
  stem: { conv(4, 3, padding = 1, bias = false)  bn  relu }
  body: conv(4, 3, padding = 1, groups = 4)
  flatten
  head: linear(5)
}
"""


def spec(text: str = NET, path: Path | None = None) -> tuple[Graph, Module]:
    """A spec's graph and module; a file is written where a path is given."""
    if path is not None:
        path.write_text(text)
        module = Loader().load(path)
    else:
        module = Loader().link(Source("net.cnn", text), None)
    return elaborate(module), module


def weights(graph: Graph, seed: int = 0) -> dict[str, np.ndarray]:
    """Values for all parameters and running statistics by our names; variances are positive."""
    rng = np.random.default_rng(seed)
    return {
        f"{node.name}.{p.name}": rng.uniform(0.5, 1.5, p.shape).astype(np.float32)
        for node in graph.nodes
        for p in node.parameters
    }


def codes(error: SpecError) -> list[str]:
    return [diagnostic.code for diagnostic in error.diagnostics]


def only(error: SpecError) -> Diagnostic:
    (diagnostic,) = error.diagnostics
    return diagnostic


def safetensors(header: Any, data: bytes = b"", length: int | None = None) -> bytes:
    """A safetensors file; ``header`` is JSON or text."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return (len(text) if length is None else length).to_bytes(8, "little") + text + data


def text(value: str) -> bytes:
    """Instructions that push a text."""
    data = value.encode()
    return b"X" + len(data).to_bytes(4, "little") + data


def number(value: int) -> bytes:
    data = value.to_bytes(9, "little", signed=True)
    return b"\x8a\x09" + data


def group(*items: bytes) -> bytes:
    return b"(" + b"".join(items) + b"t"


def named(name: str) -> bytes:
    module, _, last = name.rpartition(".")
    return f"c{module}\n{last}\n".encode()


def call(name: str, *arguments: bytes) -> bytes:
    return named(name) + group(*arguments) + b"R"


def dictionary(values: Mapping[str, bytes]) -> bytes:
    return b"}(" + b"".join(text(key) + value for key, value in values.items()) + b"u"


def storage(key: str, count: int, kind: str = "torch.FloatStorage", *more: bytes) -> bytes:
    return group(text("storage"), named(kind), text(key), text("cpu"), number(count), *more) + b"Q"


def tensor(stored: bytes, shape: Sequence[int], strides: Sequence[int], offset: int = 0) -> bytes:
    sizes, steps = (group(*map(number, values)) for values in (shape, strides))
    hooks = call("collections.OrderedDict")
    return call("torch._utils._rebuild_tensor_v2", stored, number(offset), sizes, steps, b"\x89", hooks)


def whole(body: bytes) -> bytes:
    """A pickle of instructions."""
    return b"\x80\x02" + body + b"."


def torch_zip(path: Path, data: bytes, storages: Mapping[str, bytes] | None = None, **more: bytes) -> Path:
    """A file as ``torch.save`` writes it."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("net/data.pkl", data)
        for key, value in (storages or {}).items():
            archive.writestr(f"net/data/{key}", value)
        for name, value in more.items():
            archive.writestr(f"net/{name}", value)
    return path


def torch_legacy(path: Path, data: bytes, storages: Mapping[str, tuple[int, bytes]] | None = None) -> Path:
    """A file as PyTorch before 1.6 wrote it; a storage is the count of its values, and the values."""
    start = [MAGIC, VERSION, {"protocol_version": 1001, "little_endian": True, "type_sizes": {}}]
    parts = [pickle.dumps(each, 2) for each in start]
    parts += [data, pickle.dumps(list(storages or {}), 2)]
    parts += [count.to_bytes(8, "little") + values for count, values in (storages or {}).values()]
    path.write_bytes(b"".join(parts))
    return path


def state_zip(path: Path, values: Mapping[str, np.ndarray]) -> Path:
    """A state dict of float32."""
    pickled, storages = {}, {}
    for place, (name, value) in enumerate(values.items()):
        value = value.copy(order="C")
        strides = [step // value.itemsize for step in value.strides]
        pickled[name] = tensor(storage(str(place), value.size), value.shape, strides)
        storages[str(place)] = value.astype("<f4").tobytes()
    return torch_zip(path, whole(dictionary(pickled)), storages)

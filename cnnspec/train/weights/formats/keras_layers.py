"""Where Keras keeps the tensors of its layers in an HDF5 file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..files import Stored
from .hdf5 import Dataset, Group, Hdf5
from .keras_names import stored_as, variable_names

KERAS = "Keras HDF5"
_VARIABLES = "vars"
_BETWEEN = ("layers", "_layer_checkpoint_dependencies", "")
_BESIDE = ("optimizer", "optimizer_weights", "seed_generator", "metrics", "compile_metrics")
"""Groups that are no weights: the optimizer's state, and that of random numbers."""
_SEED = "seed_generator_state"


@dataclass(frozen=True)
class Layers:
    """Tensors and where each is in the file; ``ordered``: they are in the network's order."""

    tensors: tuple[tuple[Stored, Dataset], ...]
    ordered: bool


def layers_in(file: Hdf5, order: Sequence[str] = ()) -> Layers:
    """The tensors of a file; ``order`` are names of layers in the network's order, where they are known. Raises
    :class:`SpecError`."""
    root = file.root
    for group in (root, file.child(root, "model_weights")):
        names = file.texts(group, "layer_names") if isinstance(group, Group) else None
        if isinstance(group, Group) and names is not None:
            return Layers(tuple(_unlike(_named(file, group, names), file)), True)
    found = _unlike(_numbered(file, root), file)
    if not found:
        raise file.broken("it has no layers: it is not one that Keras wrote")
    places = {name: place for place, name in enumerate(order)}
    found.sort(key=lambda each: _place(each[0], places))
    known = bool(order) and all(each.name.partition(".")[0] in places for each, _ in found)
    return Layers(tuple(found), known)


def _place(stored: Stored, places: dict[str, int]) -> list[int]:
    return [places.get(part, len(places)) for part in stored.name.split(".")[:-1]]


def _named(file: Hdf5, group: Group, names: Sequence[str]) -> list[tuple[Stored, Dataset]]:
    """Keras 2: every layer is a group that lists the names of its weights (``conv1/kernel:0``)."""
    found = []
    for name in [*names, "top_level_model_weights"]:
        layer = file.at(group, name)
        if layer is None and name == "top_level_model_weights":
            continue
        if not isinstance(layer, Group):
            raise file.broken(f"its layer '{name[:100]}' is not in it")
        weights = file.texts(layer, "weight_names") or []
        variables = [_last(weight) for weight in weights]
        for weight, variable in zip(weights, variables, strict=True):
            dataset = file.at(layer, weight)
            if not isinstance(dataset, Dataset):
                raise file.broken(f"'{weight[:100]}' of its layer '{name[:100]}' is not in it")
            if variable == _SEED:
                continue
            of = ".".join(part for part in weight.split("/")[:-1] if part) or name
            siblings = [v for w, v in zip(weights, variables, strict=True) if _layer(w) == _layer(weight)]
            stored = stored_as(of, variable, dataset.shape, dataset.dtype, siblings)
            found.append((stored, dataset))
    return found


def _last(weight: str) -> str:
    return weight.rpartition("/")[2].partition(":")[0]


def _layer(weight: str) -> str:
    return weight.rpartition("/")[0]


def _numbered(file: Hdf5, root: Group) -> list[tuple[Stored, Dataset]]:
    """Keras 3: every layer is a group with numbered tensors in ``vars``, which may say what the layer is called."""
    found: list[tuple[Stored, Dataset]] = []
    names: dict[str, str] = {}
    for group in file.walk(root):
        parts = group.path.strip("/").split("/")
        if any(part in _BESIDE for part in parts):
            continue
        variables = file.child(group, _VARIABLES) if parts[-1] != _VARIABLES else None
        if not isinstance(variables, Group):
            continue
        names[group.path] = variables.name or parts[-1]
        numbers = sorted((n for n in variables.inside if n.isdigit()), key=int)
        roles = variable_names(parts[-1], len(numbers))
        layer = _called(group.path, names)
        for number, role in zip(numbers, roles, strict=True):
            dataset = file.child(variables, number)
            if not isinstance(dataset, Dataset):
                raise file.broken(f"'{variables.path[:100]}' holds other than tensors")
            found.append((stored_as(layer, role, dataset.shape, dataset.dtype, roles), dataset))
    return found


def _called(path: str, names: dict[str, str]) -> str:
    """A layer by its name and those of the models that it is in."""
    parts = path.strip("/").split("/")
    called = []
    for end in range(1, len(parts) + 1):
        if parts[end - 1] not in _BETWEEN:
            called.append(names.get("/" + "/".join(parts[:end]), parts[end - 1]))
    return ".".join(called)


def _unlike(found: list[tuple[Stored, Dataset]], file: Hdf5) -> list[tuple[Stored, Dataset]]:
    seen: set[str] = set()
    for stored, _ in found:
        if stored.name in seen:
            raise file.broken(f"it has '{stored.name[:100]}' twice")
        seen.add(stored.name)
    return found

"""Values that cannot be weights are refused by name, and counted."""

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from cnnspec.source import SpecError
from cnnspec.train.weights import load, open_file, open_source

from .making import only, spec, weights


def problem(path: Path, value: np.ndarray) -> str:
    save_file({"layer.weight": value, "fine": np.ones(2, np.float32)}, path / "w.safetensors")
    file = open_file(path / "w.safetensors")
    assert file.read(["fine"])["fine"].shape == (2,)
    with pytest.raises(SpecError) as caught:
        file.read(["layer.weight"])
    found = only(caught.value)
    assert found.code == "bad-tensor" and "'layer.weight'" in found.text
    return found.text


def test_nan_and_infinity(tmp_path: Path) -> None:
    value = np.ones((10, 10), np.float32)
    value[0, :3] = np.nan
    assert "of 100 values 3 are no number (nan)" in problem(tmp_path, value)
    value[1, 0] = -np.inf
    assert "3 are no number (nan) and 1 is infinite" in problem(tmp_path, value)
    assert "1 is infinite in float32" in problem(tmp_path, np.array([1.0, 1e300]))


def test_a_variance_below_zero(tmp_path: Path) -> None:
    graph, module = spec()
    values = weights(graph)
    values["stem.bn1.running_var"][1] = -0.5
    save_file(values, tmp_path / "w.safetensors")
    with pytest.raises(SpecError) as caught:
        load(graph, module, open_source("w.safetensors", tmp_path))
    assert (
        "'stem.bn1.running_var'" in only(caught.value).text
        and "1 of its 4 values is negative" in only(caught.value).text
    )

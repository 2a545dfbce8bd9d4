"""Three specs of the zoo, written in YAML as well: equal trees, equal graphs."""

from pathlib import Path

import pytest

from cnnspec.elaborate import Loader, elaborate, zoo_folder
from cnnspec.syntax import load_source, parse

PAIRS = sorted(zoo_folder().glob("*.yaml"))


@pytest.mark.parametrize("path", PAIRS, ids=lambda p: p.stem)
def test_yaml_equals_text(path: Path) -> None:
    text = zoo_folder() / f"{path.stem}.cnn"
    assert parse(load_source(path)) == parse(load_source(text))
    ours, theirs = (elaborate(Loader().load(p)) for p in (path, text))
    assert ours == theirs


def test_there_are_three() -> None:
    assert len(PAIRS) >= 3

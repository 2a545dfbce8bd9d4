"""What holds of every step in the registry, found by its own examples."""

from __future__ import annotations

import inspect

import numpy as np
import pytest
from applying import applied, drawn_for, photo

from cnnspec.elaborate import Environment, bind_entry
from cnnspec.ir import signature
from cnnspec.source import Diagnostics, Source
from cnnspec.syntax import parse_call
from cnnspec.train.augment import AUGMENTATIONS, Augmentation
from cnnspec.train.augment.base import Mixing, Pixels
from cnnspec.train.data.targets import Targets
from cnnspec.train.imaging.engine import Engine
from cnnspec.train.resolve import step_text

EXAMPLES = [(name, text) for name, cls in AUGMENTATIONS.entries.items() for text in cls.examples]
each = pytest.mark.parametrize(("name", "text"), EXAMPLES, ids=[text for _, text in EXAMPLES])


def made(text: str) -> Augmentation:
    found = Diagnostics()
    step = bind_entry(AUGMENTATIONS, parse_call(Source("example", text)), Environment(), found)
    found.raise_errors()
    assert step is not None
    return step


@pytest.mark.parametrize("cls", AUGMENTATIONS.entries.values(), ids=AUGMENTATIONS.entries)
def test_it_is_documented(cls: type[Augmentation]) -> None:
    assert cls.examples
    assert len(inspect.getdoc(cls) or "") > 40
    assert all(argument.doc for argument in signature(cls))


@each
def test_it_is_written_as_it_is_read(name: str, text: str) -> None:
    step = made(text)
    assert step.call_name == name
    assert made(step_text(step)) == step


@each
def test_evaluation_leaves_nothing_to_chance(name: str, text: str) -> None:
    for kept in made(text).at_evaluation():
        assert kept.at_evaluation() == (kept,)


@each
def test_results_follow_from_what_is_drawn_and_have_the_size_foretold(
    name: str, text: str, using: Engine
) -> None:
    step = made(text)
    if isinstance(step, Mixing):
        pytest.skip("it takes a batch")
    for channels in (1, 3):
        if channels == 1 and needs_colour(step):
            continue
        image = photo(40, 56, channels)
        for seed in range(4):
            result = applied([step], image, using, seed)
            assert result.dtype == np.uint8
            assert result.shape == (*(step.output_size((40, 56)) or ()), channels)
            assert (result == applied([step], image.copy(), using, seed)).all()
            assert (image == photo(40, 56, channels)).all()


def needs_colour(step: Augmentation) -> bool:
    from cnnspec.ir import OpError

    try:
        step.check(1)
    except OpError:
        return True
    return False


@each
def test_parameters_are_named_and_can_be_told(name: str, text: str) -> None:
    step = made(text)
    if isinstance(step, Mixing):
        return
    _, drawn = drawn_for([step], np.array([[40, 56], [30, 30], [57, 41]]))
    for group in drawn.groups:
        for leaf in group.leaves:
            assert leaf.parameters.shape[0] == 3
            assert all(isinstance(leaf.leaf.step.described(row), str) for row in leaf.parameters)
            if isinstance(leaf.leaf.step, Pixels) and leaf.leaf.step.on_device:
                assert leaf.parameters.shape[1] == len(leaf.leaf.step.parameters)


@each
def test_boxes_stay_inside(name: str, text: str) -> None:
    step = made(text)
    if isinstance(step, Mixing):
        return
    sizes = np.array([[40, 56]] * 20)
    _, drawn = drawn_for([step], sizes)
    boxes = np.array([[10, 8, 30, 33.0]] * 20)
    moved = drawn.targets(Targets(boxes=boxes)).boxes
    after = drawn.groups[-1].sizes if drawn.groups else sizes
    assert moved is not None and (moved >= -1e-4).all() and (moved <= np.tile(after[:, ::-1], 2) + 1e-3).all()
    assert (moved[:, 2:] >= moved[:, :2]).all()
    if not any(group.matrices is not None for group in drawn.groups):
        assert (moved == boxes).all()

"""Targets of other data in the order that a trained network knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ..ir import OpError
from ..source import nearest
from .data.targets import Known, TargetNames, Targets
from .errors import ClassesChanged
from .tasks import ClassTask, Task
from .tasks.making import columns

if TYPE_CHECKING:
    import numpy as np


def aligned(targets: Targets, names: TargetNames, tasks: Sequence[Task]) -> Targets:
    """``targets`` with classes, labels and numbers as ``tasks`` have them, by their names.

    Data may lack some of the classes that a network knows, and have more columns of labels and numbers. Raises ``OpError``
    where it has a class that the network does not know, or lacks a label or a number.
    """
    for task in tasks:
        if getattr(targets, task.kind) is None:
            raise OpError(
                ClassesChanged(found=f"no {task.kind}", expected=listed(task.kind, task.known_names))
            )
        targets = replace(targets, **{task.kind: _column(targets, names, task)})
    return targets


def known_to(tasks: Sequence[Task], targets: Targets) -> Known:
    """What a trained network knows of data: its own names."""
    names = TargetNames()
    for task in tasks:
        if isinstance(task, ClassTask):
            names = replace(names, classes=task.known_names)
        elif task.kind == "points":
            names = replace(names, points=tuple(name.removesuffix(" x") for name in task.names[::2]))
        elif task.kind != "boxes":
            names = replace(names, **{task.kind: task.names})
    return Known(tuple(task.kind for task in tasks), names, targets)


def _column(targets: Targets, names: TargetNames, task: Task) -> np.ndarray:
    import numpy as np

    column: np.ndarray = getattr(targets, task.kind)
    if task.kind == "boxes":
        return column
    here = columns(task.kind, names)
    if isinstance(task, ClassTask):
        present = {here[number] for number in np.unique(column)}
        known = task.known_names
        if not present <= set(known):
            raise OpError(_changed(here, task, next(name for name in here if name in present - set(known))))
        numbers = np.array([known.index(name) if name in known else -1 for name in here], np.int64)
        renumbered: np.ndarray = numbers[column]
        return renumbered
    missing = next((name for name in task.names if name not in here), None)
    if missing is not None:
        raise OpError(_changed(here, task, missing))
    flat = column.reshape(len(column), -1)[:, [here.index(name) for name in task.names]]
    chosen: np.ndarray = flat.reshape(len(column), -1, 2) if task.kind == "points" else flat
    return chosen


def _changed(here: Sequence[str], task: Task, name: str) -> ClassesChanged:
    known = task.known_names
    near = nearest(name, known if isinstance(task, ClassTask) else here)
    return ClassesChanged(
        found=listed(task.kind, here),
        expected=listed(task.kind, known),
        hints=(f"did you mean '{near}'?",) if near else (),
    )


def listed(kind: str, names: Sequence[str]) -> str:
    """``the classes cat, dog``: the first few names."""
    return f"the {kind} {', '.join(names[:8])}" + (f" … ({len(names)})" if len(names) > 8 else "")

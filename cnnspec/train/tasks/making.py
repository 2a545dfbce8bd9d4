"""From a loss and what is known of the data to the task of an output."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...ir import BadValue, OpError, Shape
from ...source import did_you_mean
from ..data.targets import Known, TargetNames
from ..errors import TargetsMissing, TooFewOutputs
from ..task_errors import ClassesDoNotFit, OutputsDoNotMatch, TargetUnclear, UnknownClass
from .base import Task
from .boxes import BoxTask
from .classes import ClassTask, output_names
from .labels import LabelTask
from .numbers import NumberTask, PointTask

if TYPE_CHECKING:
    from ..registries import Loss

SIDES = ("left", "top", "right", "bottom")


@dataclass(frozen=True)
class Wanted:
    """What a task is made of: an output of so many ``features``, a loss, the data, and the network's input (C, H, W)."""

    output: str
    layer: str
    features: int
    loss: Loss
    known: Known
    input_shape: Shape


def make_task(wanted: Wanted) -> Task:
    """The task of an output; raises ``OpError`` where loss, output and data do not go together."""
    return _MAKERS[_kind(wanted)](wanted)


def columns(kind: str, names: TargetNames) -> tuple[str, ...]:
    """A name for each number of a target of this kind."""
    if kind == "points":
        return tuple(f"{point} {axis}" for point in names.points for axis in "xy")
    return SIDES if kind == "boxes" else tuple(getattr(names, kind))


def _kind(wanted: Wanted) -> str:
    loss, known = wanted.loss, wanted.known
    chosen = getattr(loss, "target", None)
    possible = (chosen,) if chosen else loss.kinds
    there = [kind for kind in possible if kind in known.kinds]
    if not there:
        raise OpError(_missing(loss, possible, known), "target" if chosen else None)
    if len(there) > 1:
        there = [k for k in there if len(columns(k, known.names)) == wanted.features] or there
    if len(there) > 1:
        found = " or ".join(there)
        hints = (f"say which one, e.g.: {loss.call_name}(target = {there[0]})",)
        raise OpError(TargetUnclear(loss=loss.call_name, found=found, hints=hints))
    return there[0]


def _missing(loss: Loss, possible: tuple[str, ...], known: Known) -> TargetsMissing:
    from ..registries import LOSSES

    fitting = [name for name, cls in LOSSES.entries.items() if set(cls.kinds) & set(known.kinds)]
    return TargetsMissing(
        loss=loss.call_name,
        wanted=" or ".join(possible),
        found=" and ".join(known.kinds) or "none",
        hints=(f"losses for {' and '.join(known.kinds)}: {', '.join(sorted(fitting))}",) if fitting else (),
    )


def _class_task(wanted: Wanted) -> Task:
    loss, names = wanted.loss, wanted.known.names.classes
    chosen = getattr(loss, "positive", None) if wanted.known.named else None
    positive = class_number(loss.call_name, chosen, names, 1)
    if "single" in loss.class_outputs and (wanted.features == 1 or "each" not in loss.class_outputs):
        return _single(wanted, names, positive)
    if wanted.features < len(names):
        hints = [f"give the last layer {len(names)} outputs, e.g.: linear({len(names)})"]
        if wanted.features == 1 and len(names) == 2:
            hints.append("or keep the one output, with: loss binary_cross_entropy")
        raise OpError(
            TooFewOutputs(
                classes=len(names),
                layer=wanted.layer,
                outputs=wanted.features,
                s="" if wanted.features == 1 else "s",
                hints=tuple(hints),
            )
        )
    return ClassTask(wanted.output, output_names(names, wanted.features), len(names), positive)


def _single(wanted: Wanted, names: tuple[str, ...], positive: int) -> Task:
    loss = wanted.loss.call_name
    if len(names) != 2:
        better = ("where each image has one class: loss cross_entropy",)
        raise OpError(ClassesDoNotFit(loss=loss, classes=len(names), hints=better))
    if wanted.features != 1:
        hints = (
            "give the last layer one output: linear(1)",
            "or an output a class, with: loss cross_entropy",
        )
        raise OpError(_mismatch(wanted, "which of two classes it is", 1, hints))
    return ClassTask(wanted.output, names, 2, positive, single=True)


def _mismatch(wanted: Wanted, what: str, count: int, hints: tuple[str, ...] = ()) -> OutputsDoNotMatch:
    outputs = f"{count} output{'' if count == 1 else 's'}"
    return OutputsDoNotMatch(
        loss=wanted.loss.call_name,
        what=what,
        wanted=outputs,
        output=wanted.output,
        found=wanted.features,
        hints=hints or (f"give the last layer {outputs}, e.g.: linear({count})",),
    )


def class_number(
    call: str, name: str | None, names: tuple[str, ...], default: int, what: str = "class"
) -> int:
    """The number of the class ``name``; raises ``OpError`` where there is none."""
    if name is None:
        return min(default, max(0, len(names) - 1))
    if name not in names:
        found = UnknownClass(call=call, name=name, what=what, hints=did_you_mean(name, names))
        raise OpError(found, "positive")
    return names.index(name)


def _label_task(wanted: Wanted) -> Task:
    names = wanted.known.names.labels
    if getattr(wanted.loss, "positive", None) is not None:
        problem = "'positive' chooses one of two classes, and here each label has an output"
        raise OpError(BadValue(call=wanted.loss.call_name, problem=problem), "positive")
    if wanted.features != len(names):
        raise OpError(_mismatch(wanted, f"{len(names)} labels", len(names)))
    return LabelTask(wanted.output, names)


def _scaled(wanted: Wanted) -> bool:
    return bool(getattr(wanted.loss, "scaled", False))


def _number_task(wanted: Wanted) -> Task:
    names = _named(wanted, "numbers")
    shift, scale = (0.0,) * len(names), (1.0,) * len(names)
    targets = wanted.known.targets
    if _scaled(wanted) and targets is not None and targets.numbers is not None and len(targets):
        wide = targets.numbers.astype("float64")
        shift = tuple(map(float, wide.mean(0)))
        scale = tuple(float(deviation) or 1.0 for deviation in wide.std(0))
    return NumberTask(wanted.output, names, shift, scale)


def _point_task(wanted: Wanted) -> Task:
    names = _named(wanted, "points")
    return PointTask(wanted.output, names, (0.0,) * len(names), _sides(wanted, len(names)))


def _box_task(wanted: Wanted) -> Task:
    return BoxTask(wanted.output, _named(wanted, "boxes"), (0.0,) * 4, _sides(wanted, 4))


def _named(wanted: Wanted, kind: str) -> tuple[str, ...]:
    names = columns(kind, wanted.known.names)
    if wanted.features != len(names):
        raise OpError(_mismatch(wanted, f"{kind} ({', '.join(names)})", len(names)))
    return names


def _sides(wanted: Wanted, count: int) -> tuple[float, ...]:
    """Width and height of the network's input in turns, so that places are learnt as shares of them."""
    _, height, width = wanted.input_shape
    return (float(width), float(height)) * (count // 2) if _scaled(wanted) else (1.0,) * count


_MAKERS: dict[str, Callable[[Wanted], Task]] = {
    "classes": _class_task,
    "labels": _label_task,
    "numbers": _number_task,
    "points": _point_task,
    "boxes": _box_task,
}

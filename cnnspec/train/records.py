"""What the keys of a record, a line of ``metrics.jsonl``, mean; without the spec that they come from."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from .run import LARGEST
from .wording import figure, loss_text, printable

if TYPE_CHECKING:
    from .registries import Metric

PARTS = {"train": "training", "val": "validation"}
"""Beginnings of keys, and the words for them."""


def is_loss(name: str) -> bool:
    """Whether a measure, its part left away, is a loss: of all outputs, or ``loss_NAME`` of one."""
    return name == "loss" or name.startswith("loss_")


def part_of(record: Mapping[str, Any], part: str) -> dict[str, Any]:
    """The measures of a part, ``train`` or ``val``, by their names without it."""
    return {key.removeprefix(f"{part}_"): v for key, v in record.items() if key.startswith(f"{part}_")}


def first_measure(record: Mapping[str, Any]) -> str:
    """The key of what decides which epoch is best: the first metric of the validation part, else training's."""
    if "val_loss" not in record:
        return "train_accuracy" if "train_accuracy" in record else "train_loss"
    names = (name for name in part_of(record, "val") if not is_loss(name) and name != LARGEST)
    return f"val_{next(names, 'loss')}"


def rank(record: Mapping[str, Any]) -> tuple[float, float]:
    """Higher is better: the first measure, then the loss of its part. As the loop ranks epochs."""
    key = first_measure(record)
    part, _, name = key.partition("_")
    value, loss = number(record.get(key)), number(record.get(f"{part}_loss"))
    sign = -1.0 if lower_is_better(name) else 1.0
    return -math.inf if value is None else sign * value, -math.inf if loss is None else -loss


def lower_is_better(name: str) -> bool:
    """Whether a measure, its part left away, is the better the lower it is."""
    metric = metric_of(name)
    return is_loss(name) or (metric is not None and metric.better == "lower")


def percents_of(names: Iterable[str]) -> frozenset[str]:
    """Those of the measures that are shares, told by the metric that each is called after."""
    found = {name: metric_of(name) for name in names}
    return frozenset((LARGEST, *(name for name, metric in found.items() if metric and metric.percent)))


def metric_of(name: str) -> type[Metric] | None:
    """The metric that a measure is called after: ``top_5``, ``f1_macro`` or, of one output of several, ``box_iou``."""
    from . import metrics  # noqa: F401
    from .registries import METRICS

    called = [n for n in METRICS.entries if f"_{n}_" in f"_{name}_"]
    return METRICS.entries[max(called, key=len)] if called else None


def value_text(name: str, value: Any, percents: Collection[str]) -> str:
    """A measure, its part left away, as people read it."""
    if not isinstance(value, int | float):
        return "–"
    if is_loss(name):
        return loss_text(value)
    return f"{value:.2%}" if name in percents or name.endswith("accuracy") else figure(value)


def measure_text(key: str, value: Any, percents: Collection[str]) -> str:
    """``validation accuracy 94.41%``, by the key of a record."""
    part, _, name = key.partition("_")
    return f"{PARTS[part]} {words(name)} {value_text(name, value, percents)}"


def words(name: str) -> str:
    """A measure's name as people read it. Classes can be part of it, so it may hold anything."""
    return printable(name.replace("_", " "))


def number(value: Any) -> float | None:
    """``value`` where it is a finite number: what was read from a file may be anything."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return value if math.isfinite(value) else None
    except OverflowError:
        return None


def cleaned(record: Mapping[str, Any]) -> dict[str, Any] | None:
    """A record as it was read, with None for all that is no number; None where it is of no epoch."""
    found = {key: number(value) for key, value in record.items()}
    epoch = found.get("epoch")
    return {**found, "epoch": epoch} if isinstance(epoch, int) and epoch > 0 else None

"""Which epoch is best."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from .measures import Measured

Record = dict[str, Any]


def rank(record: Mapping[str, Any], metrics: Sequence[Measured]) -> tuple[float, float]:
    """Higher is better: the first metric on the validation part, then its loss; training's where there is none."""
    if "val_loss" not in record:
        return record.get("train_accuracy", 0.0), -record["train_loss"]
    first = metrics[0] if metrics else None
    value = record.get(f"val_{first.key}") if first else 0.0
    return (-math.inf if value is None or first is None else first.sign * value), -record["val_loss"]


def best_record(records: Sequence[Record], metrics: Sequence[Measured]) -> Record:
    """The best epoch of at least one; of equal ones the first."""
    return max(records, key=lambda record: rank(record, metrics))


def stalled(records: Sequence[Record], metrics: Sequence[Measured]) -> int:
    """How many epochs were made since the best one."""
    if not records:
        return 0
    best = best_record(records, metrics)
    return len(records) - 1 - next(i for i, record in enumerate(records) if record is best)

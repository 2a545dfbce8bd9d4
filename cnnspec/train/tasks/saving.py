"""Tasks as plain values, for a run's description."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from .base import Task
from .boxes import BoxTask
from .classes import ClassTask
from .labels import LabelTask
from .numbers import NumberTask, PointTask

_KINDS: dict[str, type[Task]] = {
    cls.kind: cls for cls in (ClassTask, LabelTask, NumberTask, PointTask, BoxTask)
}
_ITEMS = {"names": str, "shift": float, "scale": float}
_PLAIN = {"output": str, "classes": int, "positive": int, "single": bool}


def as_plain(task: Task) -> dict[str, Any]:
    """An object of plain values; ``learns`` is its kind."""
    return {"learns": task.kind, **asdict(task)}


def task_from(plain: Mapping[str, Any]) -> Task:
    """The task that ``as_plain`` wrote; raises ``ValueError`` where it is none."""
    cls = _KINDS.get(str(plain.get("learns")))
    if cls is None:
        raise ValueError(f"nothing learns '{plain.get('learns')}'")
    task = cls(**{field.name: _value(field.name, plain) for field in fields(cls)})
    if not task.names or (isinstance(task, ClassTask) and not 0 <= task.positive < len(task.names)):
        raise ValueError("a task has no names")
    if isinstance(task, NumberTask) and {len(task.shift), len(task.scale)} != {len(task.names)}:
        raise ValueError("a task has not a scale for each of its numbers")
    return task


def _value(name: str, plain: Mapping[str, Any]) -> Any:
    value = plain.get(name)
    if name in _ITEMS:
        kinds = (int, float) if _ITEMS[name] is float else (_ITEMS[name],)
        if isinstance(value, list) and all(type(each) in kinds for each in value):
            return tuple(map(_ITEMS[name], value))
    elif type(value) is _PLAIN[name]:
        return value
    raise ValueError(f"the entry '{name}' of a task is missing or of another kind")

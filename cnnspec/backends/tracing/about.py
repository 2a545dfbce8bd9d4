"""What an exported file says of itself, beside the network."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from ...ir import Shape


@dataclass(frozen=True)
class OutputAbout:
    """An output: what it ``learns`` (classes, labels, numbers, points, boxes), and the names of its numbers.

    Numbers are ``shift + scale * output``. ``single``: one output is the score of the class number ``positive`` of two.
    """

    name: str
    learns: str
    names: tuple[str, ...]
    shift: tuple[float, ...] = ()
    scale: tuple[float, ...] = ()
    single: bool = False
    positive: int = 1


@dataclass(frozen=True)
class About:
    """``weights`` says where they come from, ``trained`` whether by training. ``mean`` and ``std`` are of pixels 0 … 1, a
    channel each, and None where no data is known."""

    model: str
    input_shape: Shape
    weights: str
    trained: bool
    version: str
    mean: tuple[float, ...] | None = None
    std: tuple[float, ...] | None = None
    outputs: tuple[OutputAbout, ...] = field(default=())

    pixels = "pixels / 255"

    @property
    def normalized(self) -> str:
        """What the network takes."""
        return f"({self.pixels} - mean) / std" if self.mean is not None else "normalized pixels"

    @property
    def classes(self) -> tuple[str, ...] | None:
        """The names of the first output that tells classes or labels."""
        return next((o.names for o in self.outputs if o.learns in ("classes", "labels")), None)

    def metadata(self) -> dict[str, str]:
        """As texts by name; all but words and versions is JSON."""
        values: dict[str, Any] = {"input_shape": self.input_shape, "mean": self.mean, "std": self.std}
        values |= {"classes": self.classes, "outputs": [_plain(output) for output in self.outputs] or None}
        words = {"model": self.model, "weights": self.weights, "cnnspec": self.version}
        told = {name: encodable(text) for name, text in words.items()}
        return told | {name: _json(value) for name, value in values.items() if value is not None}


def _plain(output: OutputAbout) -> Mapping[str, Any]:
    plain = asdict(output)
    if output.learns != "classes":
        del plain["single"], plain["positive"]
    return {name: value for name, value in plain.items() if value != ()}


def encodable(text: str) -> str:
    """Text that UTF-8 can hold: names of files may have bytes that are none."""
    return text.encode("utf-8", "backslashreplace").decode()


def _json(value: Any) -> str:
    """JSON, in plain letters where they can be written."""
    text = json.dumps(value, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(value)
    return text

"""Diagnostics of an experiment whose data and network do not suit each other."""

from __future__ import annotations

from dataclasses import dataclass

from ..ir import Node, Shape, show
from ..source import Diagnostic, Note, Span


@dataclass(frozen=True, kw_only=True)
class InputSizeDiffers(Diagnostic):
    """The images of the data section are of another shape than the network's input.

    Either change ``input``, or let the data source fit its images: ``fit = resize`` (or ``crop``,
    ``pad``) brings them to the input's height and width, ``mode = gray`` or ``rgb`` to its channels.
    """

    code = "input-size"
    message = "the images of '{source}' are {found}, but the network's input is {expected}"
    bad = "input 3 x 32 x 32  …  data digits"
    good = "input 1 x 8 x 8  …  data digits"
    source: str
    found: str
    expected: str

    @classmethod
    def of(cls, found: Shape, expected: Shape, source: str, span: Span | None) -> InputSizeDiffers:
        hints = [f"begin the network with 'input {show(found)}'"]
        if found[1:] != expected[1:]:
            hints.append("or let the data fit it: fit = resize (or crop, pad)")
        if found[0] != expected[0] and expected[0] in (1, 3):
            hints.append(f"or convert the colours: mode = {'gray' if expected[0] == 1 else 'rgb'}")
        return cls(source=source, found=show(found), expected=show(expected), span=span, hints=tuple(hints))


@dataclass(frozen=True, kw_only=True)
class TooFewOutputs(Diagnostic):
    """The data has more classes than the network has outputs, so some could never be predicted."""

    code = "too-few-outputs"
    message = "the data has {classes} classes, but '{layer}' gives only {outputs} outputs"
    bad = "input 1 x 8 x 8  flatten  linear(5)  data digits"
    good = "input 1 x 8 x 8  flatten  linear(10)  data digits"
    classes: int
    layer: str
    outputs: int

    @classmethod
    def of(cls, head: Node, classes: int, data: Span | None) -> TooFewOutputs:
        """``head`` gives the output; ``data`` is the spec text of the data section."""
        return cls(
            classes=classes,
            layer=head.name,
            outputs=head.shape[0],
            span=head.span or data,
            notes=((Note("the data is given here", data),) if head.span and data else ()) + head.origin,
            hints=(f"give the last layer {classes} outputs, e.g.: linear({classes})",),
        )

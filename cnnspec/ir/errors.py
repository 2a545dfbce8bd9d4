"""What ops and signatures raise, and the diagnostics they raise it with.

Ops never see source text: an :class:`OpError` names the argument at fault, and elaboration
puts that argument's span into the diagnostic.
"""

from __future__ import annotations

from ..source import Diagnostic


class OpError(Exception):
    """``diagnostic`` without a span, about ``argument`` (None: about the call as a whole)."""

    def __init__(self, diagnostic: Diagnostic, argument: str | None = None) -> None:
        self.diagnostic = diagnostic
        self.argument = argument
        super().__init__(diagnostic.text)


class WrongType(Diagnostic):
    """An argument has a value of a kind that the call cannot take, such as a string for a number."""

    code = "wrong-type"
    message = "'{argument}' of '{call}' must be {expected}, not {found}"
    bad = 'conv("64", 3)'
    good = "conv(64, 3)"
    call: str
    argument: str
    expected: str
    found: str


class OutOfRange(Diagnostic):
    """An argument is of the right type but outside the values that make sense for it."""

    code = "out-of-range"
    message = "'{argument}' of '{call}' must be {expected}, not {found}"
    bad = "dropout(1.5)"
    good = "dropout(0.5)"
    call: str
    argument: str
    expected: str
    found: str


class KernelTooLarge(Diagnostic):
    """A convolution or pooling window is larger than the padded feature map that it slides over.

    Output size is floor((n + padding - dilation * (kernel - 1) - 1) / stride) + 1; here it would
    be zero or negative. Pad more, pool less before this layer, or feed a larger input.
    """

    code = "kernel-too-large"
    message = "a {window} window does not fit the {map} map (with padding: {padded})"
    bad = "input 3 x 4 x 4  conv(8, 7)"
    good = "input 3 x 4 x 4  conv(8, 7, padding = 3)"
    window: str
    map: str
    padded: str


class NotDivisible(Diagnostic):
    """Channels (or features) must split evenly, into groups, parts or blocks, and here they don't."""

    code = "not-divisible"
    message = "{number} {what} cannot be split evenly into {parts} {into}"
    bad = "input 3 x 8 x 8  conv(8, 3, groups = 2)"
    good = "input 4 x 8 x 8  conv(8, 3, groups = 2)"
    number: int
    what: str
    parts: int
    into: str


class WrongRank(Diagnostic):
    """A layer that works on feature maps (C x H x W) met a vector, or the other way round.

    ``flatten``, or ``global_avgpool flatten``, turns a map into what ``linear`` takes; convolution
    and pooling have to come before it.
    """

    code = "wrong-rank"
    message = "'{call}' takes {expected}, but here the tensor is {found}"
    bad = "input 3 x 8 x 8  linear(10)"
    good = "input 3 x 8 x 8  flatten  linear(10)"
    call: str
    expected: str
    found: str


class ShapeMismatch(Diagnostic):
    """The tracks of a join have shapes that do not fit together.

    ``add`` takes tracks of one shape; ``multiply`` also takes a gate (C x 1 x 1, or 1 x H x W);
    ``concat`` takes maps of one height and width. A 1x1 convolution changes channels, a stride
    or pooling changes height and width.
    """

    code = "shape-mismatch"
    message = "'{call}' cannot join {shapes}: {reason}"
    bad = "input 8 x 8 x 8  add { | | conv(16, 1) }"
    good = "input 8 x 8 x 8  add { | conv(16, 1) | conv(16, 1) }"
    call: str
    shapes: str
    reason: str


class WrongInputCount(Diagnostic):
    """A join was given too few tracks, or a layer that takes one tensor was given several."""

    code = "wrong-input-count"
    message = "'{call}' takes {expected}, not {found}"
    bad = "add { | relu }"
    good = "add { | | conv(8, 1) }"
    call: str
    expected: str
    found: str


class EmptyMap(Diagnostic):
    """A layer would give a feature map without pixels or channels, e.g. by cropping all of it away."""

    code = "empty-map"
    message = "'{call}' would leave {found} of the {map} map"
    bad = "input 3 x 8 x 8  crop(4)"
    good = "input 3 x 8 x 8  crop(2)"
    call: str
    found: str
    map: str


class BadValue(Diagnostic):
    """An argument contradicts another argument or the tensor it is applied to."""

    code = "bad-value"
    message = "'{call}': {problem}"
    bad = "input 3 x 8 x 8  split(3, part = 5)"
    good = "input 3 x 8 x 8  split(3, part = 2)"
    call: str
    problem: str

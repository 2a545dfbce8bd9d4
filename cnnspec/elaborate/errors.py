"""Diagnostics of elaboration: names, values, calls, expansion and the use of other specs."""

from __future__ import annotations

from ..source import Diagnostic


class Failure(Exception):
    """Ends the evaluation of one expression or call with a diagnostic that says why."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        self.diagnostic = diagnostic
        super().__init__(diagnostic.text)


class Poisoned(Exception):
    """Ends the evaluation of something that depends on what has already been reported."""


class UnknownLayer(Diagnostic):
    """A body calls a name that is no layer, block, model, or tensor named with ``let`` or a label."""

    code = "unknown-layer"
    message = "there is no layer or block named '{name}'"
    bad = "input 3 x 8 x 8  covn(8, 3)"
    good = "input 3 x 8 x 8  conv(8, 3)"
    name: str


class UnknownName(Diagnostic):
    """An expression uses a name that nothing has given a value before this place."""

    code = "unknown-name"
    message = "'{name}' has no value here"
    bad = "model m(n = 10) { input 1 x 8 x 8  flatten  linear(m) }"
    good = "model m(n = 10) { input 1 x 8 x 8  flatten  linear(n) }"
    name: str


class UnknownEntry(Diagnostic):
    """A section of the experiment names a data source, loss, optimizer … that does not exist."""

    code = "unknown-entry"
    message = "there is no {kind} named '{name}'"
    bad = "optimizer sdg(lr = 0.1)"
    good = "optimizer sgd(lr = 0.1)"
    kind: str
    name: str


class UnknownFunction(Diagnostic):
    """An expression calls a function that does not exist. Layers are called in a body, not in an expression."""

    code = "unknown-function"
    message = "there is no function named '{name}'"
    bad = "let w = maximum(8, 4)"
    good = "let w = max(8, 4)"
    name: str


class UnknownArgument(Diagnostic):
    """A call was given a named argument that what it calls does not have."""

    code = "unknown-argument"
    message = "'{call}' has no argument named '{name}'"
    bad = "conv(8, 3, strides = 2)"
    good = "conv(8, 3, stride = 2)"
    call: str
    name: str


class TooManyArguments(Diagnostic):
    """A call was given more arguments than what it calls can take."""

    code = "too-many-arguments"
    message = "'{call}' takes {most}, but {given} {verb} given"
    bad = "relu(1)"
    good = "relu"
    call: str
    most: str
    given: int
    verb: str


class MissingArgument(Diagnostic):
    """An argument without a default was not given."""

    code = "missing-argument"
    message = "'{call}' needs {names}"
    bad = "conv(8)"
    good = "conv(8, 3)"
    call: str
    names: str


class ArgumentGivenTwice(Diagnostic):
    """An argument was given by its place and again by its name."""

    code = "argument-given-twice"
    message = "'{name}' of '{call}' is given twice"
    bad = "conv(8, 3, channels = 16)"
    good = "conv(16, 3)"
    call: str
    name: str


class PositionalAfterNamed(Diagnostic):
    """An argument without a name stands after one with a name, so that its place no longer tells what it is."""

    code = "positional-after-named"
    message = "an argument without a name cannot follow one with a name"
    bad = "conv(channels = 8, 3)"
    good = "conv(8, kernel = 3)"


class BadOperand(Diagnostic):
    """An operator, index or function was applied to values that it has no meaning for."""

    code = "bad-operand"
    message = "{problem}"
    bad = 'let w = 3 * "a"'
    good = "let w = 3 * 2"
    problem: str


class DivisionByZero(Diagnostic):
    """The right side of ``/``, ``//`` or ``%`` is zero."""

    code = "division-by-zero"
    message = "division by zero"
    bad = "let w = 64 // 0"
    good = "let w = 64 // 2"


class Overflow(Diagnostic):
    """A number or list grew beyond what any network needs: integers to 2**63, lists to 100,000 items."""

    code = "overflow"
    message = "{what} is too large: {limit}"
    bad = "for i in range(1000000000) { relu }"
    good = "for i in range(10) { relu }"
    what: str
    limit: str


class MalformedDefault(Diagnostic):
    """``default`` sets arguments of layers for the rest of a body, and for the blocks that it calls."""

    code = "malformed-default"
    message = "{problem}"
    bad = "default(bias = false)"
    good = "default(conv(bias = false))"
    problem: str


class RequirementFailed(Diagnostic):
    """A block or model says what its parameters must be, with ``require``; here they are not.

    The notes lead to the call that gave them.
    """

    code = "requirement-failed"
    message = "{problem}"
    bad = 'resnet50(shortcut = "D")'
    good = 'resnet50(shortcut = "B")'
    problem: str


class NoAttribute(Diagnostic):
    """A tensor has ``channels``, ``height`` and ``width`` (a map) or ``features`` (a vector), and the labels inside it."""

    code = "no-attribute"
    message = "{of} has no '{name}'"
    bad = "flatten  linear(here.channels)"
    good = "flatten  linear(here.features)"
    of: str
    name: str


class NotATensor(Diagnostic):
    """A path ``x -> …`` starts from a tensor; here it starts from a plain value."""

    code = "not-a-tensor"
    message = "'{written}' is {found}, not a tensor"
    bad = "let w = 3  w -> relu"
    good = "let w = here  w -> relu"
    written: str
    found: str


class DuplicateLabel(Diagnostic):
    """Two layers of the same block or model have the same label, so their parameters would share a name."""

    code = "duplicate-label"
    message = "the label '{name}' is used twice here"
    bad = "a: relu  a: relu"
    good = "a: relu  b: relu"
    name: str


class BadLabel(Diagnostic):
    """A label or a name given with ``let`` means something else already."""

    code = "bad-label"
    message = "'{name}' cannot be used as a name here: {reason}"
    bad = "let here = 3"
    good = "let width = 3"
    name: str
    reason: str


class Recursion(Diagnostic):
    """A block calls itself, directly or through others. Every spec ends: use ``repeat`` or ``for``."""

    code = "recursion"
    message = "'{name}' calls itself{through}"
    bad = "block a { relu  a }"
    good = "block a { repeat 3 { relu } }"
    name: str
    through: str


class ExpansionTooLarge(Diagnostic):
    """Loops and blocks would expand beyond the bound, far above any real network."""

    code = "expansion-too-large"
    message = "the network grows beyond {limit} here"
    bad = "repeat 1000000000 { relu }"
    good = "repeat 10 { relu }"
    limit: str


class BadCount(Diagnostic):
    """``repeat`` takes a whole number of at least 0, ``for`` a list whose items match its names, ``if`` true or false."""

    code = "bad-count"
    message = "{problem}"
    bad = "repeat 2.5 { relu }"
    good = "repeat 2 { relu }"
    problem: str


class BadInput(Diagnostic):
    """``input`` states channels, height and width of an image, each at least 1."""

    code = "bad-input"
    message = "{problem}"
    bad = "model m { input 3 x 0 x 224  relu }"
    good = "model m { input 3 x 224 x 224  relu }"
    problem: str


class UnusedLayer(Diagnostic):
    """The result of a layer goes nowhere: a path started elsewhere and left it behind, or no output takes it."""

    code = "unused-layer"
    message = "nothing uses the result of '{name}'"
    bad = "a: conv(8, 1)  in -> conv(8, 3)"
    good = "a: conv(8, 1)  add { | a | in -> conv(8, 1) }"
    name: str


class DuplicateName(Diagnostic):
    """A block or model is defined twice, or takes the name of a layer."""

    code = "duplicate-name"
    message = "'{name}' is defined already: {reason}"
    bad = "block conv(n) { relu }"
    good = "block my_conv(n) { relu }"
    name: str
    reason: str


class UnknownSpec(Diagnostic):
    """Neither a file beside this one nor a spec of the zoo has this name."""

    code = "unknown-spec"
    message = "there is no spec named '{name}'"
    bad = "use resnt18"
    good = "use vgg16"
    name: str


class UseCycle(Diagnostic):
    """Specs use each other in a circle."""

    code = "use-cycle"
    message = "specs use each other in a circle: {circle}"
    bad = 'a.cnn: use "b.cnn"    b.cnn: use "a.cnn"'
    good = 'a.cnn: use "b.cnn"'
    circle: str


class NoModel(Diagnostic):
    """The spec has neither a model of its own nor uses exactly one."""

    code = "no-model"
    message = "{problem}"
    bad = "loss cross_entropy"
    good = "use vgg16(classes = 10)  loss cross_entropy"
    problem: str


class UnknownSection(Diagnostic):
    """The experiment has a section that does not exist."""

    code = "unknown-section"
    message = "there is no section named '{name}'"
    bad = "optimiser sgd(lr = 0.1)"
    good = "optimizer sgd(lr = 0.1)"
    name: str


class BadSection(Diagnostic):
    """A section is written in another form than it has: one call, arguments in parentheses, or a list in braces."""

    code = "bad-section"
    message = "section '{name}' is written {form}"
    bad = "train { epochs(3) }"
    good = "train (epochs = 3)"
    name: str
    form: str


class BadOverride(Diagnostic):
    """``--set`` takes ``name=value``: a parameter of the model, a section, or ``section.argument``."""

    code = "bad-override"
    message = "cannot set '{name}': {problem}"
    bad = "--set optimiser.lr=0.1"
    good = "--set optimizer.lr=0.1"
    name: str
    problem: str

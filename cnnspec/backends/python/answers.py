"""What an exported module prints of its outputs: functions and constants, only those that it needs."""

from __future__ import annotations

from dataclasses import dataclass, field

from ...ir import Graph
from ..tracing.about import About, OutputAbout
from .quoting import quoted, wrapped

TOP = 5


@dataclass
class Answers:
    """Texts for a module: constants, functions, and the calls in ``main``; ``names`` are those of the functions."""

    constants: list[str] = field(default_factory=list)
    functions: list[str] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    names: set[str] = field(default_factory=set)

    def use(self, name: str) -> None:
        """Put a function in, once."""
        if name not in self.names:
            self.names.add(name)
            self.functions.append(_FUNCTIONS[name])


def answering(graph: Graph, about: About) -> Answers:
    """What to print of each output of ``graph``."""
    made = Answers()
    told = {output.name: output for output in about.outputs}
    several = len(graph.outputs) > 1
    for output in graph.outputs:
        value = f"y[{quoted(output.name)}]" if several else "y"
        if several:
            made.calls.append(f'print("{output.name}:")')
        shape = graph.nodes[output.node].shape
        known = told.get(output.name)
        if known is not None:
            _add_known(made, known, value, f"{output.name.upper()}_" if several else "")
        elif len(shape) == 1:
            made.use("print_largest")
            made.calls.append(f"print_largest({value})")
        else:
            made.calls.append(f'print("a tensor of", {value}.shape, "with mean", {value}.mean().item())')
    return made


_CONSTANT = {"classes": "CLASSES", "labels": "LABELS"}


def _add_known(made: Answers, output: OutputAbout, value: str, before: str) -> None:
    names = before + _CONSTANT.get(output.learns, "NAMES")
    made.constants += wrapped(names, map(quoted, output.names))
    made.names.add(names)
    if output.learns in _CONSTANT:
        function = f"print_{output.learns}" if not output.single else "print_two_classes"
        made.use(function)
        which = f", {output.positive}" if output.single else ""
        made.calls.append(f"{function}({value}, {names}{which})")
        return
    made.constants.append("# What an output says is SHIFT + SCALE * output.")
    for name, values in ((f"{before}SHIFT", output.shift), (f"{before}SCALE", output.scale)):
        made.constants += wrapped(name, map(repr, values))
        made.names.add(name)
    made.use("print_numbers")
    made.calls.append(f"print_numbers({value}, {names}, {before}SHIFT, {before}SCALE)")


_FUNCTIONS = {
    "print_classes": f'''def print_classes(y, names):
    """The likeliest classes with their probabilities."""
    probabilities = y[0].softmax().tolist()
    for p, name in sorted(zip(probabilities, names), reverse=True)[:{TOP}]:
        print(f"{{p:.3f}}  {{name!r}}")''',
    "print_two_classes": '''def print_two_classes(y, names, positive):
    """The probability of each class; the only output is the score of the class number ``positive``."""
    p = y[0, 0].sigmoid().item()
    for number, name in enumerate(names):
        print(f"{p if number == positive else 1 - p:.3f}  {name!r}")''',
    "print_labels": '''def print_labels(y, names):
    """The probability of each label."""
    for p, name in sorted(zip(y[0].sigmoid().tolist(), names), reverse=True):
        print(f"{p:.3f}  {name!r}")''',
    "print_numbers": '''def print_numbers(y, names, shift, scale):
    """The numbers in units of the data; places are in pixels of the network's input."""
    for value, name, more, times in zip(y[0].tolist(), names, shift, scale):
        print(f"{more + times * value:.4g}  {name!r}")''',
    "print_largest": f'''def print_largest(y):
    """The numbers of the largest outputs."""
    values = y[0].tolist()
    for number in sorted(range(len(values)), key=values.__getitem__, reverse=True)[:{TOP}]:
        print(f"{{values[number]:.4f}}  output {{number}}")''',
}

"""The working of a receptive field: size r, jump j, and first pixel e, along each axis (Araujo, Norris and Sim 2019).

Through a window r_out = r_in + (k − 1)·j_in, j_out = j_in·s, e_out = e_in − p·j_in. Behind an upsampling neighbours
see different numbers of pixels, in a pattern; then the element that sees most is followed by its first and last pixel.
Joins take the union of their tracks. Gates and statistics over the map are left out. A layer that takes some of the
channels alone starts from the field of these.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby

from ...ir import Given, Graph, Node, Number, Slide, Step, Window, Working, is_map
from ...ir.working import number_text
from ...source.values import Value
from ..receptive_field import NOTHING, Axis, Field, image_size, joined_inputs

_WORDS = {
    "r": "pixels that an element sees",
    "j": "jump: pixels from one element to the next",
    "e": "first pixel seen by element 0",
}
_OF_INPUT = {"r": "receptive field of the input", "j": "jump of the input", "e": "first pixel of the input"}
_BEGINS = "first pixel seen by the element of the input that element {} begins at"
_TOLD = 3
"""So many of the elements that look at different ones are told."""
_AXES = (("_h", ", height"), ("_w", ", width"))


def field_working(
    graph: Graph, index: int, fields: tuple[Field, ...], window: Window, known: Working
) -> Working:
    """Steps from the fields of a node's inputs to its own; ``known`` has the window's symbols, if the layer names them."""
    tall, wide = (_Along(graph, index, fields, window, known, which) for which in (0, 1))
    if (both := tall.working("", "")) == wide.working("", ""):
        return both
    second = wide.working(*_AXES[1])
    likes = tuple(replace(step, like=step.symbol.removesuffix("_w") + "_h") for step in second.steps)
    return tall.working(*_AXES[0]) + Working(second.givens, likes)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class _Along(Value):
    """One axis of a node: 0 the height, 1 the width."""

    graph: Graph
    index: int
    fields: tuple[Field, ...]
    window: Window
    known: Working
    which: int

    @property
    def node(self) -> Node:
        return self.graph.nodes[self.index]

    def _axis(self, index: int) -> Axis:
        field = self.fields[index]
        return (field.height, field.width)[self.which]

    def _taken(self, place: int) -> Axis:
        """The axis of what is taken of an input: of some of its channels their own, which the layer gives as they are."""
        return self._axis(self.index if self.node.op.drops_channels else self.node.inputs[place])

    @property
    def _joined(self) -> tuple[int, ...]:
        """The places of the inputs that are united, each tensor once."""
        seeing = (i for i in joined_inputs(self.graph, self.node) if self.fields[i] is not NOTHING)
        return tuple(self.node.inputs.index(i) for i in dict.fromkeys(seeing))

    def working(self, suffix: str, words: str) -> Working:
        node = self.node
        if not node.inputs:
            return _stated(suffix, words, {"r": "1", "j": "1", "e": "0"}, "a pixel of the input sees itself")
        if self.fields[self.index] is NOTHING:
            return _stated(suffix, words, {"r": "0", "j": "0", "e": "0"}, "channels of zeros see nothing")
        if self.fields[self.index].whole:
            return self._whole(suffix, words)
        if len(node.inputs) > 1:
            return self._union(suffix, words)
        return self._slid(suffix, words)

    def _whole(self, suffix: str, words: str) -> Working:
        """Each element sees the whole image; where one element is left, it stands for all of it."""
        shape = self.graph.input_shape
        size, told = image_size(shape)[self.which], ("H_out", "H_out") if is_map(shape) else ("N_out", "")
        of = f"size of the network's input{words}"
        image = Given(f"image{suffix}", size, of, tells=told[self.which])  # both sides are asked together
        givens: tuple[Given, ...] = (image,)
        jump = image.symbol
        all_at_once = self.window.whole and not self.window.statistics
        if not all_at_once or (is_map(self.node.shape) and self.node.shape[1:] != (1, 1)):
            before, jump = self._jumps(suffix, words)
            givens = (image, *before)
            jump += "" if all_at_once or self._stays else self._slide.factor
        formulas = {"r": image.symbol, "j": jump, "e": "0"}
        return Working(givens) + _stated(suffix, words, formulas, "every element sees the whole image")

    def _jumps(self, suffix: str, words: str) -> tuple[tuple[Given, ...], str]:
        """The jump of the inputs that are joined, and the formula of the largest."""
        places = self._joined
        if len(places) == 1:
            return (self._input("j", places[0], f"j_in{suffix}", words),), f"j_in{suffix}"
        givens = tuple(
            self._input("j", place, f"j_{number}{suffix}", words) for number, place in enumerate(places, 1)
        )
        return givens, f"max({', '.join(given.symbol for given in givens)})"

    @property
    def _stays(self) -> bool:
        """Whether each element looks at the one in its place alone."""
        window, which = self.window, self.which
        return window.extent[which] == 1 == window.stride[which] and window.before[which] == 0

    @property
    def _slide(self) -> Slide:
        """The window's symbols, of the layer's own working or by its numbers."""
        if self.known.window:
            return self.known.window[self.which]
        stride, before = self.window.stride[self.which], self.window.before[self.which]
        step = f"*{stride.numerator}" + (f" / {stride.denominator}" if stride.denominator != 1 else "")
        return Slide(
            str(self.window.extent[self.which]), step, f"-{before}" if before >= 0 else f"+{-before}"
        )

    def _input(self, letter: str, place: int, symbol: str, words: str) -> Given:
        axis, part = self._taken(place), self.node.op.drops_channels
        value, whole = (
            {"r": each.size, "j": each.jump, "e": each.edge}[letter]
            for each in (axis, self._axis(self.node.inputs[place]))
        )
        of = _OF_INPUT[letter].replace("the input", "the channels taken" if part else "the input")
        return Given(
            symbol, value, f"{of}{words}", input=place, tells=f"{letter}_out" if whole == value else ""
        )

    def _slid(self, suffix: str, words: str) -> Working:
        axis, slide = self._taken(0), self._slide
        r, j, e = (f"{letter}_in{suffix}" for letter in "rje")
        sign, before = slide.before[0], slide.before[1:]
        window = {
            "r": r if slide.extent == "1" else f"{r} + ({slide.extent} - 1)*{j}",
            "j": f"{j}{slide.factor}",
            "e": e if before == "0" else f"{e} {sign} {before}*{j}",
        }
        if self._stays and not self.known.window:
            window = {"r": r, "j": j, "e": e}
        givens = tuple(self._input(letter, 0, f"{letter}_in{suffix}", words) for letter in "rje")
        if (len(axis.lows) == 1 and not axis.tracks) or (
            self._stays and axis.size == self._axis(self.index).size
        ):
            return Working(givens) + _stated(suffix, words, window, self._remark(), self._mean())
        return self._pattern(suffix, words, window, axis)

    def _pattern(self, suffix: str, words: str, window: dict[str, str], axis: Axis) -> Working:
        """The element that sees most, where neighbours see different numbers of pixels."""
        own, window_at = self._axis(self.index), self.window.looks_at
        phase = own.widest
        start, end = window_at(self.which, phase)
        low, high = axis.low(start), axis.high(end)
        zeroth = window_at(self.which, 0)[0]
        first = axis.low(zeroth)
        givens = (
            self._edge(f"a{suffix}", low, _BEGINS.format(phase) + words, start, "e_out" if not start else ""),
            self._edge(
                f"b{suffix}",
                high,
                f"last pixel seen by the one that it ends at{words}",
                end,
                _widest(axis, low, high) if start == end else "",
            ),
            self._input("j", 0, f"j_in{suffix}", words),
            self._edge(f"c{suffix}", first, _BEGINS.format(0) + words, zeroth, "e_out" if not zeroth else ""),
        )
        note = "; ".join(filter(None, (_unequal(own), self._remark())))
        steps = {
            "r": f"{_whole(f'b{suffix} - a{suffix}', high - low)} + 1",
            "j": window["j"],
            "e": _whole(f"c{suffix}", first),
        }
        return Working(givens) + _stated(suffix, words, steps, note, self._mean())

    def _edge(self, symbol: str, pixel: Number, words: str, element: int, tells: str) -> Given:
        return Given(symbol, pixel, words, input=0, tells=tells, aside=_elements(element, element))

    def _remark(self) -> str:
        """What is left out, or which elements of the input each one looks at where that is no sliding window."""
        if self.window.statistics:
            return "the statistics of the whole map tell every element the same, so they are left out"
        if not (cells := self.window.cells[self.which]):
            return ""
        alike = [(cell, [q for q, _ in places]) for cell, places in groupby(enumerate(cells), lambda e: e[1])]
        verbs = ("looks at" if len(alike[0][1]) == 1 else "look at", *["at"] * _TOLD)
        told = zip(alike[:_TOLD], verbs, strict=False)
        looks = [f"{_elements(q[0], q[-1])} {verb} {_range(*cell)}" for (cell, q), verb in told]
        more = ["and so on"] if len(alike) > _TOLD or len(cells) < self.node.shape[1 + self.which] else []
        return f"of the input, {', '.join([*looks, *more])}"

    def _mean(self) -> str:
        uneven = self.window.cells[self.which] and self.node.op.family == "pooling"
        return "cells begin at uneven distances: this is their mean" if uneven else ""

    def _union(self, suffix: str, words: str) -> Working:
        """From the first pixel of the track that starts first to the last pixel of the one that ends last."""
        own = self._axis(self.index)
        phase = own.widest
        givens: list[Given] = []
        places = self._joined
        for number, place in enumerate(places, 1):
            axis = self._axis(self.node.inputs[place])
            low, high = axis.low(phase), axis.high(phase)
            mark = f"{number}{suffix}"
            of = f"element {phase}" if len(own.lows) > 1 else "an element"
            givens += [
                Given(
                    f"a_{mark}",
                    low,
                    f"first pixel seen by {of} of track {number}{words}",
                    input=place,
                    tells="" if phase else "e_out",
                ),
                Given(
                    f"b_{mark}",
                    high,
                    f"last pixel seen{words}",
                    input=place,
                    tells=_widest(axis, low, high),
                ),
                Given(f"j_{mark}", axis.jump, f"jump{words}", input=place, tells="j_out"),
            ]
            if phase:
                first = Given(f"e_{mark}", axis.lows[0], f"{_WORDS['e']}{words}", input=place, tells="e_out")
                givens.append(first)
        marks = [f"{n}{suffix}" for n in range(1, len(places) + 1)]
        formulas = _joined(marks, "e" if phase else "a")
        formulas["r"] = f"{_whole(formulas['r'], own.highs[phase] - own.lows[phase])} + 1"
        formulas["e"] = _whole(formulas["e"], own.lows[0])
        return Working(tuple(givens)) + _stated(suffix, words, formulas, self._left_out())

    def _left_out(self) -> str:
        joined = joined_inputs(self.graph, self.node)
        gates = [self.graph.nodes[i].name for i in self.node.inputs if i not in joined]
        return f"a gate sees everything by design, so it is left out: {', '.join(gates)}" if gates else ""


def _widest(axis: Axis, low: Number, high: Number) -> str:
    """With its first pixel, an element's last one tells how many it sees; that is the map's figure, where none sees more."""
    return "r_out" if int(high - low) + 1 == axis.size else ""


def _unequal(axis: Axis) -> str:
    """Which element sees most, where not all see as many pixels."""
    spans = [int(high - low) for low, high in zip(axis.lows, axis.highs, strict=True)]
    if len(set(spans[: axis.elements])) == 1:
        return ""
    pattern = f", in a pattern of {len(axis.lows)}" if len(axis.lows) <= axis.elements else ""
    return f"elements see different numbers of pixels{pattern}; element {axis.widest} sees most"


def _elements(first: int, last: int) -> str:
    return f"element{'s' * (first < last)} {_range(first, last)}"


def _range(first: int, last: int) -> str:
    if first == last:
        return number_text(first)
    return f"{number_text(first)} {'and' if last == first + 1 else 'to'} {number_text(last)}"


def _joined(marks: list[str], edge: str) -> dict[str, str]:
    def of(function: str, letter: str) -> str:
        names = [f"{letter}_{mark}" for mark in marks]
        return f"{function}({', '.join(names)})" if len(names) > 1 else names[0]

    return {"r": f"{of('max', 'b')} - {of('min', 'a')}", "j": of("max", "j"), "e": of("min", edge)}


def _whole(formula: str, value: Number) -> str:
    """The formula, rounded towards 0 where that changes anything: pixels are whole."""
    if value.denominator == 1:
        return formula
    return f"floor({formula})" if value > 0 else f"ceil({formula})"


def _stated(suffix: str, words: str, formulas: dict[str, str], note: str = "", on_jump: str = "") -> Working:
    notes = {"r": note, "j": on_jump}
    return Working(
        steps=tuple(
            Step(
                "receptive-field",
                f"{letter}_out{suffix}",
                f"{_WORDS[letter]}{words}",
                formula,
                notes.get(letter, ""),
            )
            for letter, formula in formulas.items()
        )
    )

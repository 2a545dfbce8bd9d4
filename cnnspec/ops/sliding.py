"""The working of a sliding window's output size, shared by convolution and pooling."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..ir import Given, Shape, Slide, Step, Value, Working, input_givens, size_step
from .geometry import Sides, SizePair, extent, resolve_padding

_AXES = (("H", "h", "height", "rows", "top", "bottom"), ("W", "w", "width", "columns", "left", "right"))


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Sliding(Value):
    """A window over a map of ``shape``, as its layer was given it."""

    shape: Shape
    kernel: SizePair
    stride: SizePair
    padding: Sides | str
    dilation: SizePair = (1, 1)
    ceil_mode: bool = False

    @property
    def sides(self) -> Sides:
        return resolve_padding(self.padding, self.shape, self.kernel, self.stride, self.dilation)

    def axis(self, which: int) -> tuple[int, int, int, int, int]:
        """Size, extent, stride, padding before and after."""
        left, right, top, bottom = self.sides
        before, after = (top, bottom) if which == 0 else (left, right)
        span = extent(self.kernel, self.dilation)[which]
        return self.shape[which + 1], span, self.stride[which], before, after


def bias_given(bias: bool) -> Given:
    """Whether there are biases, which decides between two formulas."""
    return Given("bias", int(bias), "whether biases are learnt", "bias", text=str(bias).lower())


def pair(
    symbol: str, words: str, values: SizePair, argument: str
) -> tuple[tuple[Given, ...], tuple[str, str]]:
    """A number for height and width, or one each, and what these are called."""
    if values[0] == values[1]:
        return (Given(symbol, values[0], words, argument),), (symbol, symbol)
    names = f"{symbol}_h", f"{symbol}_w"
    givens = tuple(
        Given(name, value, f"{words}, {axis[2]}", argument)
        for name, value, axis in zip(names, values, _AXES, strict=True)
    )
    return givens, names


def sides_given(
    symbol: str, words: str, sides: Sides, argument: str
) -> tuple[tuple[Given, ...], tuple[str, str], tuple[str, str]]:
    """What lies at the four sides: the givens, the formula of both sides of an axis, and the name of the first one."""
    left, right, top, bottom = sides
    if top == bottom and left == right:
        givens, names = pair(symbol, f"{words} at each side", (top, left), argument)
        return givens, (f"2*{names[0]}", f"2*{names[1]}"), names
    places = (("top", top), ("bottom", bottom), ("left", left), ("right", right))
    givens = tuple(Given(f"{symbol}_{place}", n, f"{words}, {place}", argument) for place, n in places)
    both = f"{symbol}_top + {symbol}_bottom", f"{symbol}_left + {symbol}_right"
    return givens, both, (f"{symbol}_top", f"{symbol}_left")


def sliding_working(window: Sliding, stride_words: str = "stride") -> Working:
    """Padding, extent of a dilated kernel, height and width."""
    kernel, k = pair("k", "kernel", window.kernel, "kernel")
    stride, s = pair("s", stride_words, window.stride, "stride")
    spread, d = (
        pair("d", "dilation", window.dilation, "dilation") if window.dilation != (1, 1) else ((), ("", ""))
    )
    start = Working((*input_givens(window.shape), *kernel, *stride, *spread))
    spans, k = _extents(window, k, d)
    if isinstance(window.padding, str):
        middle, first = _same(window, window.padding, k, s)
    else:
        middle, first = _stated(window, window.padding, k, s)
    slides = tuple(Slide(k[i], f"*{s[i]}", f"-{first[i]}") for i in (0, 1))
    return start + Working(steps=spans) + Working(middle.givens, middle.steps, (slides[0], slides[1]))


def _extents(
    window: Sliding, k: tuple[str, str], d: tuple[str, str]
) -> tuple[tuple[Step, ...], tuple[str, str]]:
    """The pixels that a dilated kernel spans, where it is dilated."""
    if not any(d):
        return (), k
    words, spans = "pixels that the kernel spans", extent(window.kernel, window.dilation)
    if k[0] == k[1] and d[0] == d[1]:
        return (Step("size", "k_eff", words, f"{d[0]}*({k[0]} - 1) + 1"),), ("k_eff", "k_eff")
    names = "k_eff_h", "k_eff_w"
    like = names[0] if spans[0] == spans[1] else ""
    steps = (
        Step("size", names[0], f"{words}, height", f"{d[0]}*({k[0]} - 1) + 1"),
        Step("size", names[1], f"{words}, width", f"{d[1]}*({k[1]} - 1) + 1", like=like),
    )
    return steps, names


def _stated(
    window: Sliding, padding: Sides, k: Sequence[str], s: Sequence[str]
) -> tuple[Working, tuple[str, str]]:
    """Padding in pixels: the sizes by rounding down, or up."""
    givens, both, first = sides_given("p", "padding", padding, "padding")
    steps = tuple(
        size_step(
            axis[0],
            _size(
                f"{axis[0]}_in", k[i], s[i], both[i], first[i], window.ceil_mode and _drops(*window.axis(i))
            )
            if window.ceil_mode
            else f"floor(({axis[0]}_in - {k[i]} + {both[i]}) / {s[i]}) + 1",
            _note(axis, *window.axis(i), window.ceil_mode),
            "H" if i else "",
            ("ceil_mode",) if window.ceil_mode else (),
        )
        for i, axis in enumerate(_AXES)
    )
    up = Given("ceil_mode", 1, "whether the size is rounded up", "ceil_mode", text="true")
    return Working((*givens, *((up,) if window.ceil_mode else ())), steps), first


def _size(n: str, k: str, s: str, both: str, first: str, dropped: bool) -> str:
    """The size rounded up; a last window that would start in the far padding is dropped."""
    up = f"ceil(({n} - {k} + {both}) / {s}) + 1"
    return f"min({up}, ceil(({n} + {first}) / {s}))" if dropped else up


def _drops(n: int, span: int, stride: int, before: int, after: int) -> bool:
    return -(-(n + before + after - span) // stride) * stride >= n + before


def _same(
    window: Sliding, padding: str, k: Sequence[str], s: Sequence[str]
) -> tuple[Working, tuple[str, str]]:
    """Padding that makes the output ceil(size / stride)."""
    steps: list[Step] = []
    for i, (letter, short, word, _, *_rest) in enumerate(_AXES):
        steps.append(size_step(letter, f"ceil({letter}_in / {s[i]})", "", "H" if i else "", ("padding",)))
        total = f"max(({letter}_out - 1)*{s[i]} + {k[i]} - {letter}_in, 0)"
        steps.append(Step("size", f"P_{short}", f"padding in all, {word}", total, like="P_h" if i else ""))
    for i, (_, short, _, _, before, after) in enumerate(_AXES):
        like = (f"p_{_AXES[0][4]}", f"p_{_AXES[0][5]}") if i else ("", "")
        first, last = f"p_{before}", f"p_{after}"
        steps.append(Step("size", first, f"padding, {before}", f"floor(P_{short} / 2)", like=like[0]))
        note = f"the odd one is at the {after}" if window.axis(i)[3] != window.axis(i)[4] else ""
        steps.append(Step("size", last, f"padding, {after}", f"P_{short} - {first}", note, like=like[1]))
    given = Given("padding", 0, "as much as the stride alone decides the size", "padding", text=padding)
    return Working((given,), tuple(steps)), ("p_top", "p_left")


def _note(
    axis: tuple[str, ...], n: int, span: int, stride: int, before: int, after: int, ceil_mode: bool
) -> str:
    """What rounding, and a stride larger than the window, leave out."""
    _, _, _, rows, _, far = axis
    room, said = n + before + after - span, []
    lost = room % stride
    if ceil_mode and lost:
        dropped = _drops(n, span, stride, before, after)
        said.append(
            f"the last window would start in the padding at the {far}, so it is dropped"
            if dropped
            else f"the last window reaches {stride - lost} past the end of the {rows}"
        )
    elif lost:
        said.append(_lost(lost, max(0, lost - after), rows))
    if stride > span and room >= stride:
        said.append(f"a stride of {stride} past a window of {span} skips {rows} between windows")
    return "; ".join(said)


def _lost(lost: int, real: int, rows: str) -> str:
    """What no window reaches after rounding down: pixels of the map, or padding alone."""
    one = rows.removesuffix("s")
    many = f"the last {lost} {rows} are" if lost > 1 else f"the last {one} is"
    if not real:
        return f"rounded down: {many} in no window, but that is padding"
    whose = "" if real == lost else f", {real} of the map"
    return f"rounded down: {many} in no window{whose}"

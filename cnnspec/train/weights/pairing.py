"""A file's tensors beside a network's parameters: by name, by the names of a library, or by order and shape."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ...elaborate import Module
from ...elaborate.modules import zoo_folder
from ...elaborate.renaming import known_libraries, named_by, parameter_names, renamings
from ...ir import Graph, Shape
from .files import Stored, WeightFile
from .layouts import Layout, Need, layout_of, needs
from .values import is_bookkeeping

if TYPE_CHECKING:
    import numpy as np

OWN, ORDER = "own", "order"
EVERY_LIBRARY = "rename"
"""What rules are called that are for every library."""


@dataclass(frozen=True)
class Pair:
    """``ours`` is the tensor ``theirs``: read as of shape ``view`` (None: its own), its axes in the order ``axes`` (None: as
    they are), and then of our shape."""

    ours: str
    theirs: str
    axes: tuple[int, ...] | None = None
    view: Shape | None = None

    def turned(self, value: np.ndarray, shape: Shape) -> np.ndarray:
        """Their value as ours, of ``shape`` and contiguous."""
        import numpy as np

        value = value if self.view is None else value.reshape(self.view)
        value = value if self.axes is None else value.transpose(self.axes)
        return np.ascontiguousarray(value).reshape(shape)


@dataclass(frozen=True)
class Misfit:
    """Two that belong together by name or place, and have other shapes; ``reason`` says more, where there is more to say."""

    ours: str
    theirs: str
    ours_shape: Shape
    theirs_shape: Shape
    reason: str = ""


@dataclass(frozen=True)
class Apart:
    """The first layer, counted from 1, that an order has other here than there; each in words."""

    number: int
    ours: str
    theirs: str


@dataclass(frozen=True)
class Pairing:
    """What of a file belongs to what of a network. ``names`` is how: "own", a library, "order"; ``missing`` are ours
    without theirs, ``unused`` theirs without ours, both in their order. ``apart`` is where an order ended, None where it did
    not; ``prefix`` what all their names begin with and ours do not ("model."). ``by_rules``: the library's names had no part
    in it, only rules of the person's spec that are for every library. ``counters`` are single whole numbers that an order
    which fits goes past, whatever they are called; they are not among the unused."""

    names: str
    pairs: tuple[Pair, ...]
    misfits: tuple[Misfit, ...] = ()
    missing: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    apart: Apart | None = None
    prefix: str = ""
    by_rules: bool = False
    counters: tuple[str, ...] = ()

    @property
    def way(self) -> str:
        """How it was paired, in words that follow "by"."""
        if self.by_rules:
            return "the rules of the spec"
        ways = {OWN: "our own names", ORDER: "order and shape"}
        return ways.get(self.names, f"the names of {self.names}")

    @property
    def whole(self) -> bool:
        """Whether everything pairs, but for what PyTorch keeps beside the weights."""
        return not (self.misfits or self.missing or any(not is_bookkeeping(name) for name in self.unused))


def pair(
    graph: Graph,
    module: Module,
    file: WeightFile,
    names: str | None = None,
    likely: str | None = None,
    text: str | None = None,
) -> Pairing:
    """The pairing by ``names``: "own", a library that the spec's section ``names`` knows, or "order".

    None: whichever pairs most; where as many pair, ``likely`` comes before our own names, and those before others; never
    by order. ``text`` is what a person calls the file, where that is not its path. Raises :class:`SpecError` where the
    spec does not know the library that is asked for, or the file keeps no order.
    """
    if names == ORDER:
        from .order import by_order

        return by_order(graph, file, text)
    candidates = [names] if names is not None else [OWN, *known_libraries(module)]
    candidates.sort(key=lambda each: each != likely)
    wanted = needs(graph)
    found = [
        _by_name(wanted, file, each, _their_names(wanted, graph, module, each), prefix)
        for each in candidates
        for prefix in dict.fromkeys(("", _common_prefix(file)))
    ]
    best = max(found, key=lambda pairing: (len(pairing.pairs), len(pairing.misfits)))
    return replace(best, by_rules=best.names != OWN and _by_rules(module, best))


def _by_rules(module: Module, pairing: Pairing) -> bool:
    """Whether all that has other names there has them from the person's own rules that are for every library."""
    shipped = {each.source for each in named_by(module) if _ships(each)}
    rules = [rule for rule in renamings(module) if rule.library in (pairing.names, EVERY_LIBRARY)]
    ours = [*(p.ours for p in pairing.pairs), *(m.ours for m in pairing.misfits)]
    layers = {name.rpartition(".")[0] for name in ours}
    first = (next((rule for rule in rules if rule.pattern.fullmatch(layer)), None) for layer in layers)
    used = [rule for rule in first if rule is not None]
    return bool(used) and all(
        rule.library == EVERY_LIBRARY and (rule.span is None or rule.span.source not in shipped)
        for rule in used
    )


def _ships(module: Module) -> bool:
    """Whether a spec comes with the program; its rules say what libraries have, also those for all of them."""
    return module.path is not None and module.path.resolve().is_relative_to(zoo_folder())


def _their_names(wanted: Mapping[str, Need], graph: Graph, module: Module, names: str) -> Mapping[str, str]:
    """What our parameters are called there; those that no rule is about have their own names, unless another has it."""
    own = {name: name for name in wanted}
    if names == OWN:
        return own
    named = parameter_names(graph, module, names, partial=True)
    taken = set(named.values())
    return {name: named.get(name, name) for name in own if name in named or name not in taken}


def _common_prefix(file: WeightFile) -> str:
    """What the names of all tensors begin with, up to a dot; a program often keeps a network as one part of another."""
    first = {name.partition(".")[0] for name, _ in _weights(file)}
    return f"{first.pop()}." if len(first) == 1 else ""


def _weights(file: WeightFile) -> Iterator[tuple[str, Stored]]:
    return ((stored.called, stored) for stored in file.tensors.values() if not is_bookkeeping(stored.name))


def _by_name(
    wanted: Mapping[str, Need], file: WeightFile, names: str, theirs: Mapping[str, str], prefix: str
) -> Pairing:
    called = dict(_weights(file))
    found = {ours: called[prefix + name] for ours, name in theirs.items() if prefix + name in called}
    return replace(assembled(names, wanted, found, file), prefix=prefix)


def assembled(
    names: str, wanted: Mapping[str, Need], found: Mapping[str, Stored], file: WeightFile
) -> Pairing:
    """The pairing in which ``found`` says what belongs to each of ours."""
    pairs, misfits = [], []
    for ours, need in wanted.items():
        if ours not in found:
            continue
        stored = found[ours]
        layout = layout_of(need, stored)
        if isinstance(layout, Layout):
            pairs.append(Pair(ours, stored.name, layout.axes, layout.view))
        else:
            misfits.append(Misfit(ours, stored.name, need.shape, stored.shape, layout))
    used = {stored.name for stored in found.values()}
    missing = tuple(ours for ours in wanted if ours not in found)
    return Pairing(
        names, tuple(pairs), tuple(misfits), missing, tuple(n for n in file.tensors if n not in used)
    )

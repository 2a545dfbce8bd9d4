"""What a pairing leaves over, as diagnostics that say what to do."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from shlex import quote

from ...ir import Graph, covered, covers, show
from ...source import Diagnostic, did_you_mean
from .errors import (
    IgnoredLoaded,
    IgnoredNothing,
    NothingPairs,
    OrderApart,
    WeightsMissing,
    WeightsShape,
    WeightsUnused,
)
from .naming import covering, quoted
from .order import fitting_order
from .pairing import Misfit, Pairing
from .sources import WeightSource
from .values import is_bookkeeping

LISTED = 12
"""So many names are shown of those that are left over."""
_STEPS = 4
_RULES = "where layers have other names there, rules in the spec's section 'names' say so"


def left_over(
    graph: Graph,
    source: WeightSource,
    pairing: Pairing,
    fresh: Collection[str] = (),
    ignored: Sequence[str] = (),
    command: bool = True,
) -> list[Diagnostic]:
    """All that is not as it should be with a pairing.

    Parameters that are ``fresh`` need no counterpart; tensors that ``ignored`` patterns cover, and those that PyTorch keeps
    beside the weights, may be left over, and none that is covered may be loaded; what only auxiliary outputs need may be
    missing. ``command``: the hints name the one that shows the whole pairing.
    """
    needed = needed_of(graph, fresh)
    rest = _Rest(
        graph,
        source,
        tuple(name for name in pairing.missing if name in needed),
        tuple(m for m in pairing.misfits if m.ours not in fresh),
        tuple(name for name in pairing.unused if not is_bookkeeping(name) and not covered(ignored, name)),
        command,
    )
    found = [*_ignoring_nothing(source, ignored), *_ignoring_loaded(graph, source, pairing, fresh, ignored)]
    if pairing.apart and rest.missing:
        return [*found, rest.apart(pairing)]
    if not pairing.pairs and not pairing.misfits and rest.missing:
        return [*found, rest.nothing(pairing, fitting_order(graph, source.file, needed))]
    return [*found, *rest.diagnostics()]


def needed_of(graph: Graph, fresh: Collection[str]) -> frozenset[str]:
    """The parameters that need a counterpart."""
    return frozenset(name for name, _ in graph.without_auxiliary().named_parameters() if name not in fresh)


class _Rest:
    def __init__(
        self,
        graph: Graph,
        source: WeightSource,
        missing: tuple[str, ...],
        misfits: tuple[Misfit, ...],
        unused: tuple[str, ...],
        command: bool,
    ) -> None:
        self.graph, self.source = graph, source
        self.missing, self.misfits, self.unused = missing, misfits, unused
        self.path, self.model = str(source.file.path), graph.name
        shown = (
            f"'cnnspec weights {quote(source.text)} --for SPEC' shows all of it, and what would make it fit"
        )
        self._more = (shown,) if command else ()

    def diagnostics(self) -> Iterator[Diagnostic]:
        path, model = self.path, self.model
        if self.missing:
            count, total = len(self.missing), sum(len(node.parameters) for node in self.graph.nodes)
            hints = self._hints(_RULES if 2 * count > total else self._replace(self.missing))
            listed = some(self.missing)
            yield WeightsMissing(
                path=path, model=model, count=count, total=total, listed=listed, file=path, hints=hints
            )
        if self.misfits:
            count, listed = len(self.misfits), some(map(_shapes, self.misfits), "; ")
            s, has = ("s", "have") if count > 1 else ("", "has")
            hints = self._hints(self._replace([m.ours for m in self.misfits]))
            yield WeightsShape(
                path=path, model=model, count=count, s=s, has=has, listed=listed, file=path, hints=hints
            )
        if self.unused:
            count, s = len(self.unused), "s" if len(self.unused) > 1 else ""
            hints = self._hints(_RULES if self.missing else self._ignore())
            listed = some(self.unused)
            yield WeightsUnused(
                path=path, model=model, count=count, s=s, listed=listed, file=path, hints=hints
            )

    def nothing(self, pairing: Pairing, order: Pairing | None) -> Diagnostic:
        hints = self._hints(_RULES)
        if order is not None:
            hints = (in_order(self.source, order), *hints)
        return NothingPairs(path=self.path, model=self.model, names=pairing.way, file=self.path, hints=hints)

    def apart(self, pairing: Pairing) -> Diagnostic:
        assert pairing.apart is not None
        number, ours, theirs = pairing.apart.number, pairing.apart.ours, pairing.apart.theirs
        hints = self._hints(_RULES)
        return OrderApart(
            path=self.path,
            model=self.model,
            number=number,
            theirs=theirs,
            ours=ours,
            file=self.path,
            hints=hints,
        )

    def _hints(self, what: str) -> tuple[str, ...]:
        return (what, *self._more)

    def _replace(self, ours: Sequence[str]) -> str:
        everything = [name for name, _ in self.graph.named_parameters()]
        return f"what is to start anew: replace({_few(map(quoted, covering(ours, everything)))})"

    def _ignore(self) -> str:
        names = [name for name in self.source.file.tensors if not is_bookkeeping(name)]
        shown = _few([f'"{name}"' for name in covering(self.unused, names)])
        return f"what is not needed: ignore({shown})"


def in_order(source: WeightSource, order: Pairing) -> str:
    """The hint that a file can be paired by order and shape, as ``order`` does."""
    count = len(order.pairs)
    pair = "tensors pair" if count > 1 else "tensor pairs"
    return f'by order and shape {count} {pair}: from("{source.text}", names = order)'


def _few(names: Iterable[str]) -> str:
    listed = list(names)
    return ", ".join([*listed[:_STEPS], *(["…"] if len(listed) > _STEPS else [])])


def _ignoring_nothing(source: WeightSource, ignored: Sequence[str]) -> Iterator[Diagnostic]:
    names = source.file.tensors
    for pattern in ignored:
        if not any(covers(pattern, name) for name in names):
            hints = did_you_mean(pattern, _parts(names))
            yield IgnoredNothing(path=str(source.file.path), pattern=pattern, hints=hints)


def _ignoring_loaded(
    graph: Graph, source: WeightSource, pairing: Pairing, fresh: Collection[str], ignored: Sequence[str]
) -> Iterator[Diagnostic]:
    """A tensor that is covered and loaded: either it was not to be covered, or its layer starts anew."""
    everything = [name for name, _ in graph.named_parameters()]
    for pattern in ignored:
        loaded = [p for p in pairing.pairs if p.ours not in fresh and covers(pattern, p.theirs)]
        if loaded:
            layers = _few(map(quoted, covering([p.ours for p in loaded], everything)))
            yield IgnoredLoaded(
                path=str(source.file.path),
                pattern=pattern,
                count=len(loaded),
                s="s" if len(loaded) > 1 else "",
                listed=some([p.theirs for p in loaded], limit=_STEPS),
                file=str(source.file.path),
                hints=(
                    "where it is to be loaded, drop it from ignore",
                    f"where the layer is to start anew: replace({layers})",
                ),
            )


def _parts(names: Iterable[str]) -> dict[str, None]:
    """The names, and what they begin with."""
    found: dict[str, None] = {}
    for name in names:
        pieces = name.split(".")
        found |= dict.fromkeys(".".join(pieces[:n]) for n in range(1, len(pieces) + 1))
    return found


def _shapes(misfit: Misfit) -> str:
    theirs, ours = (show(s) if s else "one value" for s in (misfit.theirs_shape, misfit.ours_shape))
    if misfit.theirs == misfit.ours:
        text = f"'{misfit.ours}' is {theirs} there and {ours} here"
    else:
        text = f"'{misfit.theirs}' is {theirs} there, '{misfit.ours}' {ours} here"
    return f"{text} ({misfit.reason})" if misfit.reason else text


def some(names: Iterable[str], between: str = ", ", limit: int = LISTED) -> str:
    """The first dozen, or ``limit``, and how many more there are."""
    all_names = list(names)
    listed = between.join(all_names[:limit])
    more = len(all_names) - limit
    return f"{listed} and {more} more" if more > 0 else listed

"""Specs from files, the zoo and texts."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..elaborate import Loader, elaborate, open_target, overridden
from ..ir import verify
from ..source import Source
from .boundary import chosen, refuse, reported
from .graphs import marked
from .network import Network, Opened, sections
from .values import Value, overrides_of

if TYPE_CHECKING:
    from pathlib import Path

FORMATS = {"cnn": ".cnn", "yaml": ".yaml"}


@reported()
def load(
    target: str | Path, /, *, settings: Mapping[str, Value] | None = None, **parameters: Value
) -> Network:
    """The network of a spec: a file (``.cnn``, ``.yaml``), or a name of the zoo, with arguments or without.

    ``parameters`` are those of the model, and ``settings`` what ``--set`` takes on the command line: names with
    a dot are fields of the experiment's sections. A string is text of a spec, as it would stand there.

    >>> load("resnet18(classes = 10)").parameters
    11181642
    >>> load("vgg11", classes=2, settings={"optimizer.lr": 0.1}).outputs
    {'output': (2,)}

    Raises :class:`~cnnspec.source.SpecError` with everything that is wrong, and :class:`TypeError` for a value that no
    spec can have.
    """
    if not isinstance(target, (str, os.PathLike)):
        raise TypeError(f"load takes a path or a name of the zoo, not {target!r}")
    named = os.fspath(target)
    if "\n" in named or "{" in named:
        refuse(
            "target", "a path or a name of the zoo", named, ("cnnspec.loads(text) takes the text of a spec",)
        )
    overrides = (*overrides_of(parameters), *overrides_of(settings or {}))
    return _network(Opened(open_target(named), overrides, named))


@reported()
def loads(
    text: str, /, *, format: str = "cnn", settings: Mapping[str, Value] | None = None, **parameters: Value
) -> Network:
    """The network of a spec that is given as text, in the ``format`` "cnn" or "yaml"; the rest is as for :func:`load`.

    >>> net = loads("model net(classes = 10) { input 1 x 8 x 8  flatten  linear(classes) }", classes=3)
    >>> net.name, net.outputs
    ('net', {'output': (3,)})

    What it uses is looked for in the zoo, and in the current folder.
    """
    if not isinstance(text, str):
        raise TypeError(f"loads takes the text of a spec, not {text!r}")
    source = Source(f"text{FORMATS[chosen('format', format, FORMATS)]}", text)
    overrides = (*overrides_of(parameters), *overrides_of(settings or {}))
    return _network(Opened(Loader().link(source, None), overrides))


def network_of(spec: Network | str | Path) -> Network:
    """``spec``, loaded unless it is already."""
    return spec if isinstance(spec, Network) else load(spec)


def _network(opened: Opened) -> Network:
    module = overridden(opened.base, opened.overrides, sections)
    graph = elaborate(module)
    verify(graph)
    return Network(marked(module, graph), module, opened)

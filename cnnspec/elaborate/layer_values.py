"""Layers and blocks as values: ``inverted_residual(24, activation = hard_swish)``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from ..ir import LAYERS
from ..source import nearest
from ..source.values import Value
from ..syntax import tree
from .errors import Failure, UnknownName
from .evaluate import TRUTH, Environment, evaluate
from .functions import FUNCTIONS
from .modules import Module


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class LayerValue(Value):
    """A call of a layer or block that waits for its tensor, with the names that its arguments may use."""

    call: tree.Call
    module: Module
    environment: Environment

    @property
    def described(self) -> str:
        kind = "layer" if self.call.name in LAYERS.entries else "block"
        return f"the {kind} '{self.call.name}'"

    @property
    def written(self) -> str:
        """The call as its spec has it."""
        return self.call.span.text if self.call.span else self.call.name


def parameter_value(expression: tree.Expression, environment: Environment, *modules: Module) -> Any:
    """The value that a parameter of a block or model gets: that of the expression, or a layer.

    A name that has a value in sight is that value; else it may be a layer, or a block of one of ``modules``.
    """
    call = _as_call(expression, environment)
    for module in modules:
        if call is not None and (call.name in module.names or call.name in LAYERS.entries):
            names = replace(environment, values=dict(environment.values), labels=dict(environment.labels))
            return LayerValue(call, module, names)
    try:
        return evaluate(expression, environment)
    except Failure as failure:
        raise _or_a_layer(failure, expression, environment, modules) from None


def _as_call(expression: tree.Expression, environment: Environment) -> tree.Call | None:
    if isinstance(expression, tree.Name) and not environment.has(expression.name):
        return tree.Call(expression.name, (), expression.span, span=expression.span)
    if isinstance(expression, tree.Call) and expression.name not in FUNCTIONS:
        return expression
    return None


def _or_a_layer(
    failure: Failure, expression: tree.Expression, environment: Environment, modules: tuple[Module, ...]
) -> Failure:
    """A name that is nothing: it may be a misspelt layer as well as a misspelt value."""
    if not isinstance(failure.diagnostic, UnknownName) or not isinstance(expression, tree.Name):
        return failure
    blocks = (name for module in modules for name in module.names)
    near = nearest(expression.name, (*environment.names, *LAYERS.entries, *blocks, *TRUTH))
    hint = f"did you mean '{near}'?" if near else f'a string stands in quotes: "{expression.name}"'
    return Failure(replace(failure.diagnostic, hints=(hint,)))

"""A layer from an example's text. A small reader of calls, so that these tests need no floor above ops."""

from __future__ import annotations

import ast
import re
from typing import Any

import cnnspec.ops  # noqa: F401  (registers the layers)
from cnnspec.ir import INITIALISERS, LAYERS, Op, build, signature

_WORDS = {"true": True, "false": False}


def layer(text: str) -> Op:
    """``conv(8, 3, padding = same)`` as an op; a bare name is a call without arguments."""
    # None is a keyword of Python but lower-case none is not, so the texts read as Python expressions.
    tree = ast.parse(re.sub(r"\s+", " ", text.strip()), mode="eval").body
    if isinstance(tree, ast.Name):
        tree = ast.Call(tree, [], [])
    built = _call(tree, LAYERS)
    assert isinstance(built, Op)
    return built


def _call(tree: ast.AST, registry: Any) -> Any:
    assert isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name), ast.dump(tree)
    cls = registry.entries[tree.func.id]
    values = dict(zip((a.name for a in signature(cls)), map(_value, tree.args), strict=False))
    values |= {k.arg: _value(k.value) for k in tree.keywords if k.arg}
    return build(tree.func.id, cls, values)


def _value(tree: ast.AST) -> Any:
    if isinstance(tree, ast.Call):
        return _call(tree, INITIALISERS)
    if isinstance(tree, ast.Name):
        if tree.id in INITIALISERS.entries:
            return INITIALISERS.make(tree.id)
        return _WORDS.get(tree.id, tree.id)
    if isinstance(tree, ast.Tuple):
        return tuple(map(_value, tree.elts))
    return ast.literal_eval(tree)

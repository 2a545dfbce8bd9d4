"""Floor 1: texts to trees and back. The only place that knows Lark or YAML."""

from typing import TYPE_CHECKING, Any

from . import tree
from .read import (
    YAML_SUFFIXES,
    is_yaml,
    load_source,
    parse,
    parse_arguments,
    parse_call,
    parse_claim,
    parse_expression,
    parse_text,
    parse_use,
    parse_yaml,
)

if TYPE_CHECKING:
    from .text_print import print_claim, print_expression, print_statement, print_text
    from .yaml_print import print_yaml

__all__ = [
    "YAML_SUFFIXES",
    "is_yaml",
    "load_source",
    "parse",
    "parse_arguments",
    "parse_call",
    "parse_claim",
    "parse_expression",
    "parse_text",
    "parse_use",
    "parse_yaml",
    "print_claim",
    "print_expression",
    "print_statement",
    "print_text",
    "print_yaml",
    "tree",
]


def __getattr__(name: str) -> Any:
    """The printers, imported where they are first asked for: reading does without them."""
    if name not in ("print_claim", "print_expression", "print_statement", "print_text", "print_yaml"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from . import text_print, yaml_print

    return yaml_print.print_yaml if name == "print_yaml" else getattr(text_print, name)

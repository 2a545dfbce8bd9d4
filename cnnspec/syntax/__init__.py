"""Floor 1: texts to trees and back. The only place that knows Lark or YAML."""

from . import tree
from .read import (
    YAML_SUFFIXES,
    load_source,
    parse,
    parse_call,
    parse_expression,
    parse_text,
    parse_use,
    parse_yaml,
)
from .text_print import print_expression, print_statement, print_text
from .yaml_print import print_yaml

__all__ = [
    "YAML_SUFFIXES",
    "load_source",
    "parse",
    "parse_call",
    "parse_expression",
    "parse_text",
    "parse_use",
    "parse_yaml",
    "print_expression",
    "print_statement",
    "print_text",
    "print_yaml",
    "tree",
]

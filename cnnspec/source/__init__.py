"""Floor 0: source texts, spans, diagnostics and how they are shown."""

from typing import TYPE_CHECKING, Any

from .diagnostics import Diagnostic, Diagnostics, Note, Severity, SpecError, did_you_mean, nearest
from .files import CannotWrite, remove_leftovers, replacing, write_atomically, writing
from .text import Source, Span

if TYPE_CHECKING:
    from .rendering import as_json, render, render_all

__all__ = [
    "CannotWrite",
    "Diagnostic",
    "Diagnostics",
    "Note",
    "Severity",
    "Source",
    "Span",
    "SpecError",
    "as_json",
    "did_you_mean",
    "nearest",
    "remove_leftovers",
    "render",
    "render_all",
    "replacing",
    "write_atomically",
    "writing",
]


def __getattr__(name: str) -> Any:
    """The renderer, imported when there is something to show."""
    if name not in ("as_json", "render", "render_all"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from . import rendering

    return getattr(rendering, name)

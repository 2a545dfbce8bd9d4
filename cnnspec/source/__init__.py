"""Floor 0: source texts, spans, diagnostics and how they are shown."""

from .diagnostics import Diagnostic, Diagnostics, Note, Severity, SpecError, did_you_mean, nearest
from .files import CannotWrite, write_atomically, writing
from .render import as_json, render, render_all
from .text import Source, Span

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
    "render",
    "render_all",
    "write_atomically",
    "writing",
]

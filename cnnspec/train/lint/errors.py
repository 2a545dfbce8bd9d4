"""Diagnostics about the section that silences lints."""

from __future__ import annotations

from ...source import Diagnostic


class UnknownLint(Diagnostic):
    """The section ``allow`` names a lint that does not exist, or what is no lint but an error. The names of lints have ``_``
    where codes have ``-``; ``cnnspec lint --list`` lists them."""

    code = "unknown-lint"
    message = "'{name}' {problem}"
    bad = "allow { pixel_lost }"
    good = "allow { pixels_lost }"
    name: str
    problem: str

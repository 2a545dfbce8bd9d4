"""Diagnostics about the section that silences lints."""

from __future__ import annotations

from ...source import Diagnostic


class UnknownLint(Diagnostic):
    """The section ``allow`` names a lint that does not exist. Their names have ``_`` where codes have ``-``."""

    code = "unknown-lint"
    message = "there is no lint named '{name}'"
    bad = "allow { pixel_lost }"
    good = "allow { pixels_lost }"
    name: str

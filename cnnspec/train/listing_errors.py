"""Diagnostics of listing runs."""

from __future__ import annotations

from ..source import Diagnostic


class NoRunsHere(Diagnostic):
    """``cnnspec runs`` lists the run folders below a folder (``runs``, where none is named), or that folder itself."""

    code = "no-runs-here"
    message = "'{path}' {reason}, so there are no runs in it"
    bad = "cnnspec runs rnus"
    good = "cnnspec runs runs"
    path: str
    reason: str

"""Diagnostics about the section that silences lints."""

from __future__ import annotations

from ...source import Diagnostic
from ...source.lints import Lint


class UnknownLint(Diagnostic):
    """The section ``allow`` names a lint that does not exist. Their names have ``_`` where codes have ``-``."""

    code = "unknown-lint"
    message = "there is no lint named '{name}'"
    bad = "allow { pixel_lost }"
    good = "allow { pixels_lost }"
    name: str


class NothingSilenced(Lint):
    """The section ``allow`` silences a lint that finds nothing there, so that a later finding would be silenced unseen.

    Take it out. Names in parentheses are those of layers and parts: the finding may be elsewhere.
    """

    code = "nothing-silenced"
    silenceable = False
    message = "'{name}' is silenced{where}, and has found nothing there"
    bad = "allow { pixels_lost }  # and no pixel is"
    good = "allow { bias_before_norm }  # where there is such a bias"
    name: str
    where: str

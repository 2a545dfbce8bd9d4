"""A silence that silences nothing."""

from __future__ import annotations

from ...source.lints import Lint


class NothingSilenced(Lint):
    """The section ``allow`` silences a lint that finds nothing there, so that a later finding would be silenced unseen.

    Take it out. Names in parentheses are those of layers and parts: the finding may be elsewhere. It cannot be silenced
    itself.
    """

    code = "nothing-silenced"
    silenceable = False
    message = "'{name}' is silenced{where}, and has found nothing there"
    bad = "allow { pixels_lost }  # and no pixel is"
    good = "allow { bias_before_norm }  # where there is such a bias"
    name: str
    where: str

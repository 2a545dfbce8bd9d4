"""A silence that silences nothing."""

from __future__ import annotations

from ...source.lints import Lint


class NothingSilenced(Lint):
    """The section ``allow`` silences a lint that finds nothing there, so that a later finding would be silenced unseen.

    Take it out. The finding may be elsewhere, or the name in parentheses that of no layer or part (with other parameters
    of the model it may be one, so it is no error). A silence of what ``--object-size`` decides is not judged. It cannot be
    silenced itself.
    """

    code = "nothing-silenced"
    silenceable = False
    message = "'{name}' is silenced{where}, {problem}"
    bad = "allow { pixels_lost }  # and no pixel is"
    good = "allow { bias_before_norm }  # where there is such a bias"
    name: str
    where: str
    problem: str

"""Two networks in one drawing that shows what differs."""

from .merging import diff_picture

__all__ = ["diff_picture"]

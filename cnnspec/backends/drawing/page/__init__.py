"""The drawing as one HTML page to look around in: blocks open and close, every layer tells what it is. No network needed."""

from .building import page

__all__ = ["page"]

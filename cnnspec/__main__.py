"""``python -m cnnspec``."""

from .cli.main import entry

entry()

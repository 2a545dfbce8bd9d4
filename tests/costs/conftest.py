"""Puts the hand-built networks of ``tests/analyses/networks.py`` on the import path."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "analyses"))

"""These tests compute on the CPU, as those of training do."""

from tests.train.conftest import cpu

__all__ = ["cpu"]

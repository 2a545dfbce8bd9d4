"""From the steps of a spec to batches: what is joined, what is drawn, and where it is computed."""

from .plan import Group, Pipeline

__all__ = ["Group", "Pipeline"]

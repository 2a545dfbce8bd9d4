"""Activations that kernels compute along with their layer. Importing this does not import tinygrad."""

ACTIVATIONS = {"relu": 1, "relu6": 2}
"""By the names of the layers; as ``activated`` of ``vectors.h`` knows them."""

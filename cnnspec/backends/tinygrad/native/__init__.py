"""Kernels of our own for tinygrad's CPU device, in C: what clang makes of tinygrad's convolutions uses a fifth of a core."""

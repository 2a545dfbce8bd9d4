"""A small network and images that it learns at once."""

from __future__ import annotations

from typing import Any

import numpy as np

TEXT = """
model net(classes = 3) {
  input 1 x 6 x 6
  conv(4, 3, padding = 1)  bn  relu  flatten  linear(classes)
}
optimizer sgd(lr = 0.05, momentum = 0.9)
train (epochs = 3, batch = 16)
augment {}
schedule constant
"""


def blobs(count: int = 60, seed: int = 0) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Images (N, 6, 6) of uint8 whose class, one of three, shows as a bright row."""
    random = np.random.RandomState(seed)
    labels = np.arange(count) % 3
    images = random.randint(0, 100, (count, 6, 6)).astype(np.uint8)
    for image, label in zip(images, labels, strict=True):
        image[label * 2] += 150
    return images, labels

"""Training from scratch, on frozen features, and fine-tuning, each from 20 images of five kinds of clothing.

    python benchmarks/transfer.py [FOLDER OF FASHION-MNIST]

The network is trained on five other kinds first (``examples/clothes.cnn``, some minutes), then the three ways are measured
with the seeds 0, 1 and 2, which draw images and weights, on all 5,000 test images of these kinds. Prints a table for the
documentation.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path

import cnnspec

EXAMPLES = Path(__file__).parents[1] / "examples"
WAYS = {
    "from scratch": "clothes_scratch",
    "frozen features, a fresh head": "clothes_frozen",
    "fine-tuned": "clothes_tuned",
}
SEEDS = (0, 1, 2)


def trained(name: str, folder: Path, data: str | None, seed: int, weights: Path | None) -> cnnspec.Run:
    settings = {"data.path": f'"{data}"'} if data else {}
    out = folder / f"{name}-{seed}"
    return cnnspec.train(
        EXAMPLES / f"{name}.cnn", out=out, seed=seed, settings=settings, weights=weights, quiet=True
    )


def main(data: str | None) -> None:
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        source = trained("clothes", folder, data, 0, None)
        print(f"the network before: {source.test['accuracy']:.4f} on its own five kinds\n")
        print("| | " + " | ".join(f"seed {seed}" for seed in SEEDS) + " | mean |")
        print("| --- " * (len(SEEDS) + 2) + "|")
        for title, name in WAYS.items():
            weights = None if name == "clothes_scratch" else source.path
            found = [trained(name, folder, data, seed, weights).test["accuracy"] for seed in SEEDS]
            shown = [f"{100 * value:.1f} %" for value in (*found, statistics.mean(found))]
            print(f"| {title} | {' | '.join(shown)} |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else None)

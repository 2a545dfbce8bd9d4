"""From text to figures, in process: parse, elaborate, all analyses, by number of layers.

python benchmarks/compile_time.py [runs]
"""

from __future__ import annotations

import statistics
import sys
import time

from cnnspec.analyses.summary import summarize
from cnnspec.elaborate import Loader, elaborate
from cnnspec.source import Source

UNIT = "  conv(16, 3, padding = 1)  bn  relu\n  add { | | conv(16, 1) }"
STAGES = ("parse", "elaborate", "analyse", "all")


def spec(layers: int) -> Source:
    """A network of ``layers`` layers, each written out."""
    body = "\n".join([UNIT] * (layers // 5))
    return Source("bench.cnn", f"model bench {{\n  input 16 x 32 x 32\n{body}\n}}\n")


def measure(source: Source) -> tuple[float, ...]:
    start = time.perf_counter()
    module = Loader().link(source, None)
    parsed = time.perf_counter()
    graph = elaborate(module)
    elaborated = time.perf_counter()
    summarize(graph)
    end = time.perf_counter()
    return parsed - start, elaborated - parsed, end - elaborated, end - start


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    measure(spec(100))
    print(f"{'layers':>7} " + " ".join(f"{stage + ' s':>12}" for stage in STAGES) + f" {'µs a layer':>11}")
    for layers in (100, 1000, 10_000):
        source = spec(layers)
        medians = [
            statistics.median(column) for column in zip(*(measure(source) for _ in range(runs)), strict=True)
        ]
        print(
            f"{layers:7} " + " ".join(f"{m:12.4f}" for m in medians) + f" {medians[-1] / layers * 1e6:11.1f}"
        )


if __name__ == "__main__":
    main()

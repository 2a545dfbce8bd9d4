"""How long drawings of large networks take, as whole commands taken in turn.

    python benchmarks/drawing.py [runs]

Seconds on the clock, medians; the ratio is to a summary of the same network, so that machines can be compared.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BASE = ("summary nasnet_a_large", "")
COMMANDS = (
    BASE,
    ("draw nasnet_a_large --level stage", "svg"),
    ("draw nasnet_a_large --level block", "svg"),
    ("draw nasnet_a_large --level layer", "svg"),
    ("draw nasnet_a_large --level layer", "pdf"),
    ("draw nasnet_a_large --style volumes", "svg"),
    ("draw nasnet_a_large", "html"),
    ("draw densenet264", "html"),
    ("draw nasnet_a_mobile nasnet_a_large --diff --level stage", "svg"),
)


def seconds(command: tuple[str, str], folder: Path) -> float:
    words, suffix = command
    target = ["-o", str(folder / f"drawing.{suffix}")] if suffix else []
    started = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "cnnspec", *words.split(), *target], stdout=subprocess.DEVNULL, check=True
    )
    return time.perf_counter() - started


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    taken: dict[tuple[str, str], list[float]] = {command: [] for command in COMMANDS}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(runs):
            for command in COMMANDS:
                taken[command].append(seconds(command, Path(folder)))
    base = statistics.median(taken[BASE])
    print(f"{'command':<64} {'median s':>9} {'min s':>7} {'max s':>7} {'ratio':>6}")
    for (words, suffix), found in taken.items():
        name, median = f"{words} {suffix and '-o .'}{suffix}", statistics.median(found)
        print(f"{name:<64} {median:>9.2f} {min(found):>7.2f} {max(found):>7.2f} {median / base:>6.1f}")


if __name__ == "__main__":
    main()

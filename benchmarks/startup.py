"""Start to end of `check` and `summary` of VGG-19, against importing what both surfaces need.

    python benchmarks/startup.py [runs]

Processor seconds of whole processes, taken in turn; medians and their ratio to the base.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys

BASE = "python -c 'import yaml, lark'"
COMMANDS = {
    BASE: [sys.executable, "-c", "import yaml, lark"],
    "cnnspec check vgg19": [sys.executable, "-m", "cnnspec", "check", "vgg19"],
    "cnnspec summary vgg19": [sys.executable, "-m", "cnnspec", "summary", "vgg19"],
    "cnnspec summary vgg19 --json": [sys.executable, "-m", "cnnspec", "summary", "vgg19", "--json"],
}


def processor_seconds(command: list[str]) -> float:
    before = os.times()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 11
    for command in COMMANDS.values():
        processor_seconds(command)
    seconds: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(runs):
        for name, command in COMMANDS.items():
            seconds[name].append(processor_seconds(command))
    base = statistics.median(seconds[BASE])
    print(f"{'command':<32} {'median s':>9} {'min s':>7} {'max s':>7} {'ratio':>6}")
    for name, taken in seconds.items():
        median = statistics.median(taken)
        print(f"{name:<32} {median:9.3f} {min(taken):7.3f} {max(taken):7.3f} {median / base:6.2f}")


if __name__ == "__main__":
    main()

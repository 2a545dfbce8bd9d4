"""Writes docs/solving.md and its pictures, every output by its command: ``python docs/make_solving.py``."""

from __future__ import annotations

import contextlib
import io
import os
import shlex
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from cnnspec.cli.main import main as cnnspec

FOLDER = Path(__file__).parent
SPEC = """\
model net(width = 16, depth = 2, size = 32) {
  input 3 x size x size

  repeat depth { conv(width, 3, padding = 1)  bn  relu }
  global_avgpool  flatten  linear(10)
}
"""
TEXT = """\
<!-- Made by docs/make_solving.py: change it there. -->
# How wide, how deep, how large

`cnnspec solve` looks for the setting of one or two parameters of a spec that is best and satisfies constraints. Every
setting that it tells of was built and measured: nothing is estimated, and nothing is trained. Take this network,
`net.cnn`:

```cnn
{spec}```

**The widest with at most a million parameters.** What varies is a parameter of the model, over a range of whole
numbers; constraints are written as those of [`assert`](language.md#what-the-network-must-be-assert).

{wide}
The figures rise with the width all along, so the edge was found by bisection: the setting after the one that is told
does not satisfy the constraint. Where figures rise and fall, or some settings are no network, all are tried.

**Two parameters.** The second is searched for each value of the first. The table is the frontier: for each width the
depth that is best, its figures, and a star at the best of all.

{both}
![The most multiply-adds for each width](images/solving.png)

**What can be sought**: a parameter that varies, or any [quantity](reference.md#quantities), to be large or small. The
smallest depth that sees a whole image of 32 pixels:

{field}
Memory in training is that of the spec's sections `optimizer` and `train`, where it has them, as `cnnspec fits` tells it.

`--json` prints all settings that were looked at, `-o` draws the frontier (.png, .svg, .pdf). Where nothing satisfies
the constraints, the exit code is 1, and the nearest setting is told:

{none}"""
COMMANDS = {
    "wide": 'cnnspec solve net.cnn --vary width=16..1024 --maximise width --subject-to "params <= 1M"',
    "both": 'cnnspec solve net.cnn --vary width=16..256:16 --vary depth=1..20 --maximise macs --subject-to "params <= 1M" '
    '--subject-to "memory(batch = 128) <= 1GB" -o solving.png',
    "field": 'cnnspec solve net.cnn --vary depth=1..100 --minimise depth --subject-to "receptive_field >= 32"',
    "none": 'cnnspec solve net.cnn --vary width=16..64 --minimise width --subject-to "params <= 1k"',
}


@contextlib.contextmanager
def inside(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def ran(command: str) -> str:
    """A command with what it prints, as Markdown."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        cnnspec(shlex.split(command)[1:])
    return f"```\n$ {command}\n{said.getvalue().rstrip()}\n```\n"


def page(folder: Path) -> str:
    """The page, its picture made in ``folder``."""
    (folder / "net.cnn").write_text(SPEC, encoding="utf-8")
    with inside(folder):
        return TEXT.format(spec=SPEC, **{name: ran(command) for name, command in COMMANDS.items()})


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        (FOLDER / "solving.md").write_text(page(Path(folder)), encoding="utf-8")
        (FOLDER / "images" / "solving.png").write_bytes((Path(folder) / "solving.png").read_bytes())
    return 0


if __name__ == "__main__":
    sys.exit(main())

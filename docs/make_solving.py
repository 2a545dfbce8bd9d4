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
All settings were built, so this is the largest there is; the table shows those around it and some of the others, `*` marks
the best and `-` what does not satisfy a constraint. What happens where there are too many to build
[stands below](#when-there-are-too-many).

**Two parameters.** The table is the frontier: for each width the depth that is best, its figures, and a star at the best of
all.

{both}
![The most multiply-adds for each width](images/solving.png)

**What can be sought**: a parameter that varies, or any [quantity](reference.md#quantities) that is a number, to be large or
small. Of a receptive field or resolution it is the smaller side; a shape cannot be sought. The smallest depth that sees a
whole image of 32 pixels:

{field}
`depth` is here a parameter of the model, and also a quantity: the most layers with weights on one path. After `--vary`,
`--maximise` and `--minimise` such a name is the parameter, and the table says so; in a constraint it is the quantity. With
brackets, as in `--maximise "depth()"`, it is the quantity everywhere. A parameter is not bounded by a constraint but by its
values in `--vary`.

## When there are too many

The search takes about ten seconds at most; on a terminal a line says how far it is. A few settings that are spread over all
are built first. If all can be built in time, all are, and the result is the *largest* (or *smallest*). Else it is called the
*best of those tried*, the last line says how many these are, and they are chosen so:

- **One parameter.** Nine values are built first: at equal distances, or at equal ratios where the last is more than 200
  times the first. Those above a network that took long and does not satisfy the constraints are left out. If every
  figure rises or falls along them all, the edge of what is allowed is found by bisection between two of them. This
  rests on the assumption that the figures do so at the values between, too; 65 values are looked at to check it, and
  yet a single small network among large ones can be missed. Where the first or the last values are no networks (an
  image that is too small, a network of too many layers), the values between these are searched in this way, as far as
  constraints reach. If some figure rises and falls, values are tried from coarse to fine, for six tenths of the time.
- **Two parameters.** Values of the first are tried from coarse to fine, for six tenths of the time. For each, the
  second is searched as above, from five values, and at most 65 where figures rise and fall. The table has those values
  of the first for which that came to an end.
- **Then it is refined.** The neighbours of the eight best are tried (of two parameters: of the best of eight values of the
  first), those of the best eight that result, and so on until these have no neighbour that was not tried. Of two parameters,
  it goes on with sixteen, thirty-two and so on, until the time is up.
- **At last, further around.** Of one parameter up to a thousand settings around the best are tried, the nearest first, and
  anew around one that is better; where nothing satisfies the constraints, those around the setting that comes nearest, of
  two parameters too.

How many fit in the time depends on the machine and the network: thousands of a small network, hundreds of a large one.

{large}
A coarser range, such as `width=1..100000:100`, or a narrower one around the result is tried whole. In what `--json` prints,
`complete` says whether all settings were built, `bisected` whether edges were found by bisection.

## What can vary, and what holds

Besides ranges of whole numbers (`width=16..256`, with a step `width=16..256:8`) there are lists (`depth=[1, 2, 4]`) and
ranges of decimal numbers with a step (`factor=1.0..2.0:0.1`). Whatever number `--set` takes can vary, so also what
belongs to the experiment: `train.batch=8..512:8`.

What the spec itself asserts must hold too, and stands in the table. A setting that is no network, or that lacks a part
that a constraint asks about, does not satisfy the constraints; the last line tells how many there are and what is wrong
with one. Of settings that are equally good the first is told, and how many others there are.

## Memory, pictures, and no solution

Memory in training is that of the spec's sections `optimizer` and `train`, where it has them, as `cnnspec fits` tells it; the
batch too, where the constraint names none.

`--json` prints all settings that were looked at, `-o` draws the frontier (.png, .svg, .pdf). Where what is sought is the
parameter that goes across, the picture shows the first constraint's figure, and its bound as a line:

![The parameters of each width, and the most that are allowed](images/solving_width.png)

Where nothing that was tried satisfies the constraints, the exit code is 3, and the nearest setting is told with what each
constraint wants:

{none}"""
COMMANDS = {
    "wide": 'cnnspec solve net.cnn --vary width=16..1024 --maximise width --subject-to "params <= 1M" '
    "-o solving_width.png",
    "both": 'cnnspec solve net.cnn --vary width=16..256:16 --vary depth=1..20 --maximise macs --subject-to "params <= 1M" '
    '--subject-to "memory(batch = 128) <= 1GB" -o solving.png',
    "field": 'cnnspec solve net.cnn --vary depth=1..100 --minimise depth --subject-to "receptive_field >= 32"',
    "large": 'cnnspec solve net.cnn --vary width=1..100000 --maximise width --subject-to "params <= 100M"',
    "none": 'cnnspec solve net.cnn --vary width=16..64 --minimise width --subject-to "params <= 1k" '
    '--subject-to "macs >= 1M"',
}
PICTURES = ("solving.png", "solving_width.png")


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
    """The page, its pictures made in ``folder``."""
    (folder / "net.cnn").write_text(SPEC, encoding="utf-8")
    with inside(folder):
        return TEXT.format(spec=SPEC, **{name: ran(command) for name, command in COMMANDS.items()})


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        (FOLDER / "solving.md").write_text(page(Path(folder)), encoding="utf-8")
        for name in PICTURES:
            (FOLDER / "images" / name).write_bytes((Path(folder) / name).read_bytes())
    return 0


if __name__ == "__main__":
    sys.exit(main())

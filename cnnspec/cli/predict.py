"""A run says what it learnt: images are decoded and fitted as its data was. A spec says what its weights know:
'cnnspec predict efficientnet_lite0 photo.jpg' takes those that 'cnnspec pretrained' lists, and images go through the
spec's section 'evaluation'.

A folder stands for the images in it. A broken image is reported, and the others are still predicted; the exit code is
then 1. Boxes and points are in pixels of the upright image."""

from __future__ import annotations

import argparse
import gc
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..train.wording import figure, printable
from .networks import add_network, trained_network
from .output import add_device, fail, print_json, whole_number

if TYPE_CHECKING:
    from ..train.predict import Answer, Prediction


def add_arguments(command: argparse.ArgumentParser) -> None:
    add_network(command)
    command.add_argument(
        "images", metavar="IMAGE", type=Path, nargs="+", help="image files, or folders of them"
    )
    command.add_argument(
        "--top",
        type=whole_number,
        metavar="N",
        default=5,
        help="how many classes to name (default: 5); labels that apply are all named",
    )
    command.add_argument(
        "--fit",
        choices=("exact", "resize", "crop", "pad"),
        help="how images of another size are fitted (default: as in the spec)",
    )
    form = command.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print a JSON list, an entry an image")
    form.add_argument("--csv", action="store_true", help="print a table with a head line, a row an image")
    add_device(command)


def run(options: argparse.Namespace) -> int:
    from ..train.predict import picture_files, predict

    gc.enable()
    trained = trained_network(options)
    result = predict(trained, picture_files(options.images), options.top, options.device, options.fit)
    if options.json:
        print_json([_plain(p) for p in result.found])
    elif options.csv:
        _print_csv(result.found)
    else:
        for prediction in result.found:
            print(f"{printable(str(prediction.file))}: {_line(prediction, options.top)}")
    sys.stdout.flush()
    problems = (*trained.remarks, *result.problems)
    return fail(problems) if problems else 0


def _line(prediction: Prediction, top: int) -> str:
    """What all outputs say; with their names where there are several."""
    several = len(prediction.answers) > 1
    told = [(f"{a.output}: " if several else "") + _told(a, top) for a in prediction.answers]
    return "; ".join(told)


def _told(answer: Answer, top: int) -> str:
    """``cat 0.981  dog 0.012``; labels that apply, and the likeliest of those that don't, in brackets."""
    if answer.learns == "classes":
        return "  ".join(f"{printable(name)} {value:.3f}" for name, value in answer.values)
    if answer.learns == "labels":
        shown = [v for i, v in enumerate(answer.values) if i < top or v[1] >= 0.5]
        told = [(f"{printable(name)} {value:.3f}", value >= 0.5) for name, value in shown]
        return "  ".join(text if applies else f"({text})" for text, applies in told)
    return "  ".join(f"{printable(name)} {figure(value)}" for name, value in answer.values)


def _plain(prediction: Prediction) -> dict[str, Any]:
    """An object; by what is learnt, or by output where two outputs learn the same."""
    kinds = [answer.learns for answer in prediction.answers]
    named = {(a.learns if kinds.count(a.learns) == 1 else a.output): _values(a) for a in prediction.answers}
    return {"file": str(prediction.file), **named}


def _values(answer: Answer) -> Any:
    if answer.learns in ("classes", "labels"):
        return [{"name": name, "probability": value} for name, value in answer.values]
    return dict(answer.values)


def _print_csv(found: Sequence[Prediction]) -> None:
    """Columns ``file``, then of each output its classes and their probabilities, likeliest first; a column a label with its
    probability, or a column a number."""
    import csv

    writer = csv.writer(sys.stdout, lineterminator="\n")
    for place, prediction in enumerate(found):
        cells = [
            cell for answer in prediction.answers for cell in _cells(answer, len(prediction.answers) > 1)
        ]
        if not place:
            writer.writerow(["file", *(title for title, _ in cells)])
        writer.writerow([prediction.file, *(value for _, value in cells)])


def _cells(answer: Answer, several: bool) -> list[tuple[str, Any]]:
    before = f"{answer.output}_" if several else ""
    if answer.learns == "classes":
        return [
            cell
            for rank, (name, value) in enumerate(answer.values, 1)
            for cell in ((f"{before}class_{rank}", name), (f"{before}probability_{rank}", f"{value:.6g}"))
        ]
    values = sorted(answer.values) if answer.learns == "labels" else answer.values
    return [(f"{before}{name}", f"{value:.6g}") for name, value in values]

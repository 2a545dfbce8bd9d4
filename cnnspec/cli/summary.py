"""MACs count convolutions and linear layers of one image; 1 MAC = 2 FLOPs. Parameters leave out running
statistics. Memory is at float32, a sample.

--style keras is the table of Keras' model.summary(), which counts running statistics as parameters that are not trained.
--style lecture has a row for each size and each operation, and the parameters as formulas.
--style field has the receptive field of each layer that changes it: size, smaller share of the image's sides, stride,
first pixel."""

from __future__ import annotations

import argparse

from ..analyses.summary import summarize, summary_json
from ..api.graphs import graph_of
from ..api.summary_table import summary_text
from ..elaborate import open_target
from .output import add_depth, add_spec, print_json, sections, table_width

STYLES = ("keras", "lecture", "field")


def add_arguments(command: argparse.ArgumentParser) -> None:
    add_spec(command)
    forms = command.add_mutually_exclusive_group()
    forms.add_argument("--json", action="store_true", help="print all figures as one JSON object")
    add_depth(forms, "row")
    forms.add_argument(
        "--style", choices=STYLES, help="the table as others lay it out, or of receptive fields"
    )


def run(options: argparse.Namespace) -> int:
    graph = graph_of(open_target(options.spec, options.overrides, sections))
    if options.style:
        from .table_styles import table_in

        print(table_in(graph, options.style))
        return 0
    summary = summarize(graph)
    if options.json:
        print_json(summary_json(summary))
        return 0
    print(summary_text(summary, table_width(), options.depth and options.depth - 1))
    return 0

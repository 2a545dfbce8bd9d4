"""Mutated specs: whatever a text says, it is a graph or a diagnostic, never a traceback.

``CNNSPEC_FUZZ`` sets how many are tried (10,000 unless told), ``CNNSPEC_FUZZ_SEED`` where they start.
"""

import os
import random
from pathlib import Path

import pytest

from cnnspec.analyses.summary import summarize, summary_json
from cnnspec.backends.drawing.graphviz import to_dot
from cnnspec.backends.drawing.model import picture
from cnnspec.backends.drawing.view import View
from cnnspec.elaborate import Loader, check_blocks, elaborate, is_blocks_alone
from cnnspec.elaborate.renaming import renamings
from cnnspec.ir import verify
from cnnspec.source import Source, SpecError, as_json, render_all
from cnnspec.syntax import parse_text, parse_yaml, print_text, print_yaml
from cnnspec.train.sections import bind_experiment

COUNT = int(os.environ.get("CNNSPEC_FUZZ", "2400"))
SEED = int(os.environ.get("CNNSPEC_FUZZ_SEED", "0"))
PARTS = 4

ROOT = Path(__file__).parent.parent
CORPUS = [
    Source(str(path), path.read_text(encoding="utf-8"))
    for folder in ("specs", "examples", "tests/specs/valid")
    for path in sorted((ROOT / folder).iterdir())
    if path.suffix in (".cnn", ".yaml")
]
WORDS = [
    "conv",
    "maxpool",
    "avgpool",
    "bn",
    "relu",
    "linear",
    "flatten",
    "dropout",
    "add",
    "concat",
    "multiply",
    "upsample",
    "crop",
    "pad",
    "split",
    "shuffle\nscale",
    "lrn",
    "group_norm",
    "layer_norm",
    "stochastic_depth",
    "global_avgpool",
    "adaptive_avgpool",
    "model",
    "block",
    "input",
    "let",
    "repeat",
    "for",
    "in\nif",
    "else",
    "use",
    "output",
    "auxiliary",
    "and",
    "or",
    "not",
    "true",
    "false",
    "here",
    "default(conv(bias = false))",
    "default(",
    "require(",
    "where(",
    "zip(",
    "activation",
    "names",
    'timm("conv{n}", "{n}")',
    "in.channels",
    "stage1",
    "same",
    "kaiming_normal",
    "digits",
    "sgd",
    "adam",
    "x",
    "3",
    "0\n-1",
    "1.5",
    "1e300",
    "65537",
    "range(3)",
    "[1,",
    "2]",
    "(1,",
    "2)",
    '"text"',
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "|",
    "->",
    ":",
    ",",
    "=",
    "==",
    "!=",
    "<",
    "//",
    "%",
    "/",
    "*",
    "+",
    "-",
    "#",
    "\n",
    "\t",
    ":",
    "-",
    "-",
    "'",
    "é",
    "漢",
]


def mutate(text: str, rng: random.Random) -> str:
    for _ in range(rng.choice((1, 1, 1, 2, 3, 6))):
        start = rng.randrange(len(text) + 1)
        end = min(len(text), start + rng.choice((1, 1, 2, 5, 20)))
        kind = rng.randrange(5)
        if kind == 0:
            text = text[:start] + text[end:]
        elif kind == 1:
            text = text[:start] + text[start:end] * 2 + text[end:]
        elif kind == 2:
            text = text[:start] + " " + rng.choice(WORDS) + " " + text[start:]
        elif kind == 3:
            text = text[:start] + rng.choice(WORDS) + text[end:]
        else:
            other = rng.choice(CORPUS).text
            at = rng.randrange(len(other) + 1)
            text = text[:start] + other[at : at + 30] + text[end:]
    return text


def compile_text(source: Source) -> bool:
    """Through every stage that runs before tensors; whether it was a right spec."""
    try:
        module = Loader().link(source, Path(source.name))
        if is_blocks_alone(module):
            check_blocks(module)
            return True
        graph = elaborate(module)
        renamings(module)
        bind_experiment(module, graph)
    except SpecError as error:
        assert error.diagnostics
        assert render_all(error.diagnostics, color=True)
        for diagnostic in error.diagnostics:
            assert as_json(diagnostic)["message"]
        return False
    verify(graph)
    assert summary_json(summarize(graph))["layers"] is not None
    assert to_dot(picture(graph, View()), View())
    assert parse_text(Source("printed.cnn", print_text(module.spec))) == module.spec
    assert parse_yaml(Source("printed.yaml", print_yaml(module.spec))) == module.spec
    return True


@pytest.mark.parametrize("part", range(PARTS))
def test_mutated_specs(part: int) -> None:
    rng = random.Random(SEED * PARTS + part)
    right = 0
    for _ in range(COUNT // PARTS):
        original = rng.choice(CORPUS)
        source = Source(original.name, mutate(original.text, rng))
        try:
            right += compile_text(source)
        except Exception as error:
            raise AssertionError(
                f"{type(error).__name__}: {error}\n--- {source.name}\n{source.text}"
            ) from error
    assert 0 < right < COUNT // PARTS


@pytest.mark.parametrize("source", CORPUS, ids=lambda s: Path(s.name).name)
def test_the_corpus_is_right(source: Source) -> None:
    assert compile_text(source)

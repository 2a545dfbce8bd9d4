"""What is printed of how to silence lints, taken at its word: the spec then is as silent as it says, and nothing arises."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_lints import FIRES, found

from cnnspec.cli.silencing import how_to_silence
from cnnspec.elaborate import Loader, Module
from cnnspec.source.lints import silent_name
from cnnspec.syntax import print_yaml

NARROW = {".cnn": "\nallow narrow_field\n", ".yaml": "allow: narrow_field\n"}
"""A silence that is there already, in a form that has no room for a second one; it is never judged."""


def lines_of(module: Module) -> list[str]:
    assert module.path
    lines = list(how_to_silence(module.path.name, module, found(module)))
    assert len(lines) in (0, 1, 2) and all(line.startswith(("to silence", "or ")) for line in lines)
    return [line.partition(":  ")[2].removesuffix("  in the spec") for line in lines]


def applied(module: Module, line: str) -> str:
    """The spec with the section as printed: in the place of the one that it has, or as the last line."""
    there = [s.span for s in module.spec.sections if s.name == "allow" and s.span]
    text = module.source.text
    return text[: there[0].start] + line + text[there[0].end :] if there else f"{text}\n{line}\n"


def check(path: Path) -> int:
    """Apply each line that is printed of the spec; their number."""
    module = Loader().load(path)
    before = {each.text: silent_name(each.code) for each in found(module)}
    lines = lines_of(module)
    for number, line in enumerate(lines):
        named = {name for name in before.values() if name in line}
        assert number or named >= set(before.values()) - {"nothing_silenced"}
        other = path.with_stem(f"applied{number}")
        other.write_text(applied(module, line))
        after = {each.text for each in found(Loader().load(other))}
        assert named and after == {text for text, name in before.items() if name not in named}
    return len(lines)


@pytest.mark.parametrize("there", [False, True])
@pytest.mark.parametrize("suffix", [".cnn", ".yaml"])
@pytest.mark.parametrize("fires", FIRES, ids=lambda p: p.stem)
def test_lines_do_as_they_say(fires: Path, suffix: str, there: bool, tmp_path: Path) -> None:
    module = Loader().load(fires)
    path = tmp_path / f"net{suffix}"
    has_own = any(section.name == "allow" for section in module.spec.sections)
    text = fires.read_text() if suffix == ".cnn" else print_yaml(module.spec)
    path.write_text(text + (NARROW[suffix] if there and not has_own else ""))
    quiet = has_own or (there and fires.stem.startswith("narrow_field"))
    assert bool(check(path)) != quiet


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "use vgg16_bn(classes = 3)  allow { bias_before_norm(stage1) }",
            ["allow { bias_before_norm }"],
        ),
        (
            "model m { input 3 x 7 x 7  maxpool(2)  repeat 4 { conv(8, 1)  bn  relu }  conv(9, 1)  bn  flatten  linear(2) }",
            ["allow { pixels_lost  bias_before_norm }", "allow { pixels_lost(maxpool1) }"],
        ),
        (
            "model m { input 3 x 7 x 7  a: maxpool(2)  maxpool(2)  flatten  linear(2) }  allow pixels_lost(a)",
            ["allow { pixels_lost }", "allow { pixels_lost(a)  pixels_lost(maxpool1) }"],
        ),
    ],
)
def test_what_is_there_stays_where_it_is_needed(text: str, said: list[str], tmp_path: Path) -> None:
    path = tmp_path / "net.cnn"
    path.write_text(text)
    assert lines_of(Loader().load(path)) == said
    assert check(path) == len(said)

"""``report.md``: what was trained, how it went, and what is needed to do it again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..ir import show
from .measures import Measures
from .run import CONFUSION, CURVES, RunInfo

_WORST = 10


def report(info: RunInfo, records: Sequence[Mapping[str, Any]], test: Measures | None) -> str:
    """The report as Markdown."""
    parts = [
        f"# {_plain(info.model)}",
        *_facts(info),
        "",
        *([f"![loss and accuracy over the epochs]({CURVES})", ""] if records else []),
    ]
    parts += _epochs(records)
    if test is not None:
        parts += ["", "## Test", "", *_measures(test), *_tables(test)]
        if test.of_classes is not None:
            parts += ["", f"![confusion matrix, predicted against actual]({CONFUSION})"]
    parts += ["", "## To repeat it", ""]
    parts += [f"Seed {info.seed}, device {info.device}, spec `spec/{info.spec}`.", ""]
    parts += ["| | version |", "| --- | --- |", *(f"| {name} | {v} |" for name, v in info.versions.items())]
    return "\n".join(parts) + "\n"


def _facts(info: RunInfo) -> list[str]:
    images = ", ".join(f"{count:,} {split}" for split, count in info.images.items())
    best = info.best or {}
    lines = [
        "",
        f"- Status: {info.status}",
        f"- Input {show(info.input_shape)}",
        *(f"- Output {_plain(t['output'])}: {len(t['names'])} {t['learns']}" for t in info.tasks),
        f"- Parameters: {info.parameters:,} trainable",
        f"- Images: {images}; batches of {info.batch}",
        f"- Time: {info.seconds:.0f} s",
        *([f"- Problem: {_plain(info.problem)}"] if info.problem else []),
    ]
    if best:
        figures = ", ".join(
            f"{_title(k)} {_figure(v)}" for k, v in best.items() if k != "epoch" and v is not None
        )
        lines.append(f"- Best epoch: {best['epoch']} ({figures})")
    return [*lines, *(f"- Note: {note}" for note in info.notes)]


def _epochs(records: Sequence[Mapping[str, Any]]) -> list[str]:
    if not records:
        return ["No epoch was finished."]
    keys = [k for k in records[0] if k != "step"]
    shown = records if len(records) <= 12 else [*records[:3], *records[-9:]]
    head = "| " + " | ".join(_title(k) for k in keys) + " |"
    rows = ["| " + " | ".join(_figure(r.get(k)) for k in keys) + " |" for r in shown]
    if len(shown) < len(records):
        rows.insert(3, "| … " * len(keys) + "|")
    return [head, "| --- " * len(keys) + "|", *rows]


def _measures(test: Measures) -> list[str]:
    return [
        f"- Images: {test.images:,}",
        *(f"- {_title(k).capitalize()}: {_figure(v)}" for k, v in test.values.items()),
        *(f"- Note: {_plain(note)}" for note in test.notes),
    ]


def _tables(test: Measures) -> list[str]:
    lines: list[str] = []
    for table in test.tables.values():
        rows = sorted(table, key=lambda row: 2.0 if row.recall is None else row.recall)
        many = f"The {_WORST} recognised worst:"
        lines += ["", many if len(rows) > _WORST else "Each one, worst first:", ""]
        lines += ["| class | images | recall | precision | F1 |", "| --- | --- | --- | --- | --- |"]
        lines += [
            f"| {_plain(r.name)} | {r.images} | {_figure(r.recall)} | {_figure(r.precision)} | {_figure(r.f1)} |"
            for r in rows[:_WORST]
        ]
    return lines


def _title(key: str) -> str:
    return key.replace("val_", "validation ").replace("train_", "training ").replace("_", " ")


def _figure(value: Any) -> str:
    if value is None:
        return "–"
    return (
        f"{value:,}" if isinstance(value, int) else f"{value:.4g}" if abs(value) < 1000 else f"{value:,.0f}"
    )


def _plain(text: str) -> str:
    """Names come from files and folders: keep them from being read as Markdown or as a table's bar."""
    return "".join("\\" + c if c in "\\`*_[]<>|#" else " " if c in "\r\n" else c for c in text)

"""What stands in the report of a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...analyses.summary import Summary, summarize, summary_json
from ...backends.drawing.formats import subject
from ...backends.drawing.graphviz import to_dot
from ...backends.drawing.renderers import render_dot
from ...backends.drawing.view import View
from ..data.normalization import Normalization
from ..evaluate import Evaluated
from ..experiment import Experiment
from ..figures import FigureOptions, curves, drawn_figures
from ..measures import Axis, matrix_rows
from ..progress import duration
from ..reading import Run
from ..tasks import ClassTask, Task
from ..wording import figure
from .cases import Cases, chosen_cases
from .insights import insight_figures

if TYPE_CHECKING:
    from ..metrics.tables import ClassRow


@dataclass(frozen=True)
class PageOptions:
    """``layers`` are those whose feature maps are shown, of ``image`` (the first image that is evaluated unless told);
    ``rows`` says what the rows of the confusion matrix are, ``about`` what images were evaluated, ``checkpoint`` (best or
    last) which weights."""

    layers: tuple[str, ...] = ()
    image: Path | None = None
    rows: Axis | None = None
    about: str = "test images"
    checkpoint: str = "best"


@dataclass(frozen=True)
class Picture:
    """A figure: ``name`` of its file, without suffix; ``kind`` is png or svg."""

    name: str
    title: str
    about: str
    data: bytes
    alt: str
    kind: str = "png"


@dataclass(frozen=True)
class Section:
    """A part of the page: figures, tables of classes, or images."""

    title: str
    pictures: tuple[Picture, ...] = ()
    tables: tuple[tuple[ClassRow, ...], ...] = ()
    cases: tuple[Cases, ...] = ()


@dataclass(frozen=True)
class Report:
    """All of it. ``facts`` are (what, value) lines; ``figures`` the measures by name."""

    model: str
    facts: tuple[tuple[str, str], ...]
    measures: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    about: str
    drawing: Picture
    network: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    specs: tuple[tuple[str, str], ...]
    versions: dict[str, str] = field(default_factory=dict)

    @property
    def figure_names(self) -> str:
        """Names of all files beside the page."""
        cases = [f"{each.name}.png" for section in self.sections for each in section.cases]
        return " ".join([*(f"{picture.name}.{picture.kind}" for picture in self.pictures), *cases])

    @property
    def pictures(self) -> list[Picture]:
        """Every figure of the page."""
        return [self.drawing, *(picture for section in self.sections for picture in section.pictures)]


def build_report(run: Run, experiment: Experiment, found: Evaluated, options: PageOptions) -> Report:
    """The report of a run on the images that were evaluated; raises :class:`SpecError` for a layer or image that is not
    there."""
    rows = options.rows or matrix_rows(experiment.metrics)
    normalization = Normalization(run.info.mean, run.info.std)
    weights = run.weights(options.checkpoint)
    insights = insight_figures(experiment, weights, found, normalization, options.layers, options.image)
    summary = summarize(experiment.graph)
    return Report(
        model=run.info.model,
        facts=_facts(run, found, options),
        measures=tuple((_title(k), figure(v)) for k, v in found.measures.values.items()),
        notes=(*found.measures.notes, *run.info.notes),
        about=options.about,
        drawing=_drawing(experiment),
        network=_network(summary),
        sections=(
            Section("Training", (_curves(run),) if run.records else ()),
            *_output_sections(found, rows, options.about),
            Section("Images to look at", cases=tuple(chosen_cases(found))),
            Section("What the network looks at", tuple(insights)),
        ),
        specs=_specs(run),
        versions=dict(run.info.versions),
    )


def _facts(run: Run, found: Evaluated, options: PageOptions) -> tuple[tuple[str, str], ...]:
    info, best = run.info, run.info.best or {}
    counts = ", ".join(f"{count:,} {part}" for part, count in info.images.items())
    return (
        ("run", run.path.resolve().name),
        ("status", info.status),
        *((_learns(run, t), f"{t.kind}: {_names(t.known_names)}{_positive(t)}") for t in run.tasks),
        ("measured on", f"{found.measures.images:,} {options.about}"),
        ("best epoch", f"{best['epoch']} of {info.epochs}" if best else "–"),
        ("images", f"{counts}; batches of {info.batch}"),
        ("device", info.device),
        ("seed", str(info.seed)),
        ("time", duration(info.seconds)),
    )


def _learns(run: Run, task: Task) -> str:
    return f"'{task.output}' learns" if len(run.tasks) > 1 else "learns"


def _positive(task: Task) -> str:
    """Which of two classes precision, recall and F1 are about."""
    if not isinstance(task, ClassTask) or not task.binary:
        return ""
    return f"; precision, recall and F1 are those of '{task.names[task.positive]}'"


def _names(names: Sequence[str], most: int = 12) -> str:
    return ", ".join(names[:most]) + (f" … ({len(names)})" if len(names) > most else "")


def _drawing(experiment: Experiment) -> Picture:
    drawn = subject(experiment.graph, View(direction="TB"))
    about = (
        f"A box a {drawn.view.level}; frames are what is around them." if drawn.view.level != "model" else ""
    )
    svg = render_dot(to_dot(drawn.picture, drawn.view), "svg")
    return Picture("network", "The network", about, svg, f"drawing of the network {drawn.graph.name}", "svg")


def _network(summary: Summary) -> tuple[tuple[str, str], ...]:
    plain: dict[str, Any] = summary_json(summary)
    memory = plain["memory"]
    return (
        ("input", " x ".join(map(str, plain["input"]))),
        ("layers", f"{len(plain['layers']):,}"),
        ("parameters", f"{plain['params']['total']:,}"),
        ("multiply-adds", f"{plain['macs']:,} an image"),
        ("memory of parameters", _bytes(memory["parameters"])),
        ("memory of activations, training", f"{_bytes(memory['activations_training'])} an image"),
    )


def _bytes(count: int) -> str:
    return f"{count / 10**6:,.2f} MB" if count >= 10**5 else f"{count / 1000:,.1f} kB"


def _curves(run: Run) -> Picture:
    best = (run.info.best or {}).get("epoch")
    about = "Loss and measures over the epochs. Where training goes on falling and validation does not, it overfits."
    data = curves(run.records, run.info.model, best)
    return Picture("curves", "Curves", about, data, "loss and measures over the epochs")


def _output_sections(found: Evaluated, rows: Axis, about: str) -> list[Section]:
    several, tables = len(found.measures.scored) > 1, found.measures.tables
    sections = []
    for output, scored in found.measures.scored.items():
        options = FigureOptions(title=f"{output}, {about}" if several else about, rows=rows)
        pictures = tuple(
            Picture(
                f"{figure.name}_{output}" if several else figure.name, figure.title, figure.about, data, alt
            )
            for figure, data, alt in drawn_figures(scored, options)
        )
        title = f"Output '{output}'" if several else "How well it does"
        sections.append(Section(title, pictures, (tables[output],) if output in tables else ()))
    return sections


def _specs(run: Run) -> tuple[tuple[str, str], ...]:
    folder = run.spec.parent
    files = [run.spec, *sorted(path for path in folder.iterdir() if path != run.spec and path.is_file())]
    return tuple((path.name, path.read_text(encoding="utf-8", errors="replace")) for path in files)


def _title(key: str) -> str:
    return key.replace("_", " ")

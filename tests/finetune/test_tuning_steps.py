"""What the steps of fine-tuning come to, and what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest
from tuning_runs import MODEL, made, refused, tuning_spec

from cnnspec.ir import covers
from cnnspec.train.experiment import Experiment

FROM = 'from("weights.safetensors")  '


def tuned(steps: str, epochs: int = 5) -> Experiment:
    return made(tuning_spec(FROM + steps, epochs), Path())[0]


def starts(experiment: Experiment) -> dict[str, int | None]:
    return {f"{n.name}.{p.name}": p.starts for n in experiment.graph.nodes for p in n.parameters}


@pytest.mark.parametrize(
    ("pattern", "name", "expected"),
    [
        ("stem", "stem.conv1.weight", True),
        ("stem", "stem2.conv1.weight", False),
        ("stem", "deep.stem.conv1.weight", False),
        ("stage*", "stage1.conv1.weight", True),
        ("stage*", "stage1", True),
        ("stage*.bn1", "stage1.bn1.bias", True),
        ("stage*.bn1", "stage1.bn12.bias", False),
        ("*.*.bias", "stage1.bn1.bias", True),
        ("*", "head.weight", True),
        ("all", "head.weight", True),
        ("a.c", "abc", False),
        ("stage[12]", "stage1.conv1", False),
        ("**.bn*", "bn1.weight", True),
        ("**.bn*", "a.b.c.bn12.weight", True),
        ("**.bn*", "a.b.conv1.bn", True),
        ("**.bn*", "a.debn1.weight", False),
        ("a.**.bias", "a.b.c.bias", True),
    ],
)
def test_patterns(pattern: str, name: str, expected: bool) -> None:
    assert covers(pattern, name) == expected


def test_later_steps_win() -> None:
    found = starts(tuned("freeze(all)  unfreeze(high)  unfreeze(head, epoch = 2)  freeze(high.bn1)"))
    assert found["low.conv1.weight"] is None
    assert found["high.conv1.weight"] == 1
    assert found["high.bn1.weight"] is None
    assert found["head.weight"] == 2


def test_statistics_are_still_with_what_lies_between() -> None:
    experiment = tuned("replace(head)  freeze(all, statistics = true)  unfreeze(high, epoch = 3)")
    names = {experiment.graph.nodes[i].name: until for i, until in experiment.tuning.still.items()}
    # Dropout between frozen layers is off, the one before the fresh head is not.
    assert names["low.bn1"] is None and names["low.dropout1"] == 3 and names["high.bn1"] == 3
    assert "dropout1" not in names and "head" not in names
    found = starts(experiment)
    assert found["low.bn1.running_mean"] is None and found["high.bn1.running_var"] == 3
    assert experiment.tuning.stages(experiment.graph) == (1, 3)


def test_a_fresh_layer_is_never_frozen() -> None:
    experiment = tuned("replace(head)  freeze(all)")
    assert {name for name, start in starts(experiment).items() if start and "running" not in name} == {
        "head.weight", "head.bias"
    }  # fmt: skip
    assert experiment.tuning.fresh == {"head.weight", "head.bias"}


def test_steps_may_stand_in_any_order_where_that_is_clear() -> None:
    one, other = tuned("replace(head)  freeze(all)"), tuned("freeze(all)  replace(head)")
    assert starts(one) == starts(other)


def test_factors() -> None:
    found = tuned("lr(all, 0.1)  lr(high, low.bn1, 0.5)").tuning.factors
    assert found["low.conv1.weight"] == 0.1 and found["high.conv1.weight"] == found["low.bn1.bias"] == 0.5


@pytest.mark.parametrize(
    ("steps", "code", "underlined", "hint"),
    [
        (FROM + "freeze(lwo)", "no-such-part", "lwo", "did you mean 'low'?"),
        (FROM + "freeze(low, high.conv)", "no-such-part", "high.conv", "did you mean 'high.conv1'?"),
        (FROM + "freeze(low.relu1)", "no-such-part", "low.relu1", None),
        (FROM + "replace(haed)", "no-such-part", "haed", "did you mean 'head'?"),
        (FROM + "replace(head)  freeze(head)", "fresh-frozen", "head", None),
        (FROM + "unfreeze(low)", "not-frozen", "low", None),
        (FROM + "freeze(low)  unfreeze(low, epoch = 9)", "unfrozen-too-late", "9", None),
        (FROM + "freeze(all)", "nothing-trained", "freeze(all)", None),
        (
            FROM + "freeze(all)  unfreeze(head, epoch = 3)",
            "nothing-trained",
            "unfreeze(head, epoch = 3)",
            None,
        ),
        (FROM + "freeze(low)  lr(low, 0.1)", "rate-of-frozen", "low", None),
        (FROM + "lr(low, 0)", "out-of-range", "0", None),
        (FROM + 'from("other.pth")', "two-sources", 'from("other.pth")', None),
        (FROM + "frezee(low)", "unknown-entry", "frezee", "did you mean 'freeze'?"),
        (FROM + "thaw(low)", "unknown-entry", "thaw", "here it is called 'unfreeze'"),
        (FROM + "freeze()", "missing-argument", "freeze()", None),
        (FROM + "freeze(3)", "wrong-type", "3", None),
        (FROM + 'freeze("")', "out-of-range", '""', None),
        (
            FROM + "freeze(low, statistic = true)",
            "unknown-argument",
            "statistic",
            "did you mean 'statistics'?",
        ),
        ('from("a.pth", names = tochvision)', "out-of-range", "tochvision", "did you mean 'torchvision'?"),
        (FROM + "replace(all)", "nothing-loaded", "all", None),
        ("from(runs/base1)", "unknown-name", "runs", 'a string stands in quotes: "runs/base1"'),
        (FROM + "freeze(low, statistics = yes)", "unknown-name", "yes", "it must be true or false"),
        ("freeze(low)", "no-source", "freeze(low)", None),
        ("replace(head)", "no-source", "replace(head)", None),
    ],
)
def test_what_is_wrong(steps: str, code: str, underlined: str, hint: str | None) -> None:
    found = refused(tuning_spec(steps, 5))
    assert found.code == code
    assert found.span.text == underlined
    assert hint is None or hint in found.hints


def test_the_resolved_spec_says_the_same_again() -> None:
    steps = 'from("w.pth", names = timm)  replace(head)  ignore("fc", "*.extra")  freeze(low, high.bn1, statistics = true)'
    experiment, spec = made(tuning_spec(steps + "  unfreeze(low, epoch = 2)  lr(high, 0.1)"), Path())
    again, _ = made(spec.files["spec.cnn"], Path())
    assert again.finetune == experiment.finetune
    assert again.graph == experiment.graph and again.tuning == experiment.tuning


def test_a_factor_alone_needs_no_weights() -> None:
    experiment, _ = made(MODEL + "finetune { lr(low, 0.1) }", Path())
    assert experiment.tuning.source is None and experiment.tuning.factors["low.conv1.weight"] == 0.1

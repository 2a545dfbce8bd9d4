"""Diagnostics of what losses and metrics are about: outputs against targets."""

from __future__ import annotations

from ..source import Diagnostic


class RawScoresWanted(Diagnostic):
    """The loss works on raw scores (logits) and applies softmax or sigmoid itself, where that can be done without
    rounding to 0 and 1. The network must not apply one too: twice, it learns slowly or not at all. Probabilities are
    made when the network is used: ``predict`` prints them."""

    code = "raw-scores-wanted"
    message = "'{loss}' takes raw scores, but the output '{output}' ends in '{layer}', which {problem}"
    bad = "flatten  linear(10)  softmax  …  loss cross_entropy"
    good = "flatten  linear(10)  …  loss cross_entropy"
    loss: str
    output: str
    layer: str
    problem: str


class TargetOutOfRange(Diagnostic):
    """The last layer limits the outputs, and some of the numbers to be learnt lie outside of what it can give."""

    code = "target-out-of-range"
    message = "'{layer}' gives values from {low} to {high}, but the numbers that '{loss}' learns go from {least} to {most}"
    bad = "linear(1)  sigmoid  …  loss mse  # prices"
    good = "linear(1)  …  loss mse"
    layer: str
    low: str
    high: str
    loss: str
    least: str
    most: str


class NotAVector(Diagnostic):
    """Losses compare a vector of numbers an image with what is known of it; this output is a map."""

    code = "not-a-vector"
    message = "'{loss}' takes a vector, but the output '{output}' is {found}"
    bad = "conv(10, 3)  …  loss cross_entropy"
    good = "conv(64, 3)  global_avgpool  flatten  linear(10)  …  loss cross_entropy"
    loss: str
    output: str
    found: str


class OutputsDoNotMatch(Diagnostic):
    """The network gives more or fewer numbers than the loss compares with what is known of an image.

    For two classes there are two ways: ``cross_entropy`` with an output a class, or ``binary_cross_entropy`` with one.
    """

    code = "outputs-do-not-match"
    message = "'{loss}' learns {what}, which takes {wanted}, but the output '{output}' has {found}"
    bad = "linear(2)  …  data shapes  loss mse(target = boxes)"
    good = "linear(4)  …  data shapes  loss mse(target = boxes)"
    loss: str
    what: str
    wanted: str
    output: str
    found: int


class ClassesDoNotFit(Diagnostic):
    """The loss is for another number of classes than the data has.

    ``binary_cross_entropy`` is for two classes (or for labels, several of which can apply to an image); of three or more
    classes an image has one, which is what ``cross_entropy`` is for.
    """

    code = "classes-do-not-fit"
    message = "'{loss}' is for two classes, and the data has {classes}"
    bad = "data digits  loss binary_cross_entropy"
    good = "data digits  loss cross_entropy"
    loss: str
    classes: int


class TargetUnclear(Diagnostic):
    """The data has several things that the loss could learn, and the number of outputs does not decide which."""

    code = "target-unclear"
    message = "'{loss}' could learn {found}: the data has them all, and no number of outputs decides"
    bad = "data shapes  loss mse  # with an output that fits none of them alone"
    good = "data shapes  loss mse(target = boxes)"
    loss: str
    found: str


class UnknownOutput(Diagnostic):
    """``of`` names an output that the network does not have."""

    code = "unknown-output"
    message = "'{call}' is about the output '{name}', and '{model}' has no such output"
    bad = "output box: linear(4)  …  loss mse(of = boxes)"
    good = "output box: linear(4)  …  loss mse(of = box)"
    call: str
    name: str
    model: str


class OutputNotNamed(Diagnostic):
    """The network has several outputs, so each loss says which one it is about."""

    code = "output-not-named"
    message = "'{model}' has {count} outputs ({names}), and '{call}' does not say which one it is about"
    bad = "output class: linear(3)  output box: linear(4)  …  loss cross_entropy"
    good = "loss { cross_entropy(of = class)  huber(of = box, target = boxes) }"
    model: str
    count: int
    names: str
    call: str


class OutputWithoutLoss(Diagnostic):
    """An output that no loss is about would not learn anything."""

    code = "output-without-loss"
    message = "no loss is about the output '{output}', so it would not learn"
    bad = "output class: linear(3)  output box: linear(4)  …  loss { cross_entropy(of = class) }"
    good = "loss { cross_entropy(of = class)  huber(of = box, target = boxes) }"
    output: str


class LossesDisagree(Diagnostic):
    """Two losses of one output would teach it different things."""

    code = "losses-disagree"
    message = "'{second}' and '{first}' are about the output '{output}', but do not learn the same {what}"
    bad = "loss { mse(target = boxes)  mae(target = points) }"
    good = "loss { mse(target = boxes)  mae(target = boxes, weight = 0.5) }"
    first: str
    second: str
    output: str
    what: str


class UnknownClass(Diagnostic):
    """A class or label is named that the data does not have."""

    code = "unknown-class"
    message = "'{call}' names '{name}', and the data has no such {what}"
    bad = "data digits  metrics { recall(positive = eight) }"
    good = 'data digits  metrics { recall(positive = "8") }'
    call: str
    name: str
    what: str


class MetricDoesNotFit(Diagnostic):
    """The metric measures another kind of output than the network has."""

    code = "metric-does-not-fit"
    message = "'{metric}' measures {wanted}, and {learner} learns {found}"
    bad = "data digits  loss cross_entropy  metrics { mae }"
    good = "data digits  loss cross_entropy  metrics { accuracy }"
    metric: str
    wanted: str
    learner: str
    found: str


class ClassesNeeded(Diagnostic):
    """What is asked for goes by the class of an image, and the data has no classes."""

    code = "classes-needed"
    message = "'{what}' needs classes, and the data has {found}"
    bad = 'data csv("tags.csv", labels = ["tags"])  train (balanced = true)'
    good = "loss binary_cross_entropy(positive_weight = balanced)"
    what: str
    found: str


class BadMatrix(Diagnostic):
    """A confusion matrix on the command line is whole numbers, row by row: for K classes K times K of them."""

    code = "bad-matrix"
    message = "{problem}"
    bad = "cnnspec measures --confusion 90,60,10"
    good = "cnnspec measures --confusion 90,60,10,940 --names cat,non-cat"
    problem: str


class NoPredictions(Diagnostic):
    """There is nothing to measure: neither a confusion matrix nor a table with predicted and actual classes."""

    code = "no-predictions"
    message = "{problem}"
    bad = "cnnspec measures"
    good = "cnnspec measures predictions.csv --actual truth --predicted answer"
    problem: str

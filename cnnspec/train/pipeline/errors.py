"""Diagnostics of steps that cannot follow each other, or don't fit the data."""

from __future__ import annotations

from ...source import Diagnostic


class StepAfterNormalize(Diagnostic):
    """``normalize`` must be the last step: the others take values from 0 to 1 (0 to 255), which it does not leave.

    Only ``mixup`` and ``cutmix`` may follow it, for which it makes no difference.
    """

    code = "step-after-normalize"
    message = "'{step}' takes pixels, but 'normalize' comes before it"
    bad = "augment { normalize  brightness(0.2) }"
    good = "augment { brightness(0.2)  normalize }"
    step: str


class NormalizeNested(Diagnostic):
    """All images are normalised, and alike: ``normalize`` is a step of its own, the last."""

    code = "normalize-nested"
    message = "'normalize' stands inside of another step"
    bad = "augment { maybe(0.5, normalize(mean = [0.5], std = [0.5])) }"
    good = "augment { flip  normalize(mean = [0.5], std = [0.5]) }"


class TwoMixings(Diagnostic):
    """Mixing what is mixed already would take the targets of three or four images. ``choose`` takes one of several."""

    code = "two-mixings"
    message = "'{first}' and '{second}' cannot both be applied to a batch"
    bad = "augment { mixup(0.2)  cutmix }"
    good = "augment { choose([mixup(0.2), cutmix]) }"
    first: str
    second: str


class TargetsNotMixed(Diagnostic):
    """Half of one box and half of another is no box: images with targets in pixels cannot be mixed."""

    code = "targets-not-mixed"
    message = "'{step}' mixes images, and their {kind} cannot be mixed"
    bad = 'data csv("birds.csv", boxes = ["x1", "y1", "x2", "y2"])  augment { cutmix }'
    good = 'data csv("birds.csv", boxes = ["x1", "y1", "x2", "y2"])  augment { flip  random_erasing }'
    step: str
    kind: str


class EvaluationDrawn(Diagnostic):
    """What is done to images at evaluation must be the same each time, so nothing may be drawn there.

    Without a section ``evaluation`` it is derived from ``augment``: what is random is left out or becomes its middle.
    """

    code = "evaluation-drawn"
    message = "'{step}' is random, and evaluation must not be"
    bad = "evaluation { random_resized_crop(224) }"
    good = "evaluation { resize(256)  center_crop(224) }"
    step: str


class NormalizeDiffers(Diagnostic):
    """Images must be normalised in training as they are at evaluation, and the two sections say different things."""

    code = "normalize-differs"
    message = "'augment' and 'evaluation' normalise differently"
    bad = "augment { normalize(mean = [0.5], std = [0.5]) }  evaluation { normalize(mean = [0.3], std = [0.3]) }"
    good = "augment { normalize(mean = [0.5], std = [0.5]) }"

"""Diagnostics of the section ``finetune``."""

from __future__ import annotations

from ...source import Diagnostic


class UnknownPart(Diagnostic):
    """A name in ``finetune`` is that of a layer, of a label, or of a parameter; ``summary`` lists them. A name stands for
    all that is inside of it; in quotes, ``*`` is anything between two dots."""

    code = "no-such-part"
    message = "'{pattern}' {problem}"
    bad = 'use resnet18  finetune { from("resnet18.pth")  freeze(stage9) }'
    good = 'use resnet18  finetune { from("resnet18.pth")  freeze(stage1) }'
    pattern: str
    problem: str


class TwoSources(Diagnostic):
    """A network begins with the weights of one source."""

    code = "two-sources"
    message = "weights come from '{first}' already"
    bad = 'finetune { from("a.pth")  from("b.pth") }'
    good = 'finetune { from("a.pth") }'
    first: str
    second: str


class NoSource(Diagnostic):
    """What is replaced, ignored or frozen is so beside weights that were loaded: ``from`` says from where."""

    code = "no-source"
    message = "'{step}' needs weights to begin with"
    bad = "finetune { freeze(stem) }"
    good = 'finetune { from("resnet18.pth")  freeze(stem) }'
    step: str


class FreshFrozen(Diagnostic):
    """A layer that starts anew has nothing in it yet that could be kept."""

    code = "fresh-frozen"
    message = "all of {layers} starts anew, by 'replace': frozen, it would never learn"
    bad = 'finetune { from("resnet18.pth")  replace(head)  freeze(head) }'
    good = 'finetune { from("resnet18.pth")  replace(head)  freeze(stem) }'
    layers: str


class NotFrozen(Diagnostic):
    """Only what was frozen before can be unfrozen: steps take effect in their order."""

    code = "not-frozen"
    message = "nothing of {layers} is frozen before this"
    bad = 'finetune { from("resnet18.pth")  unfreeze(stage4, epoch = 3)  freeze(all) }'
    good = 'finetune { from("resnet18.pth")  freeze(all)  unfreeze(stage4, epoch = 3) }'
    layers: str


class NothingLoaded(Diagnostic):
    """All of the network starts anew, so nothing of the source is taken."""

    code = "nothing-loaded"
    message = "everything starts anew, so nothing of '{source}' would be loaded"
    bad = 'finetune { from("resnet18.pth")  replace(all) }'
    good = 'finetune { from("resnet18.pth")  replace(head) }'
    source: str


class NothingTrained(Diagnostic):
    """Something must be trained from the first epoch on: a fresh head, or layers that are not frozen."""

    code = "nothing-trained"
    message = "nothing is trained in {when}: all of the network is frozen"
    bad = 'finetune { from("resnet18.pth")  freeze(all) }'
    good = 'finetune { from("resnet18.pth")  replace(head)  freeze(all) }'
    when: str


class UnfrozenTooLate(Diagnostic):
    """Training ends before these layers are unfrozen, so they would stay frozen."""

    code = "unfrozen-too-late"
    message = "training ends after epoch {epochs}, before epoch {epoch} begins"
    bad = "finetune { …  unfreeze(stage4, epoch = 20) }  train (epochs = 10)"
    good = "finetune { …  unfreeze(stage4, epoch = 5) }  train (epochs = 10)"
    epoch: int
    epochs: int


class RateOfFrozen(Diagnostic):
    """A learning rate for layers that are never trained says nothing; mostly one of the two names was meant otherwise."""

    code = "rate-of-frozen"
    message = "all of {layers} is frozen for good, so it has no learning rate"
    bad = 'finetune { from("resnet18.pth")  freeze(stem)  lr(stem, 0.1) }'
    good = 'finetune { from("resnet18.pth")  freeze(stem)  lr(stage1, 0.1) }'
    layers: str

"""The steps of fine-tuning, a class each."""

from __future__ import annotations

from ...elaborate.renaming import libraries
from ...ir import Bool, Choice, Float, Int, OpError, Patterns, Word, arg
from .base import FINETUNE, Draft, TuningStep, layers_argument
from .errors import FreshFrozen, NotFrozen, TwoSources


@FINETUNE.register("from")
class From(TuningStep):
    """The weights that training begins with: those of a file, of a run, or of a network that is known by its name.

    A file is safetensors, a PyTorch state dict (``.pth``, ``.pt``; nothing in it is run) or Keras' ``.h5``. Tensors are
    paired with parameters by name, and every one of both must have its counterpart, but for what ``replace`` and
    ``ignore`` name. ``cnnspec weights FILE --for SPEC`` shows the pairing. Images are normalised as they were for these
    weights, where that is known and the spec does not say otherwise.
    """

    before = True
    examples = (
        'from("resnet18.safetensors")',
        'from("resnet18-f37072fd.pth", names = torchvision)',
        'from("runs/digits-1")',
        "from(efficientnet_lite0)",
    )
    also_called = ("weights", "pretrained", "load", "source", "checkpoint")

    weights: str = arg(Word(), "a file, a run's folder, or the name of a pretrained network")
    names: str | None = arg(
        Choice("own", *libraries(), "order"),
        "whose names its tensors have; order pairs by order and shape. Found out where it is left out",
        None,
    )

    def apply(self, draft: Draft) -> None:
        if draft.source is not None:
            raise OpError(TwoSources(first=draft.source.weights, second=self.weights))
        draft.source = self


@FINETUNE.register("replace")
class Replace(TuningStep):
    """Layers that start anew, from drawn weights, whatever the source has for them: the head, for other classes.

    They are never frozen.
    """

    before = True
    examples = ("replace(head)",)
    also_called = ("fresh", "reset", "reinit")

    layers: tuple[str, ...] = layers_argument()

    def apply(self, draft: Draft) -> None:
        draft.fresh.update(name for name, _ in draft.parameters(self.layers))


@FINETUNE.register("ignore")
class Ignore(TuningStep):
    """Tensors of the source that the network has no use for. Without it they are an error, so that nothing is left out
    by mistake."""

    before = True
    examples = ('ignore("fc")', 'ignore("aux_classifier", "*.total_ops")')
    also_called = ("skip", "drop")

    names: tuple[str, ...] = arg(
        Patterns(), "their names there, or the parts that they are in; * is anything between two dots"
    )

    def apply(self, draft: Draft) -> None:
        draft.ignored += self.names


@FINETUNE.register("freeze")
class Freeze(TuningStep):
    """Layers whose weights stay as they are loaded.

    Batch norms in them go on following the statistics of each batch, unless ``statistics`` is true: then frozen layers
    compute in training as they do after it, norms by the running statistics, dropout and stochastic depth between them off.
    What nothing random or trained comes before is then computed once, where images are the same in each epoch.
    """

    examples = ("freeze(stem, stage1)", "freeze(all, statistics = true)", 'freeze("stage*.bn1")')
    also_called = ("frozen", "fix")

    layers: tuple[str, ...] = layers_argument()
    statistics: bool = arg(Bool(), "whether statistics of norms stay as they are too", False)

    def apply(self, draft: Draft) -> None:
        meant = [name for name, spec in draft.parameters(self.layers) if spec.role != "buffer"]
        loaded = [name for name in meant if name not in draft.fresh]
        if not loaded:
            raise OpError(FreshFrozen(layers=", ".join(self.layers)), "layers")
        draft.starts |= dict.fromkeys(loaded)
        nodes = draft.nodes(self.layers)
        for number in nodes:
            draft.still.pop(number, None)
        if self.statistics:
            draft.still |= dict.fromkeys(nodes)


@FINETUNE.register("unfreeze")
class Unfreeze(TuningStep):
    """Frozen layers that are trained again: from ``epoch`` on, or as if they had never been frozen.

    Several of them thaw a network from its head downwards (Howard and Ruder 2018, "Universal language model fine-tuning
    for text classification", section 3.3).
    """

    examples = ("unfreeze(stage4, epoch = 3)",)
    also_called = ("thaw",)

    layers: tuple[str, ...] = layers_argument()
    epoch: int = arg(Int(1), "the first epoch in which they are trained", 1)

    def apply(self, draft: Draft) -> None:
        frozen = [name for name, _ in draft.parameters(self.layers) if name in draft.starts]
        if not frozen:
            raise OpError(NotFrozen(layers=", ".join(self.layers)), "layers")
        draft.starts |= dict.fromkeys(frozen, self.epoch)
        draft.still |= {n: self.epoch for n in draft.nodes(self.layers) if n in draft.still}


@FINETUNE.register("lr")
class Rate(TuningStep):
    """A factor on the learning rate of some layers: smaller ones below, where features are general.

    Of several that are about a layer the last one counts. Without any it is 1.
    """

    examples = ("lr(backbone, 0.1)", "lr(all, 0.1)", "lr(stem, stage1, 0.01)")
    also_called = ("rate", "learning_rate", "lr_mult", "lr_scale")

    layers: tuple[str, ...] = layers_argument()
    factor: float = arg(Float(above=0), "what the learning rate is multiplied by")

    def apply(self, draft: Draft) -> None:
        meant = [name for name, spec in draft.parameters(self.layers) if spec.role != "buffer"]
        draft.factors |= dict.fromkeys(meant, self.factor)
